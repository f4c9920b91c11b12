"""02 Who should bear the risk of results? What is expected: experiments/README.md."""

from itertools import pairwise

from shared import Finding, arm, difference, level, run, words

BEARERS = {
    "risk_on_providers": "providers", "risk_exposed": "investors, providers exposed",
    "risk_on_prime": "social prime", "risk_on_state": "state",
}  # fmt: skip
MONTHS = [1.5, 3.0, 6.0]
MEASURES = ("mission_drift", "displacement", "attributable_gain", "small_third_sector_at_risk")

runs = run("risk_bearer").runs
finding = Finding("02_risk_bearer", "One outcomes contract, four bearers of its risk.")
for metric in MEASURES:
    lines = {}
    for design, label in BEARERS.items():
        lines[label] = [level(arm(runs, design=design, reserves_third_sector=m), metric) for m in MONTHS]
        for months, found in zip(MONTHS, lines[label], strict=True):
            finding.say(f"{metric}, {label}, reserves {months:g} months", found)
    finding.panel(f"{words(metric)}, by months of reserves", MONTHS, lines)

for metric in ("mission_drift", "displacement"):
    order = list(BEARERS)
    steps = []
    for more, less in pairwise(order):
        pair = [arm(runs, design=one, reserves_third_sector=3.0) for one in (more, less)]
        steps.append(finding.say(f"{metric}: {BEARERS[more]} less {BEARERS[less]}", difference(*pair, metric)))
    finding.ask(f"{metric} never rises from providers over investors and prime to the state", not any(s.below for s in steps))
    ends = [arm(runs, design=one, reserves_third_sector=3.0) for one in (order[0], order[-1])]
    whole = finding.say(f"{metric}: {BEARERS[order[0]]} less {BEARERS[order[-1]]}", difference(*ends, metric))
    finding.ask(f"{metric} is more under providers than under the state", whole.above)
    for design in order:
        pair = [arm(runs, design=design, reserves_third_sector=months) for months in (6.0, 1.5)]
        saved = finding.say(f"{metric}: six months of reserves less one and a half, {BEARERS[design]}", difference(*pair, metric))
        if design == "risk_on_providers":
            finding.ask(f"reserves lower {metric} where providers bear the risk", saved.below)
finding.write()
