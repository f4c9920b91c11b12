// What ipyvue makes a widget of: it hands messages to the page and back.
module.exports = {
  beforeCreate() { let Vue = this.constructor; while (Vue.super) Vue = Vue.super; for (const name of Object.keys(parts)) if (!Vue.options.components[name]) Vue.component(name, parts[name]); },
  methods: { jupyter_tell(kind, said) { this.$refs.lab.hear(kind, said); }, send(what) { this.ask(what); } },
};
