"""A family's month in ordinary Python, for the frameworks with one object an agent; `random` is the framework's generator."""

from benchmarks.kernel.tasks import (
    BAD_NEWS,
    EFFECT,
    EXPLORE,
    GOOD_NEWS,
    KNOWN,
    NATURAL,
    NOISE,
    RETURN,
    SEEN,
    TOLERANCE,
    means_of,
)


def month(family, random, quality):
    """Choose, live, and judge."""
    trust = family.trust
    k = int(random.random() * KNOWN) if random.random() < EXPLORE else trust.index(max(trust))
    offered, y = quality[family.known[k]], family.wellbeing
    y += EFFECT * offered * (1.0 - y) - RETURN * (y - NATURAL) + NOISE * random.gauss(0.0, 1.0)
    family.wellbeing = min(1.0, max(0.0, y))
    lived = min(1.0, max(0.0, offered + SEEN * random.gauss(0.0, 1.0)))
    trust[k] += (BAD_NEWS if lived < trust[k] - TOLERANCE else GOOD_NEWS) * (lived - trust[k])


def means_of_all(families):
    """Mean wellbeing and trust."""
    families = list(families)
    trust = sum(sum(family.trust) for family in families)
    return means_of(sum(family.wellbeing for family in families) / len(families), trust / KNOWN / len(families))
