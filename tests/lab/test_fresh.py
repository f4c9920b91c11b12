"""The winner on fresh seeds: run anew, with the baseline, under seeds that had no part in choosing it."""

from __future__ import annotations

import pytest

from abm.config import ConfigError
from abm.lab.analyses import load_analysis
from abm.lab.fresh import fresh
from abm.lab.results import Results
from abm.lab.running import batch


def test_winners_are_run_again_on_seeds_that_did_not_choose_them(fake_engine, experiment, tmp_path):
    results = batch(experiment, workers=1, out=tmp_path / "r")
    told = []
    found = fresh(
        results, 8, ["satisfaction", "attributable_gain"], workers=1, progress=lambda *counts: told.append(counts)
    )
    assert found.about["seeds"] == [6, 13]
    table = found.tables["winner"]
    assert set(table["design"]) == {"provider_financed_pbr"}  # the other is the baseline
    assert set(table["fresh_n"]) == {8}
    compared = results.compare().set_index(["factors", "metric", "design"])
    for row in table.itertuples():
        own = compared.loc[row.factors, row.metric, row.design]
        assert (row.n, row.difference, row.low) == (own["n"], own["difference"], own["low"])
    again = Results.load(tmp_path / "r/analysis/fresh_runs")
    assert set(again.runs["seed"]) == set(range(6, 14))
    anew = again.compare().set_index(["factors", "metric", "design"])
    first = table.iloc[0]
    assert first["fresh_difference"] == anew.loc[first["factors"], first["metric"], first["design"]]["difference"]
    found.save(results.folder)
    kept = load_analysis(results.folder, "fresh")
    assert kept is not None
    assert list(kept.tables["winner"]["metric"]) == list(table["metric"])
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize("seeds", [1, 0, -3, True, 2.5])
def test_fresh_seeds_are_a_number_from_two(fake_engine, experiment, tmp_path, seeds):
    results = batch(experiment.model_copy(update={"seeds": (1, 2)}), workers=1, out=tmp_path / "r")
    with pytest.raises(ConfigError, match="--fresh-seeds: expected a whole number from 2"):
        fresh(results, seeds)
