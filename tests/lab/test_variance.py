"""Shares of variance and the value of information, against statsmodels, planted components and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from abm.lab.variance import all_information, components, mean_squares, perfect_information, variance_shares


def planted(seed, d=4, p=40, s=12, spread=(1.0, 2.0, 0.5, 1.5)):
    """Designs × points × seeds with the variances of design, points, both, and seeds (half of it alone, half as noise)."""
    draw = np.random.default_rng(seed)
    of_design, of_points, of_both, chance = (math.sqrt(one) for one in spread)
    values = of_design * draw.normal(size=(d, 1, 1)) + of_points * draw.normal(size=(1, p, 1))
    values = values + of_both * draw.normal(size=(d, p, 1)) + chance * math.sqrt(0.5) * draw.normal(size=(1, 1, s))
    return values + chance * math.sqrt(0.5) * draw.normal(size=(d, p, s))


def test_mean_squares_are_those_of_an_analysis_of_variance():
    smf = pytest.importorskip("statsmodels.formula.api")
    from statsmodels.stats.anova import anova_lm

    values = planted(1, 3, 5, 4)
    places = np.indices(values.shape).reshape(3, -1)
    table = pd.DataFrame({"y": values.ravel(), **dict(zip("dps", places, strict=True))})
    oracle = anova_lm(smf.ols("y ~ C(d) + C(p) + C(s) + C(d):C(p) + C(d):C(s) + C(p):C(s)", table).fit())
    found = mean_squares(values)
    for name, term in (
        ("d", "C(d)"),
        ("p", "C(p)"),
        ("s", "C(s)"),
        ("dp", "C(d):C(p)"),
        ("ds", "C(d):C(s)"),
        ("ps", "C(p):C(s)"),
    ):
        assert found[name] == pytest.approx(oracle.loc[term, "mean_sq"])
    assert found["dps"] == pytest.approx(oracle.loc["Residual", "mean_sq"])


def test_planted_components_are_found():
    found = np.mean([components(planted(seed)) for seed in range(60)], axis=0)
    assert found == pytest.approx([1.0, 2.0, 0.5, 1.5], rel=0.2)


def test_shares_sum_to_one_and_their_intervals_cover():
    truth, inside = 0.5 / 5.0, 0
    for seed in range(20):
        shares = variance_shares(planted(seed, d=6, p=30, s=8), seed)
        assert sum(share.value for share in shares) == pytest.approx(1.0)
        assert all(share.low <= share.value <= share.high for share in shares)
        inside += shares[2].low <= truth <= shares[2].high
    assert inside >= 16  # of 20: fewer with probability 0.003 where 95 % are covered


def test_nothing_that_varies_has_no_shares():
    assert all(math.isnan(share.value) for share in variance_shares(np.ones((2, 3, 4))))


@pytest.mark.parametrize("mean", [-0.5, 0.0, 1.0])
def test_perfect_information_in_the_linear_gaussian_case(mean):
    """worth of the second design is μ + x + noise, x normal: EVPPI = φ(μ) + μΦ(μ) − max(0, μ)."""
    draw = np.random.default_rng(3)
    x = draw.normal(size=4000)
    worth = np.array([np.zeros(4000), mean + x + draw.normal(size=4000)])
    density, below = math.exp(-(mean**2) / 2) / math.sqrt(2 * math.pi), 0.5 * math.erfc(-mean / math.sqrt(2))
    truth = density + mean * below - max(0.0, mean)
    found = perfect_information(x, worth)
    assert found.value == pytest.approx(truth, abs=0.05)
    assert found.low <= truth <= found.high


def test_what_decides_nothing_is_worth_nothing():
    draw = np.random.default_rng(4)
    worth = np.array([np.zeros(400), 0.2 + draw.normal(size=400)])
    assert perfect_information(draw.normal(size=400), worth).low == 0.0
    assert math.isnan(perfect_information(np.arange(5.0), worth[:, :5]).value)


def test_names_are_worth_knowing_too():
    x = np.array(["a", "b"] * 50)
    worth = np.array([np.zeros(100), np.where(x == "a", 1.0, -1.0)])
    assert perfect_information(x, worth).value == pytest.approx(0.5)


def test_knowing_everything_is_not_made_of_noise():
    draw = np.random.default_rng(5)
    noise = draw.normal(size=(3, 200, 8))
    assert all_information(noise).low == 0.0
    truth = np.where(np.arange(200) % 2, 1.0, -1.0)
    known = np.stack([np.zeros((200, 8)), truth[:, None] + 0.01 * noise[0]])
    assert all_information(known).value == pytest.approx(0.5, abs=0.02)


def by_hand(worth):
    """Mean gain over points: the best design by one half of the seeds, judged by the other, less the best for all points."""
    designs, points, seeds = worth.shape
    half, gains = seeds // 2, []
    halves = [worth[:, :, :half].mean(axis=2), worth[:, :, half : 2 * half].mean(axis=2)]
    some = [p for p in range(points) if not np.isnan(halves).any(axis=(0, 1))[p]]
    overall = [np.mean([halves[0][d, p] + halves[1][d, p] for p in some]) for d in range(designs)]
    usual = int(np.argmax(overall))
    for p in some:
        for choose, judge in (halves, halves[::-1]):
            gains.append(judge[int(np.argmax(choose[:, p])), p] - judge[usual, p])
    return float(np.mean(gains))


def test_knowing_everything_is_what_it_is_by_hand():
    """Also with an odd seed, which neither half has, and with points that one half lacks a value of."""
    draw = np.random.default_rng(6)
    worth = draw.normal(size=(3, 9, 1)) + 0.2 * draw.normal(size=(3, 9, 5)) + np.array([0.0, 0.1, 1.0])[:, None, None]
    worth[0, :, 4] = 1e9  # of the odd seed
    assert by_hand(worth) > 0.0
    assert all_information(worth).value == pytest.approx(by_hand(worth))
    worth[1, 2, 0] = worth[2, 5, 3] = math.nan
    assert all_information(worth).value == pytest.approx(by_hand(worth))
    two = all_information(np.array([[[0.0, 0.0], [3.0, 3.0]], [[1.0, 1.0], [1.0, 1.0]]]))
    assert two.value == pytest.approx(0.5)  # two points are enough


@pytest.mark.parametrize("shape", [(2, 5, 1), (2, 1, 8)])
def test_one_seed_or_one_point_tells_nothing_of_all_information(shape):
    found = all_information(np.ones(shape))
    assert len(found) == 3
    assert all(math.isnan(one) for one in found)


def test_what_a_number_is_counted_in_does_not_matter():
    """In metres or kilometres, from sea level or from the centre of the earth."""
    draw = np.random.default_rng(7)
    x = draw.uniform(size=300)
    worth = np.array([0.1 * draw.normal(size=300), x - 4.0 * (x - 0.5) ** 3 - 0.5 + 0.1 * draw.normal(size=300)])
    plain = perfect_information(x, worth)
    assert plain.value > 0.05
    for scale, origin in ((1e-6, 0.0), (1e6, 0.0), (1.0, 1e4), (-1e3, 1e6)):
        assert perfect_information(scale * x + origin, worth) == pytest.approx(plain, abs=1e-6)
    assert perfect_information((1e6 * x).astype(int), worth) == pytest.approx(plain, abs=1e-4)


def test_to_know_what_never_varies_is_worth_nothing():
    worth = np.random.default_rng(8).normal(size=(2, 40))
    for x in (np.full(40, 3.0), np.array(["a"] * 40)):
        assert perfect_information(x, worth).value == pytest.approx(0.0, abs=1e-9)


def test_points_without_a_value_are_left_out():
    draw = np.random.default_rng(9)
    x, worth = draw.normal(size=60), draw.normal(size=(2, 60))
    worth[1] += x
    whole = perfect_information(x[:50], worth[:, :50])
    worth[0, 50:55], worth[1, 55:] = math.nan, math.nan
    assert perfect_information(x, worth) == whole
    least = perfect_information(x[:20], worth[:, :20])
    assert not math.isnan(least.value)
    assert math.isnan(perfect_information(x[:19], worth[:, :19]).value)


def test_an_interval_of_a_gain_is_the_normal_one():
    """Names decide all, the fit is exact: gains are 1 where the second design is better and 0 elsewhere."""
    x = np.array(["a", "b"] * 50)
    found = perfect_information(x, np.array([np.zeros(100), np.where(x == "a", 1.0, -1.001)]))
    half = 1.959964 * math.sqrt(0.25 * 100 / 99) / math.sqrt(100)
    assert found == pytest.approx((0.5, 0.5 - half, 0.5 + half), abs=1e-9)


def test_components_of_small_tables_are_those_of_the_expected_mean_squares():
    """Two designs that differ by 2 at every point and seed: all variance is the design's, 2²/2."""
    values = np.zeros((2, 3, 4))
    values[1] = 2.0
    assert components(values) == pytest.approx([2.0, 0.0, 0.0, 0.0])
    values = np.zeros((2, 3, 4)) + np.array([0.0, 1.0, 5.0])[None, :, None]
    assert components(values) == pytest.approx([0.0, 7.0, 0.0, 0.0])
    values = np.zeros((2, 3, 4)) + np.array([0.0, 1.0, 2.0, 5.0])[None, None, :]
    assert components(values) == pytest.approx([0.0, 0.0, 0.0, np.var([0.0, 1.0, 2.0, 5.0], ddof=1)])


def test_points_with_a_missing_run_have_no_part_in_shares():
    values = planted(2, 3, 12, 6)
    few = values[:, :9]
    values[0, 9, 2] = values[1, 10, 0] = values[2, 11, 5] = math.nan
    for one, other in zip(variance_shares(values, 3), variance_shares(few, 3), strict=True):
        assert one == pytest.approx(other)
    for small in (values[:1], values[:, :1], values[:, :, :1]):
        assert all(math.isnan(one) for share in variance_shares(small) for one in share)


def test_components_solve_the_equations_of_the_expected_mean_squares():
    """E(MS) of a random three-way layout (Searle, Casella & McCulloch 1992), solved as a linear system."""
    values = planted(11, 4, 9, 7, (4.0, 3.0, 2.0, 6.0))
    d, p, s = values.shape
    names = ("d", "p", "s", "dp", "ds", "ps", "dps")
    other = {"d": d, "p": p, "s": s}
    expected = np.zeros((7, 7))  # rows mean squares, columns components
    for i, row in enumerate(names):
        for j, column in enumerate(names):
            if set(row) <= set(column):
                expected[i, j] = math.prod(size for letter, size in other.items() if letter not in column)
    squares = mean_squares(values)
    solved = dict(zip(names, np.linalg.solve(expected, [squares[name] for name in names]), strict=True))
    chance = sum(max(0.0, solved[name]) for name in ("s", "ds", "ps", "dps"))
    assert min(solved[name] for name in ("d", "p", "s", "dp")) > 0.0
    assert components(values) == pytest.approx([solved["d"], solved["p"], solved["dp"], chance])


def test_a_fit_is_judged_by_points_that_it_has_not_seen():
    """Thirty names of two points each and nothing but noise: what fits its own points would seem to know a good deal."""
    draw = np.random.default_rng(12)
    x = np.array([f"name {k % 30}" for k in range(60)])
    found = [perfect_information(x, draw.normal(size=(2, 60))) for _ in range(40)]
    assert np.mean([one.value for one in found]) < 0.15  # 0.34 where a fit judges itself, and every interval above 0
    assert np.mean([one.low > 0.0 for one in found]) <= 0.1
