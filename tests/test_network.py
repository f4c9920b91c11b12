"""The trust graph as networkx sees it: structure of its moment, values of now."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import abm
from abm.config import load_case
from abm.network import FACET_NAMES, Tie, first_ids, trust_graph
from abm.tables import RELATION_NAMES

SMALL = load_case("generic", {"case.families": 40})


@pytest.fixture
def model():
    return abm.OutcomeContractingModel(SMALL, "social_impact_bond", rng=4)


def test_nodes_are_the_active_agents(model):
    graph = model.trust_graph
    assert list(graph) == model.agents.get("unique_id")
    for agent in model.agents:
        node = graph.nodes[agent.unique_id]
        assert node["kind"] == type(agent).__name__.lower()
        assert node["locality"] in SMALL.locality or (node["kind"], node["locality"]) == ("commissioner", "region")
    lombardy = abm.OutcomeContractingModel("lombardy", "block_grant")
    places = nx.get_node_attributes(lombardy.trust_graph, "locality").values()
    assert set(places) == {*lombardy.case.locality, "region"}


def test_edges_are_the_active_relations(model):
    graph, edges, first = model.trust_graph, model.world.edges, first_ids(model.world)
    found = {(source, target, data["relation"]) for source, target, data in graph.edges(data=True)}
    expected = set()
    for edge in edges[edges.active == 1]:
        relation = RELATION_NAMES[edge.relation]
        source, target = relation.replace("family", "families").split("_")
        tables = [{"families": "families", "region": "commissioners"}.get(end, f"{end}s") for end in (source, target)]
        expected.add((first[tables[0]] + edge.source, first[tables[1]] + edge.target, relation))
    families, peers = model.world.families.size, model.world.peers
    for row in np.flatnonzero(peers.active).tolist():
        source, target = row * families // peers.size, int(peers.peer[row])
        expected.add((first["families"] + source, first["families"] + target, "family_family"))
    assert found == expected


def test_values_are_live(model):
    graph, edges = model.trust_graph, model.world.edges
    while model.month < model.case.calendar.service[0] + 6:
        model.step()
    ties = [data for _, _, data in graph.edges(data=True) if data["relation"] == "family_commissioner"]
    here = edges[edges.relation == RELATION_NAMES.index("family_commissioner")]
    assert [tie["trust"] for tie in ties] == here.trust.tolist()
    evidence, facts = here.support + here.against + here.damage, model.world.settings[0]
    weights = np.array([facts[f"trust_weight_{facet}"] for facet in FACET_NAMES])
    sure = evidence / (evidence + facts.trust_prior_weight) @ weights
    assert np.allclose([tie["certainty"] for tie in ties], sure)
    assert max(sure) > 0
    for number, facet in enumerate(FACET_NAMES):
        assert [tie[facet] for tie in ties] == here.level[:, number].tolist()
    assert np.allclose(
        [sum(tie[facet] * w for facet, w in zip(FACET_NAMES, weights, strict=True)) for tie in ties], here.trust
    )


def test_writing_says_how_it_is_done(model):
    graph = model.trust_graph
    source, target = next(iter(graph.edges))
    tie = graph.edges[source, target]
    for attempt in (
        lambda: tie.update(trust=1.0),
        lambda: graph[source][target].__setitem__("trust", 1.0),
        lambda: tie.pop("trust"),
        lambda: nx.set_edge_attributes(graph, 1.0, "trust"),
    ):
        with pytest.raises(TypeError, match=r"change the columns of `model.world.edges`.*`graph.copy\(\)`"):
            attempt()
    with pytest.raises(KeyError):
        tie["weight"]
    with pytest.raises(nx.NetworkXError, match="Frozen"):
        graph.remove_edge(source, target)


def test_a_copy_is_a_plain_graph_of_its_moment(model):
    graph = model.trust_graph
    for copied in (graph.copy(), nx.DiGraph(graph), graph.to_undirected(), nx.reverse(graph)):
        assert {type(data) for _, _, data in copied.edges(data=True)} == {dict}
    copied = graph.copy()
    source, target = next((u, v) for u, v, data in graph.edges(data=True) if data["relation"] == "family_commissioner")
    before = copied.edges[source, target]["trust"]
    while model.month < model.case.calendar.service[0]:
        model.step()
    assert copied.edges[source, target]["trust"] == before != graph.edges[source, target]["trust"]
    assert isinstance(graph.edges[source, target], Tie)
    copied.edges[source, target]["trust"] = 1.0


def test_the_structure_is_that_of_the_moment_it_was_read(model):
    first = model.trust_graph
    assert model.trust_graph is first
    size = first.number_of_edges()
    while model.running:
        model.step()
    assert first.number_of_edges() == size
    assert model.trust_graph is not first
    assert set(model.trust_graph) == set(model.agents.get("unique_id"))


def test_networkx_works_on_it(model, tmp_path):
    graph = model.trust_graph
    nx.write_graphml(graph, tmp_path / "trust.graphml")
    again = nx.read_graphml(tmp_path / "trust.graphml", node_type=int)
    assert dict(again.nodes(data=True)) == dict(graph.nodes(data=True))
    assert {edge: again.edges[edge] for edge in again.edges} == {edge: dict(graph.edges[edge]) for edge in graph.edges}
    assert list(nx.in_degree_centrality(graph)) == list(graph)
    assert sum(nx.pagerank(graph, weight="trust").values()) == pytest.approx(1.0)
    table = nx.to_pandas_edgelist(graph)
    assert {"source", "target", *Tie.KEYS} == set(table)


def test_the_graph_of_a_world_without_a_model(model):
    assert nx.utils.graphs_equal(trust_graph(model.world, SMALL.locality).copy(), model.trust_graph.copy())
