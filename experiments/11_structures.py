"""11 Which structure supports co-production? What is expected: experiments/README.md."""

import numpy as np
from shared import Finding, arm, difference, level, over, resampled, run, words

DECIDE = ["hierarchy", "hub", "teams", "members"]
MEET = ["none", "members", "lead", "nao"]
NAMES = {"none": "nobody coordinates", "members": "members coordinate", "lead": "lead agency", "nao": "administrative organisation"}

runs = run("structures").runs
finding = Finding("11_structures", "Sixteen divisions of rights, less hierarchy where nobody coordinates; co-produced in four phases.")
cells = {(d, c): arm(runs, decision_rights=d, coordination_rights=c) for d in DECIDE for c in MEET}


def deciding(metric: str, right: str):
    """A metric under one decision right, mean over coordination rights, by seed."""
    return sum(cells[right, c][metric] for c in MEET) / len(MEET)


def meeting(metric: str, right: str):
    """The same under one coordination right."""
    return sum(cells[d, right][metric] for d in DECIDE) / len(DECIDE)


for metric in ("engagement", "integration", "governance_voice", "attributable_gain"):
    lines = {NAMES[c]: [level(cells[d, c], metric) for d in DECIDE] for c in MEET}
    for label, line in lines.items():
        for right, found in zip(DECIDE, line, strict=True):
            finding.say(f"{metric}, {right} decide, {label}", found)
    less = {label: [difference(cells[d, c], cells["hierarchy", "none"], metric) for d in DECIDE] for c, label in zip(MEET, lines, strict=True)}
    finding.panel(f"{words(metric)}, by who decides", DECIDE, less)

lower = []
for right in DECIDE[1:]:
    lower.append(finding.say(f"engagement: {right} decide less hierarchy", over(deciding("engagement", right) - deciding("engagement", "hierarchy"))))
finding.ask("families' engagement is lowest under hierarchy", all(one.above for one in lower))
linked = []
for right in MEET[1:]:
    linked.append(finding.say(f"integration: {right} coordinate less nobody", over(meeting("integration", right) - meeting("integration", "none"))))
finding.ask("integration is lowest where nobody coordinates", all(one.above for one in linked))
hub = finding.say("integration: lead agency less members", over(meeting("integration", "lead") - meeting("integration", "members")))
finding.ask("a hub integrates more than members in pairs among that many partners", hub.above)
for metric in ("engagement", "integration"):
    moves = {}
    for word, rights, of in (("who decides", DECIDE, deciding), ("who coordinates", MEET, meeting)):
        values = np.array([of(metric, right) for right in rights])
        found = resampled(lambda k, values=values: np.ptp(values[:, k].mean(axis=1)), values.shape[1])
        moves[word] = finding.say(f"{metric}: range over {word}", found).mean
    expected = "who decides" if metric == "engagement" else "who coordinates"
    finding.ask(f"{metric} depends more on {expected}", max(moves, key=lambda word: moves[word]) == expected)
finding.write()
