// Dials, what may go wrong, who is served, where the money goes, what was paid for.
parts["obc-dial"] = {
  props: ["title", "items", "about"], // items: name, a, b, meaning; one arc each, the outermost first
  template: `
<figure :title="about">
  <svg viewBox="0 0 160 104" role="img" :aria-label="spoken" style="width:100%;max-width:190px;display:block;margin:0 auto">
    <g v-for="(one, n) in items">
      <path :d="arc(n, 1)" fill="none" stroke="var(--faint)" :stroke-width="thick"></path>
      <path v-if="one.a !== null" :d="arc(n, one.a)" fill="none" stroke="var(--a)" :stroke-width="thick"><title>{{ one.name }}: {{ say(one.a) }}</title></path>
      <line v-if="one.b !== null && one.b !== undefined" v-bind="mark(n, one.b)" stroke="var(--b)" stroke-width="3"></line>
    </g>
    <text x="80" :y="items.length > 1 ? 96 : 86" text-anchor="middle" :font-size="items.length > 1 ? 13 : 27" font-weight="650" fill="var(--ink)">{{ items.length > 1 ? "" : say(items[0].a) }}</text>
  </svg>
  <figcaption><h4>{{ title }}</h4>
    <p class="tiny soft" v-if="items.length === 1">beside {{ say(items[0].b) }}</p>
    <p class="tiny soft" v-else><span v-for="(one, n) in items"><template v-if="n">, </template>{{ one.name }} {{ say(one.a) }}</span></p></figcaption>
</figure>`,
  computed: { thick() { return this.items.length > 1 ? 9 : 15; }, spoken() { return this.title + ": " + this.items.map((one) => one.name + " " + shown(one.a) + ", beside " + shown(one.b)).join("; "); } },
  methods: {
    say: (v) => shown(v),
    r(n) { return 66 - n * 13; },
    at(n, level) { const turn = Math.PI * (1 + Math.max(0, Math.min(1, level))); return [80 + this.r(n) * Math.cos(turn), 80 + this.r(n) * Math.sin(turn)]; },
    arc(n, level) { const [x, y] = this.at(n, Math.max(0.0005, level)); return `M${80 - this.r(n)} 80A${this.r(n)} ${this.r(n)} 0 0 1 ${x.toFixed(2)} ${y.toFixed(2)}`; },
    mark(n, level) { const turn = Math.PI * (1 + Math.max(0, Math.min(1, level))), half = this.thick / 2 + 3, r = this.r(n); return { x1: 80 + (r - half) * Math.cos(turn), y1: 80 + (r - half) * Math.sin(turn), x2: 80 + (r + half) * Math.cos(turn), y2: 80 + (r + half) * Math.sin(turn) }; },
  },
};
parts["obc-astray"] = {
  props: ["items"], // name, title, meaning, a, t
  template: `
<div class="grid" style="gap:15px">
  <div v-for="one in items">
    <div class="spread"><h4 style="color:var(--ink)">{{ one.title }}</h4><span class="small"><b>{{ percent(one.a) }}</b> <span class="soft">{{ against(one) }}</span></span></div>
    <div class="meter" role="img" :aria-label="one.title + ' ' + percent(one.a) + ', ' + against(one)"><b :style="{ width: 100 * clip(one.a / top) + '%' }"></b><i v-if="one.t !== null && one.t !== undefined" :style="{ left: 100 * clip(one.t / top) + '%' }"></i></div>
    <p class="tiny soft">{{ one.meaning }}</p>
  </div>
</div>`,
  computed: { top() { const most = Math.max(0.1, ...this.items.map((one) => Math.max(one.a || 0, one.t || 0))); return Math.ceil(most * 10 + 0.5) / 10; } },
  methods: {
    clip: (v) => Math.max(0, Math.min(1, v || 0)), percent: (v) => (v === null || v === undefined ? "–" : shown(100 * v) + " %"),
    against(one) { if (one.t === null || one.t === undefined) return one.own ? "paid by block grant itself" : ""; const d = one.a - one.t; return Math.abs(d) < 0.0005 ? "as on a block grant" : signed(100 * d) + " points against a block grant"; },
  },
};
parts["obc-served"] = {
  props: ["a", "b"],
  data: () => ({ names: ["Least complex third", "Middle third", "Most complex third"], order: [[2, "in service", "var(--c1)"], [1, "waiting", "var(--c4)"], [3, "had it", "var(--c5)"]] }),
  template: `
<div>
  <div class="bars small">
    <template v-for="(row, n) in a || []"><span>{{ names[n] }}</span>
      <div><div class="stack" role="img" :aria-label="spoken(row, n)"><i v-for="o in order" :style="{ width: part(row, o[0]) + '%', background: o[2] }" :title="row[o[0]] + ' ' + o[1]"></i></div>
        <div v-if="b" class="stack" style="height:8px;margin-top:3px;opacity:.8" :title="'beside: ' + spoken(b[n], n)"><i v-for="o in order" :style="{ width: part(b[n], o[0]) + '%', background: o[2] }"></i></div></div>
    </template>
  </div>
  <div class="legend tiny soft" style="margin-top:12px"><span v-for="o in order"><svg width="11" height="11"><rect width="11" height="11" rx="2" :fill="o[2]"></rect></svg>{{ o[1] }} ({{ sum(o[0]) }})</span><span>not reached ({{ sum(0) }})</span><span v-if="b">thin: beside</span></div>
</div>`,
  methods: {
    part(row, state) { return (100 * row[state]) / Math.max(1, row.reduce((x, y) => x + y, 0)); }, sum(state) { return (this.a || []).reduce((x, row) => x + row[state], 0); },
    spoken(row, n) { return this.names[n] + ": " + row[2] + " in service, " + row[1] + " waiting, " + row[3] + " had it, " + row[0] + " not reached"; },
  },
};
parts["obc-paid"] = {
  props: ["parts", "planned"], // [name, €, meaning, colour]
  template: `
<div>
  <p v-if="!total" class="small soft">Nothing has been claimed for outcomes so far. A block grant never claims any; an outcome contract begins to once families have been in service for some months.</p>
  <template v-else>
    <p class="small" style="margin-bottom:8px">{{ euros(total) }} claimed for outcomes so far. Of each 100 €:</p>
    <div class="stack" role="img" :aria-label="spoken"><i v-for="one in positive" :style="{ width: 100 * one[1] / gross + '%', background: one[3] }" :title="one[0] + ': ' + euros(one[1])"></i></div>
    <table class="small" style="margin-top:8px"><tbody><tr v-for="one in parts" v-if="Math.round(one[1])"><td style="width:18px"><svg width="11" height="11"><rect width="11" height="11" rx="2" :fill="one[1] > 0 ? one[3] : 'none'" :stroke="one[3]"></rect></svg></td><td>{{ one[0] }}<span class="soft tiny" style="display:block">{{ one[2] }}</span></td><td class="n">{{ share(one[1]) }}</td></tr></tbody></table>
  </template>
</div>`,
  computed: { total() { return this.parts.reduce((x, one) => x + (one[1] || 0), 0); }, positive() { return this.parts.filter((one) => one[1] > 0); }, gross() { return this.positive.reduce((x, one) => x + one[1], 0); }, spoken() { return this.parts.map((one) => one[0] + " " + this.share(one[1])).join(", "); } },
  methods: { euros: (v) => shown(v, "€"), share(v) { return minus((100 * v / this.total).toFixed(0)) + " €"; } },
};
parts["obc-money"] = {
  props: ["flows"],
  data: () => ({ width: 520, column: { treasury: 0, region: 1, fund: 1, guarantor: 1, authority: 2, intermediary: 3, investor: 3, bank: 3, provider: 4, evaluator: 5, staff: 5, household: 5 },
    words: { treasury: "Treasury", region: "Region", authority: "Authority", investor: "Investors", provider: "Providers", staff: "Staff", evaluator: "Evaluators", bank: "Banks", household: "Families", guarantor: "Guarantor", fund: "Outcomes fund", intermediary: "Intermediary" } }),
  template: `
<div>
  <svg ref="svg" :viewBox="'0 0 ' + width + ' ' + tall" :height="tall" style="width:100%;display:block" role="img" :aria-label="spoken">
    <path v-for="l in links" :d="l.d" fill="none" :stroke="l.color" :stroke-width="l.w" opacity=".5"><title>{{ l.text }}</title></path>
    <g v-for="n in nodes"><rect :x="n.x - 4" :y="n.y - n.h / 2" width="8" :height="n.h" rx="3" fill="var(--ink)"></rect>
      <text :x="n.end ? n.x - 9 : n.x + 9" :y="n.c % 2 && !n.end ? n.y + n.h / 2 + 15 : n.y - n.h / 2 - 6" font-size="12" :text-anchor="n.end ? 'end' : n.c ? 'middle' : 'start'" :dx="n.end ? 13 : n.c ? -9 : -13" font-weight="600" fill="var(--ink)">{{ n.name }}</text></g>
  </svg>
  <details><summary class="small">As a table</summary><table class="small"><tbody><tr v-for="f in flows"><td>{{ words[f[0]] }} to {{ words[f[1]].toLowerCase() }}</td><td class="soft">{{ f[2].replace('_', ' ') }}</td><td class="n">{{ euros(f[3]) }}</td></tr></tbody></table></details>
</div>`,
  mounted() { this.watcher = new ResizeObserver(() => { if (this.$refs.svg) this.width = Math.max(280, this.$refs.svg.clientWidth || 520); }); this.watcher.observe(this.$el); }, beforeDestroy() { this.watcher.disconnect(); },
  computed: {
    tall: () => 216,
    pairs() { const sums = {}; for (const [from, to, what, sum] of this.flows || []) { const key = from + ">" + to; sums[key] = sums[key] || { from, to, sum: 0, what: [] }; sums[key].sum += sum; sums[key].what.push(what.replace("_", " ") + " " + shown(sum, "€")); } return Object.values(sums); },
    nodes() {
      const there = [...new Set(this.pairs.flatMap((p) => [p.from, p.to]))], columns = [...new Set(there.map((k) => this.column[k]))].sort(), most = Math.max(1, ...this.pairs.map((p) => p.sum));
      return there.map((k) => {
        const c = columns.indexOf(this.column[k]), mates = there.filter((o) => this.column[o] === this.column[k]).sort(), i = mates.indexOf(k);
        const size = Math.max(...this.pairs.filter((p) => p.from === k || p.to === k).map((p) => p.sum));
        return { k, c, name: this.words[k], end: c === columns.length - 1 && c > 0, x: 8 + (this.width - 16) * (columns.length > 1 ? c / (columns.length - 1) : 0.5), y: (this.tall + 14) * (i + 1) / (mates.length + 1), h: 8 + 34 * size / most };
      });
    },
    links() {
      const at = Object.fromEntries(this.nodes.map((n) => [n.k, n])), most = Math.max(1, ...this.pairs.map((p) => p.sum));
      return this.pairs.map((p) => {
        const f = at[p.from], t = at[p.to], back = t.x <= f.x, mid = (f.x + t.x) / 2, dip = back ? 46 : 0;
        return { d: back ? `M${f.x} ${f.y}C${f.x + 30} ${f.y + dip} ${t.x - 30} ${t.y + dip} ${t.x} ${t.y}` : `M${f.x} ${f.y}C${mid} ${f.y} ${mid} ${t.y} ${t.x} ${t.y}`, w: 1 + 21 * p.sum / most, color: p.what.some((w) => w.startsWith("outcome")) ? "var(--c3)" : p.what.some((w) => w.startsWith("capital")) ? "var(--c4)" : "var(--c1)", text: this.words[p.from] + " to " + this.words[p.to] + ": " + p.what.join(", ") };
      });
    },
    spoken() { return "Flow of money so far: " + this.pairs.map((p) => this.words[p.from] + " to " + this.words[p.to] + " " + shown(p.sum, "€")).join("; "); },
  },
  methods: { euros: (v) => shown(v, "€") },
};
parts["obc-agent"] = {
  props: ["agent", "dark"],
  template: `
<div>
  <div class="spread"><h3>{{ agent.name }}</h3><button class="plain small" @click="$emit('leave')">Close</button></div>
  <obc-chart v-if="agent.line.length > 1" :title="agent.line_name" :a="agent.line" :months="agent.line.length - 1" unit="" height="96"></obc-chart>
  <h4 style="margin:10px 0 4px">Its story so far</h4>
  <ol class="small" style="padding-left:0;list-style:none;max-height:210px;overflow:auto" tabindex="0"><li v-for="one in agent.story" style="padding:3px 0;border-bottom:1px solid var(--faint)">{{ one }}</li><li v-if="!agent.story.length" class="soft">Nothing that is kept of it has changed.</li></ol>
  <h4 style="margin:14px 0 4px">Now</h4>
  <table class="small"><tbody><tr v-for="one in agent.now" :title="one.meaning"><td>{{ one.name }}</td><td class="n"><span v-if="one.of.length"><span v-for="(v, n) in one.values" style="display:block">{{ one.of[n] }} {{ say(v) }}</span></span><span v-else>{{ one.values.map(say).join(', ') }}</span></td><td class="soft tiny">{{ one.unit }}</td></tr></tbody></table>
</div>`,
  methods: { say: (v) => shown(v) },
};
