"""The kernel in mesa-frames: agents are a Polars frame, rules are expressions on its columns."""

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from benchmarks.answering import answer
from benchmarks.kernel import tasks
from benchmarks.kernel.tasks import BAD_NEWS, EFFECT, EXPLORE, GOOD_NEWS, KNOWN, NATURAL, NOISE, RETURN, SEEN, TOLERANCE

TRUST = [f"trust{k}" for k in range(KNOWN)]


class Families(AgentSetPolars):
    def __init__(self, model, known, trust, wellbeing, quality):
        super().__init__(model)
        columns = {"unique_id": np.arange(len(wellbeing)), "wellbeing": wellbeing}
        columns |= {TRUST[k]: trust[:, k] for k in range(KNOWN)}
        columns |= {f"offered{k}": quality[known[:, k]] for k in range(KNOWN)}
        self.add(pl.DataFrame(columns))

    def step(self):
        draws, frame, count = self.model.random, self.agents, len(self.agents)
        drawn = pl.Series(np.where(draws.random(count) < EXPLORE, (draws.random(count) * KNOWN).astype(int), -1))
        frame = frame.with_columns(
            drawn.alias("drawn"),
            pl.Series("luck", draws.standard_normal(count)),
            pl.Series("seen", draws.standard_normal(count)),
        )
        best = pl.max_horizontal(*TRUST)
        most = pl.when(pl.col(TRUST[0]) == best).then(0).when(pl.col(TRUST[1]) == best).then(1).otherwise(2)
        frame = frame.with_columns(pl.when(pl.col("drawn") >= 0).then(pl.col("drawn")).otherwise(most).alias("chosen"))
        chosen, y = pl.col("chosen"), pl.col("wellbeing")
        offered = pl.when(chosen == 0).then(pl.col("offered0")).when(chosen == 1).then(pl.col("offered1"))
        frame = frame.with_columns(offered.otherwise(pl.col("offered2")).alias("offered"))
        change = EFFECT * pl.col("offered") * (1.0 - y) - RETURN * (y - NATURAL) + NOISE * pl.col("luck")
        lived = (pl.col("offered") + SEEN * pl.col("seen")).clip(0.0, 1.0)
        judged = [
            pl.when(chosen == k)
            .then(t + pl.when(lived < t - TOLERANCE).then(BAD_NEWS).otherwise(GOOD_NEWS) * (lived - t))
            .otherwise(t)
            .alias(TRUST[k])
            for k, t in enumerate(map(pl.col, TRUST))
        ]
        frame = frame.with_columns((y + change).clip(0.0, 1.0).alias("wellbeing"), *judged)
        self.agents = frame.drop("drawn", "luck", "seen", "chosen", "offered")


class Model(ModelDF):
    def __init__(self, families, seed):
        super().__init__(seed)
        self.families = Families(self, *tasks.start(families, seed))
        self.agents += self.families


def build(families, seed):
    model = Model(families, seed)

    def run(months):
        for _ in range(months):
            model.agents.do("step")

    def means():
        frame = model.agents.agents[model.families]
        return tasks.means_of(frame["wellbeing"].mean(), np.mean([frame[name].mean() for name in TRUST]))

    return run, means


if __name__ == "__main__":
    answer(build)
