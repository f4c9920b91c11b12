"""04 When the money goes: what is left of the gain? What is expected: experiments/README.md."""

import numpy as np
from shared import Finding, difference, over, run

MONTH = 45  # of the withdrawal
PHASES = {"nothing_coproduced": "nothing", "planning_coproduced": "planning", "delivery_coproduced": "delivery", "all_coproduced": "all four"}

results = run("withdrawal_of_funds")
series = results.series
last = int(series["month"].max())
finding = Finding("04_withdrawal", "Public money is withdrawn in month 45.")


def at(design: str, month: int):
    """All metrics of a design in a month, by seed."""
    return series[(series["design"] == design) & (series["month"] == month)].set_index("seed")


kept, able, shown = {}, {}, np.arange(0, last + 1, 6)
for design, label in PHASES.items():
    before, after = at(design, MONTH - 1), at(design, last)
    kept[design] = after["attributable_gain"] / before["attributable_gain"]
    able[design] = after
    finding.say(f"gain before, {label}", over(before["attributable_gain"]))
    finding.say(f"gain at the end, {label}", over(after["attributable_gain"]))
    finding.say(f"share kept, {label}", over(kept[design]))
    finding.say(f"capability at the end, {label}", over(after["capability"]))

steps = (("all_coproduced", "delivery_coproduced"), ("delivery_coproduced", "nothing_coproduced"), ("planning_coproduced", "nothing_coproduced"))
for more, less in steps:
    what = f"{PHASES[more]} less {PHASES[less]}"
    share = finding.say(f"share kept: {what}", over(kept[more] - kept[less]))
    skill = finding.say(f"capability at the end: {what}", difference(able[more], able[less], "capability"))
    finding.say(f"gain at the end: {what}", difference(able[more], able[less], "attributable_gain"))
    if more == "planning_coproduced":
        finding.ask("planning alone does not suffice: it keeps less than all four", over(kept["all_coproduced"] - kept[more]).above)
    else:
        finding.ask(f"{PHASES[more]} keeps a larger share than {PHASES[less]}", share.above)
        finding.ask(f"and leaves more capability ({what})", skill.above)

for metric, title in (("attributable_gain", "Attributable gain (wellbeing), by month"), ("capability", "Capability of families (share), by month")):
    finding.panel(title, list(shown), {label: [over(at(d, m)[metric]) for m in shown] for d, label in PHASES.items()})
finding.write()
