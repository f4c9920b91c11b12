"""The block twin: what it keeps, that each is run once, and what is said of a design against it."""

from __future__ import annotations

import pytest

from abm.config import Experiment, as_changes, changed_design, load_case, load_design, preset_names
from abm.config.settings import READ_BY_EVERY_RULE, READ_BY_RULE
from abm.design import Finance, GovernanceDesign
from abm.lab.results import Results
from abm.lab.running import batch
from abm.lab.twins import is_own_twin, twin_of, twins_of
from abm.metrics import METRICS

KEYS = ["case", "design", "payment.lag_months", "seed"]


def an_experiment(designs, **more):
    """Designs by preset name or value, on one small place."""
    loaded = tuple(load_design(one) if isinstance(one, str) else one for one in designs)
    case = load_case("generic", {"case.families": 40})
    return Experiment(**{"name": "small", "cases": (case,), "designs": loaded, "seeds": 3, "months": 12} | more)


# ---- the design


@pytest.mark.parametrize("name", preset_names("designs"))
def test_a_twin_has_block_pay_and_state_finance_and_differs_in_nothing_else(name):
    design = load_design(name)
    twin = twin_of(design)
    assert twin.base.payment.rule == "block"
    assert GovernanceDesign.model_validate(twin.base.model_dump()) == twin.base  # legal as it stands
    if design.base.payment.rule == "block":
        assert twin is design
        return
    assert twin.base.finance == Finance()
    assert (twin.base.payment.outcome_share, twin.base.payment.milestone) == (0.0, ())
    for key in (*READ_BY_EVERY_RULE[1:], *READ_BY_RULE["block"]):
        assert getattr(twin.base.payment, key) == getattr(design.base.payment, key)
    parts = set(GovernanceDesign.model_fields) - {"name", "title", "payment", "finance"}
    assert all(getattr(twin.base, part) == getattr(design.base, part) for part in parts)
    assert twin.name == f"{name}_block_twin"
    assert twin_of(twin) is twin


def test_places_with_rules_of_their_own_have_twins_of_their_own():
    design = changed_design(load_design("social_impact_bond"), {"locality.cremona.control.audit": 0.9})
    twin = twin_of(design)
    assert twin.by_locality["cremona"].control.audit == 0.9
    assert twin.by_locality["cremona"].payment.rule == twin.base.payment.rule == "block"
    one_place = design.model_copy(update={"base": load_design("block_grant").base})
    assert twin_of(one_place).base.finance == load_design("block_grant").base.finance


# ---- which are run


def numbers(experiment):
    """How many further arms, and the twin of each arm."""
    further, found = twins_of(list(experiment.arms()))
    return len(further), found


def test_factors_of_payment_alone_make_no_further_twins():
    bond = "social_impact_bond"
    assert numbers(an_experiment([bond], factors={"payment.lag_months": (1, 6, 9)})) == (1, [3, 3, 3])
    assert numbers(an_experiment([bond], factors={"finance.return_cap": (0.02, 0.1)})) == (1, [2, 2])
    assert numbers(an_experiment([bond], factors={"payment.alignment": (0.5, 1.0)})) == (2, [2, 3])
    assert numbers(an_experiment([bond], factors={"control.audit": (0.1, 0.5), "payment.lag_months": (1, 6)})) == (
        2, [4, 4, 5, 5]
    )  # fmt: skip
    assert numbers(an_experiment([bond], factors={"case.trust.asymmetry": (1.0, 3.0)})) == (2, [2, 3])


def test_an_arm_that_is_the_twin_is_used():
    bond = load_design("social_impact_bond")
    mine, late = (
        bond.model_copy(update={"base": twin_of(bond).base.model_copy(update={"name": name, "title": name})})
        for name in ("mine", "late")
    )
    assert numbers(an_experiment([bond, mine])) == (0, [1, 1])
    late = changed_design(late, {"payment.lag_months": 9})  # block pay does not read it
    assert numbers(an_experiment([bond, late, mine])) == (0, [1, 1, 2])


def test_changes_of_payment_and_finance_do_not_come_in_a_twin():
    later = [
        {"month": 3, "set": {"payment.lag_months": 6, "control.audit": 0.3}},
        {"month": 4, "who": "half", "set": {"finance.return_cap": 0.1}},
        {"month": 5, "set": {"locality.here.payment.alignment": 1.0}},
    ]
    (arm,) = an_experiment(["social_impact_bond"], changes=as_changes(later)).arms()
    (twin,), found = twins_of([arm])
    assert found == [1]
    assert [change.set for change in twin.changes] == [
        {"control.audit": 0.3},
        {},
        {"locality.here.payment.alignment": 1.0},
    ]
    assert [change.month for change in twin.changes] == [3, 4, 5]
    block = next(an_experiment(["block_grant"], changes=as_changes(later[2:])).arms())
    assert is_own_twin(block)
    turned = as_changes([{"month": 3, "set": {"payment.rule": "binary", "payment.outcome_share": 0.5}}])
    block = next(an_experiment(["block_grant"], changes=turned).arms())
    assert not is_own_twin(block)
    assert twins_of([block])[0][0].design == block.design


# ---- batch and compare


@pytest.fixture
def results(fake_engine, experiment, tmp_path):
    """The small experiment: two designs, two lags, five seeds, and so two twins."""
    return batch(experiment, workers=1, out=tmp_path / "r")


def test_results_keep_the_arms_apart_from_their_twins(results):
    assert results.manifest["runs"] == {"planned": 30, "failed": 0}
    assert set(results.runs["design"]) == set(results.series["design"]) == set(results.designs)
    assert results.twins[KEYS].equals(results.runs[KEYS])
    assert list(results.twins.columns) == [*KEYS, "twin", "status", *(metric.name for metric in METRICS)]
    by_twin = results.twins.groupby("design", sort=False)["twin"].unique().map(list).to_dict()
    assert by_twin == {"provider_financed_pbr": [5], "social_impact_bond": [4]}
    same = results.twins.groupby(["twin", "seed"])["attributable_gain"].nunique()
    assert (same == 1).all()
    assert [one["design"] for one in results.manifest["twins"]] == [
        "social_impact_bond_block_twin", "provider_financed_pbr_block_twin"
    ]  # fmt: skip


def test_the_difference_to_the_twin_is_paired_by_seed(results):
    table = results.compare()
    mine = table["design"].eq("social_impact_bond") & table["factors"].eq("payment.lag_months=6")
    gain = table[mine & table["metric"].eq("attributable_gain_vs_block")].iloc[0]
    arm = (results.runs["design"] == "social_impact_bond") & (results.runs["payment.lag_months"] == 6)
    of_design, of_twin = (one[arm]["attributable_gain"] for one in (results.runs, results.twins))
    assert gain["n"] == 5
    assert gain["baseline"] == pytest.approx(of_twin.mean())
    assert gain["mean"] == pytest.approx(of_design.mean())
    assert gain["difference"] == pytest.approx((of_design - of_twin).mean())
    assert gain["low"] < gain["difference"] < gain["high"]
    additional = table[mine & table["metric"].eq("additional_gain")].iloc[0]
    assert additional.drop("metric").equals(gain.drop("metric"))
    assert additional["unit"] == "wellbeing"
    assert len(table) == len(METRICS) * 8 + 4
    other = results.compare("provider_financed_pbr")
    assert (
        other[other["metric"].str.endswith("_vs_block")]
        .reset_index(drop=True)
        .equals(table[table["metric"].str.endswith("_vs_block")].reset_index(drop=True))
    )


def test_a_design_that_is_its_own_twin_differs_by_exactly_nothing(fake_engine, tmp_path):
    block = load_design("block_grant")
    same = block.model_copy(update={"base": block.base.model_copy(update={"name": "the_same"})})
    found = batch(an_experiment([block, same]), workers=1, out=tmp_path / "r")
    assert found.manifest["runs"]["planned"] == 6
    table = found.compare()
    own = table[table["metric"].str.endswith("_vs_block") & table["n"].gt(0)]
    assert len(own) > 100
    assert (own[["difference", "low", "high"]] == 0.0).all(axis=None)
    assert found.own_twins() == ["block_grant", "the_same"]


def test_an_experiment_can_do_without_twins(results, experiment, tmp_path):
    found = batch(experiment.model_copy(update={"twins": False}), workers=1, out=tmp_path / "plain")
    assert found.twins is None
    assert set(found.compare()["metric"]) == {metric.name for metric in METRICS}
    assert found.runs.equals(results.runs)
    assert not (tmp_path / "plain/twins.parquet").exists()
    assert Results.load(results.folder).twins.equals(results.twins)


def test_a_failed_twin_is_named_and_done_again(results, experiment, tmp_path, monkeypatch):
    monkeypatch.setenv("FAULT", "exception:social_impact_bond_block_twin:3")
    told = []
    found = batch(experiment, workers=2, out=tmp_path / "f", progress=lambda *counts: told.append(counts))
    assert told[-1] == (30, 30, 1)
    assert found.failures[["design", "seed"]].to_numpy().tolist() == [["social_impact_bond_block_twin", 3]]
    table = found.compare()
    gain = table[table["metric"].eq("additional_gain")].set_index("design")["n"]
    assert (set(gain["social_impact_bond"]), set(gain["provider_financed_pbr"])) == ({4}, {5})
    monkeypatch.delenv("FAULT")
    again = batch(experiment, workers=1, out=tmp_path / "f", progress=lambda *counts: told.append(counts))
    assert told[-2:] == [(29, 30, 0), (30, 30, 0)]
    assert again.manifest["files"] == results.manifest["files"]


def test_damaged_twins_are_done_again_and_nothing_else(results, experiment):
    path = results.folder / "twins.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    told = []
    with pytest.warns(UserWarning, match=r"twins\.parquet.*done again"):
        again = batch(experiment, workers=1, out=results.folder, progress=lambda *counts: told.append(counts))
    assert told[0] == (20, 30, 0)
    assert again.manifest["files"] == results.manifest["files"]
