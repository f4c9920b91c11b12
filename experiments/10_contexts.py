"""10 Do designs rank the same in all contexts? What is expected: experiments/README.md."""

from itertools import combinations

import numpy as np
from scipy.stats import rankdata
from shared import Finding, arm, difference, over, resampled, run, words

CONTEXTS = {"generic": "generic", "low_trust": "little trust", "poor_place": "little money and time", "low_mission": "weak mission"}
GOOD = {"attributable_gain": 1, "trust_mean": 1, "bureaucratisation": -1}

results = run("contexts")
runs, designs = results.runs, results.designs
finding = Finding("10_contexts", "Difference to a block grant in the same context.")


def kendall(scores: np.ndarray) -> float:
    """Kendall's W of a table of contexts × designs: 1 where all contexts rank alike, 0 where their ranks cancel."""
    ranks = np.array([rankdata(row) for row in scores])
    m, n = ranks.shape
    return float(12.0 * ((ranks.sum(axis=0) - m * (n + 1) / 2) ** 2).sum() / (m**2 * (n**3 - n)))


agreement, first = {}, {}
for metric, sign in GOOD.items():
    table = {(c, d): sign * arm(runs, case=c, design=d)[metric] for c in CONTEXTS for d in designs}
    seeds = table[next(iter(CONTEXTS)), designs[0]].index
    each = [kendall(np.array([[table[c, d][seed] for d in designs] for c in CONTEXTS])) for seed in seeds]
    found = over(each)
    finding.say(f"Kendall's W of {metric}, seed by seed", found._replace(high=min(1.0, found.high)))
    cube = np.array([[table[c, d].loc[seeds] for d in designs] for c in CONTEXTS])
    means, agreement[metric] = cube.mean(axis=2), kendall(cube.mean(axis=2))
    finding.say(f"Kendall's W of {metric}, of the means", resampled(lambda k, cube=cube: kendall(cube[:, :, k].mean(axis=2)), len(seeds)))
    first[metric] = [designs[k] for k in means.argmax(axis=1)]
    for one, other in combinations(designs, 2):
        gaps = {c: over(table[c, one] - table[c, other]) for c in CONTEXTS}
        if any(g.above for g in gaps.values()) and any(g.below for g in gaps.values()):
            for context, found in gaps.items():
                finding.say(f"changes places, {metric} (better is more): {one} less {other}, {CONTEXTS[context]}", found)
    lines = {results.title(d): [difference(arm(runs, case=c, design=d), arm(runs, case=c, design="block_grant"), metric) for c in CONTEXTS]
             for d in designs[1:]}  # fmt: skip
    for label, line in lines.items():
        for context, found in zip(CONTEXTS.values(), line, strict=True):
            finding.say(f"{metric}: {label} less block grant, {context}", found)
    finding.panel(words(metric), list(CONTEXTS.values()), lines)

for metric in ("trust_mean", "bureaucratisation"):
    finding.ask(f"one order by {metric} (W of the means above .7)", agreement[metric] > 0.7)
finding.ask("another order by gain (W of the means .7 or below)", agreement["attributable_gain"] <= 0.7)
at = list(CONTEXTS).index
finding.ask("new public governance is not first in gain where money and time are short", first["attributable_gain"][at("poor_place")] != "new_public_governance")
gains = {c: arm(runs, case=c, design="social_impact_bond")["attributable_gain"] - arm(runs, case=c, design="block_grant")["attributable_gain"] for c in CONTEXTS}
finding.say("attributable_gain: bond less block grant, weak mission less generic, paired", over(gains["low_mission"] - gains["generic"]))
bond = [over(gains[context]) for context in ("low_mission", "generic")]
finding.ask("pay for results (the bond less the grant) does better where the mission is weak", bond[0].low > bond[1].high)
finding.ask("new public governance is not first on all three everywhere", any(set(f) != {"new_public_governance"} for f in first.values()))
finding.write()
