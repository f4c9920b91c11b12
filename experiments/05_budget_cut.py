"""05 A quarter less: can co-production make up for a budget cut? What is expected: experiments/README.md."""

from shared import Finding, arm, difference, over, run, words

FULL, CUT = 1_600_000.0, 1_200_000.0
DUMPING = {0.0: "do not mind", 0.5: "mind", 1.5: "mind much"}
MEASURES = ("attributable_gain", "satisfaction", "wellbeing_gap_resources")

runs = run("budget_cut").runs
finding = Finding("05_budget_cut", "Difference to all of the money without co-production; families who mind that their work grows, or do not.")
lost, made_up = {}, {}
for metric in MEASURES:
    lines: dict[str, list] = {"cut": [], "cut, co-produced": [], "full, co-produced": []}
    for dumping, how in DUMPING.items():
        plain, together = (
            {money: arm(runs, design=design, grant_eur=money, dumping=dumping) for money in (FULL, CUT)}
            for design in ("nothing_coproduced", "all_coproduced")
        )
        pairs = {"cut": plain[CUT], "cut, co-produced": together[CUT], "full, co-produced": together[FULL]}
        for label, one in pairs.items():
            lines[label].append(finding.say(f"{metric}, {label}, families {how}", difference(one, plain[FULL], metric)))
        lost[metric, dumping] = lines["cut"][-1]
        made_up[metric, dumping] = difference(together[CUT], plain[CUT], metric)
        finding.say(f"{metric}: what co-production makes up after the cut, families {how}", made_up[metric, dumping])
    finding.panel(words(metric), list(DUMPING.values()), lines)

for dumping, how in DUMPING.items():
    finding.ask(f"a cut costs gain, families {how}", lost["attributable_gain", dumping].below)
    finding.ask(f"co-production makes up for a part, families {how}", made_up["attributable_gain", dumping].above)
    whole = over(
        arm(runs, design="all_coproduced", grant_eur=CUT, dumping=dumping)["attributable_gain"]
        - arm(runs, design="nothing_coproduced", grant_eur=FULL, dumping=dumping)["attributable_gain"]
    )
    finding.ask(f"but not for all of it, families {how}", whole.below)
for metric in ("attributable_gain", "satisfaction"):
    mind, not_mind = (
        arm(runs, design="all_coproduced", grant_eur=CUT, dumping=d)[metric] - arm(runs, design="nothing_coproduced", grant_eur=CUT, dumping=d)[metric]
        for d in (1.5, 0.0)
    )
    less = finding.say(f"{metric}: made up where families mind much, less where they do not", over(mind - not_mind))
    finding.ask(f"less is made up of {metric} where families take it for saving", less.below)
finding.write()
