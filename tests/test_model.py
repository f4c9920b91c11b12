"""The Mesa face: a step is the engine's month, an agent is a row, and Mesa's own tools work on both."""

from __future__ import annotations

import gc
import inspect
import weakref

import mesa
import numpy as np
import pytest

import abm
from abm.config import ConfigError, load_case, load_design
from abm.design import GovernanceDesign
from abm.engine import run_months
from abm.network import POPULATIONS, active_rows
from abm.tables import TABLES
from abm.world import new_world

SMALL = load_case("generic", {"case.families": 40})
BOND = load_design("social_impact_bond")


def small(rng=1, months=None, design=BOND):
    return abm.OutcomeContractingModel(SMALL, design, rng=rng, months=months)


def test_steps_are_the_engines_months_to_the_last_bit():
    model, world = small(rng=7, months=30), new_world(SMALL, BOND, 7, 30)
    run_months(world, 30)
    while model.running:
        model.step()
        assert len(model.agents) > 0  # looking changes nothing
    assert model.month == model.steps == 30
    for name, mine, theirs in zip(world._fields, model.world, world, strict=True):
        assert mine.tobytes() == theirs.tobytes(), name


def test_what_may_be_given_as_a_case_and_a_design():
    by_value = abm.OutcomeContractingModel(SMALL, GovernanceDesign(name="mine"), rng=np.int64(3))
    assert by_value.design.name == "mine"
    assert by_value.world.clock["seed"][0] == 3
    assert abm.OutcomeContractingModel().months == load_case("lombardy").calendar.months
    with pytest.raises(ConfigError, match="did you mean 'lombardy'"):
        abm.OutcomeContractingModel("lombardi")


@pytest.mark.parametrize("wrong", [{"rng": "7"}, {"rng": -1}, {"rng": 1.5}, {"rng": True}, {"months": 0}])
def test_a_wrong_seed_or_length_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}: expected a whole number"):
        abm.OutcomeContractingModel(SMALL, BOND, **wrong)


def test_the_series_grows_with_the_months():
    model = small(months=5)
    assert model.series.month.tolist() == [0]
    assert np.isfinite(model.series.trust_mean[0])
    model.step()
    model.step()
    assert model.series.month.tolist() == [0, 1, 2]
    assert model.series.columns.tolist() == ["month", *(metric.name for metric in abm.METRICS)]


def test_after_the_last_month_a_step_is_refused():
    model = small(months=1)
    model.step()
    assert not model.running
    with pytest.raises(RuntimeError, match="the run ended with month 1"):
        model.step()
    assert model.steps == 1


def test_after_a_failure_every_step_is_refused(monkeypatch):
    model = small()

    def fail(world, months):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("abm.model.run_months", fail)
        with pytest.raises(ZeroDivisionError):
            model.step()
    assert model.failed
    for _ in range(2):
        with pytest.raises(RuntimeError, match="make a new one"):
            model.step()


# ---- agents


def test_an_agent_is_a_row():
    model = small()
    for kind, agents in model.agents_by_type.items():
        table = getattr(model.world, kind.table)
        for agent in agents:
            for column in TABLES[kind.table]:
                value = getattr(agent, column.name)
                assert np.array_equal(value, table[column.name][agent.row])
                assert column.per or type(value) in (int, float)
    assert abm.Family.engagement.__doc__ == "engagement, share"


def test_identifiers_are_unique_and_stay():
    model, other = small(rng=1), small(rng=2, design=load_design("block_grant"))
    ids = [agent.unique_id for agent in model.agents]
    assert ids == sorted(set(ids))
    assert min(ids) == 1
    first = [min(a.unique_id for a in m.agents_by_type[abm.Family]) for m in (model, other)]
    assert first[0] == first[1]


def test_writing_writes_the_column_and_the_next_month_goes_on_from_it():
    model, twin = small(), small()
    families = model.agents_by_type[abm.Family]
    families.set("engagement", 0.9)
    assert (model.world.families.engagement == 0.9).all()
    family = list(families)[3]
    family.wellbeing = [0.1, 0.2, 0.3, 0.4]
    assert model.world.families.wellbeing[3].tolist() == [0.1, 0.2, 0.3, 0.4]
    family.waiting_months = 2
    assert model.world.families.waiting_months[3] == family.waiting_months == 2
    model.step()
    twin.step()
    assert model.series.engagement[1] > twin.series.engagement[1]
    assert model.series.wellbeing_mean[0] != twin.series.wellbeing_mean[0]  # the run begins as it was written


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("engagement", float("nan"), ValueError, "Family.engagement: expected a finite number from 0 to 1"),
        ("engagement", 1.2, ValueError, "from 0 to 1 .share., got 1.2"),
        ("engagement", "much", ValueError, "got 'much'"),
        ("engagement", [0.5, 0.5], ValueError, "expected a finite number"),
        ("wellbeing", 0.5, ValueError, "expected 4 finite numbers"),
        ("wellbeing", [0.5, 0.5, 0.5, np.inf], ValueError, "expected 4 finite numbers"),
        ("waiting_months", 1.5, ValueError, "expected a whole number"),
        ("waiting_months", 2**40, ValueError, "expected a whole number"),
        ("enrolled", 2, ValueError, "expected a whole number from 0 to 1"),
        ("territory", 0, AttributeError, "how the populations are built"),
        ("engagment", 0.5, AttributeError, "a Family has no attribute 'engagment'; did you mean 'engagement'"),
    ],
)
def test_what_a_column_cannot_take_is_refused(name, value, error, message):
    model = small()
    before = model.world.families.tobytes()
    family = next(iter(model.agents_by_type[abm.Family]))
    with pytest.raises(error, match=message):
        setattr(family, name, value)
    assert model.world.families.tobytes() == before


def test_what_is_read_of_a_column_of_several_is_of_its_moment():
    family = next(iter(small().agents_by_type[abm.Family]))
    with pytest.raises(ValueError, match="read-only"):
        family.wellbeing[0] = 0.5
    with pytest.raises(AttributeError, match="engagment"):
        _ = family.engagment


def test_agents_enter_and_leave_and_stay_themselves():
    model = abm.OutcomeContractingModel("lombardy", "social_impact_bond")
    everybody, sizes = {}, set()
    while model.running:
        for kind, agents in model.agents_by_type.items():
            assert [agent.row for agent in agents] == active_rows(model.world, kind.table)
            for agent in agents:
                assert everybody.setdefault(agent.unique_id, agent) is agent
        assert len(model.agents) == sum(map(len, model.agents_by_type.values()))
        sizes.add(tuple(len(agents) for agents in model.agents_by_type.values()))
        model.step()
    investors, providers, volunteers = ({row[column] for row in sizes} for column in (1, 2, 4))
    assert 0 in investors
    assert len(investors) > 1
    assert len(providers) > 1
    assert len(volunteers) > 1


def test_agents_are_not_made_or_removed_by_hand():
    model = small()
    before = len(model.agents)
    with pytest.raises(TypeError, match="not made or removed by hand"):
        abm.Family(model)
    with pytest.raises(TypeError, match="not made or removed by hand"):
        abm.Volunteer.create_agents(model, 3)
    with pytest.raises(TypeError, match="not made or removed by hand"):
        mesa.Agent(model)
    volunteer = next(iter(model.agents_by_type[abm.Volunteer]))
    with pytest.raises(TypeError, match="not made or removed by hand"):
        volunteer.remove()
    with pytest.raises(AttributeError, match="not made or removed by hand"):
        volunteer.active = 0
    assert len(model.agents) == before
    model.close()


def test_agent_sets_do_what_mesa_says():
    model = small()
    families = model.agents_by_type[abm.Family]
    mean, most = families.agg("engagement", [np.mean, max])
    assert mean == pytest.approx(model.world.families.engagement.mean())
    assert most == model.world.families.engagement.max()
    complex_ones = families.select(lambda family: family.complexity > 0.5)
    assert 0 < len(complex_ones) < len(families)
    seen = []
    complex_ones.do(lambda family: seen.append(family.unique_id))
    assert seen == complex_ones.get("unique_id")
    assert list(model.agents.select(agent_type=abm.Family)) == list(families)
    assert families.groupby("territory").map(len) == dict(enumerate(np.bincount(model.world.families.territory)))
    assert set(model.agent_types) == set(model.agents_by_type)
    assert {kind.table for kind in model.agent_types} == set(POPULATIONS.values())


def test_the_data_collector_collects():
    model = small(months=3)
    collector = mesa.DataCollector(
        model_reporters={"month": "month", "trust": lambda m: m.series.trust_mean.iloc[-1]},
        agent_reporters={"kind": lambda agent: type(agent).__name__},
        agenttype_reporters={abm.Family: {"satisfaction": "satisfaction", "wellbeing": "wellbeing"}},
    )
    collector.collect(model)
    start = model.world.families.wellbeing.copy()
    while model.running:
        model.step()
        collector.collect(model)
    table = collector.get_model_vars_dataframe()
    assert table.month.tolist() == [0, 1, 2, 3]
    assert table.trust.tolist() == model.series.trust_mean.tolist()
    assert len(collector.get_agent_vars_dataframe().loc[3]) == len(model.agents)
    families = collector.get_agenttype_vars_dataframe(abm.Family)
    assert np.array_equal(np.stack(families.wellbeing.loc[0]), start)  # not what it has become since
    assert families.satisfaction.loc[3].tolist() == model.world.families.satisfaction.tolist()


@pytest.mark.parametrize("number", [20, pytest.param(300, marks=pytest.mark.slow)])
def test_models_are_forgotten(number):
    alive = []
    for seed in range(number):
        model = small(rng=seed, months=2)
        model.step()
        assert len(model.agents) > 0
        assert model.trust_graph.number_of_edges() > 0
        alive.append(weakref.ref(model))
        del model
        if seed % 10 == 9:
            gc.collect()
    assert [ref for ref in alive if ref() is not None] == []


def test_a_closed_model_is_forgotten_whatever_was_tried_on_it():
    model = small()
    with pytest.raises(TypeError):
        abm.Family(model)
    model.close()
    ref = weakref.ref(model)
    del model
    gc.collect()
    assert ref() is None


def test_more_of_what_mesa_offers_on_sets_of_agents():
    model = small()
    families = model.agents_by_type[abm.Family]
    by_engagement = families.sort("engagement", ascending=True).get("engagement")
    assert by_engagement == sorted(by_engagement)
    assert families.get("wellbeing")[3].tolist() == model.world.families.wellbeing[3].tolist()
    seen = []
    families.shuffle_do(lambda family: seen.append(family.unique_id))
    assert sorted(seen) == families.get("unique_id") != seen
    groups = families.groupby(lambda family: family.complexity_third)
    assert sum(groups.count().values()) == len(families)
    assert set(groups.agg("engagement", max)) == {0, 1, 2}
    assert len(families.select(at_most=0.5)) == len(families) // 2
    with pytest.raises(TypeError, match="not made or removed by hand"):
        model.remove_all_agents()
    twin = small()
    model.step()
    twin.step()
    assert (
        model.world.families.tobytes() == twin.world.families.tobytes()
    )  # looking, sorting and shuffling change nothing


def test_its_own_collector_is_its_series():
    model = small(months=3)
    for month in range(4):
        table = model.datacollector.get_model_vars_dataframe()
        assert table.equals(model.series.drop(columns="month"))
        assert len(table) == month + 1
        model.datacollector.collect(model)
        if model.running:
            model.step()
    assert isinstance(model.datacollector, mesa.DataCollector)


def test_a_subclass_may_collect_as_in_any_mesa_model():
    class Watched(abm.OutcomeContractingModel):
        def __init__(self, **keywords):
            super().__init__(**keywords)
            self.datacollector = mesa.DataCollector({"month": "month"}, {"kind": lambda agent: agent.table})
            self.datacollector.collect(self)

        def step(self):
            super().step()
            self.datacollector.collect(self)

    model = Watched(case=SMALL, design=BOND, months=3)
    while model.running:
        model.step()
    assert model.datacollector.get_model_vars_dataframe().month.tolist() == [0, 1, 2, 3]


def test_mesas_batch_run():
    parameters = {"case": [SMALL], "design": ["block_grant", "social_impact_bond"], "months": 3}
    own = "rng" in inspect.signature(mesa.batch_run).parameters  # not yet in Mesa 3.3
    seeds = {"rng": [1, 2]}
    table = mesa.batch_run(
        abm.OutcomeContractingModel,
        parameters if own else parameters | seeds,
        data_collection_period=1,
        display_progress=False,
        **(seeds if own else {}),
    )
    assert {(row["design"], row["rng"]) for row in table} == {
        (design, seed) for design in parameters["design"] for seed in (1, 2)
    }
    series = small(rng=2, months=3).series
    first = next(row for row in table if row["rng"] == 2 and row["Step"] == 0)
    assert first["trust_mean"] == series.trust_mean[0]
