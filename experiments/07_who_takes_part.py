"""07 Who takes part, and does it close gaps? What is expected: experiments/README.md."""

from shared import Finding, arm, difference, level, run, words

DELIVERY = [0.0, 0.3, 0.6]
HELP = {(0.0, 0.0): "neither", (0.6, 0.0): "outreach", (0.0, 2.0): "respite", (0.6, 2.0): "both"}

runs = run("who_takes_part").runs
finding = Finding("07_who_takes_part", "Less the same place without co-delivery and help. Gaps: best resourced third of families less the least. Spare time is scarce.")


def of(delivery: float, outreach: float, respite: float):
    """The runs of one arm."""
    return arm(runs, delivery=delivery, outreach=outreach, respite=respite)


for metric in ("participation_gap", "wellbeing_gap_resources", "attributable_gain", "fatigue"):
    lines = {label: [level(of(d, *mix), metric) for d in DELIVERY] for mix, label in HELP.items()}
    for label, line in lines.items():
        for delivery, found in zip(DELIVERY, line, strict=True):
            finding.say(f"{metric}, co-delivery {delivery:g}, {label}", found)
    less = {label: [difference(of(d, *mix), of(0.0, 0.0, 0.0), metric) for d in DELIVERY] for mix, label in HELP.items()}
    finding.panel(f"{words(metric)}, by co-delivery", DELIVERY, less)
    if "gap" not in metric:
        continue
    wider = finding.say(f"{metric}: co-delivery .6 less none, neither", difference(of(0.6, 0.0, 0.0), of(0.0, 0.0, 0.0), metric))
    finding.ask(f"co-delivery widens the {metric}", wider.above)
    saved = {}
    for mix, label in list(HELP.items())[1:]:
        saved[label] = finding.say(f"{metric}: {label} less neither, co-delivery .6", difference(of(0.6, *mix), of(0.6, 0.0, 0.0), metric))
    finding.ask(f"respite narrows the {metric}", saved["respite"].below)
    more = finding.say(f"{metric}: respite less outreach, co-delivery .6", difference(of(0.6, 0.0, 2.0), of(0.6, 0.6, 0.0), metric))
    finding.ask(f"respite narrows the {metric} more than outreach does", more.below)
finding.write()
