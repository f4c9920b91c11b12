"""The benchmark: its contestants do the same work, its ratios and tables say what was measured, regressions are seen."""

from __future__ import annotations

import argparse
import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from abm.config import ConfigError
from abm.handbook.blocks import OPENED
from benchmarks import __main__ as bench
from benchmarks import batches, compare, measure, table
from benchmarks.family_month.state import State, copy_of, new_state
from benchmarks.kernel import ours, person, tasks

ROOT = Path(__file__).parents[2]
with_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no C compiler here")


def apart(one: State, other: State) -> float:
    """The largest difference in any number of families and of ties (but what is only passed on within a month)."""
    ties = ("provider", "hours", "support", "against", "damage", "prior", "trust")
    columns = [(one.families[c], other.families[c]) for c in one.families.dtype.names]
    columns += [(one.ties[c], other.ties[c]) for c in ties]
    return max(float(np.abs(a - b).max()) for a, b in columns)


@with_gcc
def test_both_versions_in_c_say_the_same():
    from benchmarks.family_month import native

    start = new_state(777)  # no multiple of a block, nor of a town
    plain, tuned = copy_of(start), copy_of(start)
    native.plain(plain, 5, 40)
    blocks = native.Tuned(tuned)
    blocks.months(5, 40)
    blocks.close()
    assert apart(plain, tuned) < 1e-9
    assert apart(start, plain) > 0.01
    assert (start.ties["provider"] != plain.ties["provider"]).any()


@with_gcc
def test_other_exponents_than_the_default_are_the_same_too():
    from benchmarks.family_month import native

    start = new_state(100)
    start.facts["complementarity"] = 0.3
    plain, tuned = copy_of(start), copy_of(start)
    native.plain(plain, 2, 6)
    blocks = native.Tuned(tuned)
    blocks.months(2, 6)
    blocks.close()
    assert apart(plain, tuned) < 1e-9


@with_gcc
@pytest.mark.slow
@pytest.mark.parametrize("families", [301, 1500])
def test_the_models_own_rules_say_the_same_as_c(families):
    from benchmarks.family_month import native, rules

    start = new_state(families)
    by_rules, plain = copy_of(start), copy_of(start)
    rules.months(*by_rules, 7, 60)
    native.plain(plain, 7, 60)
    assert apart(by_rules, plain) < 1e-9


def test_the_kernel_ends_alike_with_rows_and_with_objects():
    import random

    known, trust, wellbeing, quality = (column.tolist() for column in tasks.start(600, 1))
    families = [person_of(*row) for row in zip(known, trust, wellbeing, strict=True)]
    draws = random.Random(1)
    for _ in range(20):
        for family in families:
            person.month(family, draws, quality)
    run, figures = ours.build(600, 1)
    run(20)
    mine = person.means_of_all(families)
    assert figures() == pytest.approx(mine, abs=0.01)
    assert mine["wellbeing"] > 0.55


def person_of(known, trust, wellbeing):
    class Family:
        pass

    family = Family()
    family.known, family.trust, family.wellbeing = known, trust, wellbeing
    return family


def test_a_contestant_answers_and_ends():
    contestant = measure.Contestant("benchmarks.kernel.in_mesa")
    times = measure.interleave({"mesa": contestant}, {"mesa": {"families": 50, "months": 3}}, 2, 50)
    contestant.close()
    assert contestant.process.returncode == 0
    assert len(times["mesa"].run) == 2
    assert min(times["mesa"].run) > 0.0


@pytest.mark.parametrize(("moment", "times_asked"), [(60.0, 5), (0.0, 1)])
def test_last_months_are_timed_by_themselves_and_small_rounds_do_not_count(moment, times_asked, monkeypatch):
    """Who is done in a moment is asked five times a round."""
    monkeypatch.setattr(measure, "A_MOMENT", moment)
    contestant = measure.Contestant("benchmarks.kernel.in_mesa")
    tasks = {"few": {"families": 50, "months": 5, "of_service": 2}, "more": {"families": 80, "months": 5}}
    asked = []
    ask, contestant.ask = contestant.ask, lambda task: asked.append(task) or ask(task)
    times = measure.interleave(dict.fromkeys(tasks, contestant), tasks, 1, {"few": 50, "more": 80}, {"families": 3})
    contestant.close()
    counted = [(50, 2)] * times_asked + [(80, 2)] * times_asked
    assert [(task["families"], task["seed"]) for task in asked] == [(3, 1), (3, 1), *counted]
    assert 0.0 < times["few"].service[0] < times["few"].run[0]
    assert (times["few"].families, times["more"].families) == (50, 80)
    found = measure.summary(times, "more")["few"]
    assert found["of_service"] == 2
    assert found["run_ratio"]["median"] == pytest.approx(times["few"].run[0] / times["more"].run[0])


def test_who_does_not_answer_is_named():
    with pytest.raises(RuntimeError, match="ended with code 1"):
        measure.Contestant("benchmarks.no_such_contestant")


def test_what_ends_apart_is_said():
    one, other = measure.Times(1, 10), measure.Times(1, 10)
    one.figures, other.figures = [{"trust": 0.5}], [{"trust": 0.52}]
    assert measure.agree({"ours": one, "theirs": other}, 0.05) == []
    assert measure.agree({"ours": one, "theirs": other}, 0.01) == ["theirs: trust 0.52, ours 0.5"]


def test_ratios_are_of_neighbours_in_time():
    found = measure.ratios([10.0, 20.0, 30.0], [1.0, 2.0, 3.0])
    assert found["median"] == 10.0
    assert found["spread"] == 0.0


def taken(runs, once, each, count):
    """A batch whose bookkeeping is so many seconds once and with each of its runs."""
    beyond = once + count * each
    return {
        "runs": runs * count,
        "runs_clock": runs * count,
        "batch": runs * count + beyond,
        "batch_clock": runs * count,
    }


def batch(once=0.2, each=0.001):
    rounds = [(taken(0.05, once, each, batches.FEW), taken(0.05, once, each, batches.MANY)) for _ in range(3)]
    return batches.summed_up(*(list(of) for of in zip(*rounds, strict=True)), [0.1, 0.1, 0.1])


def test_bookkeeping_is_told_apart_into_what_comes_once_and_with_each_run():
    found = batch()
    assert found["once_s"]["median"] == pytest.approx(0.2)
    assert found["each_s"]["median"] == pytest.approx(0.001)
    assert found["each_share"]["median"] == pytest.approx(0.02)
    assert found["few"]["median"] == pytest.approx((0.2 + 0.001 * batches.FEW) / (0.05 * batches.FEW))
    assert found["many"]["median"] < found["few"]["median"]
    assert found["few_clock"]["median"] == 0.0


@pytest.mark.slow
def test_a_measured_batch_has_its_runs_in_it():
    found = measure.in_fresh_process("batches.batch_of(3)")
    assert 0.0 < found["runs"] < found["batch"]
    assert 0.0 < found["runs_clock"] < found["batch_clock"]


@pytest.mark.slow
def test_memory_of_a_family_is_about_what_is_declared():
    found = measure.in_fresh_process("bytes_a_family.of_world('generic', 20_000, 2)")
    assert found["families"] == 20_000
    assert found["row"] < found["declared"]
    assert found["resident"] == pytest.approx(found["declared"], rel=0.3)


def side(seconds, ratio=None):
    found = {
        "families": 1500,
        "months": 10,
        "rounds": 3,
        "setup_s": measure.middle([0.1]),
        "run_s": measure.middle([seconds]),
    }
    found["ns_per_family_month"] = measure.middle([1e9 * seconds / 15_000])
    if ratio is not None:
        found |= {"run_ratio": measure.middle(ratio), "whole_ratio": measure.middle(ratio)}
    return found


@pytest.fixture
def found():
    """Measurements as they are kept, with invented values."""
    kernel = {"versions": {"mesa": "3.3.1"}, "skipped": {"starsim": "not installed"}}
    return {
        "machine": {
            "processor": "some",
            "cores": 2,
            "python": "3.11",
            "mesa": "3.3.1",
            "numpy": "2.4",
            "numba": "0.68",
        },
        "date": "2026-01-01",
        "model": {"1430": {"compiled": side(0.2), "plain": side(20.0, [98.0, 100.0, 102.0]), "apart": []}},
        "growth": {"1600": {"compiled": side(0.3)}, "15200": {"compiled": side(0.33)}},
        "family_month": {
            "1500": {"rules": side(1.0), "plain": side(0.9, [0.9]), "tuned": side(0.25, [0.25]), "apart": []}
        },
        "kernel": kernel | {"1500": {"ours": side(0.01), "mesa": side(0.3, [29.0, 30.0, 31.0]), "apart": []}},
    }


def test_sizes_that_are_not_measured_stay(found, tmp_path, monkeypatch):
    """`make bench` without LARGE=1 does not lose what a longer one found; a comparison is of today's alone."""
    (tmp_path / "speed.json").write_text(json.dumps(found))
    (tmp_path / "speed.md").write_text(PAGE)
    monkeypatch.setattr(bench, "DOCS", tmp_path)
    monkeypatch.setitem(bench.MEASURE, "growth", lambda asked: {"1600": {"compiled": side(0.6)}})
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "growth"])
    assert bench.main() == 0
    kept = json.loads((tmp_path / "speed.json").read_text())
    assert kept["growth"]["15200"] == found["growth"]["15200"]
    assert kept["growth"]["1600"]["compiled"]["run_s"]["median"] == 0.6
    assert kept["model"] == found["model"]


@pytest.mark.parametrize(("large", "sizes"), [(False, [4, 38, 375]), (True, [4, 38, 375, 3750])])
def test_growth_goes_round_the_sizes_and_is_in_terms_of_15200(monkeypatch, large, sizes):
    asked = []

    class Compiled:
        def __init__(self, *_):
            pass

        def ask(self, task):
            asked.append(task["towns"])
            return {"setup": 0.1, "run": task["towns"] * (1.0 + task["towns"] / 3750), "service": 0.0, "figures": {}}

        def close(self):
            pass

    monkeypatch.setattr(bench, "Contestant", Compiled)
    found = bench.measure_growth(argparse.Namespace(large=large, rounds=2))
    assert asked == [8] * len(sizes) + 2 * sizes
    assert list(found) == [str(400 * towns) for towns in sizes]
    ratio = found[str(400 * sizes[-1])]["compiled"]["to_15200"]["median"]
    assert ratio == pytest.approx((1 + sizes[-1] / 3750) / (1 + 38 / 3750))


def test_the_ordinary_model_runs_large_with_service_in_it(monkeypatch):
    from abm.config import load_case

    asked = []

    class Either:
        def __init__(self, _, name):
            self.name = name

        def ask(self, task):
            asked.append(task)
            slow = 100.0 if self.name == "plain" else 1.0
            return {"setup": 0.1, "run": slow, "service": slow / 2, "figures": {"trust": 0.5}}

        def close(self):
            pass

    monkeypatch.setattr(bench, "Contestant", Either)
    found = bench.measure_model(argparse.Namespace(large=True, rounds=3, large_rounds=1))
    assert [found[size]["plain"]["rounds"] for size in ("1430", "15200", "150000")] == [3, 3, 1]
    assert found["150000"]["plain"]["service_ratio"]["median"] == 100.0
    large = next(task for task in asked if task.get("towns") == 375)
    assert large["months"] - large["of_service"] == load_case("generic").calendar.service[0] - 1


PAGE = """text
<!-- generated: short -->
old
<!-- end -->
more
"""


def test_the_page_says_what_was_measured(found):
    page = table.filled(PAGE, found)
    assert "old" not in page
    assert (
        "| the whole model, 1,430 families, 10 months, set-up included | one object an agent, Mesa | 100 × (98–102) |"
        in page
    )
    assert "Starsim: not installed." in page
    assert page.startswith("text\n")
    assert page.endswith("more\n")
    assert table.filled(page, found) == page


def test_a_large_size_says_how_many_of_its_months_are_service(found):
    large = side(9.0, [90.0, 100.0, 110.0]) | {"months": 12, "of_service": 4, "service_ratio": measure.middle([200.0])}
    found["model"]["15200"] = {"compiled": side(0.1), "plain": large, "apart": []}
    page = table.summary(found)
    assert (
        "| the whole model, 15,200 families, a month of 12, 4 of them in service | one object an agent, Mesa | 100 ×"
        in page
    )
    assert (
        "| the whole model, 15,200 families, a month of those 4 in service | one object an agent, Mesa | 200 ×" in page
    )
    assert "| the whole model, 1,430 families, a month of them | one object an agent, Mesa | 100 ×" in page


def test_the_page_says_what_a_batch_and_a_family_take(found):
    few = measure.middle([1.0])
    found["growth"]["15200"]["compiled"]["to_15200"] = few
    found["bytes_a_family"] = {"generic": dict.fromkeys(("families", "months", "row", "declared", "resident"), 1500)}
    found["processes"] = {
        **dict.fromkeys(("obc_run_s", "import_mesa_s", "obc_run_to_import_mesa", "two_processes"), few), "batch": batch(),
        "memory": {"after_a_tenth": 100.0, "after_all": 100.0}, "ms": {"as_mesa_model": few, "new_world": few},
    }  # fmt: skip
    page = "".join(f"<!-- generated: {name} -->\n<!-- end -->\n" for name in table.TABLES)
    page = table.filled(page, found)
    assert "| a batch of 40 runs beyond the runs themselves | 12.0% (12.0%–12.0%) |" in page
    assert "| of it once a batch | 200.0 ms (200.0 ms–200.0 ms) |" in page
    assert "| that as a share of the run | 2.0% (2.0%–2.0%) |" in page
    assert "| `generic` | 1,500 | 1,500 B | 1,500 B | 1,500 B |" in page


def test_parts_that_were_not_measured_say_so(found):
    page = "".join(f"<!-- generated: {name} -->\n<!-- end -->\n" for name in table.TABLES)
    page = table.filled(page, {part: found[part] for part in ("machine", "date", "model")})
    assert page.count(table.UNKNOWN) == 3


def test_a_mark_that_is_not_closed_is_refused(found):
    with pytest.raises(ConfigError, match="does not end"):
        table.filled(PAGE.replace("<!-- end -->", ""), found)


def test_the_page_has_a_place_for_every_table():
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    assert set(OPENED.findall(page)) == set(table.TABLES)


def test_a_regression_is_seen_and_noise_is_not(found, tmp_path, capsys):
    compare.keep(found, tmp_path / "kept.json")
    kept = compare.load(tmp_path / "kept.json")
    assert set(kept["ratios"]) == {
        "model/1430/plain", "family_month/1500/plain", "family_month/1500/tuned", "kernel/1500/mesa", "growth/1600",
        "growth/15200",
    }  # fmt: skip
    assert compare.report(found, kept) == 0
    worse = copy.deepcopy(found)
    ratio = worse["kernel"]["1500"]["mesa"]["run_ratio"]
    ratio["median"] /= 1.1
    assert compare.slower(worse, kept) == []
    ratio["median"] /= 10.0
    (said,) = compare.slower(worse, kept)
    assert said.startswith("kernel/1500/mesa")
    assert compare.report(worse, kept) == 1
    assert "slower: kernel/1500/mesa" in capsys.readouterr().out


def test_noise_of_the_measurement_widens_what_is_allowed(found, tmp_path):
    found["model"]["1430"]["plain"]["whole_ratio"]["spread"] = 0.5
    compare.keep(found, tmp_path / "kept.json")
    worse = copy.deepcopy(found)
    worse["model"]["1430"]["plain"]["whole_ratio"]["median"] /= 2.0
    assert compare.slower(worse, compare.load(tmp_path / "kept.json")) == []


def test_the_benchmark_explains_itself():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--compare" in done.stdout
