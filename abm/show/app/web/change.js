// Controls made from the declared parameters: grouped as the parts of a design; a change waits in a tray until it is said when.
parts["obc-change"] = {
  props: ["shop", "world", "month", "busy", "over"],
  data: () => ({ pending: {}, open: {}, all: {}, told: {}, search: "", who: "all", event: { kind: "workshop", who: "all", strength: 1, months: 1 } }),
  template: `
<div>
  <div class="spread" style="margin-bottom:8px"><h2>Change the rules</h2><label class="small">Find a setting <input type="search" v-model="search" placeholder="audit, lag, motivation …"></label></div>
  <p class="soft" style="max-width:56em;margin-bottom:14px">Six parts make a design. Move what you like; then say whether it holds from the start or from next month on. What is changed on the way is marked on all charts. Rules change your design only; facts of the case hold for what runs beside it too.</p>
  <div class="card" style="padding-top:6px;padding-bottom:6px">
    <details v-for="(part, p) in shown" :key="part.key" :open="!!search || open[part.key] || (p === 0 && open[part.key] === undefined)" @toggle="$set(open, part.key, $event.target.open)" :style="p === 0 ? 'border:0' : ''">
      <summary><h3>{{ part.title }}</h3><span class="small soft hide-small">{{ part.about }}</span></summary>
      <div class="row small" v-if="!part.more && !search" style="margin-bottom:14px"><label>Whole part as in <select @change="take(part.key, $event)" :disabled="busy" :aria-label="part.title + ' as in another design'"><option value="">choose a design …</option><option v-for="d in shop.designs" :value="d.name">{{ d.title }}</option></select></label></div>
      <div class="controls">
        <div v-for="one in part.list" :key="one.key" class="control" :class="{ off: unread(one.key), touched: one.key in pending || one.key in world.settings }" :data-key="one.key">
          <div class="label"><label :for="'c-' + one.key" class="small"><b style="font-weight:600">{{ one.label[0].toUpperCase() + one.label.slice(1) }}</b></label>
            <span class="row" style="gap:6px;flex-wrap:nowrap"><span class="badge">{{ when(one) }}</span><button class="about" :aria-label="'About ' + one.label" :aria-expanded="String(!!told[one.key])" :title="hover(one)" @click="$set(told, one.key, !told[one.key])">?</button></span></div>
          <div v-if="one.kind === 'number'" class="pair"><input type="range" :min="Math.min(one.low, now(one))" :max="Math.max(one.high, now(one))" :step="one.step" :value="now(one)" :disabled="!!unread(one.key)" @input="put(one, $event.target.value)" :aria-label="one.label + ', ' + one.unit" :title="hover(one)">
            <input type="number" :id="'c-' + one.key" :value="now(one)" :step="one.whole ? 1 : 'any'" :disabled="!!unread(one.key)" @change="put(one, $event.target.value)"><span class="tiny soft" style="min-width:54px">{{ one.unit }}</span></div>
          <select v-else-if="one.kind === 'choice'" :id="'c-' + one.key" :value="now(one)" :disabled="!!unread(one.key)" @change="put(one, $event.target.value)" style="margin-top:5px;width:100%" :title="hover(one)"><option v-for="o in one.options" :value="o">{{ o.replace(/_/g, ' ') }}</option></select>
          <label v-else class="row small" style="margin-top:4px"><input type="checkbox" :id="'c-' + one.key" :checked="now(one)" :disabled="!!unread(one.key)" @change="put(one, $event.target.checked)" style="width:18px;height:18px"> {{ now(one) ? 'on' : 'off' }}</label>
          <p v-if="unread(one.key)" class="tiny soft">Not read: the payment rule is {{ world.rule.replace(/_/g, ' ') }}.</p>
          <div v-if="told[one.key]" class="bubble">{{ one.meaning }}.<br><span class="soft">{{ one.unit ? one.unit + '; ' : '' }}<template v-if="one.kind === 'number'">plausible {{ one.low }} to {{ one.high }}, possible {{ one.least }} to {{ one.most }}; </template>source: {{ one.source }}</span></div>
        </div>
      </div>
      <button v-if="!search && part.rest" class="small" style="margin-bottom:18px" @click="$set(all, part.key, !all[part.key])">{{ all[part.key] ? 'Fewer' : 'All ' + part.controls.length + ' settings of this part' }}</button>
    </details>
    <p v-if="!shown.length" class="small soft" style="padding:14px 0">No setting has that in its name or meaning.</p>
  </div>
  <div class="card" style="margin-top:18px">
    <h3>Let something happen</h3><p class="small soft" style="margin:3px 0 12px">An intervention or a shock from next month on; it reaches what runs beside too.</p>
    <div class="row"><label class="small">What<br><select v-model="event.kind"><option v-for="e in shop.events" :value="e.name">{{ e.title }}</option></select></label>
      <label class="small">For<br><select v-model="event.who"><option value="all">all</option><option value="half">a random half</option></select></label>
      <label class="small">Strength, 0 to 1<br><input type="number" min="0" max="1" step="0.1" v-model.number="event.strength" style="width:96px"></label>
      <label class="small" v-if="lasts">Months<br><input type="number" min="1" max="60" v-model.number="event.months" style="width:84px"></label>
      <button style="align-self:flex-end" @click="happen" :disabled="busy || over" data-do="event">From month {{ month + 1 }} on</button></div>
    <p class="small soft" style="margin-top:10px">{{ chosen.meaning }}. Moves: {{ chosen.moves }}.</p>
  </div>
  <div class="card" style="margin-top:18px" v-if="dated.length || Object.keys(world.settings).length">
    <h3>What differs from the design's file</h3>
    <table class="small" style="margin-top:6px"><tbody><tr v-for="(value, key) in world.settings"><td>from the start</td><td><code>{{ key }} = {{ text(value) }}</code></td><td class="n"><button class="plain" @click="drop(key)" :disabled="busy" :aria-label="'Take back ' + key">Take back</button></td></tr>
      <tr v-for="one in dated"><td>month {{ one.month }}</td><td><code>{{ one.text }}</code></td><td></td></tr></tbody></table>
    <div class="row" style="margin-top:12px"><button @click="$emit('ask', { do: 'reset', settings: {}, changes: [], interventions: [] })" :disabled="busy">Take everything back, from the start</button></div>
  </div>
  <div class="tray" v-if="count" role="region" aria-label="Changes that wait">
    <div class="row" style="margin-bottom:10px"><span v-for="(value, key) in pending" class="chip">{{ key }}: {{ text(world.values[key]) }} → <b>{{ text(value) }}</b><button :aria-label="'Forget ' + key" @click="$delete(pending, key)">×</button></span></div>
    <div class="row"><button class="main" @click="apply('set')" :disabled="busy" data-do="set">From the start (reset)</button><button @click="apply('change')" :disabled="busy || over" data-do="change">From month {{ month + 1 }} on</button>
      <label class="small" v-if="places > 1"><select v-model="who" aria-label="Where"><option value="all">in every place</option><option value="half">in a random half of the places</option></select></label><span class="small soft" v-if="waits">A term of the contract holds from its next award.</span></div>
  </div>
</div>`,
  computed: {
    count() { return Object.keys(this.pending).length; }, places() { return this.world.net.places.length; },
    shown() {
      const words = this.search.toLowerCase().split(/\s+/).filter(Boolean);
      return this.shop.parts.map((part) => {
        const list = part.controls.filter((one) => words.length ? words.every((w) => (one.key + " " + one.meaning).toLowerCase().includes(w)) : this.all[part.key] || one.main);
        return { ...part, list, rest: part.controls.some((one) => !one.main) };
      }).filter((part) => part.list.length || !words.length);
    },
    chosen() { return this.shop.events.find((e) => e.name === this.event.kind); }, lasts() { return this.chosen.lasts === "its months"; },
    waits() { const when = Object.fromEntries(this.shop.parts.flatMap((part) => part.controls.map((one) => [one.key, one.when]))); return Object.keys(this.pending).some((key) => when[key] === "award"); },
    dated() { return this.world.changes.map((one) => ({ month: one.month, text: Object.entries(one.set).map(([k, v]) => k + " = " + this.text(v)).join(", ") + (one.who === "half" ? " (half of the places)" : "") })).concat(this.world.events.map((e) => ({ month: e.month, text: e.kind.replace(/_/g, " ") + " " + e.strength + (e.months > 1 ? " for " + e.months + " months" : "") + (e.who === "half" ? " (a half)" : "") }))).sort((x, y) => x.month - y.month); },
  },
  watch: { world(after, before) { if (!before || after.settings !== before.settings || after.changes !== before.changes) this.pending = {}; } },
  methods: {
    now(one) { return one.key in this.pending ? this.pending[one.key] : this.world.values[one.key]; }, unread(key) { return this.world.unused[key]; },
    when: (one) => ({ reset: "at reset only", award: "at the next award", once: "at once" })[one.when],
    hover: (one) => one.meaning + (one.unit ? " (" + one.unit + ")" : "") + ". Source: " + one.source,
    text: (v) => (v && typeof v === "object" ? "[" + v.length + " lines]" : typeof v === "number" ? String(Number(v.toPrecision(6))) : String(v).replace(/_/g, " ")),
    put(one, raw) { const value = one.kind === "number" ? Number(raw) : raw; if (one.kind === "number" && (raw === "" || Number.isNaN(value))) return; if (value === this.world.values[one.key]) this.$delete(this.pending, one.key); else this.$set(this.pending, one.key, value); },
    apply(how) { this.$emit("ask", { do: how, set: { ...this.pending }, who: how === "change" ? this.who : undefined }); },
    take(part, event) { if (event.target.value) this.$emit("ask", { do: "part", part, design: event.target.value }); event.target.value = ""; },
    drop(key) { const rest = { ...this.world.settings }; delete rest[key]; this.$emit("ask", { do: "reset", settings: rest }); },
    happen() { const e = this.event; this.$emit("ask", { do: "event", kind: e.kind, who: e.who, strength: Number(e.strength), months: this.lasts ? Number(e.months) : 1 }); },
  },
};
