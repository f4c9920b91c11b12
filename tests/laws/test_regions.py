"""Regions above the places: each authority's ties go to its own, and how places are grouped moves nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from laws.test_money import by_class, received

import abm
from abm.config import ConfigError, as_interventions, changed_case, load_case, load_design
from abm.engine import run_months
from abm.lab.assignment import reached_table
from abm.lab.running import run
from abm.ledger import REGION, STAFF, WAGE, provider_account, region_account, single_account
from abm.network import first_ids, from_networkx, trust_graph
from abm.tables import COMMISSIONER_REGION, REGION_COMMISSIONER
from abm.world import new_world

SMALL = load_case("lombardy", {"case.families": 120})
TWO = changed_case(SMALL, {"case.locality.cremona.region": "South", "case.locality.monza.region": "North",
                           "case.locality.rest.region": "South"})  # fmt: skip
BOND = load_design("social_impact_bond")


def ties(world, relation):
    return world.edges[world.relations[relation].first : world.relations[relation].end]


def test_each_authority_is_tied_to_its_own_region():
    world = new_world(TWO, BOND, 1)
    assert TWO.regions == ("South", "North")
    assert list(TWO.locality) == ["cremona", "monza", "rest"]
    assert len(world.commissioners) == 5
    assert world.localities.region.tolist() == [3, 4, 3]
    for relation, office, region in (
        (COMMISSIONER_REGION, "source", "target"),
        (REGION_COMMISSIONER, "target", "source"),
    ):
        assert ties(world, relation)[region].tolist() == [3, 4, 3]
        assert ties(world, relation)[office].tolist() == [0, 1, 2]
    assert (world.commissioners.priorities == 1.0 / len(TWO.domains)).all()


def test_how_places_are_grouped_moves_no_metric_and_no_flow():
    one, two = new_world(SMALL, BOND, 3), new_world(TWO, BOND, 3)
    run_months(one, SMALL.calendar.months)
    run_months(two, SMALL.calendar.months)
    assert one.series.tobytes() == two.series.tobytes()
    assert np.array_equal(one.flows, two.flows)
    assert (ties(two, REGION_COMMISSIONER).lived_weight > 0).any()


def test_every_region_has_an_account_of_its_own_through_which_money_passes():
    world = new_world(TWO, BOND, 1)
    of_regions = [region_account(row, len(world.commissioners), len(world.balances)) for row in (3, 4)]
    assert of_regions == [len(world.balances) - 2, len(world.balances) - 1]
    taken = provider_account(len(world.providers) - 1, len(world.localities))
    assert taken < min(of_regions)
    run_months(world, TWO.calendar.months)
    assert world.balances.sum() == 0
    assert (world.balances[of_regions] == 0).all()
    assert world.flows[:, :, REGION, :].sum() == world.flows[:, :, :, REGION].sum() > 0
    assert np.array_equal(by_class(world), received(world.flows))


@pytest.mark.parametrize(("row", "own"), [(0, 3), (1, 4), (2, 3)])
def test_the_money_of_a_place_passes_through_its_own_region(monkeypatch, row, own):
    """Interpreted: which accounts a payment and a refund touch."""
    from abm.stages import pay_moves

    world, touched = new_world(TWO, BOND, 1), set()

    def note(balances, flows, month, payer, payer_class, payee, payee_class, *rest):
        touched.update(account for account, kind in ((payer, payer_class), (payee, payee_class)) if kind == REGION)

    for name in ("move", "_account_above", "pay_out", "pay_public", "return_to_treasury"):
        monkeypatch.setattr(pay_moves, name, getattr(getattr(pay_moves, name), "py_func", getattr(pay_moves, name)))
    monkeypatch.setattr(pay_moves, "pay_out", note)
    pay_moves.pay_public(world, row, single_account(STAFF), STAFF, WAGE, 10_000)
    pay_moves.return_to_treasury(world, row, 10_000)
    assert touched == {region_account(own, len(world.commissioners), len(world.balances))}


def test_graph_and_identifiers():
    model = abm.OutcomeContractingModel(TWO, BOND, rng=1)
    graph = model.trust_graph
    first = first_ids(model.world)
    assert list(graph) == model.agents.get("unique_id")
    offices = {node: data["locality"] for node, data in graph.nodes(data=True) if data["kind"] == "commissioner"}
    assert offices == dict(zip(range(1, 6), ("cremona", "monza", "rest", "South", "North"), strict=True))
    above = {(u, v) for u, v, data in graph.edges(data=True) if data["relation"] == "commissioner_region"}
    assert above == {(1, 4), (2, 5)}, "of places with a grant"
    assert first["investors"] == 6
    events = as_interventions([{"month": 12, "kind": "workshop", "who": "half", "unit": "provider"}])
    rows = reached_table([TWO], events, {"case": [TWO.name]}, [1])
    assert first["providers"] <= rows["id"].min() < rows["id"].max() < first["families"]
    places = dict(graph.nodes(data="locality"))
    assert all(places[one.id] == one.locality for one in rows.itertuples() if one.id in places)


def test_a_graph_with_its_regions_can_be_laid_over():
    graph = trust_graph(new_world(TWO, BOND, 1), TWO.locality, None, TWO.regions).copy()
    graph.remove_nodes_from([node for node, kind in graph.nodes(data="kind") if kind != "commissioner"])
    for u, v in graph.edges:
        graph.edges[u, v].update(trust=u / 10.0, certainty=0.0)
    world = new_world(from_networkx(graph, TWO), BOND, 1)
    assert ties(world, COMMISSIONER_REGION).trust[:2].tolist() == [0.1, 0.2]
    assert ties(world, REGION_COMMISSIONER).trust[:2].tolist() == [0.4, 0.5]


def test_ties_to_a_region_that_is_not_above_and_misspelt_ones_are_refused():
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_node("a", kind="commissioner", locality="cremona")
    graph.add_node("b", kind="commissioner", locality="North")
    graph.add_node("c", kind="commissioner", locality="Nort")
    graph.add_edge("a", "b")
    with pytest.raises(ConfigError) as refusal:
        from_networkx(graph, TWO)
    assert list(refusal.value.errors) == [
        "node 'c': locality: expected one of 'cremona', 'monza', 'rest', 'South', 'North', got \"Nort\"; did you mean 'North'?",
        "edge 'a' → 'b': between a commissioner in 'cremona' and a commissioner in 'North'; 'cremona' is under 'South'",
    ]


def test_a_list_of_edges_finds_the_region_of_a_place(tmp_path):
    text = "source,target,relation,locality\na,above,commissioner_region,monza\nabove,a,region_commissioner,cremona\n"
    (tmp_path / "ties.csv").write_text(text, encoding="utf-8")
    case = changed_case(TWO, {"case.network.graph": str(tmp_path / "ties.csv")})
    assert case.network.graph.nodes == (
        ("a", "commissioner", "monza", 1), ("above", "commissioner", "North", 1),
        ("above", "commissioner", "South", 1), ("a", "commissioner", "cremona", 1),
    )  # fmt: skip


def test_the_table_of_ties_has_all_regions():
    edges = run(TWO, BOND, months=12, tables=["trust_edges"]).tables["trust_edges"]
    above = edges[edges["relation"] == "commissioner_region"]
    assert set(zip(above["source"], above["target"], strict=True)) == {(1, 4), (2, 5)}


@pytest.mark.parametrize(
    ("set_", "words"),
    [
        ({"case.locality.cremona.region": ""}, "expected text that is not empty"),
        ({"case.locality.cremona.region": 3}, "case.locality.cremona.region"),
        ({"case.locality.cremona.region": "monza"}, "'monza' is a locality, and a region needs a name of its own"),
        ({"case.locality.cremona.regoin": "South"}, r"did you mean 'case\.locality\.cremona\.region'"),
    ],
)
def test_regions_that_cannot_be(set_, words):
    with pytest.raises(ConfigError, match=words):
        changed_case(SMALL, set_)


def test_a_place_keeps_its_region_in_a_run():
    changes = [{"month": 12, "set": {"case.locality.cremona.region": "North"}}]
    with pytest.raises(ConfigError, match=r"case\.locality\.cremona\.region: cannot change in a run"):
        run(TWO, BOND, changes=changes)


def test_italy_has_its_twenty_regions():
    case = load_case("italy")
    assert (len(case.locality), len(case.regions)) == (107, 20)
    under = {region: [n for n, place in case.locality.items() if place.region == region] for region in case.regions}
    assert sum(len(names) for names in under.values()) == 107
    assert len(under["Lombardia"]) == 12
    assert under["Umbria"] == ["perugia", "terni"]
