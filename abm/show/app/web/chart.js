// Lines over the months: the design solid, what runs beside it dashed, phases behind, changes marked.
parts["obc-chart"] = {
  props: ["title", "unit", "meaning", "a", "b", "months", "phases", "marks", "options", "metric", "height", "bands", "zero"],
  data: () => ({ width: 420, at: null }),
  template: `
<figure class="chart">
  <div class="spread">
    <select v-if="options" :value="metric" @change="$emit('pick', $event.target.value)" :aria-label="'Metric of this chart: ' + title">
      <optgroup v-for="group in options" :label="group.name"><option v-for="one in group.items" :value="one.name">{{ one.title }}</option></optgroup>
    </select>
    <h3 v-else>{{ title }}</h3>
    <span class="tiny soft">{{ reading }}</span>
  </div>
  <svg ref="svg" :viewBox="'0 0 ' + width + ' ' + tall" :height="tall" role="img" :aria-label="spoken" @mousemove="move" @mouseleave="at = null">
    <rect v-for="one in areas" :x="one.x" :y="top" :width="one.w" :height="tall - top - foot" :fill="one.fill"></rect>
    <text v-for="one in areas" v-if="one.name && one.w > 8 + 6.2 * one.name.length" :x="one.x + 4" :y="top + 11" font-size="10.5" fill="var(--soft)">{{ one.name }}</text>
    <g v-for="t in yticks"><line :x1="left" :x2="width - 4" :y1="y(t)" :y2="y(t)" stroke="var(--line)" :stroke-width="t === 0 ? 1.2 : .6"></line>
      <text :x="left - 6" :y="y(t) + 3.5" text-anchor="end" font-size="11" fill="var(--soft)">{{ axis(t) }}</text></g>
    <text v-for="t in xticks" :x="x(t)" :y="tall - 4" text-anchor="middle" font-size="11" fill="var(--soft)">{{ t }}</text>
    <g v-for="m in marks || []"><line :x1="x(m.month)" :x2="x(m.month)" :y1="top" :y2="tall - foot" stroke="var(--ink)" stroke-dasharray="2 2"></line>
      <circle :cx="x(m.month)" :cy="top" r="4" fill="var(--ink)"><title>{{ m.text }}</title></circle></g>
    <path v-if="bands" :d="area(bands.b)" fill="var(--b)" opacity=".2"></path><path v-if="bands" :d="area(bands.a)" fill="var(--a)" opacity=".22"></path>
    <path v-if="b" :d="line(b)" fill="none" stroke="var(--b)" stroke-width="2" stroke-dasharray="5 3" stroke-linejoin="round"></path>
    <path :d="line(a)" fill="none" stroke="var(--a)" stroke-width="2.4" stroke-linejoin="round"></path>
    <circle v-if="dot(b)" :cx="dot(b)[0]" :cy="dot(b)[1]" r="3" fill="var(--card)" stroke="var(--b)" stroke-width="1.8"></circle>
    <circle v-if="dot(a)" :cx="dot(a)[0]" :cy="dot(a)[1]" r="3.4" fill="var(--a)"></circle>
    <line v-if="at !== null" :x1="x(at)" :x2="x(at)" :y1="top" :y2="tall - foot" stroke="var(--soft)" stroke-width=".8"></line>
  </svg>
</figure>`,
  computed: {
    tall() { return this.height || 176; }, top: () => 8, foot: () => 20, left: () => 42,
    range() {
      let low = Infinity, high = -Infinity;
      const see = (v) => { if (v !== null && v !== undefined) { if (v < low) low = v; if (v > high) high = v; } };
      (this.a || []).forEach(see); (this.b || []).forEach(see);
      if (this.bands) for (const arm of ["a", "b"]) (this.bands[arm] || []).forEach((one) => { see(one[1]); see(one[2]); });
      if (this.zero) see(0);
      if (low === Infinity) return [0, 1];
      const room = Math.max((high - low) * 0.1, Math.abs(high) * 0.01, 0.002);
      return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
    },
    yticks() { return ticks(this.range[0], this.range[1], 3.5); },
    xticks() { return ticks(0, this.months || 1, Math.max(2, this.width / 90)).filter((t) => t % 1 === 0); },
    areas() {
      return (this.phases || []).filter((p) => p[2] >= p[1]).map((p) => {
        const from = this.x(Math.max(0, p[1] - 1)), to = this.x(Math.min(this.months, p[2]));
        return { name: p[0] === "tender" ? "" : p[0], x: from, w: Math.max(1, to - from), fill: p[0] === "service" ? "var(--ph2)" : "var(--ph1)" };
      });
    },
    reading() {
      const m = this.at === null ? (this.a || []).length - 1 : this.at, a = (this.a || [])[m], b = this.b ? this.b[m] : undefined;
      const text = shown(a, this.unit) + (this.b ? " · beside " + shown(b, this.unit) : "");
      return (this.at === null ? "" : "month " + m + ": ") + text + (this.unit && this.unit !== "€" && this.unit !== this.title ? " " + this.unit : "");
    },
    spoken() { return this.title + ", " + (this.meaning || "") + ". Month " + ((this.a || []).length - 1) + ": " + this.reading; },
  },
  mounted() { this.watcher = new ResizeObserver(() => { if (this.$refs.svg) this.width = Math.max(220, this.$refs.svg.clientWidth || 420); }); this.watcher.observe(this.$el); },
  beforeDestroy() { this.watcher.disconnect(); },
  methods: {
    axis: axisText,
    x(month) { return this.left + (month / Math.max(1, this.months)) * (this.width - this.left - 8); },
    y(v) { const [low, high] = this.range; return this.top + (1 - (v - low) / (high - low)) * (this.tall - this.top - this.foot); },
    line(values) {
      let path = "", pen = false;
      (values || []).forEach((v, m) => { if (v === null || v === undefined) { pen = false; return; } path += (pen ? "L" : "M") + this.x(m).toFixed(1) + " " + this.y(v).toFixed(1); pen = true; });
      return path;
    },
    area(band) {
      const there = (band || []).map((one, m) => [m, one[1], one[2]]).filter((one) => one[1] !== null && one[2] !== null);
      if (there.length < 2) return "";
      const up = there.map((p) => this.x(p[0]).toFixed(1) + " " + this.y(p[2]).toFixed(1)), down = there.map((p) => this.x(p[0]).toFixed(1) + " " + this.y(p[1]).toFixed(1)).reverse();
      return "M" + up.join("L") + "L" + down.join("L") + "Z";
    },
    dot(values) { if (!values || this.bands) return null; const m = values.length - 1, v = values[m]; return v === null || v === undefined ? null : [this.x(m), this.y(v)]; },
    move(event) { const box = this.$refs.svg.getBoundingClientRect(), m = Math.round(((event.clientX - box.left) * (this.width / box.width) - this.left) / (this.width - this.left - 8) * this.months); this.at = Math.max(0, Math.min((this.a || []).length - 1, m)); },
  },
};
