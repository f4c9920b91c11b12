// What a student takes away.
parts["obc-take"] = {
  props: ["world", "month", "busy", "charts", "link"],
  template: `
<div style="max-width:860px">
  <h2>Take it away</h2><p class="soft" style="margin:6px 0 18px">As it stands in month {{ month }}: {{ world.case_title }}, {{ world.design_title }}, seed {{ world.seed }}.</p>
  <div class="card take"><table><tbody>
    <tr><td><h3>The run</h3><span class="small soft">Every metric, month by month, with all digits: for a spreadsheet, R or pandas.</span></td><td class="n"><span class="row" style="justify-content:flex-end"><button @click="file('csv')" :disabled="busy" data-file="csv">CSV</button><button @click="file('csv_beside')" :disabled="busy" data-file="csv_beside">CSV of what runs beside</button></span></td></tr>
    <tr><td><h3>The figure</h3><span class="small soft">The charts of the Watch view, drawn for print.</span></td><td class="n"><span class="row" style="justify-content:flex-end"><button @click="file('png')" :disabled="busy" data-file="png">PNG</button><button @click="file('svg')" :disabled="busy" data-file="svg">SVG</button></span></td></tr>
    <tr><td><h3>The configuration</h3><span class="small soft">A file with case, design, seed, settings, changes and events. <code>obc run FILE.toml</code> repeats the run to the last bit.</span></td><td class="n"><button @click="file('toml')" :disabled="busy" data-file="toml">TOML</button></td></tr>
    <tr><td style="border:0"><h3>A link</h3><span class="small soft">Opens this laboratory as it is now, in this month, for whoever can reach this server.</span><input type="text" readonly :value="link" aria-label="Link to this state" style="width:100%;margin-top:8px" @focus="$event.target.select()" data-link></td><td class="n" style="border:0"><button @click="$emit('copy')" :disabled="busy">Copy</button></td></tr>
  </tbody></table></div>
</div>`,
  mounted() { this.$emit("ask", { do: "link" }); }, watch: { month() { this.$emit("ask", { do: "link" }); } },
  methods: { file(what) { this.$emit("ask", { do: "file", what, metrics: what === "png" || what === "svg" ? this.charts : undefined }); } },
};
