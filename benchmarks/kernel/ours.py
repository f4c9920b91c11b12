"""The kernel as this model does it: rules are compiled functions of numbers, agents are rows."""

import numba
import numpy as np

from abm.streams import APPLY, EXPERIENCE, OUTCOME, normals, uniform
from benchmarks.answering import answer
from benchmarks.kernel import tasks
from benchmarks.kernel.tasks import BAD_NEWS, EFFECT, EXPLORE, GOOD_NEWS, NATURAL, NOISE, RETURN, SEEN, TOLERANCE, start

FAMILY = np.dtype([("known", "i8", (tasks.KNOWN,)), ("trust", "f8", (tasks.KNOWN,)), ("wellbeing", "f8")], align=True)
compiled = numba.njit(error_model="numpy")


@compiled
def choose(family, u, v):
    """The most trusted of the known, now and then another."""
    if u < EXPLORE:
        return int(v * family.trust.shape[0])
    best = 0
    for k in range(1, family.trust.shape[0]):
        if family.trust[k] > family.trust[best]:
            best = k
    return best


@compiled
def next_wellbeing(y, quality, z):
    """A month's wellbeing."""
    return min(1.0, max(0.0, y + EFFECT * quality * (1.0 - y) - RETURN * (y - NATURAL) + NOISE * z))


@compiled
def next_trust(trust, lived):
    """Trust after one experience."""
    gain = BAD_NEWS if lived < trust - TOLERANCE else GOOD_NEWS
    return trust + gain * (lived - trust)


@compiled
def go(families, quality, seed, months):
    """All months of all families; luck and noise of a month are drawn for all at once, as in the model."""
    luck, noise = np.empty(families.shape[0]), np.empty(families.shape[0])
    for month in range(1, months + 1):
        normals(seed, OUTCOME, month, 0, 0, luck)
        normals(seed, EXPERIENCE, month, 0, 0, noise)
        for i in range(families.shape[0]):
            family = families[i]
            k = choose(family, uniform(seed, APPLY, month, i), uniform(seed, APPLY, month, i, 1))
            offered = quality[family.known[k]]
            family.wellbeing = next_wellbeing(family.wellbeing, offered, luck[i])
            lived = min(1.0, max(0.0, offered + SEEN * noise[i]))
            family.trust[k] = next_trust(family.trust[k], lived)


def build(families, seed):
    """The world of this kernel."""
    known, trust, wellbeing, quality = start(families, seed)
    rows = np.zeros(families, FAMILY).view(np.recarray)
    rows["known"], rows["trust"], rows["wellbeing"] = known, trust, wellbeing
    return (
        lambda months: go(rows, quality, seed, months),
        lambda: tasks.means_of(rows["wellbeing"].mean(), rows["trust"].mean()),
    )


if __name__ == "__main__":
    build(10, 1)[0](1)  # compiled before anything is timed
    answer(build)
