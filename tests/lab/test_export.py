"""Open results: the dictionary says every column, and the CSV files have every value."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest

from abm.config import ConfigError, Experiment, load_case, load_design
from abm.lab.dictionary import HEAD, NAME
from abm.lab.results import Results
from abm.lab.running import batch
from abm.metrics import METRICS


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A batch with points, twins and every table of agents, from the stand-in."""
    from conftest import put_in_place

    experiment = Experiment(
        name="open", cases=(load_case("generic", {"case.families": 40}),), seeds=3, months=20,
        designs=(load_design("social_impact_bond"), load_design("block_grant")),
        factors={"mechanisms.gaming": (True, False)},
        points=[{"control.audit": 0.1, "case.families": 40}, {"control.audit": 0.3, "case.families": 60}],
        tables=("providers", "families", "trust_edges", "plans"),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        put_in_place(patch)
        return batch(experiment, workers=1, out=tmp_path_factory.mktemp("open") / "results")


def dictionary(results: Results) -> pd.DataFrame:
    return pd.read_csv(results.folder / NAME, keep_default_na=False)


def test_every_column_of_every_file_is_declared(finished):
    found = dictionary(finished)
    assert tuple(found.columns) == HEAD
    files = [*finished.manifest["files"], "tables/summary.csv", "tables/differences.csv"]
    assert list(dict.fromkeys(found["file"])) == files
    finished.write_tables(finished.folder / "tables")
    for name, rows in found.groupby("file"):
        path = finished.folder / str(name)
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
        assert list(rows["column"]) == list(table.columns)
    for column in ("type", "unit", "meaning"):
        assert (found[column] != "").all()
    assert not found.duplicated(["file", "column"]).any()


def test_metrics_and_factors_are_as_declared(finished):
    found = dictionary(finished)
    runs = found[found["file"] == "runs.parquet"].set_index("column")
    for metric in METRICS:
        row = runs.loc[metric.name]
        assert (row["unit"], row["direction"], row["at_end"]) == (metric.unit, metric.direction, metric.at_end)
        assert row["meaning"] == metric.meaning
        assert [row["low"], row["high"]] == ["" if math.isinf(bound) else str(bound) for bound in metric.possible]
    assert (runs.loc["control.audit", "unit"], runs.loc["control.audit", "high"]) == ("probability", "1.0")
    assert runs.loc["mechanisms.gaming", "unit"] == "switch"
    assert "total; scales every locality" in runs.loc["case.families", "meaning"]


def test_exported_values_are_the_values(finished, tmp_path):
    written = finished.to_csv(tmp_path / "csv")
    names = {"runs", "series", "twins", "providers", "families", "trust_edges", "plans", "dictionary"}
    assert {path.stem for path in written} == names == {path.stem for path in (tmp_path / "csv").iterdir()}
    for name, table in (("runs", finished.runs), ("series", finished.series), ("twins", finished.twins)):
        again = pd.read_csv(tmp_path / "csv" / f"{name}.csv", float_precision="round_trip")
        pd.testing.assert_frame_equal(again, table, check_dtype=False, check_exact=True)
    ties = pd.read_csv(tmp_path / "csv" / "trust_edges.csv")
    assert set(ties["relation"]) == {"some"}
    text = (tmp_path / "csv" / "series.csv").read_text()
    assert not re.search(r"(?i)\bnan\b", text)
    assert np.isnan(pd.read_csv(tmp_path / "csv" / "series.csv")["access_gap"]).any()


def test_one_table_and_no_such_table(finished, tmp_path):
    assert [path.name for path in finished.to_csv(tmp_path, ["runs"])] == ["runs.csv", NAME]
    with pytest.raises(ConfigError, match=r"table: no 'run' in .*; did you mean 'runs'"):
        finished.to_csv(tmp_path, ["run"])
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="is not a folder"):
        finished.to_csv(tmp_path / "file")
