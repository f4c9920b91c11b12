"""01 Uses of outcomes: how much of pay should depend on them? What is expected: experiments/README.md."""

from shared import Finding, arm, difference, level, run

SHARES, ALIGNED = [0.1, 0.3, 0.6, 1.0], [0.25, 0.5, 1.0]

paid, unpaid = run("uses_of_outcomes"), run("uses_without_pay")
finding = Finding("01_uses_of_outcomes", "Gain that pay for outcomes adds to the same contract paid by block grant.")
added, drift, tied = {}, {}, {}
for alignment in ALIGNED:
    label = f"{alignment:.0%} measured"
    arms = [arm(paid.runs, alignment=alignment, outcome_share=share) for share in SHARES]
    twins = [arm(paid.twins, alignment=alignment, outcome_share=share) for share in SHARES]
    added[label] = [difference(a, b, "attributable_gain") for a, b in zip(arms, twins, strict=True)]
    drift[label] = [level(one, "mission_drift") for one in arms]
    tied[label] = [difference(a, b, "integration") for a, b in zip(arms, twins, strict=True)]
    for metric, lines in (("added gain", added), ("drift", drift), ("added integration", tied)):
        for share, found in zip(SHARES, lines[label], strict=True):
            finding.say(f"{metric}, {label}, share {share:g}", found)

    best = max(range(4), key=lambda k: added[label][k].mean)
    ends = [difference(arms[best], arms[k], "attributable_gain") for k in (0, 3)]  # the block twin is one for all shares
    for share, found in zip((0.1, 1.0), ends, strict=True):
        finding.say(f"gain at the best share ({SHARES[best]:g}) less at {share:g}, {label}", found)
    if alignment <= 0.5:
        finding.ask(f"inner optimum of the share, {label}", 0 < best < 3 and ends[0].above and ends[1].above)
    else:
        finding.ask("full share as good as any where all is measured", not ends[1].above)
    rise = finding.say(f"drift at full share less at .1, {label}", difference(arms[3], arms[0], "mission_drift"))
    finding.ask(f"drift rises with the share, {label}", rise.above)

    used = arm(unpaid.runs, alignment=alignment, priorities=0.7, decisions=0.5)
    idle = arm(unpaid.runs, alignment=alignment, priorities=0.0, decisions=0.0)
    finding.say(f"gain of using outcomes unpaid, {label}", difference(used, idle, "attributable_gain"))
    beaten = [difference(used, one, "attributable_gain") for one in arms]
    for share, found in zip(SHARES, beaten, strict=True):
        finding.say(f"unpaid use less pay at share {share:g}, {label}", found)
    finding.ask(f"some share of pay is not beaten by unpaid use, {label}", not all(one.above for one in beaten))

finding.panel("Gain added to the block twin (wellbeing), by outcome share", SHARES, added)
finding.panel("Mission drift (share), by outcome share", SHARES, drift)
finding.panel("Integration added to the block twin (share)", SHARES, tied)
finding.write()
