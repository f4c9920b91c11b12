"""The kernel in Mesa: one object an agent, activated in turn."""

import mesa

from benchmarks.answering import answer
from benchmarks.kernel import person, tasks


class Family(mesa.Agent):
    def __init__(self, model, known, trust, wellbeing):
        super().__init__(model)
        self.known, self.trust, self.wellbeing = known, trust, wellbeing

    def step(self):
        person.month(self, self.model.random, self.model.quality)


class Model(mesa.Model):
    def __init__(self, families, seed):
        super().__init__(rng=seed)
        known, trust, wellbeing, quality = (column.tolist() for column in tasks.start(families, seed))
        self.quality = quality
        for row in zip(known, trust, wellbeing, strict=True):
            Family(self, *row)

    def step(self):
        self.agents.do("step")


def build(families, seed):
    model = Model(families, seed)

    def run(months):
        for _ in range(months):
            model.step()

    return run, lambda: person.means_of_all(model.agents)


if __name__ == "__main__":
    answer(build)
