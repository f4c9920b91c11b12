"""03 The requisite contract: how strong should an outcome specification be? What is expected: experiments/README.md."""

from shared import Finding, arm, difference, level, run

ALIGNED = [0.25, 0.5, 0.75, 1.0]
SIZES = {"small_contract": "100 families", "generic": "400 families"}

runs = run("requisite_specification").runs
finding = Finding("03_requisite_contract", "Gain and payment error by how much of what matters is measured.")
best, gains, errors = {}, {}, {}
for case, size in SIZES.items():
    for gateway, how in ((0.0, "providers choose"), (1.0, "gateway")):
        label = f"{size}, {how}"
        arms = [arm(runs, case=case, alignment=a, cohort_definition=gateway, attribution="comparison") for a in ALIGNED]
        gains[label] = [level(one, "attributable_gain") for one in arms]
        for alignment, found in zip(ALIGNED, gains[label], strict=True):
            finding.say(f"gain, {label}, {alignment:.0%} measured", found)
        top = max(range(4), key=lambda k: gains[label][k].mean)
        best[case, gateway] = ALIGNED[top]
        ends = [difference(arms[top], arms[k], "attributable_gain") for k in (0, 3)]
        for alignment, found in zip((0.25, 1.0), ends, strict=True):
            finding.say(f"gain at the best ({ALIGNED[top]:.0%}) less at {alignment:.0%}, {label}", found)
        finding.ask(f"inner optimum of alignment, {label}", 0 < top < 3 and ends[0].above and ends[1].above)
    for alignment in ALIGNED:
        pair = [arm(runs, case=case, alignment=alignment, cohort_definition=1.0, attribution=a) for a in ("comparison", "gross")]
        for metric, lines in (("payment_error", errors), ("attributable_gain", None)):
            found = difference(*pair, metric)
            finding.say(f"{metric}: comparison less gross, {size}, {alignment:.0%} measured", found)
            if lines is not None:
                lines.setdefault(size, []).append(found)
    finding.ask(f"a comparison group lowers payment error at all alignments, {size}", all(e.below for e in errors[size]))
for gateway, how in ((0.0, "providers choose"), (1.0, "gateway")):
    finding.ask(f"the large contract is to be specified at least as strongly, {how}", best["generic", gateway] >= best["small_contract", gateway])

finding.panel("Attributable gain (wellbeing), by share measured", ALIGNED, gains)
finding.panel("Payment error, comparison less gross", ALIGNED, errors)
finding.write()
