"""The kernel in AgentPy."""

import agentpy

from benchmarks.answering import answer
from benchmarks.kernel import person, tasks


class Family(agentpy.Agent):
    def step(self):
        person.month(self, self.model.random, self.model.quality)


class Model(agentpy.Model):
    def setup(self):
        known, trust, wellbeing, quality = (column.tolist() for column in tasks.start(self.p.families, self.p.seed))
        self.quality = quality
        self.families = agentpy.AgentList(self, self.p.families, Family)
        self.families.known, self.families.trust = agentpy.AttrIter(known), agentpy.AttrIter(trust)
        self.families.wellbeing = agentpy.AttrIter(wellbeing)

    def step(self):
        self.families.step()


def build(families, seed):
    model = Model({"families": families, "seed": seed})
    model.sim_setup()

    def run(months):
        for _ in range(months):
            model.sim_step()

    return run, lambda: person.means_of_all(model.families)


if __name__ == "__main__":
    answer(build)
