"""The kernel in Starsim: states as arrays, draws from its own distributions, which keep a stream for each agent."""

import numpy as np
import starsim

from benchmarks.answering import answer
from benchmarks.kernel import tasks
from benchmarks.kernel.tasks import BAD_NEWS, EFFECT, EXPLORE, GOOD_NEWS, KNOWN, NATURAL, NOISE, RETURN, SEEN, TOLERANCE


class Families(starsim.Module):
    def __init__(self, families, seed):
        super().__init__()
        self.begin = tasks.start(families, seed)
        self.define_states(
            starsim.FloatArr("wellbeing", default=NATURAL), *(starsim.FloatArr(f"trust{k}") for k in range(KNOWN))
        )
        self.explores, self.which = starsim.random(), starsim.random()
        self.luck, self.seen = starsim.normal(0.0, 1.0), starsim.normal(0.0, 1.0)

    def init_post(self):
        super().init_post()
        known, trust, wellbeing, self.quality = self.begin
        self.known, everybody = known, self.sim.people.auids
        self.wellbeing[everybody] = wellbeing
        for k in range(KNOWN):
            self.state(k)[everybody] = trust[:, k]

    def state(self, k):
        return getattr(self, f"trust{k}")

    def step(self):
        everybody = self.sim.people.auids
        trust = np.stack([self.state(k)[everybody] for k in range(KNOWN)])
        random = self.explores.rvs(everybody) < EXPLORE
        chosen = np.where(random, (self.which.rvs(everybody) * KNOWN).astype(int), trust.argmax(axis=0))
        offered, y = self.quality[self.known[np.arange(len(chosen)), chosen]], self.wellbeing[everybody]
        change = EFFECT * offered * (1.0 - y) - RETURN * (y - NATURAL) + NOISE * self.luck.rvs(everybody)
        self.wellbeing[everybody] = np.clip(y + change, 0.0, 1.0)
        lived = np.clip(offered + SEEN * self.seen.rvs(everybody), 0.0, 1.0)
        for k in range(KNOWN):
            gain = np.where(lived < trust[k] - TOLERANCE, BAD_NEWS, GOOD_NEWS)
            self.state(k)[everybody] = np.where(chosen == k, trust[k] + gain * (lived - trust[k]), trust[k])


def build(families, seed):
    model = Families(families, seed)
    sim = starsim.Sim(n_agents=families, modules=[model], start=0, stop=10_000, dt=1, rand_seed=seed, verbose=0)
    sim.init()
    model = next(module for module in sim.modules if isinstance(module, Families))

    def run(months):
        for _ in range(months):
            sim.run_one_step()

    def means():
        everybody = sim.people.auids
        trust = np.mean([model.state(k)[everybody].mean() for k in range(KNOWN)])
        return tasks.means_of(np.mean(model.wellbeing[everybody]), trust)

    return run, means


if __name__ == "__main__":
    answer(build)
