// The whole page: what the server tells is kept here, and what a student asks for is sent from here.
const TABS = [["start", "Start"], ["watch", "Watch"], ["change", "Change"], ["compare", "Compare"], ["learn", "Learn"], ["take", "Take away"]];
const GOVERNANCE = [["voice", "governance_voice"], ["fairness", "governance_fairness"], ["accountability", "governance_accountability"], ["transparency", "governance_transparency"]];
parts["obc-lab"] = {
  props: ["send"],
  data: () => ({
    tab: "start", shop: null, lessons: [], world: null, frame: null, tick: 0, month: 0, over: false, busy: "", problem: null, playing: false, speed: 2, agent: null, pairs: null, lesson: "harm", outcome: null,
    theme: "auto", prefersDark: false, link: "", shown: "a", seed: "1", spoken: "", dragged: null, copied: false,
    charts: ["trust_family_provider", "trust_provider_commissioner", "trust_provider_provider", "attributable_gain", "wellbeing_measured", "wellbeing_unmeasured"],
  }),
  template: `
<div class="obc" :class="{ dark }" @keydown="key" :data-month="month" :data-busy="busy ? 'yes' : 'no'" :data-ready="shop ? 'yes' : 'no'">
  <a href="#view" class="skip" @click.prevent="$refs.view.focus()">Skip to the content</a>
  <header class="top"><div class="wrap">
    <div class="head"><div class="brand"><svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true"><path d="M5 19L13 5l8 14M5 19h16" fill="none" stroke="var(--soft)" stroke-width="1.5"></path><circle cx="13" cy="5" r="3.4" fill="var(--a)"></circle><rect x="2" y="16" width="6.4" height="6.4" rx="1" fill="var(--ink)"></rect><circle cx="21" cy="19" r="3.4" fill="var(--b)"></circle></svg><h1>Outcomes laboratory</h1></div>
      <nav aria-label="Views"><button v-for="t in tabs" :key="t[0]" @click="go(t[0])" :aria-current="tab === t[0] ? 'page' : false" :disabled="!shop" :data-tab="t[0]">{{ t[1] }}</button></nav>
      <button class="plain end small" @click="turn" :aria-label="dark ? 'Light theme' : 'Dark theme'" data-do="theme">{{ dark ? "Light" : "Dark" }}</button></div>
    <div class="transport" v-if="world && tab !== 'start'" role="group" aria-label="Run">
      <div class="where"><strong>{{ world.case_title }}</strong><span class="small soft">{{ world.design_title }}</span></div>
      <div class="keys"><button @click="back(0)" :disabled="!!busy || !month" aria-label="Back to the start" title="Back to the start" data-do="first"><svg width="16" height="16" aria-hidden="true"><path d="M3 3v10M13 3L6 8l7 5z" fill="currentColor" stroke="currentColor" stroke-width="1.6"></path></svg></button>
        <button @click="back(month - 1)" :disabled="!!busy || !month" aria-label="One month back" title="One month back (left arrow)" data-do="previous"><svg width="16" height="16" aria-hidden="true"><path d="M10.5 3L4 8l6.5 5z" fill="currentColor"></path></svg></button>
        <button class="main" @click="play" :disabled="over || (!!busy && !playing)" :aria-label="playing ? 'Pause' : 'Play'" :title="playing ? 'Pause (space)' : 'Play (space)'" data-do="play"><svg width="16" height="16" aria-hidden="true"><path v-if="playing" d="M4 3h3v10H4zM9 3h3v10H9z" fill="currentColor"></path><path v-else d="M4 2.5L14 8 4 13.5z" fill="currentColor"></path></svg></button>
        <button @click="step(1)" :disabled="!!busy || over || playing" aria-label="One month on" title="One month on (right arrow)" data-do="step"><svg width="16" height="16" aria-hidden="true"><path d="M5.5 3L12 8l-6.5 5z" fill="currentColor"></path></svg></button>
        <button @click="runTo(world.months)" :disabled="!!busy || over" aria-label="To the end" title="To the end" data-do="end"><svg width="16" height="16" aria-hidden="true"><path d="M13 3v10M3 3l7 5-7 5z" fill="currentColor" stroke="currentColor" stroke-width="1.6"></path></svg></button></div>
      <div class="scrub"><div class="marks" aria-hidden="true"><i v-for="p in strips" :style="{ width: p.w + '%', background: p.fill }" :title="p.name"></i></div>
        <input type="range" min="0" :max="world.months" :value="dragged === null ? month : dragged" @input="dragged = Number($event.target.value)" @change="seek" aria-label="Month of the run" :aria-valuetext="'month ' + month + ' of ' + world.months + ', ' + phase">
        <div class="names tiny soft"><span>month <b style="color:var(--ink)" data-shown-month>{{ dragged === null ? month : dragged }}</b> of {{ world.months }}</span><span>{{ phase }}</span></div></div>
      <label class="tiny soft">speed<br><select v-model.number="speed" data-do="speed"><option :value="1">1 month/s</option><option :value="2">2 months/s</option><option :value="5">5 months/s</option><option :value="10">10 months/s</option></select></label>
      <label class="tiny soft">seed<br><input type="text" inputmode="numeric" v-model="seed" style="width:74px" @keydown.enter="reset" data-do="seed"></label>
      <button @click="reset" :disabled="!!busy && !playing" data-do="reset" style="align-self:flex-end">Reset</button>
    </div>
  </div></header>
  <div class="wrap"><main id="view" ref="view" class="view" tabindex="-1">
    <div v-if="problem" class="problem" role="alert"><div class="spread"><b>That did not work.</b><button class="plain small" @click="problem = null" aria-label="Close this message">Close</button></div><p v-for="line in problem" class="small">{{ line }}</p></div>
    <p v-if="busy && !playing" class="busy small" role="status" style="margin-bottom:12px"><i></i>{{ busy }}</p>
    <p v-if="!shop" class="busy"><i></i>Opening the laboratory …</p>
    <obc-start v-else-if="tab === 'start'" :shop="shop" :busy="!!busy" @open="open" @learn="go('learn')"></obc-start>
    <obc-learn v-else-if="tab === 'learn'" :lessons="lessons" :lesson="lesson" :outcome="outcome" :busy="!!busy" :metric-of="metricOf" @pick="lesson = $event; outcome = null" @ask="ask" @go="go" @watch="watchLesson"></obc-learn>
    <div v-else-if="!world" class="card"><p>No story is open yet.</p><p style="margin-top:10px"><button class="main" @click="go('start')">Choose one</button></p></div>
    <obc-change v-else-if="tab === 'change'" :shop="shop" :world="world" :month="month" :busy="!!busy" :over="over" @ask="ask"></obc-change>
    <obc-compare v-else-if="tab === 'compare'" :shop="shop" :world="world" :col="col" :month="month" :tick="tick" :pairs="pairs" :busy="!!busy" :phases="world.phases" :marks="marks" :metric-of="metricOf" @ask="ask" @beside="ask({ do: 'reset', beside: $event })" @stop="stop"></obc-compare>
    <obc-take v-else-if="tab === 'take'" :world="world" :month="month" :busy="!!busy" :charts="charts" :link="link" @ask="ask" @copy="copy"></obc-take>
    <div v-else>
      <div class="now"><p class="lead" aria-live="polite" data-now><template v-for="(one, n) in frame ? frame.now : []"><em v-if="n === 0">{{ one }} </em><span v-else>{{ one }} </span></template></p>
        <p class="legend small" style="margin-top:9px"><span><i class="line-a"></i>{{ world.design_title }}</span><span v-if="two"><i class="line-b"></i>beside it: {{ world.beside_title }}</span><span v-else class="soft">is paid by block grant already, so nothing runs beside it</span></p></div>
      <div class="grid two">
        <div class="card"><div class="spread"><h3>Who trusts whom</h3><span class="row small" v-if="two" role="group" aria-label="Whose network"><button class="plain small" v-for="arm in ['a', 'b']" @click="ask({ do: 'show', arm })" :aria-pressed="String(shown === arm)" :style="shown === arm ? 'font-weight:650;text-decoration:underline;text-underline-offset:4px' : ''">{{ arm === 'a' ? 'Design' : 'Beside' }}</button></span></div>
          <obc-network :net="world.net" :frame="frame && frame.net" :dark="dark" :chosen="agent" @look="look" @leave="agent = null"></obc-network>
          <p class="legend tiny soft" aria-label="Legend"><span v-for="k in kinds"><svg width="14" height="14" viewBox="-7 -7 14 14" v-html="k[1]"></svg>{{ k[0] }}</span>
            <span><svg width="54" height="8"><defs><linearGradient id="obc-trust"><stop offset="0" stop-color="var(--low)"></stop><stop offset=".5" stop-color="var(--mid)"></stop><stop offset="1" stop-color="var(--high)"></stop></linearGradient></defs><path d="M0 4.5L54 0v8L0 4.6z" fill="url(#obc-trust)"></path></svg>trust: low, middling (½), high</span></p>
          <p class="tiny soft" style="margin-top:6px">{{ world.net.summarised ? world.net.families + " families, too many to draw: each circle outside is those that one provider serves, coloured by their trust in it." : "Each dot is a family: full in service, ringed waiting, pale without a place. Click anybody for its story." }}</p></div>
        <div class="grid" style="align-content:start">
          <div v-if="agent" class="card"><obc-agent :agent="agent" @leave="agent = null"></obc-agent></div>
          <div class="card"><h3 style="margin-bottom:10px">Three objectives, never one score</h3><div class="dials"><obc-dial title="Service quality" :items="[dial('service_quality')]" :about="metricOf.service_quality.meaning"></obc-dial><obc-dial title="Quality of life" :items="[dial('quality_of_life')]" :about="metricOf.quality_of_life.meaning"></obc-dial><obc-dial title="Governance" :items="governance" about="Four sides of governance"></obc-dial></div>
            <p class="tiny soft" style="margin-top:8px">Governance has four arcs, outermost first: voice, fairness, accountability, transparency.<span v-if="two"> The mark on each arc is what runs beside.</span></p></div>
          <div class="card"><h3>What may go wrong</h3><p class="tiny soft" style="margin-bottom:12px">Compared with a block grant: this very design, but paid in advance.</p><obc-astray :items="astray"></obc-astray></div>
        </div>
      </div>
      <div class="grid third" style="margin-top:18px">
        <div class="card" v-for="(name, n) in charts" :key="n"><obc-chart :title="metricOf[name].title" :unit="metricOf[name].unit" :meaning="metricOf[name].meaning" :options="groups" :metric="name" @pick="pick(n, $event)" :a="series(name, 'a')" :b="two ? series(name, 'b') : null" :months="world.months" :phases="world.phases" :marks="marks"></obc-chart><p class="tiny soft" style="margin-top:6px">{{ metricOf[name].meaning }}</p></div>
      </div>
      <div class="grid third" style="margin-top:18px">
        <div class="card"><h3 style="margin-bottom:12px">Who is served, and who waits</h3><obc-served :a="frame && frame.served.a" :b="two && frame ? frame.served.b : null"></obc-served></div>
        <div class="card"><h3 style="margin-bottom:4px">Where the money goes</h3><p class="tiny soft">For the contract, so far{{ shown === "b" ? ", beside" : "" }}; usual services left out.</p><obc-money :flows="frame ? frame.money : []"></obc-money></div>
        <div class="card"><h3 style="margin-bottom:12px">What did we pay for?</h3><obc-paid :parts="paid"></obc-paid></div>
      </div>
    </div>
  </main></div>
  <footer class="foot"><div class="wrap small">A model that explains mechanisms. <b>Not a forecast:</b> more than half of its numbers are assumed, and none of the stories is a replication. Each control says where its number comes from.</div></footer>
  <div class="visually-hidden" role="status" aria-live="polite">{{ spoken }}</div>
</div>`,
  computed: {
    tabs: () => TABS, dark() { return this.theme === "auto" ? this.prefersDark : this.theme === "dark"; }, two() { return this.world && this.world.same.b !== "a"; },
    metricOf() { return Object.fromEntries(this.shop.metrics.map((m) => [m.name, m])); },
    groups() { const names = [...new Set(this.shop.metrics.map((m) => m.group))]; return names.map((name) => ({ name, items: this.shop.metrics.filter((m) => m.group === name) })); },
    phase() { const m = this.month, p = [...this.world.phases].reverse().find((one) => m >= one[1] && m <= one[2]); return (this.frame && m ? this.frame.date + ", " : "") + (m === 0 ? "before the start" : p ? p[0] : "between phases"); },
    strips() { const out = []; let at = 0; for (const p of this.world.phases) { const from = Math.max(at, p[1] - 1); if (p[2] <= from) continue; if (from > at) out.push({ w: 100 * (from - at) / this.world.months, fill: "transparent", name: "" }); out.push({ w: 100 * (p[2] - from) / this.world.months, name: p[0], fill: { service: "var(--a)", tender: "var(--ink)", "co-design": "var(--soft)" }[p[0]] || "var(--line)" }); at = p[2]; } return out; },
    marks() { return this.world.changes.map((one) => ({ month: one.month - 1, text: "month " + one.month + ": " + Object.entries(one.set).map(([k, v]) => k + " = " + v).join(", ") })).concat(this.world.events.map((e) => ({ month: e.month - 1, text: "month " + e.month + ": " + e.kind.replace(/_/g, " ") }))); },
    governance() { void this.tick; return GOVERNANCE.map(([name, key]) => ({ ...this.dial(key), name })); },
    astray() { void this.tick; return ["mission_drift", "marketisation", "bureaucratisation"].map((name) => ({ title: this.metricOf[name].title, meaning: this.metricOf[name].meaning, a: this.known("a", name), t: this.world.same.t === "a" ? null : this.known("t", name), own: this.world.same.t === "a" })); },
    paid() { void this.tick; const arm = this.shown, v = (name) => this.known(arm, name) || 0; return [["True effect", v("payment_true_effect"), "what the service really changed", "var(--c1)"], ["Deadweight", v("payment_deadweight"), "change that all families had anyway", "var(--c2)"], ["Selection", v("payment_selection"), "change that those who were chosen had anyway", "var(--c4)"], ["Overstatement", v("payment_gaming"), "results made to look better, claims brought forward", "var(--ink)"], ["Noise", v("payment_noise"), "errors of measurement and sampling", "var(--c5)"]]; },
    kinds() { const c = (n) => "var(--c" + n + ")"; return [["authority", '<path d="M0-6L6 0 0 6-6 0z" fill="var(--ink)"/>'], ["public", `<rect x="-5" y="-5" width="10" height="10" fill="${c(1)}"/>`], ["third sector", `<circle r="5.4" fill="${c(3)}"/>`], ["association", `<path d="M0-6L5.7-1.9 3.5 4.9h-7L-5.7-1.9z" fill="${c(2)}"/>`], ["for-profit", `<path d="M0-6L5.5 4.5h-11z" fill="${c(4)}"/>`], ["investor", '<path d="M5.5 0L2.7 4.8h-5.4L-5.5 0l2.8-4.8h5.4z" fill="none" stroke="var(--ink)" stroke-width="1.8"/>'], ["hollow: no contract", `<circle r="4.6" fill="none" stroke="${c(3)}" stroke-width="1.6"/>`]]; },
  },
  created() { this.rows = { a: [], b: [], t: [] }; this.timer = null; this.waiting = false; this.goal = 0; this.sent = 0; },
  mounted() {
    document.title = "Outcomes laboratory"; document.documentElement.lang = "en";
    const view = document.querySelector("meta[name=viewport]"); if (view) view.content = "width=device-width, initial-scale=1"; // so that the page can be enlarged
    try { this.theme = localStorage.getItem("obc-theme") || "auto"; } catch (error) { /* storage may be forbidden */ }
    const media = window.matchMedia("(prefers-color-scheme: dark)"); this.prefersDark = media.matches; media.addEventListener("change", (e) => { this.prefersDark = e.matches; });
    this.ask({ do: "hello", query: window.location.search });
  },
  methods: {
    ask(what) { this.problem = null; if (["open", "reset", "set", "part", "back", "change", "event", "lesson", "outcome", "file", "show"].includes(what.do)) { this.pause(); if (what.do !== "file" && what.do !== "show") this.busy = "A moment …"; } this.send(what); },
    hear(kind, said) { const method = this["on_" + kind]; if (method) method(said); },
    on_catalogue(said) { this.shop = Object.freeze(said.shop); this.lessons = Object.freeze(said.lessons); },
    on_busy(said) { this.busy = said.text; },
    on_problem(said) { this.waiting = false; this.busy = ""; this.pause(); this.problem = said.lines; window.scrollTo({ top: 0 }); },
    on_world(said) { this.world = Object.freeze(said); this.rows = { a: [], b: [], t: [] }; this.agent = null; this.pairs = null; this.seed = said.seed; this.shown = said.shown; if (this.tab === "start") this.tab = "watch"; },
    on_frame(said) {
      for (const arm of Object.keys(said.rows)) { const kept = this.rows[arm].slice(0, said.from); this.rows[arm] = kept.concat(said.rows[arm]); }
      if (!said.net.ends && this.frame) said.net.ends = this.frame.net.ends; // sent only when they moved
      const wait = performance.now() - this.sent; this.waiting = false; this.frame = Object.freeze(said); this.month = said.month; this.over = said.over; this.shown = said.shown; this.tick += 1; this.busy = ""; this.dragged = null;
      if (this.agent && this.agent.kind !== "region") this.send({ do: "look", kind: this.agent.kind, row: this.agent.row, name: this.agent.name });
      if (this.goal > this.month && !this.over) { this.askStep(Math.min(12, this.goal - this.month)); this.busy = "Month " + this.month + " of " + this.goal + " …"; return; }
      this.goal = 0; if (this.over) { this.pause(); this.spoken = "The run is over. " + said.now.join(" "); }
      clearTimeout(this.timer);
      if (this.playing) this.timer = setTimeout(() => this.askStep(1), Math.max(1000 / this.speed, 6 * wait) - wait); // slower where many play at once
    },
    on_dated(said) { this.busy = ""; this.world = Object.freeze({ ...this.world, ...said }); this.spoken = "Taken note of: it holds from month " + (this.month + 1) + " on."; },
    on_agent(said) { this.agent = Object.freeze(said); }, on_pairs(said) { this.pairs = Object.freeze({ ...(said.table ? {} : this.pairs || {}), ...said }); },
    on_file(said) { save(said.name, said.type, said.content); }, on_lesson() { this.tab = "watch"; }, on_outcome(said) { this.outcome = Object.freeze(said); this.busy = ""; },
    on_link(said) { this.link = window.location.origin + window.location.pathname + "?" + said; },
    row(arm) { return this.rows[this.world.same[arm]]; },
    col(arm, name) { void this.tick; const at = this.shop.metrics.findIndex((m) => m.name === name); return this.row(arm).map((one) => one[at]); },
    series(name, arm) { void this.tick; return this.col(arm, name); },
    latest(arm, name) { const values = this.col(arm, name); return values.length ? values[values.length - 1] : null; },
    known(arm, name) { const values = this.col(arm, name); for (let n = values.length - 1; n >= 0; n--) if (values[n] !== null) return values[n]; return null; },
    dial(name) { void this.tick; return { name: this.metricOf[name].title, a: this.known("a", name), b: this.two ? this.known("b", name) : null }; },
    pick(n, name) { this.$set(this.charts, n, name); },
    go(tab) { this.tab = tab; this.problem = null; this.$nextTick(() => { window.scrollTo({ top: 0 }); }); },
    open(what) { this.ask({ do: "open", ...what }); }, watchLesson(key) { this.ask({ do: "lesson", key }); },
    play() { if (this.playing) { this.pause(); return; } this.playing = true; this.askStep(1); },
    askStep(n) { if (this.waiting) return; this.waiting = true; this.sent = performance.now(); this.send({ do: "step", n }); }, // one at a time: the answer asks for the next
    pause() { this.playing = false; this.goal = 0; clearTimeout(this.timer); },
    step(n) { if (this.over || this.busy) return; this.busy = "…"; this.problem = null; this.askStep(n); },
    back(month) { if (month >= 0 && month !== this.month) this.ask({ do: "back", month }); },
    runTo(month) { this.pause(); if (month <= this.month) return; this.goal = month; this.busy = "On to month " + month + " …"; this.askStep(Math.min(12, month - this.month)); },
    seek() { const to = this.dragged; if (to === null) return; if (to < this.month) this.back(to); else if (to > this.month) this.runTo(to); else this.dragged = null; },
    reset() { this.ask({ do: "reset", seed: this.seed }); }, look(who) { this.send({ do: "look", ...who }); },
    stop() { this.send({ do: "stop" }); this.pairs = null; },
    copy() { if (navigator.clipboard) navigator.clipboard.writeText(this.link).then(() => { this.spoken = "The link is copied."; }); },
    turn() { this.theme = this.dark ? "light" : "dark"; try { localStorage.setItem("obc-theme", this.theme); } catch (error) { /* as above */ } },
    key(event) {
      if (["INPUT", "SELECT", "TEXTAREA", "BUTTON", "SUMMARY", "A"].includes(event.target.tagName) || !this.world || this.tab === "start" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " ") { event.preventDefault(); this.play(); } else if (event.key === "ArrowRight") { event.preventDefault(); this.step(1); } else if (event.key === "ArrowLeft") { event.preventDefault(); this.back(this.month - 1); }
    },
  },
};
