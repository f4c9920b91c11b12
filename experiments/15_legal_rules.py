"""15 What do legal and accounting rules do? What is expected: experiments/README.md."""

from shared import Finding, arm, difference, level, over, run, words

BURDENS = [0.0, 0.05, 0.1]
RULES = {(True, False): "partnership", (False, False): "open", (True, True): "partnership, annual", (False, True): "open, annual"}

runs = run("legal_rules").runs
finding = Finding("15_legal_rules", "Cremona under its own network, less the same with a partnership and without burden (share of hours that the region's rules take).")


def of(burden: float, partnership: bool, annual: bool):
    """The runs of one arm."""
    return arm(runs, region_burden=burden, partnership_required=partnership, annual_budget=annual)


def effect(metric: str, better, worse):
    """The first less the second arm, mean over the other rules, by seed."""
    pairs = [of(*a)[metric] - of(*b)[metric] for a, b in zip(better, worse, strict=True)]
    return over(sum(pairs) / len(pairs))


for metric in ("satisfaction", "bureaucratisation_control_hours", "trust_family_commissioner", "attributable_gain"):
    lines = {label: [level(of(burden, *rule), metric) for burden in BURDENS] for rule, label in RULES.items()}
    for label, line in lines.items():
        for burden, found in zip(BURDENS, line, strict=True):
            finding.say(f"{metric}, {label}, burden {burden:.0%}", found)
    less = {label: [difference(of(b, *rule), of(0.0, True, False), metric) for b in BURDENS] for rule, label in RULES.items()}
    finding.panel(f"{words(metric)}, by burden", BURDENS, less)

ways = list(RULES)
for metric in ("satisfaction", "attributable_gain", "trust_family_commissioner"):
    cost = finding.say(f"{metric}: burden 10 % less none", effect(metric, [(0.1, *w) for w in ways], [(0.0, *w) for w in ways]))
    if metric != "trust_family_commissioner":
        finding.ask(f"the reporting duty costs {metric}", cost.below)
    yearly = ([(b, p, True) for b in BURDENS for p in (True, False)], [(b, p, False) for b in BURDENS for p in (True, False)])
    lapse = finding.say(f"{metric}: annual budgets less budgets that last", effect(metric, *yearly))
    if metric != "satisfaction":
        finding.ask(f"annual budgets cost {metric}", lapse.below)
for metric in ("integration", "providers_active", "attributable_gain"):
    together = ([(b, True, a) for b in BURDENS for a in (True, False)], [(b, False, a) for b in BURDENS for a in (True, False)])
    tied = finding.say(f"{metric}: required partnership less open", effect(metric, *together))
    if metric == "integration":
        finding.ask("a required partnership helps integration", tied.above)
    elif metric == "providers_active":
        finding.ask("a required partnership costs entry (fewer providers)", tied.below)
finding.write()
