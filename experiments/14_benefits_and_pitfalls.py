"""14 Benefits and pitfalls of six designs. What is expected: experiments/README.md."""

from shared import Finding, arm, difference, run, words

GROUPS = {
    "Efficiency": {"net_benefit": 1, "attributable_gain": 1},
    "Fair access": {"access_gap": -1, "governance_fairness": 1},
    "Responsive, accountable": {"governance_voice": 1, "governance_accountability": 1},
    "Perverse effects": {"mission_drift": -1, "marketisation": -1, "bureaucratisation": -1},
}

results = run("benefits_and_pitfalls")
others = [design for design in results.designs if design != "block_grant"]
grant = arm(results.runs, design="block_grant")
finding = Finding("14_benefits_and_pitfalls", "Difference to a block grant of the same money; no single score.")
found, sign = {}, {}
for metrics in GROUPS.values():
    for metric, better in metrics.items():
        sign[metric] = better
        for design in others:
            found[metric, design] = difference(arm(results.runs, design=design), grant, metric)
            finding.say(f"{metric}: {results.title(design)} less block grant", found[metric, design])
for metric in ("attributable_gain", "access_gap", "governance_fairness", "governance_voice", "governance_accountability", "mission_drift",
               "marketisation", "bureaucratisation"):  # fmt: skip
    short = [results.title(design).replace("public ", "public\n").replace("Social ", "Social\n") for design in others]
    finding.panel(words(metric) + (" (less is better)" if sign[metric] < 0 else ""), short, {"": [found[metric, d] for d in others]})


def best_everywhere(design: str) -> bool:
    """Whether no other design, the grant included, is better on any of the metrics."""
    mine = {metric: sign[metric] * found[metric, design].mean for metric in sign}
    return all(mine[m] >= 0 and all(mine[m] >= sign[m] * found[m, d].mean for d in others) for m in sign)


finding.ask("no design is best on all", not any(best_everywhere(design) for design in others))
for design in ("new_public_management", "social_impact_bond"):
    finding.ask(f"{design} is more accountable than the grant", found["governance_accountability", design].above)
    finding.ask(f"{design} is less fair of access (a wider gap)", found["access_gap", design].above)
finding.ask("new public governance is more responsive", found["governance_voice", "new_public_governance"].above)
finding.ask("old public administration is more bureaucratic", found["bureaucratisation", "old_public_administration"].above)
finding.write()
