"""A bundle: whole, the same to the byte, readable elsewhere, and refused where the data are not what was written."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

import abm
from abm.config import ConfigError, Experiment
from abm.lab.bundle import bundle
from abm.lab.running import batch


@pytest.fixture
def results(fake_engine, experiment, tmp_path):
    """A small finished batch with a table and a figure's place."""
    found = batch(experiment.model_copy(update={"seeds": (1, 2)}), workers=1, out=tmp_path / "small")
    found.write_tables(found.folder / "tables")
    (found.folder / ".half-written").write_text("no", encoding="utf-8")
    return found


def read(archive):
    """The contents of an archive by path."""
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_all_is_in_it_and_its_sums_are_right(results):
    contents = read(bundle(results.folder))
    names = {name.removeprefix("small/") for name in contents}
    assert {"README.md", "LICENSE", "CITATION.cff", "docs/odd.md", "docs/parameters.md", "docs/metrics.md"} <= names
    assert {"results/runs.parquet", "results/manifest.json", "results/tables/summary.csv"} <= names
    assert not [name for name in names if "half-written" in name]
    sums = dict(line.split("  ")[::-1] for line in contents["small/SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(contents[f"small/{name}"]).hexdigest() for name in names - {"SHA256SUMS"}}


def test_the_same_folder_gives_the_same_bytes(results, tmp_path):
    first = bundle(results.folder, tmp_path / "a.zip").read_bytes()
    for path in results.folder.rglob("*"):  # times of files are not in it
        path.touch()
    assert bundle(results.folder, tmp_path / "b.zip").read_bytes() == first


def test_it_can_be_read_and_run_again(results, tmp_path):
    with zipfile.ZipFile(bundle(results.folder)) as packed:
        packed.extractall(tmp_path / "elsewhere")
    found = abm.Results.load(tmp_path / "elsewhere" / "small" / "results")
    assert found.runs.equals(results.runs)
    text = (tmp_path / "elsewhere" / "small" / "experiment.json").read_text(encoding="utf-8")
    again = batch(Experiment.model_validate_json(text), workers=1, out=tmp_path / "again")
    assert again.runs.equals(results.runs)


def test_every_column_is_in_the_dictionary(results):
    import pandas as pd

    table = pd.read_csv(io.BytesIO(read(bundle(results.folder))["small/dictionary.csv"]))
    assert set(results.runs.columns) | set(results.series.columns) == set(table["column"])
    assert table["meaning"].notna().all()


def test_what_is_damaged_or_unfinished_is_refused(results):
    with pytest.raises(ConfigError, match="lies in the folder"):
        bundle(results.folder, results.folder / "x.zip")
    (results.folder / "series.parquet").write_bytes(b"other")
    with pytest.raises(ConfigError, match="damaged"):
        bundle(results.folder)
    assert not results.folder.with_suffix(".zip").exists()
    with pytest.raises(ConfigError, match="no such folder"):
        bundle(results.folder / "nowhere")


def test_what_is_unfinished_is_refused(fake_engine, experiment, tmp_path):
    folder = tmp_path / "cut"

    def stop(over, planned, failed):
        if over > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch(experiment, workers=1, out=folder, progress=stop)
    with pytest.raises(ConfigError, match="interrupted"):
        bundle(folder)
