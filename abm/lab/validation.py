"""Validation: every pattern measured with its mechanism at work and off, judged, and kept beside the page that tells of it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abm import __version__
from abm.config import ConfigError
from abm.lab.files import write_whole
from abm.lab.patterns import FULL, PATTERNS, Figure, Figures, Pattern
from abm.lab.run import prepare_engine, prepare_worker
from abm.lab.workers import LocalWorkers, processors

DIGITS = 4  # significant digits that are kept of a figure
Tell = Callable[[int, int, int], object]
Keep = Callable[["Verdict"], object]


@dataclass(frozen=True)
class Measurement:
    """A pattern as it is, or with a mechanism off: the figures that its judgement looked at, in that order.

    `as_expected`: the pattern holds; or, with the mechanism off, it is gone. `failure` says why nothing was measured.
    """

    title: str
    figures: Mapping[str, Figure]
    as_expected: bool
    failure: str = ""


@dataclass(frozen=True)
class Verdict:
    """What was found of one pattern: measured as it is, then with each mechanism off."""

    key: str
    version: str
    seeds: tuple[int, int]  # first and last
    measurements: tuple[Measurement, ...]

    @property
    def holds(self) -> bool:
        """Whether the pattern is there, and gone in every control."""
        return all(one.as_expected for one in self.measurements)

    @property
    def failures(self) -> list[str]:
        """What could not be measured, and why."""
        return [f"{one.title}: {one.failure}" for one in self.measurements if one.failure]


class Seen(Mapping[str, Figure]):
    """Figures that remember which of them were looked at."""

    def __init__(self, figures: Figures) -> None:
        self._figures, self.names = figures, dict[str, None]()

    def __getitem__(self, name: str) -> Figure:
        self.names[name] = None
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)


def chosen(keys: Sequence[str] = ()) -> list[Pattern]:
    """Patterns by key, all unless some are given, in the order of their numbers; raises ConfigError for unknown keys."""
    known = {pattern.key: pattern for pattern in sorted(PATTERNS, key=lambda one: int(one.key[1:]))}
    wanted = {key.upper() for key in keys} or set(known)
    if unknown := sorted(wanted - set(known)):
        raise ConfigError(f"--pattern: no pattern '{unknown[0]}'; there are {', '.join(known)}")
    return [pattern for key, pattern in known.items() if key in wanted]


def titles(pattern: Pattern) -> list[str]:
    """What is measured of a pattern: itself, and each of its controls."""
    return ["as it is", *(control.title for control in pattern.controls)]


def measure(key: str, part: int, seeds: Sequence[int]) -> Figures:
    """Measure a pattern (part 0) or one of its controls (1, 2 …): what a worker is asked to do."""
    pattern = next(pattern for pattern in PATTERNS if pattern.key == key)
    return dict((pattern.measure if part == 0 else pattern.controls[part - 1].measure)(seeds))


def judge(pattern: Pattern, part: int, figures: Figures) -> Measurement:
    """Whether figures are as they should be: the pattern holds, or with a mechanism off it is gone and does not hold."""
    seen = Seen(figures)
    if part == 0:
        as_expected = pattern.holds(seen)
    else:
        as_expected = pattern.controls[part - 1].gone(seen) and not pattern.holds(figures)
    return Measurement(titles(pattern)[part], {name: figures[name] for name in seen.names}, bool(as_expected))


def validate(
    patterns: Sequence[Pattern],
    *,
    quick: bool = False,
    workers: int | None = None,
    tell: Tell | None = None,
    keep: Keep | None = None,
) -> list[Verdict]:
    """Measure and judge patterns and their controls, each under its quick seeds or all under seeds that nothing was tuned with.

    `tell(over, planned, failed)` hears of progress, `keep(verdict)` of each pattern as soon as it is done. One worker is
    this process itself. What goes wrong in a measurement stops no other: its failure says what it was. Raises ConfigError
    for a number of workers below 1.
    """
    tasks = [(pattern, part) for pattern in patterns for part in range(1 + len(pattern.controls))]
    seeds = {pattern.key: pattern.quick if quick else FULL for pattern in patterns}
    found: dict[tuple[str, int], Measurement] = {}
    done: dict[str, Verdict] = {}
    if workers is not None and workers < 1:
        raise ConfigError(f"workers: expected a whole number from 1, found {workers}")
    prepare_engine(4)
    if tell:
        tell(0, len(tasks), 0)
    for pattern, part, outcome in _measured(tasks, seeds, min(workers or processors(), len(tasks))):
        try:
            found[pattern.key, part] = judge(pattern, part, outcome())
        except Exception as error:  # whatever it is, it is this measurement's
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            found[pattern.key, part] = Measurement(titles(pattern)[part], {}, False, reason)
        whole = [found.get((pattern.key, part)) for part in range(1 + len(pattern.controls))]
        measurements = tuple(one for one in whole if one)
        if len(measurements) == len(whole):
            span = seeds[pattern.key][0], seeds[pattern.key][-1]
            done[pattern.key] = Verdict(pattern.key, __version__, span, measurements)
            if keep:
                keep(done[pattern.key])
        if tell:
            tell(len(found), len(tasks), sum(bool(one.failure) for one in found.values()))
    return [done[pattern.key] for pattern in patterns]


def _measured(
    tasks: Sequence[tuple[Pattern, int]], seeds: Mapping[str, Sequence[int]], workers: int
) -> Iterator[tuple[Pattern, int, Callable[[], Figures]]]:
    """Each task with a call that gives its figures or raises what went wrong, in the order in which they end."""
    if workers == 1:
        for pattern, part in tasks:
            yield pattern, part, lambda p=pattern, n=part: measure(p.key, n, seeds[p.key])  # type: ignore[misc]
        return
    executor = LocalWorkers(workers, prepare_worker)
    try:
        running: dict[Future[Figures], tuple[Pattern, int]] = {
            executor.submit(measure, pattern.key, part, seeds[pattern.key]): (pattern, part) for pattern, part in tasks
        }
        for future in as_completed(running):
            yield *running[future], future.result
    finally:
        executor.shutdown(cancel_futures=True)


# ---- kept beside the page


def store(path: Path, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Put verdicts into a JSON file, in place of earlier ones of the same patterns; returns all that it then holds.

    What could not be measured stays as it was. Raises ConfigError where the file is not one of ours.
    """
    kept = {verdict.key: verdict for verdict in (load(path) if path.exists() else [])}
    kept |= {verdict.key: verdict for verdict in verdicts if not verdict.failures}
    whole = [kept[pattern.key] for pattern in chosen() if pattern.key in kept]
    text = json.dumps([_row(verdict) for verdict in whole], indent=1, ensure_ascii=False)
    write_whole(path, lambda to: to.write_text(text + "\n", encoding="utf-8"))
    return load(path)


def load(path: Path) -> list[Verdict]:
    """The verdicts of a JSON file; raises ConfigError where it is not one of ours."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(rows, list):
            raise TypeError
        return [
            Verdict(row["key"], row["version"], tuple(row["seeds"]), tuple(map(_measurement, row["measurements"])))
            for row in rows
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"{path}: not a file of `obc validate`; choose another name") from None


def _row(verdict: Verdict) -> dict[str, Any]:
    """A verdict as it is kept: figures as [mean, low, high, n], rounded, null where not known."""
    measurements = [
        {
            "title": one.title,
            "as_expected": one.as_expected,
            "figures": {name: [*map(_kept, (f.mean, f.low, f.high)), f.n] for name, f in one.figures.items()},
        }
        for one in verdict.measurements
    ]
    return {"key": verdict.key, "version": verdict.version, "seeds": verdict.seeds, "measurements": measurements}


def _measurement(row: Mapping[str, Any]) -> Measurement:
    figures = {}
    for name, (*known, n) in row["figures"].items():
        mean, low, high = (math.nan if value is None else value for value in known)
        figures[name] = Figure(mean, low, high, n)
    return Measurement(row["title"], figures, row["as_expected"])


def _kept(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def kept() -> list[Verdict]:
    """The verdicts that this installation came with: those of the documentation, which the package holds a copy of."""
    package = Path(__file__).parents[1]
    for folder in (package / "docs", package.parent / "docs"):  # installed; a checkout
        if (folder / "validation.json").is_file():
            return load(folder / "validation.json")
    return []


def titles_of_patterns() -> dict[str, str]:
    """What each pattern is called, by its key."""
    return {pattern.key: pattern.title for pattern in PATTERNS}
