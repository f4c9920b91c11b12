// Two designs in the same world with the same luck, their difference, and thirty paired runs with bands.
parts["obc-compare"] = {
  props: ["shop", "world", "col", "month", "pairs", "busy", "phases", "marks", "metricOf", "tick"],
  data: () => ({ names: ["attributable_gain", "trust_mean", "integration", "satisfaction", "mission_drift", "marketisation", "bureaucratisation", "spend_public"], chosen: "attributable_gain" }),
  template: `
<div>
  <h2>Compare</h2>
  <p class="soft" style="max-width:56em;margin:6px 0 16px">Both run in the same place, on the same people, with the same luck: what differs between them is what the rules do.</p>
  <div class="card row" style="margin-bottom:18px"><label class="small">Design<br><select :value="world.design" @change="$emit('ask', { do: 'reset', design: $event.target.value, settings: {}, changes: [] })" :disabled="busy"><option v-for="d in shop.designs" :value="d.name">{{ d.title }}</option></select></label>
    <span class="soft" style="align-self:flex-end;padding-bottom:7px">beside</span>
    <label class="small">What runs beside it<br><select :value="world.beside" @change="$emit('beside', $event.target.value)" :disabled="busy" data-do="beside"><option v-for="d in shop.beside.concat(shop.designs)" :value="d.name">{{ d.title }}</option></select></label></div>
  <p v-if="world.same.b === 'a'" class="problem">Both come to the same here: this design is a block grant already. Choose another one beside it.</p>
  <template v-else>
  <div class="grid half">
    <div class="card"><div class="spread"><h3>This run, month {{ month }}</h3><span class="legend small"><span><i class="line-a"></i>{{ world.design_title }}</span><span><i class="line-b"></i>{{ world.beside_title }}</span></span></div>
      <div style="overflow-x:auto"><table class="small" style="margin-top:8px"><thead><tr><th>metric</th><th class="n">design</th><th class="n">beside</th><th class="n">difference</th></tr></thead>
        <tbody><tr v-for="row in rows" :title="row.meaning"><td><button class="plain small" style="padding:2px 0;min-height:0;text-align:left" @click="chosen = row.name" :aria-pressed="String(chosen === row.name)"><b v-if="chosen === row.name">{{ row.title }}</b><span v-else>{{ row.title }}</span></button></td><td class="n">{{ say(row.a, row.unit) }}</td><td class="n">{{ say(row.b, row.unit) }}</td><td class="n"><b>{{ sign(row.a === null || row.b === null ? null : row.a - row.b, row.unit) }}</b></td></tr></tbody></table></div></div>
    <div class="card"><obc-chart :title="metricOf[chosen].title" :unit="metricOf[chosen].unit" :meaning="metricOf[chosen].meaning" :a="col('a', chosen)" :b="col('b', chosen)" :months="world.months" :phases="phases" :marks="marks" height="170"></obc-chart>
      <obc-chart title="The difference" :unit="metricOf[chosen].unit" :a="gap" :months="world.months" :phases="phases" :marks="marks" height="130" :zero="true" style="margin-top:14px"></obc-chart><p class="tiny soft" style="margin-top:8px">{{ metricOf[chosen].meaning }}</p></div>
  </div>
  <div class="card" style="margin-top:18px">
    <div class="spread"><h3>Was it luck? Thirty paired runs</h3><button class="main" v-if="!working" @click="$emit('ask', { do: 'pairs' })" :disabled="busy" data-do="pairs">Run thirty pairs</button><button v-else @click="$emit('stop')">Stop</button></div>
    <p class="small soft" style="max-width:58em;margin:5px 0 12px">The same two designs under thirty seeds. Each seed gives both the same people and luck, so the difference is taken pair by pair. Bands: the middle 80 % of the runs; of the difference, its 95 % interval.</p>
    <div v-if="working" class="small"><div class="progress" role="progressbar" :aria-valuenow="pairs.done" :aria-valuemax="pairs.of"><i :style="{ width: 100 * pairs.done / pairs.of + '%' }"></i></div><p class="soft" style="margin-top:6px">{{ pairs.ahead ? pairs.ahead + ' comparisons are before this one.' : pairs.done + ' of ' + pairs.of + ' runs are done; the page goes on meanwhile.' }}</p></div>
    <p v-if="pairs && pairs.failed" class="problem">It did not come to its end: {{ pairs.failed }}</p>
    <div v-if="pairs && pairs.table" class="grid half">
      <div><obc-chart :title="metricOf[banded].title" :unit="metricOf[banded].unit" :options="banddable" :metric="banded" @pick="chosen = $event" :a="mean('a')" :b="mean('b')" :bands="pairs.bands[banded]" :months="world.months" :phases="phases" height="190"></obc-chart>
        <obc-chart title="Paired difference, design less beside" :unit="metricOf[banded].unit" :a="mean('d')" :bands="{ a: pairs.bands[banded].d }" :months="world.months" :phases="phases" height="150" :zero="true" style="margin-top:16px"></obc-chart></div>
      <div style="overflow-x:auto"><table class="small"><thead><tr><th>at the end, seeds {{ pairs.seeds[0] }} to {{ pairs.seeds[1] }}</th><th class="n">design</th><th class="n">beside</th><th class="n">difference, 95 %</th></tr></thead>
        <tbody><tr v-for="row in pairs.table"><td>{{ metricOf[row[0]].title }}</td><td class="n">{{ say(row[1], metricOf[row[0]].unit) }}</td><td class="n">{{ say(row[2], metricOf[row[0]].unit) }}</td><td class="n"><b v-if="row[4] > 0 || row[5] < 0">{{ sign(row[3], metricOf[row[0]].unit) }}</b><span v-else>{{ sign(row[3], metricOf[row[0]].unit) }}</span> <span class="soft tiny">[{{ sign(row[4], metricOf[row[0]].unit) }}, {{ sign(row[5], metricOf[row[0]].unit) }}]</span></td></tr></tbody></table><p class="tiny soft" style="margin-top:8px">Bold: the interval does not hold 0. With this many rows, one or two would be bold by luck alone.</p></div>
    </div>
  </div></template>
</div>`,
  computed: {
    working() { return this.pairs && !this.pairs.table && !this.pairs.failed; },
    rows() { void this.tick; return this.names.map((name) => { const a = this.col("a", name), b = this.col("b", name), m = this.metricOf[name]; const last = (v) => { for (let n = v.length - 1; n >= 0; n--) if (v[n] !== null) return v[n]; return null; }; return { name, title: m.title, unit: m.unit, meaning: m.meaning, a: last(a), b: last(b) }; }); },
    gap() { void this.tick; const b = this.col("b", this.chosen); return this.col("a", this.chosen).map((v, n) => (v === null || b[n] === null ? null : v - b[n])); },
    banded() { return this.pairs && this.pairs.bands && this.pairs.bands[this.chosen] ? this.chosen : "attributable_gain"; },
    banddable() { return [{ name: "metrics", items: Object.keys(this.pairs.bands).map((name) => this.metricOf[name]) }]; },
  },
  methods: { say: shown, sign: signed, mean(arm) { return this.pairs.bands[this.banded][arm].map((one) => one[0]); } },
};
