"""13 What engages citizens, what lasts, what tires? What is expected: experiments/README.md."""

from shared import Finding, over, run, words

results = run("citizens")
series = results.series
service = series[series["month"] <= 68]
year = service[service["month"] > 56]  # the last year of the third contract
KEYS = {"design": "coproduction.design", "delivery": "coproduction.delivery", "expenses": "coproduction.expenses"}
finding = Finding("13_citizens", "What each lever changes in the last year of service.")


def of(metric: str, **where):
    """A metric's mean over the last year, by seed; over the arms that `where` leaves open."""
    rows = year
    for word, value in where.items():
        rows = rows[rows[KEYS[word]] == value]
    return rows.groupby("seed")[metric].mean()


def effect(metric: str, word: str, low: float, high: float, **where):
    """What moving one lever does, the others at the mean of their two places or as `where` says."""
    return over(of(metric, **where, **{word: high}) - of(metric, **where, **{word: low}))


LEVERS = {"voice in design": ("design", 0.0, 0.6), "intensive co-delivery": ("delivery", 0.3, 0.9), "expense money": ("expenses", 0.0, 4.0)}
for metric in ("engagement", "fatigue", "volunteers_active", "capability"):
    found = [effect(metric, *lever) for lever in LEVERS.values()]
    for label, one in zip(LEVERS, found, strict=True):
        finding.say(f"{metric}: {label}", one)
    finding.panel(words(metric), list(LEVERS), {"": found})

finding.ask("voice engages", effect("engagement", *LEVERS["voice in design"]).above)
finding.ask("work tires", effect("fatigue", *LEVERS["intensive co-delivery"]).above)
finding.ask("intensive co-delivery ends with less engagement", effect("engagement", *LEVERS["intensive co-delivery"]).below)
finding.ask("expense money eases fatigue", effect("fatigue", *LEVERS["expense money"]).below)
finding.ask("expense money does not crowd volunteers out", not effect("volunteers_active", *LEVERS["expense money"]).below)
worn = [of("fatigue", delivery=0.9) - of("fatigue", delivery=0.3), of("fatigue", design=0.6) - of("fatigue", design=0.0)]
more = finding.say("fatigue: by work less by voice", over(worn[0] - worn[1]))
finding.ask("voice does not tire more than work", not more.below)
finding.write()
