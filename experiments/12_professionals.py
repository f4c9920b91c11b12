"""12 What do professionals' openness, learning and workload change? What is expected: experiments/README.md."""

from shared import Finding, arm, difference, level, over, run, words

BURDENS = [0.0, 0.05, 0.1]
MIX = {(0.2, 0.02): "closed, learn little", (0.2, 0.12): "closed, learn much", (0.6, 0.02): "open, learn little", (0.6, 0.12): "open, learn much"}

runs = run("professionals").runs
finding = Finding("12_professionals", "Less professionals with closed minds who learn little, without burden. Burden: share of hours that the region's rules take. Co-produced.")


def of(openness: float, adaptation: float, burden: float):
    """The runs of one arm."""
    return arm(runs, openness=openness, adaptation=adaptation, region_burden=burden)


for metric in ("participation", "satisfaction", "job_satisfaction", "attributable_gain"):
    lines = {label: [level(of(*mix, burden), metric) for burden in BURDENS] for mix, label in MIX.items()}
    for label, line in lines.items():
        for burden, found in zip(BURDENS, line, strict=True):
            finding.say(f"{metric}, {label}, burden {burden:.0%}", found)
    less = {label: [difference(of(*mix, b), of(0.2, 0.02, 0.0), metric) for b in BURDENS] for mix, label in MIX.items()}
    finding.panel(f"{words(metric)}, by burden", BURDENS, less)

open_minds = {a: of(0.6, a, 0.05)["participation"] - of(0.2, a, 0.05)["participation"] for a in (0.02, 0.12)}
little = finding.say("participation: open less closed, where meetings teach little", over(open_minds[0.02]))
much = finding.say("participation: open less closed, where meetings teach much", over(open_minds[0.12]))
finding.ask("openness raises participation", little.above)
less = finding.say("participation: that difference, much less little", over(open_minds[0.12] - open_minds[0.02]))
finding.ask("less so where meetings teach much", less.below)
teach = over(of(0.2, 0.12, 0.05)["participation"] - of(0.2, 0.02, 0.05)["participation"])
tape = over(of(0.2, 0.02, 0.1)["participation"] - of(0.2, 0.02, 0.0)["participation"])
finding.say("participation: meetings teach much less little, closed", teach)
finding.say("participation: burden 10 % less none, closed, learn little", tape)
finding.ask("openness matters more for participation than what meetings teach or red tape", little.mean > max(abs(teach.mean), abs(tape.mean)))
for metric in ("job_satisfaction", "satisfaction", "attributable_gain"):
    cost = over(sum(of(*mix, 0.1)[metric] - of(*mix, 0.0)[metric] for mix in MIX) / len(MIX))
    finding.say(f"{metric}: burden 10 % less none, mean of all", cost)
    finding.ask(f"red tape lowers {metric}", cost.below)
finding.write()
