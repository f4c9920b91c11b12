"""Tables of agents: they agree with the metrics, move nothing, and are kept like everything else of a batch."""

from __future__ import annotations

import json

import numpy as np
import pytest

from abm.config import ConfigError, load_case, load_design
from abm.config.experiment import AGENT_TABLES
from abm.declare import Column
from abm.lab.agent_columns import COLUMNS, check_tables
from abm.lab.agents import Recorder
from abm.lab.results import Results
from abm.lab.run import simulate
from abm.lab.running import batch, run
from abm.ledger import SINGLE
from abm.network import first_ids, trust_graph
from abm.tables import RELATION_NAMES

KEYS = ["case", "design", "payment.lag_months", "seed"]
MONTHS = 34
SMALL = {"case.families": 60}


@pytest.fixture(scope="module")
def bond():
    """A real run of a bond into its third year of service, with all tables."""
    return run("generic", "social_impact_bond", 3, MONTHS, SMALL, tables=AGENT_TABLES)


def test_a_run_is_the_same_with_tables_and_without(bond):
    plain = run("generic", "social_impact_bond", 3, MONTHS, SMALL)
    assert bond.series.equals(plain.series)
    assert plain.tables == {}


def test_columns_are_those_declared(bond):
    for name, table in bond.tables.items():
        expected = []
        for column in COLUMNS[name]:
            assert isinstance(column, Column)
            assert column.meaning
            several = [f"{column.name}_{domain}" for domain in bond.case.domains]
            expected += several if column.per else [column.name]
        assert list(table.columns) == expected
    assert tuple(bond.tables) == AGENT_TABLES


def test_families_are_those_of_the_metrics(bond):
    families, last = bond.tables["families"], bond.series.iloc[-1]
    assert len(families) == 60
    assert families["attributable_gain"].mean() == pytest.approx(last["attributable_gain"])
    assert families["weighted_wellbeing"].mean() == pytest.approx(last["wellbeing_mean"])
    assert families["engagement"].mean() == pytest.approx(last["engagement"])
    assert families[families["enrolled"]]["satisfaction"].mean() == pytest.approx(last["satisfaction"])
    assert families["enrolled"].sum() == last["families_served"]
    assert families["main_provider"].notna().equals(families["enrolled"])
    providers = set(bond.tables["providers"]["provider"])
    assert set(families["main_provider"].dropna()) <= providers
    weights = families[[f"importance_{domain}" for domain in bond.case.domains]].to_numpy()
    levels = families[[f"wellbeing_{domain}" for domain in bond.case.domains]].to_numpy()
    assert np.allclose((weights * levels).sum(axis=1), families["weighted_wellbeing"])


def test_ties_are_those_of_the_trust_graph_and_of_the_metrics(bond):
    ties = bond.tables["trust_edges"]
    now = ties[ties["month"] == MONTHS].set_index(["source", "target"])
    graph = trust_graph(bond.world, bond.case.locality)
    inner = {(a, b): data for a, b, data in graph.edges(data=True)}
    assert set(inner) <= set(now.index)  # who left this month has ties until the next
    for pair, data in list(inner.items())[::7]:
        row = now.loc[[pair]]
        assert data["trust"] in row["trust"].to_numpy()
        assert data["certainty"] == pytest.approx(row[row["trust"] == data["trust"]]["certainty"].iloc[0])
    means = ties.groupby(["month", "relation"], observed=True)["trust"].mean()
    for relation in ("family_provider", "family_commissioner", "provider_commissioner", "investor_commissioner"):
        by_month = means.xs(relation, level="relation")
        assert list(by_month) == pytest.approx(list(bond.series[f"trust_{relation}"].iloc[by_month.index]))
    assert set(ties["relation"].cat.categories) == set(RELATION_NAMES)


def test_providers_month_by_month(bond):
    providers, series = bond.tables["providers"], bond.series
    assert sorted(providers["month"].unique()) == list(range(MONTHS + 1))
    first = bond.case.calendar.service[0]
    assert providers[providers["service_month"] == 12]["month"].unique().tolist() == [first + 11]
    partners = providers[providers["partner"] & (providers["month"] == MONTHS)]
    assert len(partners) > 3
    assert partners["motivation"].mean() == pytest.approx(series["mission_motivation"].iloc[-1])
    assert providers[providers["month"] < first]["attributable_gain"].isna().all()
    assert partners["attributable_gain"].notna().any()
    assert (providers["contract_hours"] >= providers["service_hours"] - 1e-9).all()
    # no trust of a partnership without an authority, and both ends of it are in the ties
    ties = bond.tables["trust_edges"]
    ties = ties[(ties["month"] == MONTHS) & (ties["relation"] == "commissioner_provider")].set_index("target")["trust"]
    known = partners[partners["provider"].isin(ties.index)]
    assert list(known["trust_of_commissioner"]) == pytest.approx(list(ties[known["provider"]]))
    start = first_ids(bond.world)["providers"]
    accounts = bond.world.balances[SINGLE + 1 + partners["provider"].to_numpy() - start] / 100
    assert list(partners["balance"]) == pytest.approx(list(accounts))


def test_the_gain_of_a_provider_is_weighted_by_the_hours_that_families_had_from_it():
    case, design = load_case("generic", SMALL), load_design("social_impact_bond")
    recorder = Recorder(["providers"], case)
    received = np.zeros(60)

    def watch(world):
        recorder(world)
        received[:] += world.families.hours_received if world.clock[0].serving else 0.0
        assert np.allclose(recorder._hours.sum(axis=1), received)

    world = simulate(case, design, 3, MONTHS, (), watch)
    last = recorder.tables(world)["providers"].to_pandas().query("month == @MONTHS")
    weights = world.families["importance"]
    gains = (weights * (world.families["wellbeing"] - world.families["unserved_wellbeing"])).sum(axis=1)
    start = first_ids(world)["providers"]
    served = last[last["attributable_gain"].notna()]
    assert len(served) > 3
    for provider, gain in zip(served["provider"], served["attributable_gain"], strict=True):
        hours = recorder._hours[:, provider - start]
        assert gain == pytest.approx(np.average(gains, weights=hours))


def test_places_without_a_grant_are_not_in_them():
    result = run("lombardy", "block_grant", 1, 2, {"case.families": 200}, tables=AGENT_TABLES)
    assert set(result.case.locality) == {"cremona", "monza", "rest"}
    funded = sum(place.families for place in result.case.locality.values() if place.grant_eur > 0)
    assert len(result.tables["families"]) == funded < 200
    for name in ("families", "providers"):
        assert set(result.tables[name]["locality"]) == {"cremona", "monza"}
    names = {node: data["locality"] for node, data in trust_graph(result.world, result.case.locality).nodes(data=True)}
    ties = result.tables["trust_edges"].query("month == 2")
    ends = {names[node] for node in {*ties["source"], *ties["target"]} & names.keys()}
    assert ends == {"cremona", "monza", "region"}


@pytest.mark.parametrize(
    ("tables", "said"),
    [(["provider"], "no 'provider'; did you mean 'providers'"), (["families"] * 2, "'families' stands twice"),
     (["x"], "no 'x', expected")],
)  # fmt: skip
def test_tables_that_there_are_not(tables, said, experiment):
    with pytest.raises(ConfigError, match=said):
        run("generic", "block_grant", tables=tables)
    with pytest.raises(ValueError, match=said):
        type(experiment).model_validate_json(
            json.dumps(experiment.model_dump(mode="json") | {"tables": tables}, default=list)
        )


def test_tables_that_would_not_fit_are_refused(monkeypatch):
    monkeypatch.setattr("abm.lab.agent_columns.physical_memory", lambda: 10**8)
    case = load_case("generic", SMALL)
    check_tables(["families", "providers"], case, 24)
    with pytest.raises(ConfigError, match=r"'trust_edges' of case 'generic' has [\d,]+ rows a run"):
        check_tables(["trust_edges"], case, 2400)


# ---- in a batch


@pytest.fixture
def kept(fake_engine, experiment, tmp_path):
    """The small experiment with two tables."""
    asked = experiment.model_copy(update={"tables": ("providers", "families")})
    return asked, batch(asked, workers=1, out=tmp_path / "r")


def test_a_batch_keeps_tables_of_its_arms_sorted_by_their_keys(kept, experiment, tmp_path):
    _, results = kept
    assert sorted(results.manifest["files"]) == [
        "agents/families.parquet", "agents/providers.parquet", "runs.parquet", "series.parquet", "twins.parquet"
    ]  # fmt: skip
    table = results.agents("providers")
    assert list(table.columns)[:5] == [*KEYS, "month"]
    assert len(table) == 20 * 3
    assert table[KEYS].drop_duplicates().reset_index(drop=True).equals(results.runs[KEYS])
    assert (table["month"] == table["seed"]).all()
    with pytest.raises(ConfigError, match="no 'trust_edges' in these results; there are 'providers', 'families'"):
        results.agents("trust_edges")
    plain = batch(experiment, workers=1, out=tmp_path / "plain")
    assert plain.runs.equals(results.runs)
    with pytest.raises(ConfigError, match="`tables` says which"):
        plain.agents("providers")


def test_workers_and_interruptions_change_no_byte_of_them(kept, tmp_path):
    asked, results = kept
    files = results.manifest["files"]
    assert batch(asked, workers=3, out=tmp_path / "three").manifest["files"] == files

    def interrupt(over, planned, failed):
        if over in (7, 15):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            batch(asked, workers=1, out=tmp_path / "again", progress=interrupt)
    assert batch(asked, workers=1, out=tmp_path / "again").manifest["files"] == files
    assert not (tmp_path / "again/parts").exists()


def test_a_damaged_table_is_done_again(kept):
    asked, results = kept
    path = results.folder / "agents/families.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ConfigError, match=r"families\.parquet: damaged"):
        results.agents("families")
    told = []
    with pytest.warns(UserWarning, match=r"families\.parquet.*done again"):
        again = batch(asked, workers=1, out=results.folder, progress=lambda *counts: told.append(counts))
    assert told[0] == (10, 30, 0)  # the twins are there
    assert again.manifest["files"] == results.manifest["files"]
    assert Results.load(results.folder).agents("families").equals(again.agents("families"))
