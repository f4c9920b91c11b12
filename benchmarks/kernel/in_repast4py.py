"""The kernel in repast4py, on one process."""

import random

from mpi4py import MPI
from repast4py import context, core, schedule

from benchmarks.answering import answer
from benchmarks.kernel import person, tasks


class Family(core.Agent):
    def __init__(self, number, known, trust, wellbeing):
        super().__init__(number, 0, 0)
        self.known, self.trust, self.wellbeing = known, trust, wellbeing


def build(families, seed):
    known, trust, wellbeing, quality = (column.tolist() for column in tasks.start(families, seed))
    everybody, draws = context.SharedContext(MPI.COMM_WORLD), random.Random(seed)
    for number, row in enumerate(zip(known, trust, wellbeing, strict=True)):
        everybody.add(Family(number, *row))

    def step():
        for family in everybody.agents(shuffle=False):
            person.month(family, draws, quality)

    def run(months):
        runner = schedule.init_schedule_runner(MPI.COMM_WORLD)
        runner.schedule_repeating_event(1, 1, step)
        runner.schedule_stop(months)
        runner.execute()

    return run, lambda: person.means_of_all(everybody.agents(shuffle=False))


if __name__ == "__main__":
    answer(build)
