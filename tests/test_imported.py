"""Empirical graphs: what a graph says holds at the start, everything else stays as drawn, and what is wrong is told at once."""

from __future__ import annotations

import json
import pickle

import networkx as nx
import numpy as np
import pytest

import abm
from abm.case import Case
from abm.config import ConfigError, changed_case, load_any, load_case, load_design, resolved
from abm.network import from_networkx, trust_graph
from abm.tables import FAMILY_PROVIDER, PROVIDER_PROVIDER, RELATION_NAMES
from abm.world import new_world

TOWN = load_case(
    "generic",
    {"case.locality.town.families": 30, "case.locality.town.public": 3, "case.locality.town.third_sector": 4},
)
LOMBARDY = load_case("lombardy", {"case.families": 300})
BOND = load_design("social_impact_bond")


def world_of(case, seed=3):
    return new_world(case, BOND, seed, 12)


def graph_of(case, seed=3):
    """The model's trust graph at its start, without the names of an imported one."""
    graph = trust_graph(world_of(case, seed), case.locality, case.network.graph).copy()
    for _, data in graph.nodes(data=True):
        data.pop("name", None)
    return graph


def differing(one, other):
    """Names of the columns in which two worlds differ."""
    return {
        f"{name}.{column}"
        for name, mine, theirs in zip(one._fields, one, other, strict=True)
        for column in (mine.dtype.names or [])
        if not np.array_equal(mine[column], theirs[column], equal_nan=mine.dtype[column].kind == "f")
    } | {
        name
        for name, mine, theirs in zip(one._fields, one, other, strict=True)
        if mine.dtype.names is None and not np.array_equal(mine, theirs)
    }


def ties_of(world, relation):
    first = world.relations[relation]
    return world.edges[first.first : first.end]


def small_graph():
    graph = nx.DiGraph()
    graph.add_nodes_from(["Rossi", "Bianchi", "Verdi"], kind="family", locality="town")
    graph.add_node("coop", kind="provider", locality="town", sector="third_sector")
    graph.add_node("asl", kind="provider", locality="town", number=2)
    graph.add_edge("Rossi", "coop", trust=0.9)
    graph.add_edge("Rossi", "Bianchi")
    graph.add_edge("coop", "asl", joint_hours=2.5, trust=0.7)
    return graph


# ---- laws


@pytest.mark.parametrize("case", [TOWN, LOMBARDY], ids=["one place", "several places"])
def test_a_models_own_graph_makes_the_same_world(case):
    again = from_networkx(graph_of(case), case)
    assert differing(world_of(again), world_of(case)) == set()


@pytest.mark.parametrize("case", [TOWN, LOMBARDY], ids=["one place", "several places"])
def test_a_models_own_graph_comes_back_whatever_the_luck(case):
    graph = graph_of(case)
    again = from_networkx(graph, case)
    for seed in range(10, 16):
        assert nx.utils.graphs_equal(graph_of(again, seed), graph)


def test_a_graph_of_a_later_month_comes_back_with_trust_and_certainty():
    model = abm.OutcomeContractingModel(TOWN, "block_grant", rng=3)
    while model.month < 12:
        model.step()
    graph = model.trust_graph.copy()
    again = trust_graph(world_of(from_networkx(graph, TOWN)), TOWN.locality)
    shared = [(u, v) for u, v in graph.edges if again.has_edge(u, v) and graph.nodes[u]["kind"] == "family"]
    assert len(shared) > 100
    assert max(graph.edges[tie]["certainty"] for tie in shared) > 0.1
    for tie in shared:
        assert again.edges[tie]["trust"] == graph.edges[tie]["trust"]
        assert again.edges[tie]["certainty"] == pytest.approx(graph.edges[tie]["certainty"], abs=1e-12)


def test_only_what_the_graph_says_is_otherwise():
    drawn, laid = world_of(TOWN), world_of(from_networkx(small_graph(), TOWN))
    places = {"packages.provider", "pairs.joint_hours"}
    ties = {f"edges.{column}" for column in ("target", "active", "prior", "trust", "level")}
    ties |= {f"peers.{column}" for column in ("peer", "active", "trust")}
    assert {"edges.trust", "pairs.joint_hours"} <= differing(laid, drawn) <= places | ties
    for relation in range(len(RELATION_NAMES)):
        if relation not in (FAMILY_PROVIDER, PROVIDER_PROVIDER):
            assert ties_of(laid, relation).tobytes() == ties_of(drawn, relation).tobytes()
    unnamed = slice(3 * TOWN.family.known_providers, None)
    peers = slice(3 * TOWN.family.peers, None)
    assert ties_of(laid, FAMILY_PROVIDER)[unnamed].tobytes() == ties_of(drawn, FAMILY_PROVIDER)[unnamed].tobytes()
    assert laid.peers[peers].tobytes() == drawn.peers[peers].tobytes()
    assert laid.packages[unnamed].tobytes() == drawn.packages[unnamed].tobytes()


def test_it_is_part_of_the_case():
    case = from_networkx(small_graph(), TOWN)
    assert case != TOWN
    assert Case.model_validate_json(json.dumps(resolved(case))) == case
    assert pickle.loads(pickle.dumps(case)) == case
    assert from_networkx(small_graph(), TOWN) == case
    assert case.network.graph.nodes[3:] == (("coop", "provider", "town", 4), ("asl", "provider", "town", 2))
    assert changed_case(case, {"case.trust.asymmetry": 3.0}).network.graph == case.network.graph
    with pytest.raises(ConfigError, match=r"network.graph: node 'Rossi': 1 ties to a family, but family.peers is 0"):
        changed_case(case, {"case.family.peers": 0})
    with pytest.raises(ConfigError, match=r"network.graph: node 'Verdi': number 3 of kind 'family', but 'town' has 2"):
        changed_case(case, {"case.locality.town.families": 2})


# ---- what each relation means


def test_packages_and_peers():
    world = world_of(from_networkx(small_graph(), TOWN))
    slots, peers = TOWN.family.known_providers, TOWN.family.peers
    package, talks = ties_of(world, FAMILY_PROVIDER), world.peers
    for family, known in enumerate(([3], [], [])):
        mine = package[family * slots : (family + 1) * slots]
        assert mine.target[mine.active == 1].tolist() == known
        assert mine.target.tolist() == world.packages.provider[family * slots : (family + 1) * slots].tolist()
        assert len(set(mine.target)) == slots
    assert package.trust[: 3 * slots][package.active[: 3 * slots] == 1].tolist() == [0.9]
    assert talks.peer[:peers].tolist() == [1] * peers
    assert talks.active[: 3 * peers].tolist() == [1] * peers + [0] * 2 * peers


def test_where_nobody_is_still_to_come_a_package_is_filled_as_drawn():
    none_later = {"case.locality.town.joiners": 0, "case.locality.town.for_profit": 0}
    case = changed_case(TOWN, none_later)
    laid, drawn = world_of(from_networkx(small_graph(), case)), world_of(case)
    slots = case.family.known_providers
    assert len(set(laid.packages.provider[:slots])) == slots
    assert 3 in laid.packages.provider[:slots]
    assert laid.packages.provider[slots : 2 * slots].tolist() == drawn.packages.provider[slots : 2 * slots].tolist()


def test_links_between_providers():
    def hours(*edges):
        graph = nx.DiGraph()
        graph.add_nodes_from([1, 2, 3], kind="provider")
        graph.add_edges_from(edges)
        count = TOWN.locality["town"].providers
        table = world_of(from_networkx(graph, TOWN)).pairs.joint_hours.reshape(count, count)
        return table[:3, :3]

    drawn = world_of(TOWN).pairs.joint_hours
    said = hours((1, 2, {"joint_hours": 4.0}))
    assert said.tolist() == [[0, 4, 0], [4, 0, 0], [0, 0, 0]]
    tied = hours((1, 2), (2, 3))
    assert (tied > 0).tolist() == [[False, True, False], [True, False, True], [False, True, False]]
    trusting = hours((1, 2, {"trust": 0.2}))
    count = TOWN.locality["town"].providers
    assert np.array_equal(trusting, drawn.reshape(count, count)[:3, :3])


def test_who_helps_is_said_by_the_graph():
    graph = nx.DiGraph()
    graph.add_edge("Anna", "Caritas", relation="volunteer_provider", trust=0.8)
    world = world_of(from_networkx(graph, TOWN))
    assert np.flatnonzero(world.volunteers.active).tolist() == [0]
    assert world.volunteers.provider[0] == 0
    assert world_of(TOWN).volunteers.active.sum() > 1


def test_an_undirected_tie_is_one_in_each_direction_that_exists():
    graph = nx.Graph()
    graph.add_node("office", kind="commissioner")
    graph.add_node("coop", kind="provider")
    graph.add_nodes_from(["Rossi", "Verdi"], kind="family")
    graph.add_edges_from([("office", "coop"), ("office", "Rossi"), ("Rossi", "Verdi")], trust=0.8)
    found = {(relation, s, t) for relation, s, t, *_ in from_networkx(graph, TOWN).network.graph.ties}
    both = {("commissioner_provider", 0, 1), ("provider_commissioner", 1, 0)}
    assert found == both | {("family_commissioner", 2, 0), ("family_family", 2, 3), ("family_family", 3, 2)}


def test_the_model_shows_who_is_who():
    model = abm.OutcomeContractingModel(from_networkx(small_graph(), TOWN), BOND, rng=3)
    names = nx.get_node_attributes(model.trust_graph, "name")
    family, coop = (next(node for node in names if names[node] == name) for name in ("Rossi", "coop"))
    assert model.trust_graph.edges[family, coop]["trust"] == 0.9
    assert model.trust_graph.nodes[coop] == {
        "kind": "provider", "locality": "town", "number": 4, "sector": "third_sector", "name": "coop",
    }  # fmt: skip
    model.step()


# ---- files

BY_HAND = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="k" for="node" attr.name="kind" attr.type="string"><default>family</default></key>
  <key id="s" for="node" attr.name="sector" attr.type="string"/>
  <key id="t" for="edge" attr.name="trust" attr.type="double"/>
  <graph edgedefault="directed">
    <node id="Rossi"/>
    <node id="coop"><data key="k">provider</data><data key="s">association</data></node>
    <edge source="Rossi" target="coop"><data key="t">0.9</data></edge>
  </graph>
</graphml>
"""


def case_file(folder, graph, name="mine"):
    path = folder / f"{name}.toml"
    town = "\n[locality.town]\nfamilies = 30\npublic = 3\nthird_sector = 4\n"
    path.write_text(f'extends = "generic"\n[network]\ngraph = "{graph}"\n{town}', encoding="utf-8")
    return path


def test_graphml_by_hand_and_by_networkx(tmp_path):
    (tmp_path / "ties.graphml").write_text(BY_HAND, encoding="utf-8")
    graph = load_case(case_file(tmp_path, "ties.graphml")).network.graph
    assert graph.source == "ties.graphml"
    assert graph.nodes == (("Rossi", "family", "town", 1), ("coop", "provider", "town", 8))
    assert graph.ties == (("family_provider", 0, 1, 0.9, None, None),)
    (tmp_path / "data").mkdir()
    nx.write_graphml(graph_of(TOWN), tmp_path / "data" / "ties.graphml")
    case = load_case(case_file(tmp_path, "data/ties.graphml"))
    assert differing(world_of(case), world_of(TOWN)) == set()
    assert load_any(tmp_path / "mine.toml") == case


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_of_edges(tmp_path, delimiter):
    rows = [
        ["Target", "source", "relation", "trust", "joint_hours", "target_sector"],
        ["1", "1", "family_provider", "0,9" if delimiter == ";" else "0.9", "", "third_sector"],
        ["2", "1", "provider_provider", "", "2.5", ""],
        [],
        ["region", "office", "commissioner_region", "0.25", "", ""],
    ]
    text = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "ties.csv").write_text(text, encoding="utf-8")
    graph = load_case(case_file(tmp_path, "ties.csv")).network.graph
    assert graph.nodes == (
        ("1", "family", "town", 1),
        ("1", "provider", "town", 4),
        ("2", "provider", "town", 1),
        ("office", "commissioner", "town", 1),
        ("region", "commissioner", "region", 1),
    )
    assert graph.ties == (
        ("family_provider", 0, 1, 0.9, None, None),
        ("provider_provider", 1, 2, None, None, 2.5),
        ("commissioner_region", 3, 4, 0.25, None, None),
    )


def test_a_path_counts_from_the_file_it_stands_in_and_can_be_set(tmp_path, monkeypatch):
    (tmp_path / "parents").mkdir()
    (tmp_path / "parents" / "ties.graphml").write_text(BY_HAND, encoding="utf-8")
    parent = case_file(tmp_path / "parents", "ties.graphml")
    child, bare = tmp_path / "child.toml", tmp_path / "bare.toml"
    child.write_text('extends = "parents/mine.toml"\n', encoding="utf-8")
    bare.write_text('extends = "parents/mine.toml"\n[network]\ngraph = ""\n', encoding="utf-8")
    assert load_case(child).network.graph == load_case(parent).network.graph
    assert load_case(bare).network.graph is None
    monkeypatch.chdir(tmp_path / "parents")
    assert load_case(bare, {"case.network.graph": "ties.graphml"}).network == load_case(parent).network
    assert load_case(parent, {"case.network.graph": "", "case.family.known_providers": 2}).network.graph is None
    with pytest.raises(ConfigError, match=r"^setting: case.network.graph: tie.graphml: no such file$"):
        load_case("generic", {"case.network.graph": "tie.graphml"})


# ---- what is wrong


def refused(graph, case=LOMBARDY):
    with pytest.raises(ConfigError) as refusal:
        from_networkx(graph, case)
    return list(refusal.value.errors)


def test_everything_wrong_with_a_graph_is_told_at_once():
    graph = nx.DiGraph()
    graph.add_node("a", kind="famly", locality="cremona")
    graph.add_node("b", kind="family", locality="cremonna")
    graph.add_node("c", kind="family", locality="cremona")
    graph.add_node("d", locality="cremona")
    graph.add_node("e", kind="provider", locality="monza", sector="private", number=0)
    graph.add_node("f", kind="provider", locality="monza")
    graph.add_node("g", kind="family", locality="cremona", number=2, numbr=1)
    graph.add_node("h", kind="family", locality="cremona", number=2.0)
    graph.add_edge("c", "c")
    graph.add_edge("c", "f", trust=0.5)
    graph.add_edge("f", "c", turst=1)
    graph.add_edge("c", "g", trust=1.5, certainty=1.0)
    graph.add_edge("g", "c", relation="family_famly")
    graph.add_edge("c", "h", relation="family_provider")
    graph.add_edge("h", "c", joint_hours=3)
    errors = refused(graph)
    for start in (
        "node attribute 'numbr': unknown; did you mean 'number'?",
        "edge attribute 'turst': unknown; did you mean 'trust'?",
        "node 'a': kind: expected one of 'commissioner', 'investor', 'provider', 'family', 'volunteer', got \"famly\"; did",
        "node 'b': locality: expected one of 'cremona', 'monza', 'rest', got \"cremonna\"; did you mean 'cremona'?",
        "node 'd': kind: expected one of",
        "node 'e': number: expected a whole number from 1, got 0",
        "node 'e': sector: expected one of 'public', 'third_sector', 'association', 'for_profit', got \"private\"",
        "node 'h': number 2 of kind 'family' in 'cremona', but node 'g' is that already",
        "edge 'c' → 'c': a tie with itself",
        "edge 'c' → 'f': between a family in 'cremona' and a provider in 'monza'; ties lie within a place",
        "edge 'f' → 'c': between a provider",
        "edge 'c' → 'g': trust: expected a number from 0 to 1, got 1.5",
        "edge 'c' → 'g': certainty: expected a number from 0 to 1, less than 1, got 1.0",
        "edge 'g' → 'c': relation: expected one of 'family_provider'",
        "edge 'c' → 'h': relation: 'family_provider', but its ends make it 'family_family'",
        "edge 'h' → 'c': joint_hours: only providers have them, with one another, not family_family",
    ):
        assert any(error.startswith(start) for error in errors), (start, errors)
    assert len(errors) == 16


def test_more_than_there_is_room_for():
    graph = nx.DiGraph()
    graph.add_nodes_from([f"p{n}" for n in range(11)], kind="provider")
    for n in range(4):
        graph.add_edge("Rossi", f"p{n}", relation="family_provider")
    errors = refused(graph, TOWN)
    assert errors == [
        "kind 'provider': 'town' has 10 at the bid (the others take a `sector` or a `number`), and 1 of the graph's nodes "
        "are left over, node 'p10' first; change the numbers of the case or leave them out"
    ]
    graph.remove_node("p10")
    assert refused(graph, TOWN) == ["node 'Rossi': 4 ties to a provider, but family.known_providers is 3"]
    graph.remove_edge("Rossi", "p3")
    graph.nodes["p0"].update(number=2, sector="association")
    assert refused(graph, TOWN) == ["node 'p0': number 2, but of sector 'association' 'town' has numbers 8 to 10"]
    graph.nodes["p0"].update(number=999, sector="for_profit")
    assert len(refused(graph, TOWN)) == 1
    del graph.nodes["p0"]["sector"]
    assert refused(graph, TOWN) == ["node 'p0': number 999 of kind 'provider', but 'town' has 18 of that kind"]


def test_contradicting_hours_multigraphs_and_other_things():
    graph = nx.DiGraph()
    graph.add_nodes_from("ab", kind="provider")
    graph.add_edge("a", "b", joint_hours=1.0)
    graph.add_edge("b", "a", joint_hours=2.0)
    assert refused(graph, TOWN) == ["edge 'a' → 'b': joint_hours: 1, but the other way 2"]
    assert "merge them" in refused(nx.MultiDiGraph(graph))[0]
    assert refused({"a": "b"}) == ["graph: expected a networkx.DiGraph or networkx.Graph, got dict"]
    assert refused(nx.DiGraph()) == ["the graph has no ties"]
    for value in ("much", True, float("nan"), float("inf"), -1, [1]):
        graph.edges["a", "b"]["joint_hours"] = value
        assert refused(graph, TOWN)[0].startswith("edge 'a' → 'b': joint_hours: expected a number from 0 to 1000")
    many = nx.DiGraph()
    many.add_edges_from((n, n) for n in range(60))
    assert refused(many)[-1].endswith("more of that sort")
    assert len(refused(many)) == 21


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ties.graphml", "<graphml><graph>", "ties.graphml:1: not well-formed XML: "),
        ("ties.graphml", "<html/>", "ties.graphml: not GraphML that networkx can read: "),
        ("ties.graphml", '<!DOCTYPE g [<!ENTITY a "b">]><graphml/>', "ties.graphml: declares XML entities"),
        ("ties.graphml", BY_HAND.replace("0.9", "9"), "ties.graphml: edge 'Rossi' → 'coop': trust: expected a number"),
        ("ties.txt", "", r"mine.toml:3: network.graph: .*ties.txt: expected a .graphml or .csv file"),
        ("ties.csv", "", "ties.csv:1: column 'source' is missing"),
        ("ties.csv", "source,target,relation,trst\n", "ties.csv:1: column 'trst': unknown; did you mean 'trust'"),
        ("ties.csv", "source,target,relation,relation\n", "ties.csv:1: column 'relation' stands twice"),
        ("ties.csv", "source,target,relation\n", "ties.csv: the graph has no ties"),
        ("ties.csv", "source,target,relation\na,b\n", "ties.csv:2: 2 cells, but the first line names 3 columns"),
        ("ties.csv", "source,target,relation\na,,family_family\n", "ties.csv:2: target empty"),
        ("ties.csv", "source,target,relation\na,b,friends\n", "ties.csv:2: relation: expected one of"),
        (
            "ties.csv",
            "source,target,relation,trust\na,b,family_family,hi\n",
            "ties.csv:2: edge 'a' → 'b': trust: expected a number from 0 to 1, got \"hi\"",
        ),
        (
            "ties.csv",
            "source,target,relation\na,b,family_family\na,b,family_family\n",
            "ties.csv:3: edge 'a' → 'b': stands already at ",
        ),
        (
            "ties.csv",
            "source,target,relation,source_number\na,b,family_family,1\na,c,family_family,2\n",
            "ties.csv:3: source_number: '2', but .*ties.csv:2: node 'a' says '1'",
        ),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message.replace("(", r"\(") if "(" in message else message):
        load_case(case_file(tmp_path, name))


def test_a_file_that_is_too_large_or_no_text(tmp_path, monkeypatch):
    path = tmp_path / "ties.csv"
    path.write_bytes(b"source,target,relation\n\xff,b,family_family\n")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load_case(case_file(tmp_path, "ties.csv"))
    path.write_text("source,target,relation\na,b,family_family\na,c,family_family\n", encoding="utf-8")
    monkeypatch.setattr("abm.imported.files.MAX_TIES", 1)
    with pytest.raises(ConfigError, match="more than 1 ties"):
        load_case(case_file(tmp_path, "ties.csv"))
    monkeypatch.setattr("abm.imported.files.MAX_BYTES", 10)
    with pytest.raises(ConfigError, match="too large for a graph of ties: 59 bytes, at most 10"):
        load_case(case_file(tmp_path, "ties.csv"))
    monkeypatch.setattr("abm.imported.graph.MAX_NODES", 1)
    assert refused(small_graph(), TOWN)[0].startswith("graph: too large: 5 nodes and 3 edges")
