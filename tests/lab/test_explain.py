"""Shares of a difference against brute force over all orders; they sum to it in every block; mixtures are what they say."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from abm.config import ConfigError, Design, changed_design, load_design
from abm.lab.explain import differing_keys, explain, mixtures, shapley_weights
from abm.lab.more import key_of, run_ends
from abm.lab.running import batch

BLOCK, BOND = load_design("block_grant"), load_design("social_impact_bond")


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_shares_are_the_mean_over_all_orders(k):
    values = np.random.default_rng(k).normal(size=2**k)
    brute = np.zeros(k)
    for order in itertools.permutations(range(k)):
        taken = 0
        for group in order:
            brute[group] += values[taken | 1 << group] - values[taken]
            taken |= 1 << group
    assert shapley_weights(k) @ values == pytest.approx(brute / math.factorial(k), abs=1e-12)


def test_shares_sum_to_the_difference_whatever_the_values():
    values = np.random.default_rng(1).lognormal(size=(64, 7))
    shares = shapley_weights(6) @ values
    assert shares.sum(axis=0) == pytest.approx(values[-1] - values[0], abs=1e-12)


def test_a_group_without_effect_has_no_share_and_equal_groups_share_alike():
    def value(subset):  # the second group does nothing; the first and third act only together
        return 1.0 if subset & 0b101 == 0b101 else 0.0

    shares = shapley_weights(3) @ np.array([value(subset) for subset in range(8)])
    assert shares == pytest.approx([0.5, 0.0, 0.5])


def test_mixtures_go_from_one_design_to_the_other():
    found = mixtures(BLOCK, BOND)
    assert next(iter(found.groups)) == "payment and finance"  # a block grant bridged by investors contradicts itself
    assert sorted(key for own in found.groups.values() for key in own) == sorted(differing_keys(BLOCK, BOND))
    assert differing_keys(found.designs[0], BLOCK) == []
    assert differing_keys(found.designs[-1], BOND) == []
    only_structure = found.designs[1 << list(found.groups).index("structure")]
    assert differing_keys(only_structure, BLOCK) == list(found.groups["structure"])


def test_mixtures_hold_in_every_place():
    devolved = Design(base=BLOCK.base, by_locality={"town": changed_design(BLOCK, {"control.audit": 0.4}).base})
    found = mixtures(BLOCK, devolved, {"control": ["control"]})
    assert [design.for_locality("town").control.audit for design in found.designs] == [0.1, 0.4]
    assert [design.base.control.audit for design in found.designs] == [0.1, 0.1]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"money": ["payment"], "capital": ["finance"]}, "contradicts itself.*change over together"),
        ({"money": ["paymnt"]}, "no setting 'paymnt'.*payment"),
        ({"money": ["payment", "finance"], "again": ["payment.rule"]}, "group again: .*another group has it"),
        ({f"g{n}": [key] for n, key in enumerate(differing_keys(BLOCK, BOND)[:7])}, "at most 6"),
    ],
)
def test_groups_that_cannot_be_are_refused(groups, message):
    with pytest.raises(ConfigError, match=message):
        mixtures(BLOCK, BOND, groups)


def test_the_same_design_leaves_nothing_to_explain():
    with pytest.raises(ConfigError, match="nothing to explain"):
        mixtures(BOND, BOND)


@pytest.fixture
def small(fake_engine, experiment, tmp_path):
    """Results of a small experiment that varies a lag."""
    return batch(experiment, workers=1, out=tmp_path / "small")


def test_an_explanation_of_a_batch(small):
    arguments = {"settings": {"payment.lag_months": 1}, "metrics": ["trust_mean", "spend_public"], "workers": 1}
    found = explain(small, "social_impact_bond", "provider_financed_pbr", **arguments)
    shares = found.tables["shares"]
    runs = small.runs[small.runs["payment.lag_months"] == 1].set_index(["design", "seed"])["trust_mean"]
    difference = (runs["provider_financed_pbr"] - runs["social_impact_bond"]).mean()
    assert shares[shares["metric"] == "trust_mean"]["share"].sum() == pytest.approx(difference, abs=1e-12)
    assert set(found.tables["switches"]["design"]) == {"provider_financed_pbr"}
    assert {"share", "low", "high", "n"} <= set(shares.columns)


def test_a_factor_must_be_held(small):
    with pytest.raises(ConfigError, match=r"payment.lag_months: the experiment varies it.*--set payment.lag_months=1"):
        explain(small, "social_impact_bond", "provider_financed_pbr")


def test_kept_runs_are_not_done_again(small):
    told = []
    arms, seeds = list(small.experiment.arms()), (1, 2)
    first = run_ends(arms, seeds, folder=small.folder, months=20, workers=1, progress=lambda *n: told.append(n))
    again = run_ends(arms, seeds, folder=small.folder, months=20, workers=1, progress=lambda *n: told.append(n))
    assert told[0] == (0, 8, 0)
    assert told[-1] == told[-2] == (8, 8, 0)
    assert np.array_equal(first.values, again.values, equal_nan=True)
    assert key_of(arms[0], 20, "") != key_of(arms[0], 21, "")


def test_a_damaged_file_of_runs_is_done_again_and_says_so(small):
    arms, seeds = list(small.experiment.arms())[:1], (1, 2)
    first = run_ends(arms, seeds, folder=small.folder, months=20, workers=1)
    path = next((small.folder / "analysis" / "runs").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.warns(UserWarning, match="damaged"):
        again = run_ends(arms, seeds, folder=small.folder, months=20, workers=1)
    assert np.array_equal(first.values, again.values, equal_nan=True)


def test_a_failed_run_is_left_out_and_counted(small, monkeypatch):
    monkeypatch.setenv("FAULT", "exception:social_impact_bond:2")
    arms = list(small.experiment.arms())[:2]
    found = run_ends(arms, (1, 2, 3), months=20, workers=1)
    assert np.isnan(found.of("trust_mean")).sum() == 2
    assert len(found.failures) == 2


def test_a_mechanism_of_one_design_can_be_explained(small):
    arguments = {"settings": {"payment.lag_months": 1}, "metrics": ["trust_mean"], "workers": 1, "switches": False}
    found = explain(
        small, "social_impact_bond", "social_impact_bond", to_settings={"mechanisms.gaming": False}, **arguments
    )
    assert list(found.tables["shares"]["mechanism"]) == ["mechanisms"]
    with pytest.raises(ConfigError, match="the case must be the same"):
        explain(
            small, "social_impact_bond", "provider_financed_pbr", to_settings={"case.money.wage": 20.0}, **arguments
        )


def test_the_number_of_workers_changes_nothing(small):
    arms, seeds = list(small.experiment.arms()), (1, 2, 3)
    one, two = (run_ends(arms, seeds, months=20, workers=workers) for workers in (1, 2))
    assert np.array_equal(one.values, two.values, equal_nan=True)
    assert not np.isnan(one.of("spend_public")).any()
