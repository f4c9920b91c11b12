// Guided experiments: question, prediction, run, what happened and why.
parts["obc-learn"] = {
  props: ["lessons", "lesson", "outcome", "busy", "metricOf", "ready"],
  template: `
<div class="lesson">
  <div><h2 style="margin-bottom:12px">Learn</h2><ol><li v-for="(one, n) in lessons" :key="one.key"><button @click="$emit('pick', one.key)" :aria-current="String(one.key === lesson)">{{ n + 1 }}. {{ one.title }}</button></li></ol></div>
  <div v-if="now" class="card" style="max-width:820px">
    <p class="tiny soft">Experiment {{ lessons.indexOf(now) + 1 }} of {{ lessons.length }}</p><h2 style="margin:2px 0 12px">{{ now.title }}</h2>
    <p class="lead">{{ now.question }}</p>
    <h3 style="margin-top:22px">1. What do you expect?</h3><p class="small soft">{{ now.measure }}: {{ now.meaning }}; against {{ now.against }}.</p>
    <div class="choice" role="group" aria-label="Your prediction"><button v-for="a in now.answers" :key="a" @click="$set(foretold, now.key, a)" :aria-pressed="String(foretold[now.key] === a)" :data-answer="a">{{ words[a] }}</button></div>
    <h3>2. Run it</h3>
    <div class="row" style="margin:10px 0 4px"><button class="main" :disabled="busy || !foretold[now.key]" @click="$emit('ask', { do: 'outcome', key: now.key })" data-do="outcome">Run to the end</button><button :disabled="busy" @click="$emit('watch', now.key)">Watch it month by month</button><span class="small soft" v-if="!foretold[now.key]">Foretell first.</span></div>
    <div v-if="outcome && outcome.key === now.key">
      <h3 style="margin-top:22px">3. What happened</h3>
      <p class="lead" style="margin:8px 0"><b>{{ now.measure }} came out {{ outcome.came === 'same' ? 'about the same' : outcome.came }}:</b> {{ say(outcome.value) }} against {{ say(outcome.beside) }}. <span v-if="foretold[now.key]">You said “{{ words[foretold[now.key]].toLowerCase() }}”{{ foretold[now.key] === outcome.came ? ', and so it was.' : '.' }}</span></p>
      <p v-if="outcome.came !== outcome.usual" class="small soft">Under most seeds it comes out {{ outcome.usual === 'same' ? 'about the same' : outcome.usual }}: this one is an exception.</p>
      <table class="small"><thead><tr><th>at the end</th><th class="n">design</th><th class="n">beside</th></tr></thead><tbody><tr v-for="row in outcome.table" :title="metricOf[row[0]].meaning"><td>{{ metricOf[row[0]].title }}</td><td class="n">{{ say(row[1], metricOf[row[0]].unit) }}</td><td class="n">{{ say(row[2], metricOf[row[0]].unit) }}</td></tr></tbody></table>
      <h3 style="margin-top:20px">4. Why</h3><p style="margin-top:6px;max-width:60em">{{ outcome.why }}</p>
      <ul class="tiny soft" style="list-style:none;margin-top:12px"><li v-for="s in outcome.sources" style="padding:2px 0">{{ s.text }} <a v-if="s.link" :href="s.link" target="_blank" rel="noopener noreferrer">doi</a> ({{ s.checked }})</li></ul>
      <div class="row" style="margin-top:18px"><button @click="$emit('go', 'watch')">See the charts</button><button @click="$emit('go', 'change')">Change something</button><button @click="$emit('go', 'compare')">Was it luck?</button></div>
    </div>
  </div>
</div>`,
  data() { return { foretold: {}, words: { higher: "Higher", same: "About the same", lower: "Lower" } }; },
  computed: { now() { return this.lessons.find((one) => one.key === this.lesson); } },
  methods: { say: (v, unit) => shown(v, unit) },
};
