"""Single-edit typos: of a hundred, ninety-five at least are told what was meant."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from abm.case import Case
from abm.config import ConfigError, load_any, load_design, load_experiment, preset_names
from abm.config.experiment import AGENT_TABLES, Experiment
from abm.config.settings import unknown_setting
from abm.config.toml_file import dotted
from abm.config.words import known_keys
from abm.declare import parameters
from abm.design import GovernanceDesign
from abm.rules.interventions import KIND_NAMES

LETTERS = "abcdefghijklmnopqrstuvwxyz_"
FREE = ("locality", "name", "title", "description", "domains")  # of a case: what is no setting
HEAD = 'case = "lombardy"\ndesigns = ["block_grant"]\nseeds = 2\n'
EVENT = HEAD + "[[interventions]]\nmonth = 3\nkind = 'workshop'\n"
CHANGE = HEAD + "[[changes]]\nmonth = 3\nset = {}\n"
SAMPLE = HEAD + '[sample]\nmethod = "latin"\nn = 4\nover = { control.audit = "plausible" }\n'


def mistyped(word: str, rng: random.Random) -> str:
    """A word with one letter too many, too few, wrong, or two swapped."""
    at, letter = rng.randrange(len(word)), rng.choice(LETTERS)
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    wrong = word[:at] + letter + word[at + 1 :]
    return rng.choice([word[:at] + letter + word[at:], word[:at] + word[at + 1 :], wrong, swapped])


def typos(words, times, seed=20110131):
    """Each word with so many of its typos that are no other word."""
    rng = random.Random(seed)
    for word in words:
        found = {mistyped(word, rng) for _ in range(times)}
        yield from ((word, typo) for typo in sorted(found) if typo and typo not in words)


def share_told(words, said, times):
    """The share of typos whose message suggests what was meant, how many there were, and those that it does not."""
    asked = [(word, typo) for word, typo in typos(words, times)]
    missed = [(word, typo) for word, typo in asked if f"did you mean '{word}'?" not in said(typo)]
    return 1 - len(missed) / len(asked), len(asked), missed


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    """What refuses a text as a file, or a call."""
    monkeypatch.chdir(tmp_path)

    def told(load, text: str, *, is_file: bool = True) -> str:
        if is_file:
            Path("typo.toml").write_text(text)
        with pytest.raises(ConfigError) as error:
            load("./typo.toml" if is_file else text)
        return str(error.value)

    return told


def settings() -> list[str]:
    """Every setting of a design and of a case, by its dotted key."""
    case = [f"case.{dotted(path)}" for path in known_keys(Case) if path[0] not in FREE]
    return [dotted(path) for path in known_keys(GovernanceDesign) if path[0] not in FREE] + case


TIMES = [8, pytest.param(80, marks=pytest.mark.slow)]


@pytest.mark.parametrize("times", TIMES)
def test_of_settings(times):
    keys = settings()
    assert len(keys) > 300

    def last_part(key):
        return key.rpartition(".")[2]

    by_table: dict[str, list[str]] = {}
    for key in keys:
        by_table.setdefault(key.rpartition(".")[0], []).append(last_part(key))
    asked = right = 0
    for table, names in by_table.items():
        for name, typo in typos(names, times):
            key = f"{table}.{typo}" if table else typo
            asked += 1
            whole = f"{table}.{name}" if table else name
            right += f"did you mean '{whole}'" in unknown_setting(key)
    assert asked > 5 * len(keys)
    assert right / asked >= 0.95


@pytest.mark.parametrize("times", TIMES)
def test_of_tables_before_a_setting(times):
    whole = [key for key, _ in (*parameters(GovernanceDesign), *parameters(Case, "case."))]
    keys = {key.split(".")[1 if key.startswith("case.") else 0]: key for key in whole if key.count(".") >= 1}
    asked = right = 0
    for table, typo in typos(list(keys), times):
        key = keys[table]
        before, _, after = key.partition(table)
        asked += 1
        right += f"did you mean '{key}'?" in unknown_setting(f"{before}{typo}{after}")
    assert asked > 100
    assert right / asked >= 0.95


@pytest.mark.parametrize("times", TIMES)
def test_of_presets(times, refusal):
    for kind in ("cases", "designs", "experiments"):
        share, asked, missed = share_told(
            preset_names(kind), lambda typo: refusal(load_any, typo, is_file=False), times
        )
        assert asked > 50
        assert share >= 0.95, missed


@pytest.mark.parametrize("times", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_of_names_that_a_choice_takes(times, refusal):
    asked = right = 0
    for model in (GovernanceDesign,):
        for key, declared in parameters(model):
            for name, typo in typos(declared.possible, times) if declared.is_choice else ():
                asked += 1
                right += f"did you mean '{name}'?" in refusal(load_design, f'{key} = "{typo}"')
    assert asked > 100
    assert right / asked >= 0.95


@pytest.mark.parametrize("times", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_of_what_stands_in_an_experiment(times, refusal):
    keys = [
        *(name for name in Experiment.model_fields if name not in ("cases", "designs", "seeds")),
        "case",
        "cases",
        "designs",
        "seeds",
    ]
    lists = {
        "": (keys, lambda typo: refusal(load_experiment, f"{typo} = 1\n" + HEAD)),
        "kinds": (KIND_NAMES, lambda typo: refusal(load_experiment, EVENT.replace("workshop", typo))),
        "tables": (AGENT_TABLES, lambda typo: refusal(load_experiment, f'tables = ["{typo}"]\n' + HEAD)),
        "places": (
            ["cremona", "monza", "rest"],
            lambda typo: refusal(load_experiment, HEAD + f'[set]\n"case.locality.{typo}.families" = 50'),
        ),
        "interventions[1].": (["strength", "months", "unit"], lambda typo: refusal(load_experiment, EVENT + f"{typo} = 1")),
        "sample.": (["method", "seed", "over"], lambda typo: refusal(load_experiment, SAMPLE + f"{typo} = 1")),
    }  # fmt: skip
    asked = right = 0
    for prefix, (names, said) in lists.items():
        for name, typo in typos(names, times):
            shown = f"{prefix}{name}" if prefix.endswith(".") else name
            asked += 1
            right += f"did you mean '{shown}'?" in said(typo)
    assert asked > 120
    assert right / asked >= 0.95
