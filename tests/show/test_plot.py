"""Figures: there, complete, and the same bytes from the same results."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from abm.config import ConfigError
from abm.lab.running import batch
from abm.show import plot
from abm.show.style import COLOURS, MARKERS, dash
from abm.show.trajectories import phases


def texts(figure):
    """All that is written in a figure."""
    return " ".join(
        text.get_text().replace("\n", " ") for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))
    )


def test_trajectories_have_a_panel_for_each_design_and_metric(designs_of_demo):
    figure = plot.trajectories(designs_of_demo)
    assert isinstance(figure, Figure)
    assert len(figure.axes) == 8 * len(plot.TRUST)
    written = texts(figure)
    for design in designs_of_demo.designs:
        assert designs_of_demo.title(design) in written
    for phase in ("plan", "tender", "co-design", "service", "run-off", "(baseline)", "6 runs a design", "(trust)"):
        assert phase in written
    first = figure.axes[0]
    assert len(first.lines) == 8 + 1  # every design's mean, and the tender
    assert first.get_xlim() == (0, 78)


def test_designs_keep_colour_line_and_marker_apart():
    assert len(set(COLOURS)) == len(MARKERS) == 8
    styles = [(COLOURS[number % 8], str(dash(number))) for number in range(32)]
    assert len(set(styles)) == 32


def test_differences_have_a_panel_for_each_key_metric(designs_of_demo):
    figure = plot.differences(designs_of_demo)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == 12
    written = texts(figure)
    for words in ("Money and lives", "Attributable gain", "€", "n = 6 runs", "better", "95 %", "Social impact bond"):
        assert words in written
    assert "Block grant" not in [label.get_text() for label in shown[0].get_yticklabels()]


def test_twins_have_a_panel_for_each_key_metric_and_a_line_for_each_design_that_is_not_its_own(designs_of_demo):
    figure = plot.against_twins(designs_of_demo)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == 6
    labels = [label.get_text().replace("\n", " ") for label in shown[0].get_yticklabels()]
    assert labels == ["New public management", "Social impact bond", "Provider-financed payment by results"]
    assert "its own block twin" in texts(figure)
    assert len(plot.against_twins(designs_of_demo, ["fatigue", "misfit"]).axes) == 2


def test_metrics_can_be_chosen(designs_of_demo):
    assert len(plot.trajectories(designs_of_demo, ["fatigue"]).axes) == 8
    assert (
        len([axes for axes in plot.differences(designs_of_demo, ["fatigue", "misfit"]).axes if axes.get_visible()]) == 2
    )


@pytest.mark.parametrize("draw", [plot.trajectories, plot.differences, plot.against_twins])
def test_unknown_names_are_refused(designs_of_demo, draw):
    with pytest.raises(ConfigError, match="did you mean 'satisfaction'"):
        draw(designs_of_demo, ["satisfation"])
    with pytest.raises(ConfigError, match="case: no 'mars' in these results, which hold 'lombardy'"):
        draw(designs_of_demo, case="mars")


def test_the_same_results_give_the_same_bytes(designs_of_demo, tmp_path):
    for folder in ("a", "b"):
        plot.save(plot.differences(designs_of_demo), tmp_path / folder / "differences")
    for ending in ("png", "svg"):
        assert (tmp_path / f"a/differences.{ending}").read_bytes() == (
            tmp_path / f"b/differences.{ending}"
        ).read_bytes()
    assert b"<dc:date>" not in (tmp_path / "a/differences.svg").read_bytes()


def test_the_usual_figures_are_written_for_each_case(fake_engine, experiment, tmp_path):
    results = batch(experiment, workers=1, out=tmp_path / "r")
    names = [path.name for path in plot.save_all(results, tmp_path / "figures")]
    figures = ("trust_trajectories", "outcome_trajectories", "differences", "against_twins")
    assert names == [f"{figure}.{ending}" for figure in figures for ending in ("png", "svg")]
    assert "payment.lag_months=6" in texts(plot.differences(results))
    assert "10 runs a design" in texts(plot.trajectories(results))

    case = experiment.cases[0]
    two = experiment.model_copy(update={"cases": (case, case.model_copy(update={"name": "other"})), "seeds": (1, 2)})
    names = [path.name for path in plot.save_all(batch(two, workers=1, out=tmp_path / "two"), tmp_path / "both")]
    assert {"differences_generic.png", "differences_other.svg", "trust_trajectories_other.png"} <= set(names)


def test_one_design_has_no_differences(fake_engine, experiment, tmp_path):
    alone = experiment.model_copy(update={"designs": experiment.designs[:1], "factors": {}})
    results = batch(alone, workers=1, out=tmp_path / "r")
    with pytest.raises(ConfigError, match="nothing to compare"):
        plot.differences(results)
    plain = batch(alone.model_copy(update={"twins": False}), workers=1, out=tmp_path / "plain")
    with pytest.raises(ConfigError, match="no design with a block twin"):
        plot.against_twins(plain)
    assert len(plot.save_all(results, tmp_path / "figures")) == 6


def test_failed_runs_leave_gaps_not_errors(fake_engine, experiment, tmp_path, monkeypatch):
    one = experiment.model_copy(update={"seeds": (3,), "factors": {}})
    monkeypatch.setenv("FAULT", "exception:provider_financed_pbr:3")
    results = batch(one, workers=1, out=tmp_path / "r")
    assert len(results.failures) == 1
    assert len(plot.trajectories(results).axes) == 8
    with pytest.raises(ConfigError, match="nothing to compare"):
        plot.differences(results)


def test_phases_follow_renewals():
    calendar = {
        "start": "2005-01", "plan": [1, 4], "tender": 5, "codesign": [5, 8], "service": [9, 28], "assess": [9, 30],
        "runoff": 6, "renewals": 2,
    }  # fmt: skip
    found = {phase.name: (phase.first, phase.last) for phase in phases(calendar)}
    assert found == {"plan": (1, 4), "tender": (5, 5), "co-design": (5, 8), "service": (9, 68), "run-off": (69, 74)}
