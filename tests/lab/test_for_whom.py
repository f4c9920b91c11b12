"""For whom: the same families in paired worlds, group by group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from synthetic import results_of

from abm.lab.compare import half_width
from abm.lab.for_whom import EVERYBODY, WORST_OFF, for_whom, gaps, has_families

FAMILIES, SEEDS = 30, 12


@pytest.fixture(scope="module")
def results():
    """Two designs; the second helps the most complex third by 0.3, the others by 0.1, and one family it does not reach."""
    rng = np.random.default_rng(1)
    parts = []
    for seed in range(1, SEEDS + 1):
        start = rng.uniform(0.2, 0.8, FAMILIES)
        third = np.arange(FAMILIES) % 3
        luck = rng.normal(0, 0.05, FAMILIES)
        for design, effect in (("a", 0.0), ("b", 1.0)):
            gain = effect * np.where(third == 2, 0.3, 0.1)
            gain[0] = 0.0
            parts.append(pd.DataFrame({
                "case": "here", "design": design, "seed": seed, "family": np.arange(FAMILIES), "start_wellbeing": start,
                "complexity_third": third, "resources_third": third[::-1],
                "served_by": pd.Categorical(np.where(np.arange(FAMILIES) == 0, None, "public")),
                "weighted_wellbeing": start + luck + gain, "served_months": np.where(np.arange(FAMILIES) == 0, 0, 9),
            }))  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    found = results_of(
        {"quality_of_life": np.zeros((SEEDS, 2))}, units={"quality_of_life": "wellbeing"}, tables=["families"]
    )
    found.agents = lambda name: table  # as the folder would hold it
    return found


def test_differences_are_of_the_same_families(results):
    table = for_whom(results).set_index(["dimension", "group"])
    assert table.loc[("complexity", "most"), "difference"] == pytest.approx(0.3)
    assert table.loc[("complexity", "middle"), "difference"] == pytest.approx(0.1)
    assert table.loc[("complexity", "least"), "difference"] == pytest.approx(0.1 * 9 / 10)  # family 0 is one of ten
    assert table.loc[("served by", "nobody"), "difference"] == 0.0
    assert table.loc[("served by", "nobody"), "families"] == 1
    row = table.loc[("everybody", EVERYBODY)]
    assert row["difference"] == pytest.approx((0.3 * 10 + 0.1 * 19) / 30)
    assert (row["n"], row["families"], row["verdict"]) == (SEEDS, FAMILIES, "better")
    assert row["high"] - row["low"] < 1e-9  # the luck is the same in both worlds
    assert table.loc[("complexity", "most"), "families"] == 10


def test_the_worst_off_are_always_there_and_fixed_at_the_start(results):
    table = for_whom(results)
    worst = table[table["group"] == WORST_OFF]
    assert list(worst["design"]) == ["b"]
    assert worst["families"].iloc[0] == FAMILIES * 0.2
    by_hand = []
    for _, part in results.agents("families").groupby("seed"):
        base, own = (part[part["design"] == name].set_index("family") for name in ("a", "b"))
        poorest = base["start_wellbeing"].nsmallest(6).index
        by_hand.append((own["weighted_wellbeing"] - base["weighted_wellbeing"])[poorest].mean())
    by_hand = np.array(by_hand)
    assert worst["difference"].iloc[0] == pytest.approx(by_hand.mean())
    assert worst["high"].iloc[0] - worst["low"].iloc[0] == pytest.approx(2 * half_width(by_hand))


def test_the_lowest_tenth_is_a_difference_of_quantiles(results):
    row = for_whom(results).set_index("dimension").loc["distribution"]
    tenths = results.agents("families").groupby(["design", "seed"])["weighted_wellbeing"].quantile(0.1)
    assert row["difference"] == pytest.approx((tenths["b"] - tenths["a"]).mean())
    assert row["low"] < row["difference"] < row["high"]


def test_another_outcome_has_its_own_unit(results):
    table = for_whom(results, "served_months")
    assert set(table["unit"]) == {"months"}
    assert (table["difference"] == 0).all()


def test_without_the_table_there_are_gaps(designs_of_demo):
    bare = results_of(
        {"access_gap": np.random.default_rng(2).normal(size=(9, 2)), "gain": np.zeros((9, 2))}, {"access_gap": "down"}
    )
    assert not has_families(bare)
    assert list(gaps(bare)["metric"]) == ["access_gap"]
    assert has_families(designs_of_demo)
