"""06 Does it matter where trust starts? What is expected: experiments/README.md."""

import numpy as np
from shared import Finding, over, run, words

DESIGNS = {"relational_obc": "relational", "old_public_administration": "controlling"}
STEEP = {0.03: "steep", 0.2: "gradual"}
KEY = "control.steepness"

series = run("trust_and_control").series
last = int(series["month"].max())
shown = np.arange(0, last + 1, 6)
finding = Finding("06_trust_and_control", "Places where everybody began at a trust of .7 less the same places where everybody began at .3.")


def apart(metric: str, design: str, steepness: float, month: int):
    """The difference between the two beginnings, by seed."""
    rows = series[(series["design"] == design) & (series[KEY] == steepness) & (series["month"] == month)]
    high, low = (rows[rows["case"] == case].set_index("seed")[metric] for case in ("high_trust", "low_trust"))
    return high - low


for metric in ("trust_provider_commissioner", "trust_family_provider", "bureaucratisation", "attributable_gain"):
    lines, ends = {}, {}
    end = int(series.loc[series[metric].notna(), "month"].max())  # control hours are counted in service only
    for design, label in DESIGNS.items():
        for steepness, how in STEEP.items():
            lines[f"{label}, {how}"] = [over(apart(metric, design, steepness, month)) for month in shown]
            ends[design, steepness] = apart(metric, design, steepness, end)
            finding.say(f"{metric}: high less low start at the end, {label}, {how}", over(ends[design, steepness]))
    finding.panel(f"{words(metric)}, by month", list(shown), lines)
    if not metric.startswith("trust"):
        continue
    left = over(ends["old_public_administration", 0.03])
    finding.ask(f"{metric}: something (.03 or more) is left under steep control, controlling design", left.low > 0.03)
    for design, label in DESIGNS.items():
        more = finding.say(f"{metric}: left under steep less under gradual, {label}", over(ends[design, 0.03] - ends[design, 0.2]))
        finding.ask(f"{metric}: more is left under steep control, {label}", more.above)
    more = finding.say(f"{metric}: left in the controlling less in the relational, steep", over(ends["old_public_administration", 0.03] - ends["relational_obc", 0.03]))
    finding.ask(f"{metric}: more is left in the controlling design", more.above)
finding.write()
