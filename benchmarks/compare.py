"""Ratios that are kept, and whether today's are worse than their noise explains."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LEAST = 0.15  # a ratio may always move by this much
NOISES = 4.0  # and by this many times the spread of both measurements


def kept_ratios(found: dict[str, Any]) -> Iterator[tuple[str, float, float]]:
    """Name, how many times faster than the other the model is, and relative spread; larger is better in all of them."""
    for part, ours in (("model", "compiled"), ("family_month", "rules"), ("kernel", "ours")):
        for size, sides in found.get(part, {}).items():
            if not size.isdigit():
                continue
            for name, side in sides.items():
                if name not in (ours, "apart"):
                    key = "whole_ratio" if part == "model" else "run_ratio"
                    yield f"{part}/{size}/{name}", side[key]["median"], side[key]["spread"]
    for size, sides in found.get("growth", {}).items():
        base = found["growth"][min(found["growth"], key=int)]["compiled"]["ns_per_family_month"]
        cost = sides["compiled"]["ns_per_family_month"]
        yield f"growth/{size}", base["median"] / cost["median"], base["spread"] + cost["spread"]
    for case, of in found.get("bytes_a_family", {}).items():
        yield f"bytes_a_family/{case}", 1000.0 / of["resident"], 0.0
    if "processes" in found:
        of = found["processes"]
        start = of["obc_run_to_import_mesa"]
        yield "processes/obc_run", 1.0 / start["median"], start["spread"]
        few = of["batch"]["few"]
        yield "processes/batch", 1.0 / (1.0 + few["median"]), few["spread"] * few["median"]
        yield "processes/two", of["two_processes"]["median"], of["two_processes"]["spread"]


def keep(found: dict[str, Any], path: Path) -> None:
    """Write the ratios that later measurements are held against."""
    ratios = {
        name: {"ratio": round(ratio, 4), "spread": round(spread, 4)} for name, ratio, spread in kept_ratios(found)
    }
    about = {"machine": found["machine"], "date": found["date"], "ratios": ratios}
    path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> dict[str, Any]:
    """The kept ratios. Raises SystemExit with what to do where there are none yet."""
    if not path.exists():
        raise SystemExit(f"{path}: no ratios are kept yet; python -m benchmarks --baseline keeps today's")
    return json.loads(path.read_text(encoding="utf-8"))


def slower(found: dict[str, Any], baseline: dict[str, Any]) -> list[str]:
    """Ratios that are worse than the kept ones by more than 15 % and by more than four times the spread of both."""
    worse = []
    for name, ratio, spread in kept_ratios(found):
        kept = baseline["ratios"].get(name)
        if kept is None:
            continue
        allowed = max(LEAST, NOISES * (spread + kept["spread"]) / 2.0)
        if ratio < kept["ratio"] / (1.0 + allowed):
            worse.append(f"{name}: {ratio:.3g} times as fast, was {kept['ratio']:.3g} (allowed is {allowed:.0%} less)")
    return worse


def report(found: dict[str, Any], baseline: dict[str, Any]) -> int:
    """Say what became slower; 1 if anything did."""
    worse, seen = slower(found, baseline), sum(1 for _ in kept_ratios(found))
    for line in worse:
        print(f"slower: {line}")
    if not worse:
        print(f"no regression in {seen} ratios (kept on {baseline['date']}, {baseline['machine']['processor']})")
    if found["machine"] != baseline["machine"]:
        print("the baseline was kept on another machine or with other versions: ratios move with them", file=sys.stderr)
    return 1 if worse else 0
