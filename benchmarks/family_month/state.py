"""The tables of the family's month, and how they start."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.config import load_case

DOMAINS, SLOTS, PEERS = 4, 3, 4
TOWN, TOWN_PROVIDERS = 400, 30  # families know providers and peers of their own town

FACTS = {  # of the family's month: the dotted key of each in a case
    "effect": "outcome.effect",
    "complexity_effect": "outcome.complexity_effect",
    "return_rate": "outcome.return_rate",
    "noise": "outcome.noise",
    "drift": "outcome.drift",
    "lasting": "outcome.lasting",
    "typical_hours": "outcome.typical_hours",
    "typical_quality": "outcome.typical_quality",
    "complementarity": "outcome.complementarity",
    "family_weight": "outcome.family_weight",
    "crisis_rate": "family.crisis_rate",
    "crisis_dip": "family.crisis_dip",
    "switching": "family.switching",
    "start_trust": "trust.family_provider",
    "value_of_need": "provider.value_of_need",
    "fatigue_gain": "work.fatigue_gain",
    "fatigue_recovery": "work.fatigue_recovery",
    "training_gain": "work.training_gain",
    "doing_gain": "work.doing_gain",
    "capability_loss": "work.capability_loss",
    "usual_capability": "work.capability",
    "memory": "trust.memory",
    "damage_memory": "trust.damage_memory",
    "propensity": "trust.propensity",
    "prior_weight": "trust.prior_weight",
    "asymmetry": "trust.asymmetry",
    "tolerance": "trust.tolerance",
    "reputation": "trust.reputation",
}

FACTS_TYPE = np.dtype([(name, "f8") for name in FACTS])
FAMILY_TYPE = np.dtype(
    [
        *((name, "f8", (DOMAINS,)) for name in ("importance", "wellbeing", "baseline", "alone", "alone_baseline")),
        *(
            (name, "f8")
            for name in ("complexity", "free_hours", "own_engagement", "engagement", "capability", "fatigue")
        ),
        *((name, "f8") for name in ("took_part", "work", "hours", "match", "needed")),
    ],
    align=True,
)
TIE_TYPE = np.dtype(
    [
        ("provider", "i8"),
        *((name, "f8") for name in ("hours", "support", "against", "damage", "prior", "trust")),
        *((name, "f8") for name in ("heard_for", "heard_against", "most_for", "most_against")),
    ],
    align=True,
)
PROVIDER_TYPE = np.dtype(
    [
        *((name, "f8", (DOMAINS,)) for name in ("attention", "skill")),
        *(
            (name, "f8")
            for name in ("intensity", "openness", "motivation", "service_hours", "promised_hours", "weights")
        ),
    ],
    align=True,
)


class State(NamedTuple):
    """Everything that the family's month reads and writes."""

    facts: np.recarray
    families: np.recarray
    ties: np.recarray  # SLOTS a family
    peers: np.ndarray  # (families, PEERS): rows
    providers: np.recarray
    towns: np.ndarray  # first family of each town, and the end of the last


def facts_of_case() -> np.recarray:
    """The numbers of the generic case."""
    case, facts = load_case("generic"), np.zeros(1, FACTS_TYPE).view(np.recarray)
    for name, key in FACTS.items():
        part, number = key.split(".")
        facts[name] = getattr(getattr(case, part), number)
    return facts


def new_state(families: int, seed: int = 1) -> State:
    """Families in towns of 400, all in service; drawn by numpy, for a benchmark needs no keyed start."""
    rng = np.random.default_rng(seed)
    towns = max(1, round(families / TOWN))
    town = np.minimum(np.arange(families) * towns // families, towns - 1)
    first = np.searchsorted(town, np.arange(towns + 1))
    state = State(
        facts_of_case(),
        np.zeros(families, FAMILY_TYPE).view(np.recarray),
        np.zeros(families * SLOTS, TIE_TYPE).view(np.recarray),
        (first[town, None] + rng.random((families, PEERS)) * np.diff(first)[town, None]).astype(np.int64),
        np.zeros(towns * TOWN_PROVIDERS, PROVIDER_TYPE).view(np.recarray),
        first.astype(np.int64),
    )
    people, providers = state.families, state.providers
    people["importance"] = rng.dirichlet(np.full(DOMAINS, 0.5), families)
    people["complexity"] = rng.random(families)
    level = 0.5 - 0.25 * (people["complexity"] - 0.5)
    people["wellbeing"] = np.clip(level[:, None] + 0.1 * rng.standard_normal((families, DOMAINS)), 0.02, 0.98)
    for name in ("baseline", "alone", "alone_baseline"):
        people[name] = people["wellbeing"]
    people["free_hours"] = 14.0 * (0.5 + rng.random(families))
    people["own_engagement"] = np.clip(0.5 + 0.15 * rng.standard_normal(families), 0.05, 0.95)
    people["engagement"] = people["own_engagement"]
    people["capability"] = 0.3 + 0.2 * rng.random(families)
    known = np.argsort(rng.random((families, TOWN_PROVIDERS)), axis=1)[:, :SLOTS]
    state.ties["provider"] = (known + town[:, None] * TOWN_PROVIDERS).reshape(-1)
    state.ties["prior"] = state.ties["trust"] = state.facts.start_trust[0]
    count = len(providers)
    providers["attention"] = rng.dirichlet(np.full(DOMAINS, 4.0), count)
    providers["skill"] = rng.uniform(0.2, 0.6, (count, DOMAINS))
    for name in ("intensity", "openness", "motivation"):
        providers[name] = rng.uniform(0.4, 0.9, count)
    providers["promised_hours"] = 3.0
    providers["service_hours"] = 3.0 * SLOTS * families / count * rng.uniform(0.7, 1.1, count)
    return state


def copy_of(state: State) -> State:
    """The same start for another implementation."""
    return State(*(table.copy() for table in state))
