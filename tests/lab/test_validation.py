"""Validation: what is measured, judged, kept and shown, on patterns that take no time."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from abm import cli
from abm.config import ConfigError
from abm.lab import validation
from abm.lab.patterns import FULL, PATTERNS, Control, Figure, Pattern
from abm.lab.validation import chosen, judge, load, store, validate
from abm.show import validation as shown
from abm.show.parameters import declared

ROOT = Path(__file__).parents[2]


def about(value):
    """A measurement that gives one figure that is looked at, one that is not, and one that is not known."""
    unknown = Figure(math.nan, math.nan, math.nan, 0)
    return lambda seeds: {"much": Figure(value, value - 0.1, value + 0.1, len(seeds)), "never": unknown, "nan": unknown}


def fails(seeds):
    raise RuntimeError(f"no luck\nwith {len(seeds)} seeds")


def pattern_of(key, value, off=0.0, **more):
    """A pattern whose figure should be above ½, and below it with its mechanism off."""
    control = Control("nothing works", about(off) if off is not None else fails, lambda f: f["much"].below(0.5))
    return Pattern(
        key=key, title="Much is found", sources=("slovic1993",), expectation="Much is more than half.",
        measure=about(value), holds=lambda f: f["much"].above(0.5) and not f["nan"].above(0.0),
        controls=(control,), quick=range(1, 4), **more,
    )  # fmt: skip


@pytest.fixture
def some(monkeypatch):
    """Puts patterns in the place of the model's own."""
    monkeypatch.setattr(validation, "prepare_engine", lambda domains: None)

    def put(*them):
        monkeypatch.setattr(validation, "PATTERNS", them)
        return chosen()

    return put


def test_a_pattern_holds_only_where_it_is_gone_with_its_mechanism_off(some):
    found = validate(some(pattern_of("V2", 0.9), pattern_of("V1", 0.4), pattern_of("V3", 0.9, 0.8)), workers=1)
    assert [(one.key, one.holds) for one in found] == [("V1", False), ("V2", True), ("V3", False)]
    assert [[part.as_expected for part in one.measurements] for one in found] == [
        [False, True],
        [True, True],
        [True, False],
    ]
    assert shown.score(found) == "1 of 3 patterns hold; not V1, V3"


def test_a_control_in_which_the_pattern_still_holds_does_not_count():
    stubborn = replace(pattern_of("V1", 0.9), controls=(Control("nothing", about(0.9), lambda figures: True),))
    assert not judge(stubborn, 1, about(0.9)(range(3))).as_expected


def test_figures_that_were_looked_at_are_kept_in_their_order():
    found = judge(pattern_of("V1", 0.9), 0, about(0.9)(range(3)))
    assert list(found.figures) == ["much", "nan"]
    assert list(judge(pattern_of("V1", 0.1), 0, about(0.1)(range(3))).figures) == ["much"]


@pytest.mark.parametrize(("quick", "seeds", "n"), [(True, (1, 3), 3), (False, (FULL[0], FULL[-1]), 100)])
def test_seeds_are_the_patterns_own_or_those_that_nothing_was_looked_at_with(some, quick, seeds, n):
    told = []
    [found] = validate(some(pattern_of("V1", 0.9)), quick=quick, workers=1, tell=lambda *at: told.append(at))
    assert found.seeds == seeds
    assert found.measurements[0].figures["much"].n == n
    assert told == [(0, 2, 0), (1, 2, 0), (2, 2, 0)]


def test_what_goes_wrong_in_a_measurement_stops_no_other(some):
    first, second = validate(some(pattern_of("V1", 0.9, None), pattern_of("V2", 0.9)), quick=True, workers=1)
    assert first.failures == ["nothing works: RuntimeError: no luck with 3 seeds"]
    assert not first.holds
    assert second.holds


def test_workers_measure_what_is_declared_and_what_fails_is_said(some, monkeypatch):
    """The worker knows the model's own patterns only, so that one made up here is a failure, and its alone."""
    monkeypatch.setattr(validation, "prepare_worker", print)
    [found] = validate(some(pattern_of("V99", 0.9)), quick=True, workers=2)
    assert len(found.failures) == 2
    assert "StopIteration" in found.failures[0]


def test_patterns_are_chosen_by_key_and_come_in_order(some):
    some(pattern_of("V10", 0.9), pattern_of("V2", 0.9))
    assert [one.key for one in chosen()] == ["V2", "V10"]
    assert [one.key for one in chosen(["v10"])] == ["V10"]
    with pytest.raises(ConfigError, match="no pattern 'V3'; there are V2, V10"):
        chosen(["V3"])
    with pytest.raises(ConfigError, match="workers: expected a whole number from 1"):
        validate(chosen(), workers=0)


def test_kept_figures_come_back_and_later_ones_replace_them(some, tmp_path):
    path = tmp_path / "validation.json"
    first, second = validate(some(pattern_of("V1", 0.9), pattern_of("V2", 0.4)), quick=True, workers=1)
    assert [one.key for one in store(path, [first])] == ["V1"]
    whole = store(path, [second])
    assert [one.key for one in whole] == ["V1", "V2"]
    assert load(path) == whole
    assert whole[0].measurements[0].figures["much"] == Figure(0.9, 0.8, 1.0, 3)
    assert math.isnan(whole[0].measurements[0].figures["nan"].mean)
    [again] = validate(some(pattern_of("V2", 0.9)), quick=True, workers=1)
    assert [(one.key, one.holds) for one in store(path, [again])] == [("V2", True)], "V1 is declared no more"


def test_what_could_not_be_measured_replaces_nothing(some, tmp_path):
    path = tmp_path / "validation.json"
    store(path, validate(some(pattern_of("V1", 0.9)), workers=1))
    [kept] = store(path, validate(some(pattern_of("V1", 0.9, None)), workers=1))
    assert kept.holds


@pytest.mark.parametrize("text", ["{", "[1]", '[{"key": 1}]', "{}[]", '{"a": 1}'])
def test_a_file_of_something_else_is_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"other.json: not a file of `obc validate`"):
        load(path)


# ---- the command


@pytest.fixture
def obc(some, monkeypatch, capsys, in_folder):
    """`obc validate` in an empty folder, with a pattern that holds and one that does not."""
    some(pattern_of("V1", 0.9), pattern_of("V2", 0.4, reached=False, remark="Too little of it is there."))

    def command(*words, columns=80):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["obc", "validate", "--workers", "1", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code or 0, *capsys.readouterr()

    return command


@pytest.mark.parametrize("columns", [80, 120])
def test_expected_and_found_are_shown(obc, in_folder, columns):
    code, out, err = obc("--quick", columns=columns)
    assert code == 0
    assert err == "4 of 4 measurements are over, 0 failed\n"
    assert "V1  Much is found: holds" in out
    assert "expected: Much is more than half." in out
    assert re.search(r"much +0\.900 +\[0\.800, 1\.000\] +3", out)
    assert re.search(r"nan +– +– +0", out)
    assert "mechanism off: nothing works: gone" in out
    assert "V2  Much is found: does not hold" in out
    assert "Too little of it is there." in out
    assert out.rstrip().endswith("1 of 2 patterns hold; not V2")
    assert max(map(len, out.splitlines())) <= columns
    assert list(in_folder.iterdir()) == []


def test_a_page_is_written_where_asked_and_brought_up_to_date(obc, in_folder):
    assert obc("--quick", "--pattern", "V1", "--out", "found.md")[0] == 0
    text = Path("found.md").read_text(encoding="utf-8")
    assert "| V2 | Much is found | not yet run | | | no |" in text
    code, out, _ = obc("--out", "found.md", "--pattern", "V2")
    assert code == 0
    assert "written: found.md\nwritten: found.json" in out
    text = Path("found.md").read_text(encoding="utf-8")
    assert "| V1 | Much is found | yes | 1 of 1 | 1–3 | no |" in text
    assert "| V2 | Much is found | no | 1 of 1 | 1001–1100 | no |" in text
    assert "**Why it does not hold.** Too little of it is there." in text
    assert text == shown.page(chosen(), load(Path("found.json")))


def test_the_usual_page_is_written_with_all_seeds_only(obc, in_folder):
    page = in_folder / "docs" / "validation.md"
    page.parent.mkdir()
    page.write_text("# Validation\n")
    assert obc("--quick")[0] == 0
    assert page.read_text() == "# Validation\n"
    assert obc()[0] == 0
    assert "1 of 2 patterns hold; not V2" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--pattern", "V7"), "no pattern 'V7'; there are V1, V2"),
        (("--out", "mine.txt"), "expected the name of a Markdown page"),
        (("--out", "readme.md"), "readme.md: not a page of `obc validate`"),
        (("--out", "page.md"), "page.json: not a file of `obc validate`"),
        (("--workers", "0"), "workers: expected a whole number from 1"),
    ],
)
def test_faults_are_said_before_anything_is_run(obc, in_folder, words, said):
    (in_folder / "readme.md").write_text("# Mine")
    (in_folder / "page.json").write_text("{}")
    code, out, err = obc(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_the_exit_code_says_that_a_pattern_could_not_be_run(obc, some):
    some(pattern_of("V1", 0.9, None))
    code, out, err = obc("--quick", "--out", "found.md")
    assert code == 1
    assert "V1, nothing works: RuntimeError: no luck with 3 seeds" in err
    assert "could not be run" in out


def test_what_was_done_before_an_interruption_is_kept(obc, some):
    def stops(seeds):
        raise KeyboardInterrupt

    some(pattern_of("V1", 0.9), replace(pattern_of("V2", 0.9), measure=stops))
    code, out, err = obc("--quick", "--out", "found.md")
    assert (code, out) == (130, "")
    assert "interrupted: patterns that were done are in found.md" in err
    text = Path("found.md").read_text(encoding="utf-8")
    assert "| V1 | Much is found | yes | 1 of 1 | 1–3 | no |" in text
    assert "| V2 | Much is found | not yet run | | | no |" in text


# ---- the model's own page


def test_the_page_is_what_its_figures_make():
    """Fresh in form: all patterns, with the words that are declared today. The figures come with `make validate`."""
    verdicts = load(ROOT / "docs" / "validation.json")
    assert [one.key for one in verdicts] == [one.key for one in chosen()], "run `obc validate` for what is missing"
    assert (ROOT / "docs" / "validation.md").read_text(encoding="utf-8") == shown.page(chosen(), verdicts)
    for pattern, verdict in zip(chosen(), verdicts, strict=True):
        assert [one.title for one in verdict.measurements] == validation.titles(pattern)
        assert verdict.holds is pattern.reached, pattern.key


def test_what_was_tuned_on_is_what_calibration_says():
    text = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("|")]
    named = {key for line in table for key in re.findall(r"\bV\d+\b", line)}
    assert named == {pattern.key for pattern in PATTERNS if pattern.tuned_on}


def test_what_was_tuned_is_what_is_declared():
    text = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \| ([\d.]+) \| ([\d.]+) \|", text, re.MULTILINE)
    known = dict(declared())
    assert len(rows) > 10
    for key, old, new in rows:
        assert float(new) == known[key].default, key
        assert float(old) != float(new), key
        assert known[key].plausible[0] <= float(new) <= known[key].plausible[1], key
