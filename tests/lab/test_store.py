"""The results folder: whole files or none, one writer, nobody else's folder."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from abm.config import ConfigError, Experiment, load_case, load_design
from abm.config.keep import Keep
from abm.lab.batches import description, plan_of
from abm.lab.files import read_arrow, read_table, read_verified, write_arrow, write_table, write_whole
from abm.lab.journal import Journal
from abm.lab.manifest import code_hash, read_manifest, what_differs, write_manifest
from abm.lab.plan import DONE, Run
from abm.lab.run import simulate_unit
from abm.lab.store import Store
from abm.metrics import METRICS

NAMES = tuple(metric.name for metric in METRICS)


@pytest.fixture
def open_store(tmp_path, experiment):
    """Opens the store of the small experiment in a folder."""

    def opened(fresh=False, **changes):
        changed = experiment.model_copy(update={"twins": False} | changes)
        plan = plan_of(changed)
        return Store(tmp_path / "r", plan, description(changed, plan), fresh=fresh)

    return opened


def done(store):
    """The runs that a store counts as done."""
    return {(arm, store.plan.seeds[place]) for arm, place in zip(*np.nonzero(store.done), strict=True)}


def a_run(arm, seed):
    return Run(arm, seed, DONE, np.full((21, len(NAMES)), arm + seed / 10), np.full(len(NAMES), arm + seed / 10))


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    path = tmp_path / "file"
    write_whole(path, lambda to: to.write_text("old"))

    def half(to):
        to.write_text("ne")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_whole(path, half)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("write", "read"), [(write_table, read_verified), (write_arrow, read_arrow)])
@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "removed"])
def test_a_damaged_file_is_not_read(tmp_path, damage, write, read):
    checksum = write(pa.table({"x": [1.0, 2.0]}), tmp_path / "t")
    assert read(tmp_path, "t", checksum)["x"].to_pylist() == [1.0, 2.0]
    data = bytearray((tmp_path / "t").read_bytes())
    if damage == "removed":
        (tmp_path / "t").unlink()
    else:
        data[len(data) // 2] ^= 1
        cut = {"cut": data[:-5], "emptied": b"", "flipped": data}[damage]
        (tmp_path / "t").write_bytes(cut)
    with pytest.raises(ConfigError, match="cannot be read" if damage == "removed" else "damaged or changed"):
        read(tmp_path, "t", checksum)


def test_arrow_reads_a_file_of_its_own(tmp_path, monkeypatch):
    """Given one of Python's, a thread of Arrow's may abort the process at its end: a tenth of them, on a busy machine."""
    import pyarrow.parquet as pq

    write_table(pa.table({"x": [1.0]}), tmp_path / "t.parquet")
    given, read = [], pq.read_table
    monkeypatch.setattr(pq, "read_table", lambda source, **how: given.append(source) or read(source, **how))
    assert read_table(tmp_path / "t.parquet").num_rows == 1
    assert isinstance(given[0], pa.OSFile)
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "none.parquet")


def test_what_was_added_is_there_after_a_crash(open_store):
    with open_store() as store:
        assert len(store.missing()) == 20
        assert store.missing()[:5] == [(0, 1), (1, 1), (2, 1), (3, 1), (0, 2)]
        store.add(a_run(2, 4))
        store.add(a_run(0, 1))
        store.add(Run(1, 1, "failed: x", None, None))
    with open_store() as again:  # nothing was finished: as after a crash
        assert done(again) == {(2, 4), (0, 1)}
        assert len(again.missing()) == 18
        assert not again.complete


def test_finished_files_are_sorted_whatever_the_order(open_store, tmp_path):
    with open_store() as store:
        for arm, seed in reversed(store.missing()):
            store.add(a_run(arm, seed))
        store.finish("now")
        assert store.complete
    files = read_manifest(tmp_path / "r")["files"]
    assert sorted(files) == ["runs.parquet", "series.parquet"]
    runs = read_verified(tmp_path / "r", "runs.parquet", files["runs.parquet"]).to_pandas()
    series = read_verified(tmp_path / "r", "series.parquet", files["series.parquet"]).to_pandas()
    keys = ["case", "design", "payment.lag_months", "seed"]
    assert list(runs.columns) == [*keys, "status", *NAMES]
    assert list(series.columns) == [*keys, "month", *NAMES]
    assert runs.equals(runs.sort_values(keys, ignore_index=True))
    assert series.equals(series.sort_values([*keys, "month"], ignore_index=True))
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == [
        "manifest.json",
        "runs.parquet",
        "series.parquet",
    ]


def test_a_damaged_part_is_left_out_with_a_warning(open_store, tmp_path):
    with open_store() as store:
        store.add(a_run(0, 1))
        store.flush()
        store.add(a_run(0, 2))
    (tmp_path / "r/parts/000001-done.arrow").write_bytes(b"?")
    with pytest.warns(UserWarning, match="000001-done.*done again"), open_store() as again:
        assert done(again) == {(0, 2)}


def test_a_part_of_an_older_version_is_left_out_with_a_warning(open_store, tmp_path):
    with open_store() as store:
        store.add(a_run(0, 1))
    journal = tmp_path / "r/parts/journal.jsonl"
    (tmp_path / "r/parts/000001-done.arrow").rename(tmp_path / "r/parts/000001-runs.parquet")
    part = json.loads(journal.read_text().partition(" ")[2])
    Journal(tmp_path / "r/parts").rewrite([{"parts/000001-runs.parquet": part["parts/000001-done.arrow"]}])
    with pytest.warns(UserWarning, match=r"older version; its runs are done again"), open_store() as again:
        assert done(again) == set()


def test_what_was_left_is_the_same_after_a_crash(open_store, tmp_path):
    """Numbers go through parts as bytes; none changes, nor which are missing, nor what has no series."""
    rng = np.random.default_rng(1)
    left = {}
    with open_store(twins=True) as store:
        for arm, seed in store.missing():
            series, ends = rng.normal(size=(21, len(NAMES))), rng.normal(size=len(NAMES))
            ends[:3] = np.nan
            left[arm, seed] = Run(arm, seed, DONE, series if arm < len(store.plan.arms) else None, ends)
            if (arm, seed) == (1, 2):
                left[arm, seed] = Run(arm, seed, "failed: by itself", None, None)
            store.add(left[arm, seed])
            store.flush()
    with open_store(twins=True) as again:
        found = {(a, s): m for source in again._sources for a, s, m in source.series()}
        rows = {
            (int(arm), int(seed)): (status, ends)
            for source in again._sources
            for of in source.rows()
            for arm, seed, status, ends in zip(*of, strict=True)
        }
    assert set(rows) == set(left)
    assert set(found) == {key for key, run in left.items() if run.series is not None}
    assert all((found[key] == left[key].series).all() for key in found)
    for key, (status, ends) in rows.items():
        whole = np.full(len(NAMES), np.nan) if left[key].at_end is None else left[key].at_end
        assert status == left[key].status
        assert np.array_equal(ends, whole, equal_nan=True)


def test_tables_of_agents_are_the_same_bytes_whichever_runs_shared_a_part(tmp_path):
    """Names of places are kept as codes; those of two cases came in the order in which their runs were over."""
    cases = load_case("generic", {"case.families": 20}), load_case("lombardy")
    designs = (load_design("block_grant"),)
    asked = Experiment(
        name="x", cases=cases, designs=designs, seeds=2, months=2, twins=False, tables=("families", "providers")
    )
    plan, found = plan_of(asked), []
    runs = [run for arm in (0, 1) for run in simulate_unit(arm, plan.arms[arm], plan.seeds, plan.asked(arm))]
    for order in ([0, 1, 2, 3], [3, 0, 2, 1]):
        folder = tmp_path / str(order)
        with Store(folder, plan, description(asked, plan)) as store:
            for place in order:
                store._waiting.append(runs[place])
                store.done[runs[place].arm, plan.seeds.index(runs[place].seed)] = True
            store.finish("now")
        found.append([(folder / f"agents/{name}.parquet").read_bytes() for name in ("families", "providers")])
    assert found[0] == found[1]


def test_parts_are_numbered_on(open_store, tmp_path):
    for number in range(3):
        with open_store() as store:
            store.add(a_run(0, number + 1))
    assert sorted(path.name[:6] for path in (tmp_path / "r/parts").glob("*.arrow")) == ["000001", "000002", "000003"]


def test_a_manifest_is_indented_json_as_ever(tmp_path):
    manifest = {"format": 2, "configuration": {"a": [1, {"b": "x\ny"}], "c": {}}, "sessions": [], "finished": None}
    write_manifest(tmp_path, manifest)
    assert (tmp_path / "manifest.json").read_text() == json.dumps(manifest, indent=1) + "\n"
    manifest["sessions"].append({"started": "now"})
    write_manifest(tmp_path, manifest)
    assert (tmp_path / "manifest.json").read_text() == json.dumps(manifest, indent=1) + "\n"


def test_there_is_one_writer(open_store):
    with open_store(), pytest.raises(ConfigError, match="another batch is writing"):
        open_store()
    open_store().close()


def test_another_configuration_is_refused_by_name(open_store):
    open_store().close()
    with pytest.raises(ConfigError, match=r"small|r: holds results of something else") as error:
        open_store(months=19)
    assert "months: 20 in the folder, 19 now" in str(error.value)
    with pytest.raises(ConfigError, match="seeds:"):
        open_store(seeds=(1, 2))
    with pytest.raises(ConfigError, match=r"keep.every: 1 in the folder, 2 now"):
        open_store(keep=Keep(every=2))
    open_store(title="Other words", baseline="provider_financed_pbr").close()
    open_store(fresh=True, months=19).close()
    open_store(months=19).close()


def test_other_code_is_refused(open_store, monkeypatch):
    open_store().close()
    monkeypatch.setattr("abm.lab.batches.code_hash", lambda: "other")
    with pytest.raises(ConfigError, match="code has changed"):
        open_store()


@pytest.mark.parametrize("fresh", [False, True])
def test_somebody_else_s_folder_is_left_alone(open_store, tmp_path, fresh):
    (tmp_path / "r").mkdir()
    (tmp_path / "r/thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not a results folder"):
        open_store(fresh=fresh)
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["thesis.txt"]


def test_fresh_leaves_other_files_of_the_folder(open_store, tmp_path):
    with open_store() as store:
        store.add(a_run(0, 1))
    (tmp_path / "r/notes.txt").write_text("mine")
    with open_store(fresh=True) as store:
        assert done(store) == set()
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == ["manifest.json", "notes.txt"]


def test_a_folder_that_is_a_file_is_refused(open_store, tmp_path):
    (tmp_path / "r").write_text("mine")
    with pytest.raises(ConfigError, match="is not a folder"):
        open_store()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "has no manifest"),
        ("{", "damaged"),
        ("[]", "damaged"),
        ('{"format": 99}', "format 99"),
        ("{}", "damaged"),
    ],
)
def test_manifests_that_cannot_be_used(tmp_path, text, said):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ConfigError, match=said):
        read_manifest(tmp_path)
    with pytest.raises(ConfigError, match="no such folder"):
        read_manifest(tmp_path / "absent")


def test_differences_are_named_with_both_values():
    before = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    assert what_differs(before, json.loads(json.dumps(before))) == []
    assert what_differs(before, {"a": {"b": 2, "c": [1, 2]}, "e": True}) == [
        "a.b: 1 in the folder, 2 now", "d: 1 in the folder, absent now", "e: absent in the folder, true now"
    ]  # fmt: skip


def test_code_hash_is_of_the_model_alone():
    assert len(code_hash()) == 16
    assert code_hash() == code_hash()
