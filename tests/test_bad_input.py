"""Bad input as its users give it: through the command, each thing wrong told by file, key, value and what is allowed.

The inputs are data, in `tests/bad_input/`.
"""

from __future__ import annotations

import gc
import os
import re
import time
import tomllib
from pathlib import Path

import pytest

from abm.lab import run, running

FOLDER = Path(__file__).parent / "bad_input"
BAD = [
    pytest.param({"run": data.get("run")} | one, id=f"{path.stem} {number}: {one['what']}")
    for path in sorted(FOLDER.glob("*.toml"))
    for data in [tomllib.loads(path.read_text(encoding="utf-8"))]
    for number, one in enumerate(data["bad"], 1)
]
FAULTS = {  # what must be said of each kind of fault, besides where it is
    "value": r"expected .*got |expected .*a table",
    "name": r"did you mean|known here|presets: |there is a|there are |no locality",
    "missing": r"missing",
    "option": r"value|option|argument|command",
}


@pytest.fixture(autouse=True)
def no_engine(monkeypatch):
    """Bad input is refused before the model is compiled; what a second of waiting would be for is imported before."""
    import scipy.stats.qmc  # noqa: F401

    import abm.world  # noqa: F401

    def reached(*_):
        raise AssertionError("bad input came as far as the model")

    for module in (running, run):
        monkeypatch.setattr(module, "prepare_engine", reached, raising=False)
    gc.freeze()  # nor does sweeping what the tests before left in memory: a second on a process of many tests
    yield
    gc.unfreeze()


@pytest.fixture
def refused(obc):
    """Runs the command in a folder of its own: (exit code, standard output, what was said as one line, its lines)."""

    def command(*words):
        code, out, err = obc(*words)
        return code, out, " ".join(re.sub("[╭╮╰╯│─]", " ", err).split()), err.splitlines()

    return command


def put(folder, files):
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return everything(folder)


def everything(folder):
    """All that a folder holds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }


def test_there_are_enough_of_every_kind():
    counts = {path.stem: len(tomllib.loads(path.read_text(encoding="utf-8"))["bad"]) for path in FOLDER.glob("*.toml")}
    assert set(counts) == {
        "files", "cases", "designs", "experiments", "samples", "changes", "interventions", "graphs", "commands",
    }  # fmt: skip
    assert min(counts.values()) >= 10
    assert sum(counts.values()) >= 400
    assert len({param.id for param in BAD}) == len(BAD)


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_told_and_nothing_is_written(refused, in_folder, bad):
    files = bad.get("files") or ({"bad.toml": bad["text"]} if "text" in bad else {})
    before = put(in_folder, files)
    start = time.process_time()
    code, out, said, lines = refused(*bad["run"])
    seconds = time.process_time() - start
    assert (code, out) == (2, ""), said
    for words in bad["says"]:
        assert " ".join(words.split()) in said
    if "fault" in bad:
        assert re.search(FAULTS[bad["fault"]], said), said
    for line in lines if "text" in bad and not any(word.startswith("--") for word in bad["run"]) else ():
        assert line.startswith(("error: bad.toml", "error: design 'bad' on case 'generic'")), "each line names the file"
        assert len(line) < 500
    assert "Traceback" not in said
    assert "pydantic" not in said
    assert everything(in_folder) == before, "nothing is written"
    assert seconds < 1.0


# ---- input that is too long or too odd for a table of texts


def odd_files(folder):
    """Names of odd files, made here, with what must be said of each."""
    (folder / "directory.toml").mkdir()
    (folder / "loop.toml").symlink_to("loop.toml")
    (folder / "away.toml").symlink_to("nowhere.toml")
    os.mkfifo(folder / "pipe.toml")
    texts = {
        "binary.toml": (bytes(range(256)), "binary.toml:2: not UTF-8 text, expected a TOML file"),
        "latin.toml": ("title = 'Città'\n".encode("latin-1"), "latin.toml:1: not UTF-8 text"),
        "utf16.toml": ("[control]\naudit = 0.1\n".encode("utf-16"), "utf16.toml:1: not UTF-8 text"),
        "utf32.toml": ("[control]\naudit = 0.1\n".encode("utf-32-le"), "utf32.toml:1: not valid TOML"),
        "null.toml": (b"name = 'x'\0", "null.toml:1: not valid TOML"),
        "carriage.toml": (b"[control]\raudit = 0.1\r", "carriage.toml:1: not valid TOML"),
        "large.toml": (b"# " + b"x" * 10_000_000, "large.toml: too large for a configuration: 10,000,002 bytes, at most"),
        "deep.toml": (b"a = " + b"[" * 5000, "deep.toml: nested too deep"),
        "closed.toml": (b"a = " + b"[" * 20 + b"]" * 20, "closed.toml: nested too deep: at most 12 tables or lists"),
        "dots.toml": (b".".join([b"a"] * 3000) + b" = 1", "dots.toml: nested too deep"),
        "tables.toml": (b"[" + b".".join([b"a"] * 3000) + b"]", "tables.toml: nested too deep"),
        "long.toml": (b"a = " + b"9" * 5000, "long.toml: not valid TOML: Exceeds the limit"),
        "hex.toml": (b"[payment]\nlag_months = 0x" + b"f" * 5000, "hex.toml:2: payment.lag_months: expected a whole number"),
        "float.toml": (b"[control]\naudit = 1e999\n", "float.toml:2: control.audit: expected a number from 0 to 1, got inf"),
        "many.toml": (b"\n".join(b"k%d = 1" % n for n in range(50_000)), "many.toml: a table of more than 1,000 keys"),
        "some.toml": (b"\n".join(b"k%d = 1" % n for n in range(900)), "some.toml: … and 850 more"),
        "word.toml": (b"k" * 100_000 + b" = 1", "word.toml:1: "),
        "text.toml": (b"[structure]\ndecision_rights = '" + b"x" * 100_000 + b"'", "text.toml:2: structure.decision_rights: "),
    }  # fmt: skip
    for name, (text, _) in texts.items():
        (folder / name).write_bytes(text)
    said = {name: words for name, (_, words) in texts.items()}
    return said | {
        "directory.toml": "directory.toml: a directory, expected a TOML file",
        "loop.toml": "loop.toml: ",
        "away.toml": "nowhere.toml: no such file",
        "pipe.toml": "pipe.toml: not a regular file, expected a TOML file",
        "/dev/null": "/dev/null: not a regular file, expected a TOML file",
        "/dev/zero": "/dev/zero: not a regular file, expected a TOML file",
    }


def test_odd_files_are_refused_at_once(refused, in_folder):
    refused("check", "generic")  # imports do not count
    for name, words in odd_files(in_folder).items():
        before = time.process_time()
        code, out, said, lines = refused("run", "generic", name if name.startswith("/") else f"./{name}")
        assert (code, out) == (2, ""), name
        assert words in said, name
        assert max(map(len, lines)) < 1000, name
        assert time.process_time() - before < 1.0, name
