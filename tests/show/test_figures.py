"""Further figures: each takes results, says n, unit and uncertainty, keeps its numbers, and gives the same bytes again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from synthetic import paired, results_of

from abm.config import ConfigError
from abm.lab.objectives import COMPONENTS
from abm.lab.running import batch
from abm.show import plot
from abm.show.dots import curves, dots
from abm.show.factors import by_factor
from abm.show.style import NARROW, save


def texts(figure):
    """All that is written in a figure."""
    return " ".join(
        text.get_text().replace("\n", " ") for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))
    )


DRAWN = {
    "fan": lambda results, **how: plot.fan(results, "satisfaction", **how),
    "stability": lambda results, **how: plot.stability(results, "satisfaction", **how),
    "forest": lambda results, **how: plot.forest(results, ["satisfaction", "fatigue"], **how),
    "for_whom": plot.for_whom,
    "objectives": plot.objectives,
    "trade_offs": plot.trade_offs,
    "together": plot.together,
    "paid_for": plot.paid_for,
}


@pytest.fixture(scope="module")
def three(designs_of_demo):
    """Results of three of the designs, so that drawing takes no time."""
    kept = designs_of_demo.designs[:3]
    manifest = {**designs_of_demo.manifest, "configuration": {**designs_of_demo.manifest["configuration"]}}
    manifest["configuration"]["designs"] = [
        one for one in manifest["configuration"]["designs"] if one["base"]["name"] in kept
    ]
    runs = designs_of_demo.runs[designs_of_demo.runs["design"].isin(kept)]
    found = type(designs_of_demo)(runs, None, manifest, designs_of_demo.folder)
    agents = found.agents
    found.agents = lambda name: agents(name)[lambda table: table["design"].isin(kept)]
    return found


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_says_what_it_shows(three, name):
    figure = DRAWN[name](three)
    assert isinstance(figure, Figure)
    words = texts(figure)
    assert "n = 6" in words
    assert "95 %" in words or "middle" in words
    assert len(figure.table) > 0
    assert figure.about.split(":")[0] in words
    before = figure.get_figheight()
    assert figure.bare().get_figheight() < before
    assert "n = 6" not in texts(figure)
    if name == "forest":
        assert DRAWN[name](three, width=NARROW).get_figwidth() == NARROW


def test_figures_have_every_design_and_what_is_asked_for(three):
    assert len(plot.fan(three, "trust_mean").axes) == 3
    shown = [axes for axes in plot.objectives(three).axes if axes.get_visible()]
    assert len(shown) == len(COMPONENTS)
    with pytest.raises(ConfigError, match="did you mean 'satisfaction'"):
        plot.fan(three, "satisfation")
    with pytest.raises(ConfigError, match="case: no 'mars'"):
        plot.objectives(three, "mars")
    with pytest.raises(ConfigError, match="no outcome 'joy'"):
        plot.for_whom(three, "joy")


def test_a_figure_is_written_for_papers_with_its_numbers(three, tmp_path):
    table = three.compare()
    for folder in ("a", "b"):
        figure = plot.forest(three, ["fatigue"], table=table)
        written = save(figure, tmp_path / folder / "forest", ("svg", "pdf", "csv"))
    assert [path.suffix for path in written] == [".svg", ".pdf", ".csv"]
    for ending in ("svg", "pdf", "csv"):
        assert (tmp_path / f"a/forest.{ending}").read_bytes() == (tmp_path / f"b/forest.{ending}").read_bytes()
    table = pd.read_csv(tmp_path / "a/forest.csv")
    assert {"difference", "low", "high", "sim_low", "verdict", "n"} <= set(table.columns)


def test_money_needs_its_table_and_is_drawn_for_a_design(designs_of_demo):
    figure = plot.money(designs_of_demo, "block_grant", everything=True)
    assert "to the cent" in texts(figure)
    assert figure.table["cents"].sum() > 0
    with pytest.raises(ConfigError, match="no design 'x'"):
        plot.money(designs_of_demo, "x")
    with pytest.raises(ConfigError, match="no 'money' in these results"):
        plot.money(results_of({"gain": np.zeros((3, 2))}))


def test_a_trust_network_has_levels_arrows_and_means():
    rows = []
    for seed in (1, 2, 3):
        for month in (0, 9):
            for source, target, relation in (
                (1, 0, "provider_commissioner"),
                (2, 0, "provider_commissioner"),
                (9, 1, "family_provider"),
                (0, 1, "commissioner_provider"),
            ):
                rows.append(("here", "a", seed, month, source, target, relation, 0.4 + 0.01 * seed + 0.02 * month, 0.5))
    columns = ["case", "design", "seed", "month", "source", "target", "relation", "trust", "certainty"]
    table = pd.DataFrame(rows, columns=columns)
    results = results_of({"gain": np.zeros((3, 1))}, tables=["trust_edges"])
    results.agents = lambda name: table
    figure = plot.trust_network(results)
    before, after = figure.axes[:2]
    assert len(before.patches) == len(after.patches) == 4  # an arrow for each tie, both directions apart
    colours = [tuple(patch.get_edgecolor()) for patch in (before.patches[0], after.patches[0])]
    assert colours[0] != colours[1]
    means = figure.table.set_index(["relation", "month"])
    assert means.loc[("family_provider", 9), "mean"] == pytest.approx(0.6)
    assert means.loc[("family_provider", 9), "n"] == 3
    with pytest.raises(ConfigError, match="no run of 'a' with seed 7"):
        plot.trust_network(results, seed=7)


def test_a_factor_is_drawn_at_its_values(fake_engine, experiment, tmp_path):
    results = batch(experiment, workers=1, out=tmp_path / "r")
    figure = by_factor(results, "payment.lag_months", ["satisfaction"])
    assert sorted(set(figure.table["value"])) == [1, 6]
    assert set(figure.table["n"]) == {5}
    with pytest.raises(ConfigError, match="'x' is no factor"):
        by_factor(results, "x")


def test_estimates_and_curves_of_analyses_are_drawn():
    table = pd.DataFrame(
        {
            "mechanism": ["a", "b", "nothing"],
            "metric": "gain",
            "share": [0.2, -0.3, 0.0],
            "low": [0.1, -0.4, 0.0],
            "high": [0.3, -0.2, 0.0],
        }
    )
    figure = dots(table, rows="mechanism", panels=["metric"], value="share", about="shares, 95 %")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        "b",
        "a",
    ]  # largest first, nothing left out
    line = pd.DataFrame(
        {
            "value": [1, 2],
            "difference": [0.1, 0.2],
            "low": [0, 0.1],
            "high": [0.2, 0.3],
            "design": "x",
            "metric": "gain",
        }
    )
    assert len(curves(line, x="value", y="difference", lines="design", panels=["metric"]).axes) == 1
    with pytest.raises(ConfigError, match="nothing to draw"):
        dots(table[:0], rows="mechanism", panels=["metric"], value="share")


def test_one_design_or_failed_runs_give_a_message_not_an_error():
    alone = results_of({name: paired(np.random.default_rng(1), 6, [0.5]) for name in COMPONENTS})
    for draw in (plot.objectives, plot.trade_offs, plot.together, lambda one: plot.forest(one, COMPONENTS[:1])):
        with pytest.raises(ConfigError):
            draw(alone)
