"""The tables of docs/speed.md, written from docs/speed.json between its marks; the README quotes the first."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from abm.handbook.blocks import refreshed

NAMES = {
    "plain": "one object an agent, Mesa",
    "mesa": "Mesa", "agentpy": "AgentPy", "repast4py": "repast4py", "starsim": "Starsim", "mesa_frames": "mesa-frames",
}  # fmt: skip
IN_SHORT = {"model": None, "family_month": ("15000",), "kernel": ("1500",)}  # sizes that the README shows; None: all


def stored(path: Path) -> dict[str, Any]:
    """The last measurements, or none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


UNKNOWN = "Not measured yet."


def times(ratio: float) -> str:
    """A ratio for reading."""
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×" if ratio >= 1.95 else f"{ratio:.2f} ×"


def spread(of: dict[str, float]) -> str:
    """A ratio with the least and the most of its rounds."""
    return f"{times(of['median'])} ({times(of['least'])[:-2]}–{times(of['most'])[:-2]})"


def percent(of: dict[str, float]) -> str:
    """A share with the least and the most of its rounds."""
    return f"{of['median']:.1%} ({of['least']:.1%}–{of['most']:.1%})"


def span(of: dict[str, float]) -> str:
    """A time with the least and the most of its rounds."""
    return f"{seconds(of['median'])} ({seconds(of['least'])}–{seconds(of['most'])})"


def seconds(value: float) -> str:
    """A time for reading."""
    return f"{value:.1f} s" if value >= 1 else f"{1000 * value:.1f} ms"


def grid(head: list[str], rows: list[list[str]]) -> str:
    """A markdown table; all columns but the first are numbers."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def short(found: dict[str, Any]) -> str:
    """What the README quotes: few sizes, and the machine."""
    kept = {part: {size: sides for size, sides in found.get(part, {}).items() if sizes is None or size in sizes}
            for part, sizes in IN_SHORT.items()}  # fmt: skip
    return f"{summary(kept)}\n\n{machine(found)}"


def summary(found: dict[str, Any]) -> str:
    """How many times slower the others are."""
    rows = []
    for size, sides in found.get("model", {}).items():
        rows += [[what, NAMES["plain"], spread(ratio)] for what, ratio in of_the_model(int(size), sides["plain"])]
    for size, sides in found.get("family_month", {}).items():
        for name, title in (("plain", "plain C"), ("tuned", "tuned C, vectors")):
            rows.append([f"the family's month, {int(size):,} families", title, spread(sides[name]["run_ratio"])])
    for size, sides in found.get("kernel", {}).items():
        for name, side in sides.items() if size.isdigit() else ():
            if name in NAMES:
                rows.append([f"small common kernel, {int(size):,} families", NAMES[name], spread(side["run_ratio"])])
    return grid(["what", "beside", "takes, of the compiled model's time"], rows)


def of_the_model(families: int, side: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    """The ratios of a size of the whole model with what they are of: all of a run, its months, those of service alone."""
    what, months = f"the whole model, {families:,} families", side["months"]
    if "service_ratio" not in side:
        named = [
            (f"{what}, {months} months, set-up included", "whole_ratio"),
            (f"{what}, a month of them", "run_ratio"),
        ]
    else:
        named = [
            (f"{what}, a month of {months}, {side['of_service']} of them in service", "run_ratio"),
            (f"{what}, a month of those {side['of_service']} in service", "service_ratio"),
        ]
    return [(title, side[key]) for title, key in named]


def machine(found: dict[str, Any]) -> str:
    """One line on where and when."""
    on = found["machine"]
    versions = ", ".join(f"{name} {on[name]}" for name in ("python", "mesa", "numpy", "numba"))
    others = found.get("kernel", {}).get("versions", {})
    versions += "".join(f", {NAMES[name]} {of}" for name, of in others.items() if name != "mesa")
    left = "".join(f" {NAMES[name]}: {why}." for name, why in found.get("kernel", {}).get("skipped", {}).items())
    return f"{on['processor']}, {on['cores']} cores; {versions}; {found['date']}.{left}"


def details(found: dict[str, Any]) -> str:
    """Times of every side at every size."""
    rows = []
    for part in ("model", "family_month", "kernel"):
        for size, sides in found.get(part, {}).items():
            for name, side in sides.items() if size.isdigit() else ():
                if name != "apart":
                    each, setup = side["ns_per_family_month"], side["setup_s"]
                    rows.append(
                        [f"{part.replace('_', ' ')}: {name}", f"{int(size):,}", str(side["rounds"]), seconds(setup["median"]),
                         seconds(side["run_s"]["median"]), f"{each['median']:,.0f} ns", f"{each['spread']:.0%}"]
                    )  # fmt: skip
    return grid(["side", "families", "rounds", "set-up", "run", "a family-month", "spread"], rows)


def growth(found: dict[str, Any]) -> str:
    """Cost of a family-month of the whole compiled model by number of families."""
    rows = []
    for size, sides in found.get("growth", {}).items():
        side = sides["compiled"]
        each, to = side["ns_per_family_month"], side.get("to_15200")
        rows.append(
            [f"{int(size):,}", str(side["rounds"]), seconds(side["setup_s"]["median"]), f"{each['median']:,.0f} ns",
             f"{each['spread']:.0%}", spread(to) if to else ""]
        )  # fmt: skip
    return grid(["families", "rounds", "set-up", "a family-month", "spread", "of 15,200's, same round"], rows)


def bytes_a_family(found: dict[str, Any]) -> str:
    """Memory of a family with all that is around it."""
    if "bytes_a_family" not in found:
        return UNKNOWN
    rows = [
        [f"`{case}`", f"{of['families']:,}", *(f"{of[name]:,.0f} B" for name in ("row", "declared", "resident"))]
        for case, of in found["bytes_a_family"].items()
    ]
    return grid(["case", "families", "a family's own row", "all declared tables", "memory really taken"], rows)


def profile(found: dict[str, Any]) -> str:
    """Where a default run's time goes."""
    if "processes" not in found:
        return UNKNOWN
    spent = found["processes"]["ms"]
    whole = sum(of["median"] for name, of in spent.items() if name != "as_mesa_model")
    rows = [
        [f"`{name}`", f"{of['median']:.1f} ms", f"{of['median'] / whole:.0%}", f"{of['spread']:.0%}"]
        for name, of in spent.items() if name != "as_mesa_model"
    ]  # fmt: skip
    return grid(["part", "time", "share", "spread"], [*rows, ["whole run", f"{whole:.1f} ms", "", ""]])


def around(found: dict[str, Any]) -> str:
    """Starting, workers, batch, memory."""
    if "processes" not in found:
        return UNKNOWN
    of = found["processes"]
    batch, memory, ms = of["batch"], of["memory"], of["ms"]
    made = ms["as_mesa_model"]["median"] - ms["new_world"]["median"]
    few, many = batch["runs"]
    rows = [
        ["`obc run` of the default case, whole process, warm", seconds(of["obc_run_s"]["median"])],
        ["`import mesa`", seconds(of["import_mesa_s"]["median"])],
        ["the one in terms of the other", spread(of["obc_run_to_import_mesa"])],
        ["two processes beside one", spread(of["two_processes"])],
        ["a Mesa model of it, agents not looked at: more than the bare world", f"{made:.2f} ms"],
        [f"a batch of {few} runs beyond the runs themselves", percent(batch["few"])],
        [f"the same of {many} runs", percent(batch["many"])],
        [
            f"the same by the clock, {few} and {many} runs",
            f"{percent(batch['few_clock'])}, {percent(batch['many_clock'])}",
        ],
        ["of it once a batch", span(batch["once_s"])],
        ["of that, importing pyarrow", span(batch["import_s"])],
        [f"of it with each run, which takes {seconds(batch['a_run_s']['median'])}", span(batch["each_s"])],
        ["that as a share of the run", percent(batch["each_share"])],
        ["memory after 200 and after 2,000 runs", f"{memory['after_a_tenth']:.0f} and {memory['after_all']:.0f} MB"],
    ]
    return grid(["what", "measured"], rows)


TABLES = {
    "short": short,
    "summary": summary,
    "details": details,
    "growth": growth,
    "bytes_a_family": bytes_a_family,
    "profile": profile,
    "around": around,
}


def write(found: dict[str, Any], page: Path) -> None:
    """Replace what stands between the marks of the page."""
    page.write_text(filled(page.read_text(encoding="utf-8"), found), encoding="utf-8")


def filled(text: str, found: dict[str, Any]) -> str:
    """The page with its tables. Raises ConfigError for a mark that is not closed."""
    return refreshed(text, {name: lambda make=make: make(found) for name, make in TABLES.items()})


if __name__ == "__main__":
    DOCS = Path(__file__).parents[1] / "docs"
    write(json.loads((DOCS / "speed.json").read_text(encoding="utf-8")), DOCS / "speed.md")
    print("written: docs/speed.md", file=sys.stderr)
