// The first page: what this is, where to begin, the stories, or any design in any case.
parts["obc-start"] = {
  props: ["shop", "busy"],
  data: () => ({ case_: "generic", design: "social_impact_bond", beside: "twin" }),
  template: `
<div>
  <div class="hero">
    <h2>What happens when a city pays for results?</h2>
    <p>Instead of paying for services, a public authority may pay for outcomes: a job kept, a reconviction avoided, a family coping. That changes
      what everybody in the network does. Run it, month by month, beside the same place with an ordinary grant: the same people, the same money, the same luck.</p>
    <div class="row" style="margin-top:20px"><button class="main" @click="$emit('learn')" :disabled="busy">Begin with a ten-minute experiment</button><button @click="$emit('open', { story: 'peterborough' })" :disabled="busy">Or watch the first social impact bond</button></div>
  </div>
  <h3 style="margin:0 0 12px">Stories</h3>
  <div class="grid third">
    <button v-for="one in shop.stories" :key="one.key" class="story" @click="$emit('open', { story: one.key })" :disabled="busy" :data-story="one.key">
      <span class="tiny soft">{{ one.about }}</span><h2 style="font-size:21px">{{ one.title }}</h2><span class="small">{{ one.text }}</span><span class="small soft">{{ one.watch }}</span><span class="go small">Open this story</span>
    </button>
  </div>
  <div class="card" style="margin-top:22px">
    <h3>Any design in any case</h3>
    <p class="small soft" style="margin:4px 0 14px">A case holds facts: people, places, money. A design holds rules. Every design runs on every case, with the case's money.</p>
    <div class="row">
      <label class="small">Case<br><select v-model="case_"><option v-for="c in shop.cases" :value="c.name">{{ c.title }}</option></select></label>
      <label class="small">Design<br><select v-model="design"><option v-for="d in shop.designs" :value="d.name">{{ d.title }}</option></select></label>
      <label class="small">Beside it<br><select v-model="beside"><option v-for="d in shop.beside.concat(shop.designs)" :value="d.name">{{ d.title }}</option></select></label>
      <button class="main" style="align-self:flex-end" @click="$emit('open', { case: case_, design: design, beside: beside })" :disabled="busy">Open</button>
    </div>
    <p class="small soft" style="margin-top:12px">{{ about }}</p>
  </div>
</div>`,
  computed: { about() { const c = this.shop.cases.find((one) => one.name === this.case_), d = this.shop.designs.find((one) => one.name === this.design); return (c ? c.about : "") + " " + (d ? d.about : ""); } },
};
