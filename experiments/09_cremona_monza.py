"""09 Cremona and Monza-Brianza: rights or place? What is expected: experiments/README.md."""

from shared import Finding, arm, difference, level, over, run, words

PLACES = {"lombardy_cremona": "Cremona", "lombardy_monza": "Monza-Brianza"}
RIGHTS = {"cremona_devolved": "devolved teams", "monza_lead_agency": "lead agency"}
SPREAD = 0.15  # of satisfaction between families: case.family.satisfaction_spread

runs = run("lombardy_rights_and_place").runs
finding = Finding("09_cremona_monza", "2 × 2 of rights and place; the two designs differ in decision and coordination rights alone.")
by_rights, by_place = {}, {}
for metric in ("satisfaction", "integration", "misfit", "governance_voice", "attributable_gain"):
    cells = {(place, rights): arm(runs, case=place, design=rights) for place in PLACES for rights in RIGHTS}
    lines = {name: [level(cells[place, rights], metric) for rights in RIGHTS] for place, name in PLACES.items()}
    for place, name in PLACES.items():
        for rights, how in RIGHTS.items():
            finding.say(f"{metric}, {name}, {how}", level(cells[place, rights], metric))
    change = [cells[p, "monza_lead_agency"][metric] - cells[p, "cremona_devolved"][metric] for p in PLACES]
    by_rights[metric] = finding.say(f"{metric}: lead agency less teams, mean of both places", over((change[0] + change[1]) / 2))
    moved = [cells["lombardy_monza", r][metric] - cells["lombardy_cremona", r][metric] for r in RIGHTS]
    by_place[metric] = finding.say(f"{metric}: Monza-Brianza less Cremona, mean of both rights", over((moved[0] + moved[1]) / 2))
    finding.say(f"{metric}: interaction of rights and place", over(change[1] - change[0]))
    if metric != "attributable_gain":
        finding.panel(words(metric), list(RIGHTS.values()), lines)

own = difference(arm(runs, case="lombardy_monza", design="monza_lead_agency"), arm(runs, case="lombardy_cremona", design="cremona_devolved"), "satisfaction")
finding.say("satisfaction as it was: Monza-Brianza less Cremona", own)
finding.ask("satisfaction differs by less than .3 standard deviations, as it was", max(abs(own.low), abs(own.high)) < 0.3 * SPREAD)
finding.ask("place does not explain more of satisfaction than rights", abs(by_place["satisfaction"].mean) <= abs(by_rights["satisfaction"].mean))
finding.ask("integration is higher under the lead agency", by_rights["integration"].above)
finding.ask("misfit is smaller in autonomous teams", by_rights["misfit"].above)
finding.write()
