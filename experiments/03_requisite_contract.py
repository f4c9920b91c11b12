"""03 The requisite contract: how strong should an outcome specification be? What is expected: experiments/README.md."""

from shared import Finding, arm, difference, level, over, run

ALIGNED = [0.25, 0.5, 0.75, 1.0]
SIZES = {"small_contract": "100 families", "generic": "400 families"}

runs = run("requisite_specification").runs
finding = Finding("03_requisite_contract", "Gain and payment error by how much of what matters is measured.")
best, gains, changes, errors = {}, {}, {}, {}
for case, size in SIZES.items():
    for gateway, how in ((0.0, "providers choose"), (1.0, "gateway")):
        label = f"{size}, {how}"
        arms = [arm(runs, case=case, alignment=a, cohort_definition=gateway, attribution="comparison") for a in ALIGNED]
        gains[label] = [level(one, "attributable_gain") for one in arms]
        for alignment, found in zip(ALIGNED, gains[label], strict=True):
            finding.say(f"gain, {label}, {alignment:.0%} measured", found)
        changes[label] = [difference(one, arms[0], "attributable_gain") for one in arms]
        top = max(range(4), key=lambda k: gains[label][k].mean)
        best[case, gateway] = ALIGNED[top]
        ends = [difference(arms[top], arms[k], "attributable_gain") for k in (0, 3)]
        for alignment, found in zip((0.25, 1.0), ends, strict=True):
            finding.say(f"gain at the best ({ALIGNED[top]:.0%}) less at {alignment:.0%}, {label}", found)
        finding.ask(f"inner optimum of alignment, {label}", 0 < top < 3 and ends[0].above and ends[1].above)
    for alignment in ALIGNED:
        pair = [arm(runs, case=case, alignment=alignment, cohort_definition=1.0, attribution=a) for a in ("comparison", "gross")]
        how = f"{size}, {alignment:.0%} measured"
        for one, attribution in zip(pair, ("comparison", "gross"), strict=True):
            finding.say(f"payment_error (paid too little where negative), {attribution}, {how}", level(one, "payment_error"))
        found = over(pair[0]["payment_error"].abs() - pair[1]["payment_error"].abs())
        errors.setdefault(size, []).append(finding.say(f"size of payment_error: comparison less gross, {how}", found))
        finding.say(f"attributable_gain: comparison less gross, {how}", difference(*pair, "attributable_gain"))
    finding.ask(f"a comparison group lowers payment error at all alignments, {size}", all(e.below for e in errors[size]))
for gateway, how in ((0.0, "providers choose"), (1.0, "gateway")):
    finding.ask(f"the large contract is to be specified at least as strongly, {how}", best["generic", gateway] >= best["small_contract", gateway])

finding.panel("Attributable gain (wellbeing) less that at a quarter measured, by share measured", ALIGNED, changes)
finding.panel("Size of payment error (share of what was paid), comparison less gross, by share measured", ALIGNED, errors)
finding.write()
