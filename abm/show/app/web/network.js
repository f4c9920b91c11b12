// The trust graph on a canvas. Places of the nodes come from the server and stay; each month brings trust, states and sizes.
parts["obc-network"] = {
  props: ["net", "frame", "dark", "chosen"],
  data: () => ({ tip: null, width: 640 }),
  template: `
<div class="net" @mouseleave="tip = null; draw()">
  <canvas ref="canvas" :height="tall" :style="{ height: tall + 'px', cursor: tip ? 'pointer' : 'default' }" @mousemove="move" @click="click" tabindex="0" role="img"
    :aria-label="spoken" @keydown="key"></canvas>
  <div v-if="tip" class="tip" :style="{ left: tip.x + 'px', top: tip.y + 'px' }">{{ tip.text }}</div>
</div>`,
  computed: {
    tall() { const places = this.net ? this.net.places.length : 1; return this.width < 560 ? Math.round(this.width * (places > 1 ? 1.7 : 1.02)) : Math.round(Math.min(640, this.width * (places > 1 ? 0.62 : 0.78))); },
    spoken() { return "Trust graph of " + (this.net ? this.net.nodes.length : 0) + " agents. Tab and arrow keys move from agent to agent, Enter opens one."; },
  },
  watch: { frame() { this.take(); this.draw(); }, dark() { this.$nextTick(this.draw); }, chosen() { this.draw(); }, width() { this.$nextTick(this.draw); }, net() { this.cursor = -1; } },
  mounted() {
    this.cursor = -1;
    this.watcher = new ResizeObserver(() => { const w = this.$el.clientWidth; if (w && Math.abs(w - this.width) > 1) this.width = w; else this.draw(); });
    this.watcher.observe(this.$el); this.width = this.$el.clientWidth || 640; this.take(); this.$nextTick(this.draw);
  },
  beforeDestroy() { this.watcher.disconnect(); },
  methods: {
    take() {
      const f = this.frame; if (!f || !this.net) return;
      this.trust = bytes(f.trust); this.state = bytes(f.state); this.size = bytes(f.size);
      if (f.ends) this.ends = new Uint16Array(bytes(f.ends).buffer);
      if (this.relationsOf !== this.net) { this.relationsOf = this.net; this.relations = bytes(this.net.relations); }
    },
    spot(node) {
      const places = this.net.places.length, down = this.width < 560;
      if (node.k === "region") return [this.width * node.x, 16];
      const w = down ? this.width : this.width / places, h = down ? (this.tall - 22) / places : this.tall - 22, left = down ? 0 : node.c * w, up = 22 + (down ? node.c * h : 0);
      const spread = Math.min(w, h * 1.5) / w;
      return [left + w * (0.5 + (node.x - 0.5) * spread), up + h * (node.y - 0.04) / 0.96];
    },
    radius(n) {
      const k = this.net.nodes[n].k, scale = Math.min(1.1, 0.55 + this.width / 1250) * (this.net.places.length > 1 && this.width >= 560 ? 0.78 : 1);
      if (k === "family") return 2.9 * scale; if (k === "volunteer") return 2 * scale; if (k === "commissioner") return 14 * scale; if (k === "region") return 9; if (k === "investor") return 6.5 * scale;
      if (k === "group") return (3 + Math.sqrt(this.size[n]) * 1.25) * scale; return (4 + this.size[n] / 26) * scale;
    },
    draw() {
      const canvas = this.$refs.canvas; if (!canvas || !this.net || !this.trust || this.size.length !== this.net.nodes.length) return;
      const ratio = window.devicePixelRatio || 1, ctx = canvas.getContext("2d"), style = getComputedStyle(this.$el), v = (name) => style.getPropertyValue(name).trim();
      if (canvas.width !== Math.round(this.width * ratio) || canvas.height !== Math.round(this.tall * ratio)) { canvas.width = Math.round(this.width * ratio); canvas.height = Math.round(this.tall * ratio); }
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0); ctx.clearRect(0, 0, this.width, this.tall);
      const c = { ink: v("--ink"), soft: v("--soft"), line: v("--line"), card: v("--card"), low: v("--low"), mid: v("--mid"), high: v("--high"), a: v("--a"), faint: v("--faint"), k: [v("--c1"), v("--c3"), v("--c2"), v("--c4")] };
      this.spots = this.net.nodes.map((node) => this.spot(node));
      const shade = []; for (let n = 0; n <= 25; n++) shade.push(mixed(c.low, c.mid, c.high, n / 25));
      const light = this.lit === undefined ? -1 : this.lit, focus = this.chosenIndex() >= 0 ? this.chosenIndex() : light;
      const layers = [[], []];
      for (let e = 0; e < this.trust.length; e++) if (this.trust[e] !== 255) layers[this.relations[e] === 0 || this.relations[e] === 3 ? 0 : 1].push(e);
      for (const layer of [0, 1]) for (const e of layers[layer]) this.edge(ctx, e, shade, layer, focus);
      for (let n = 0; n < this.net.nodes.length; n++) this.node(ctx, n, c, focus, shade);
      ctx.textAlign = "center"; ctx.fillStyle = c.ink; ctx.font = "600 13px Inter, system-ui, sans-serif";
      this.net.nodes.forEach((node, n) => { if (node.k === "commissioner") ctx.fillText(this.net.places.length > 1 ? node.n : "Authority", this.spots[n][0], this.spots[n][1] + this.radius(n) + 15); if (node.k === "region") { ctx.textAlign = "left"; ctx.fillText(node.n, this.spots[n][0] + 15, this.spots[n][1] + 5); ctx.textAlign = "center"; } });
    },
    edge(ctx, e, shade, layer, focus) {
      const from = this.ends[2 * e], to = this.ends[2 * e + 1], p = this.spots[from], q = this.spots[to]; if (!p || !q) return;
      if (!this.here(from) || !this.here(to)) return;
      const level = this.trust[e] / 250, mine = focus >= 0 && (from === focus || to === focus);
      ctx.globalAlpha = focus >= 0 ? (mine ? 0.95 : 0.06) : layer ? 0.2 + 1.3 * Math.abs(level - 0.5) : 0.26; ctx.strokeStyle = shade[Math.round(level * 25)];
      ctx.lineWidth = (layer ? 0.5 + 2.4 * level : 0.35 + 0.7 * level) * (mine ? 1.5 : 1);
      const dx = q[0] - p[0], dy = q[1] - p[1], bend = layer ? 0.1 : 0, mx = (p[0] + q[0]) / 2 - dy * bend, my = (p[1] + q[1]) / 2 + dx * bend;
      ctx.beginPath(); ctx.moveTo(p[0], p[1]); ctx.quadraticCurveTo(mx, my, q[0], q[1]); ctx.stroke();
      if (mine && layer) {
        const hx = (p[0] + 2 * mx + q[0]) / 4, hy = (p[1] + 2 * my + q[1]) / 4, turn = Math.atan2(dy, dx);
        ctx.fillStyle = ctx.strokeStyle; ctx.beginPath(); ctx.moveTo(hx + 6 * Math.cos(turn), hy + 6 * Math.sin(turn)); ctx.lineTo(hx + 4 * Math.cos(turn + 2.3), hy + 4 * Math.sin(turn + 2.3)); ctx.lineTo(hx + 4 * Math.cos(turn - 2.3), hy + 4 * Math.sin(turn - 2.3)); ctx.fill();
      }
      ctx.globalAlpha = 1;
    },
    here(n) { const k = this.net.nodes[n].k, s = this.state[n]; return ["family", "commissioner", "region", "group"].includes(k) || (k === "investor" || k === "volunteer" ? s === 1 : s === 1 || s === 2); },
    node(ctx, n, c, focus, shade) {
      const node = this.net.nodes[n], [x, y] = this.spots[n], r = this.radius(n), s = this.state[n], kinds = ["public", "third_sector", "association", "for_profit"].indexOf(node.k);
      if ((kinds >= 0 && s === 0) || ((node.k === "investor" || node.k === "volunteer") && s !== 1)) return;
      ctx.lineWidth = 1.4; ctx.beginPath(); ctx.globalAlpha = 1;
      if (node.k === "family") {
        ctx.arc(x, y, r, 0, 7);
        if (s === 2) { ctx.fillStyle = c.ink; ctx.fill(); } else if (s === 1) { ctx.strokeStyle = c.low; ctx.lineWidth = 1.8; ctx.fillStyle = c.card; ctx.fill(); ctx.stroke(); } else { ctx.globalAlpha = s === 3 ? 0.55 : 0.4; ctx.fillStyle = s === 3 ? c.soft : c.mid; ctx.arc(x, y, s === 3 ? r : r * 0.8, 0, 7); ctx.fill(); ctx.globalAlpha = 1; }
      } else if (node.k === "group") {
        if (!this.size[n]) { ctx.strokeStyle = c.line; ctx.arc(x, y, 3, 0, 7); ctx.stroke(); return; }
        ctx.fillStyle = s === 255 ? c.mid : shade[Math.round(s / 10)]; ctx.globalAlpha = 0.85; ctx.arc(x, y, r, 0, 7); ctx.fill(); ctx.globalAlpha = 1;
        ctx.font = "600 11px Inter, system-ui, sans-serif"; ctx.textAlign = "center"; ctx.fillStyle = r > 10 ? c.card : c.ink; ctx.fillText(String(this.size[n]) + (this.size[n] === 255 ? "+" : ""), x, r > 10 ? y + 4 : y + r + 11);
      } else if (node.k === "commissioner" || node.k === "region") { ctx.fillStyle = c.ink; ctx.moveTo(x, y - r); ctx.lineTo(x + r, y); ctx.lineTo(x, y + r); ctx.lineTo(x - r, y); ctx.fill();
      } else if (node.k === "investor") { ctx.fillStyle = c.card; ctx.strokeStyle = c.ink; ctx.lineWidth = 2; for (let i = 0; i < 6; i++) ctx.lineTo(x + r * Math.cos(i * 1.0472), y + r * Math.sin(i * 1.0472)); ctx.closePath(); ctx.fill(); ctx.stroke();
      } else if (node.k === "volunteer") { ctx.fillStyle = c.soft; ctx.moveTo(x, y - r * 1.5); ctx.lineTo(x + r * 1.3, y + r); ctx.lineTo(x - r * 1.3, y + r); ctx.fill();
      } else {
        ctx.fillStyle = c.k[kinds]; ctx.strokeStyle = c.card; this.shape(ctx, kinds, x, y, r);
        if (s === 2) { ctx.fill(); ctx.stroke(); } else if (s === 1) { ctx.fillStyle = c.card; ctx.strokeStyle = c.k[kinds]; ctx.lineWidth = 1.8; ctx.fill(); ctx.stroke(); }
        else { ctx.beginPath(); ctx.strokeStyle = c.soft; ctx.lineWidth = 1.6; ctx.moveTo(x - 4, y - 4); ctx.lineTo(x + 4, y + 4); ctx.moveTo(x + 4, y - 4); ctx.lineTo(x - 4, y + 4); ctx.stroke(); }
      }
      if (n === this.chosenIndex() || n === this.cursor || n === this.lit) { ctx.strokeStyle = c.ink; ctx.lineWidth = 2; ctx.beginPath(); ctx.arc(x, y, r + 5, 0, 7); ctx.stroke(); }
    },
    shape(ctx, kind, x, y, r) {
      if (kind === 0) { ctx.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76); return; }
      if (kind === 1) { ctx.arc(x, y, r, 0, 7); return; }
      const sides = kind === 2 ? 5 : 3, turn = -Math.PI / 2, size = kind === 2 ? r * 1.08 : r * 1.22;
      for (let i = 0; i < sides; i++) ctx.lineTo(x + size * Math.cos(turn + i * 2 * Math.PI / sides), y + size * Math.sin(turn + i * 2 * Math.PI / sides)); ctx.closePath();
    },
    chosenIndex() { return this.chosen ? this.net.nodes.findIndex((node) => node.k === this.chosen.kind && node.r === this.chosen.row) : -1; },
    near(event) {
      const box = this.$refs.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top; let best = -1, far = 1e9;
      (this.spots || []).forEach(([sx, sy], n) => { const d = Math.hypot(sx - x, sy - y) - this.radius(n); if (d < far && d < 7 && (this.here(n) || this.state[n] === 3)) { far = d; best = n; } });
      return best;
    },
    text(n) {
      const node = this.net.nodes[n], s = this.state[n];
      if (node.k === "family") return node.n + ": " + ["no place", "waits for a place", "in service", "had its programme"][s];
      if (node.k === "group") return node.n + ": " + this.size[n] + " in service" + (s === 255 ? "" : ", trust " + (s / 250).toFixed(2));
      if (["region", "commissioner", "investor", "volunteer"].includes(node.k)) return node.n;
      return node.n + ": " + ["not there", "no part of the contract", "partner", "failed or left"][s];
    },
    show(n) { this.lit = n < 0 ? undefined : n; this.tip = n < 0 ? null : { text: this.text(n), x: Math.min(this.width - 190, this.spots[n][0] + 12), y: Math.max(2, this.spots[n][1] - 34) }; this.draw(); },
    move(event) { const n = this.near(event); if (n !== (this.lit === undefined ? -1 : this.lit)) this.show(n); },
    click(event) { const n = this.near(event); if (n >= 0) this.open(n); else this.$emit("leave"); },
    open(n) { const node = this.net.nodes[n]; this.$emit("look", { kind: node.k, row: node.r, name: node.n }); },
    key(event) {
      const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
      if (event.key in steps) { event.preventDefault(); event.stopPropagation(); const count = this.net.nodes.length; let n = this.cursor; do { n = (n + steps[event.key] + count) % count; } while (!this.here(n)); this.cursor = n; this.show(n); }
      else if (event.key === "Enter" && this.cursor >= 0) this.open(this.cursor);
      else if (event.key === "Escape") { this.cursor = -1; this.show(-1); this.$emit("leave"); }
    },
  },
};
