"""08 Would a trial of workshops find anything? What is expected: experiments/README.md."""

import numpy as np
from scipy import stats
from shared import Finding, Interval, over, resampled, run

METRIC, TAUGHT_TO = "trust_provider_commissioner", 18  # last month of workshops
SIZES, DRAWS, ALPHA = [10, 15, 20, 30, 60], 2000, 0.05

treated, control = run("workshop_trial").series, run("workshop_control").series
last = int(treated["month"].max())
finding = Finding("08_workshop_trial", "Workshops in months 13 to 18; each seed is an authority.")


def values(series, month: int) -> np.ndarray:
    """The outcome of every authority in a month, in the order of seeds."""
    return series[series["month"] == month].sort_values("seed")[METRIC].to_numpy(float)


def power(month: int, clusters: int) -> Interval:
    """Share of trials (half of the authorities treated, without replacement, t test) in which the effect is found."""
    random = np.random.default_rng([month, clusters])
    with_it, without = values(treated, month), values(control, month)
    orders = random.permuted(np.tile(np.arange(len(with_it)), (DRAWS, 1)), axis=1)[:, :clusters]
    half = orders.shape[1] // 2
    tests = stats.ttest_ind(with_it[orders[:, :half]], without[orders[:, half:]], axis=1, equal_var=False)
    share = float((tests.pvalue < ALPHA).mean())
    error = 1.96 * np.sqrt(share * (1.0 - share) / DRAWS)
    return Interval(share, max(0.0, share - error), min(1.0, share + error), DRAWS)


months = list(range(12, last + 1, 4))
effect = {month: over(values(treated, month) - values(control, month)) for month in sorted({*months, 18, 24, 36, 42})}
for month, found in effect.items():
    finding.say(f"effect on trust, month {month}", found)
spread = values(control, 24)
finding.say("standard deviation between authorities without workshops, month 24", resampled(lambda k: spread[k].std(ddof=1), len(spread)))
powers = {f"{m - TAUGHT_TO} months after": [power(m, size) for size in SIZES] for m in (24, 36)}
for label, line in powers.items():
    for size, found in zip(SIZES, line, strict=True):
        finding.say(f"power of a trial of {size} authorities, {label}", found)
finding.ask("there is an effect at the end of the workshops", effect[18].above)
finding.ask("it fades: half or less is left two years later", effect[42].mean <= 0.5 * effect[18].mean)
finding.ask("power is below .5 at 15 authorities or fewer", all(one.high < 0.5 for line in powers.values() for one in line[:2]))
finding.panel("Effect on trust in the authority, by month", months, {"": [effect[month] for month in months]})
finding.panel("Power at 5 %, by number of authorities", SIZES, powers, least=0.0)
finding.write()
