"""Keyed draws and portable functions: known answers, uniformity, independence, and the same bits with the compiler off.

Keys are fixed, so a statistical check either always passes or always fails; `FALSE_ALARM` is the chance that a perfect
generator would have failed one of them.
"""

from __future__ import annotations

import ast
import itertools
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from abm import streams
from abm.streams import (
    absorb,
    exp,
    log,
    logistic,
    normal,
    normal_density,
    normal_quantile,
    normal_share,
    normals,
    power,
    uniform,
)

ROOT = Path(__file__).parents[1]
FALSE_ALARM = 1e-6
DRAWS = 1 << 16
GOLDEN = 0x9E3779B97F4A7C15
WORDS = ("seed", "stream", "month", "agent", "item")


def draws(word: str, n: int = DRAWS, **key: int) -> np.ndarray:
    """n draws that differ in one word of their key only."""
    fixed = {"seed": 1, "stream": 2, "month": 3, "agent": 4, "item": 0} | key
    before = [fixed[name] for name in WORDS[: WORDS.index(word)]]
    after = [fixed[name] for name in WORDS[WORDS.index(word) + 1 :]]
    return np.array([uniform(*before, k, *after) for k in range(n)])


def chi_square_share(counts: np.ndarray) -> float:
    """The share of perfect generators with a smaller chi-square over equally likely cells."""
    expected = counts.sum() / counts.size
    return float(stats.chi2.cdf(((counts - expected) ** 2 / expected).sum(), counts.size - 1))


# ---- draws


@pytest.mark.parametrize(
    ("seed", "published"),
    [
        (1234567, [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]),
        (0, [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC]),
    ],
)
def test_the_mixing_step_is_splitmix64(seed, published):
    """Published first numbers of splitmix64: its state grows by the golden ratio, which `absorb` adds itself."""
    states = [np.uint64((seed + k * GOLDEN) % 2**64) for k in range(len(published))]
    assert [int(absorb(state, 0)) for state in states] == published
    assert [int(absorb(0, state)) for state in states] == published


def test_a_draw_depends_on_its_key_alone():
    key = (7, streams.OUTCOME, 12, 345, 1)
    first = uniform(*key)
    for k in range(1000):
        uniform(k, 1, 1, 1, 1)
    assert uniform(*key) == first
    assert uniform(*key[:4]) == uniform(*key[:4], 0)


def test_published_draws_stay():
    """Results that were published depend on these: a change of the keying is a new version of the model."""
    assert uniform(1, 1, 0, 0, 0) == pytest.approx(0.04427889997725326, rel=1e-12)
    assert uniform(40, 10, 68, 1429, 3) == pytest.approx(0.7424254292909032, rel=1e-12)
    assert uniform(2**63 - 1, 24, 2400, 10**8, 11) == pytest.approx(0.8476583297171056, rel=1e-12)


def test_a_draw_lies_strictly_inside_0_and_1():
    assert 0.0 < streams.to_unit(np.uint64(0)) < 1e-15
    assert 1.0 - 1e-15 < streams.to_unit(np.uint64(2**64 - 1)) < 1.0


def test_every_word_of_the_key_counts_and_so_does_its_place():
    grid = [uniform(*key) for key in itertools.product(range(8), repeat=5)]
    assert len(set(grid)) == 8**5


def test_streams_have_numbers_of_their_own():
    numbers = [value for name, value in vars(streams).items() if name[0].isupper() and type(value) is int]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("word", WORDS)
def test_draws_are_uniform_along_every_word(word):
    u = draws(word)
    cells = np.bincount((u * 256).astype(int), minlength=256)
    assert FALSE_ALARM / 2 < chi_square_share(cells) < 1 - FALSE_ALARM / 2
    assert stats.kstest(u, "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize("word", WORDS)
def test_successive_draws_know_nothing_of_each_other(word):
    u = draws(word)
    pairs = np.bincount((u[:-1:2] * 16).astype(int) * 16 + (u[1::2] * 16).astype(int), minlength=256)
    assert FALSE_ALARM / 2 < chi_square_share(pairs) < 1 - FALSE_ALARM / 2
    limit = stats.norm.isf(FALSE_ALARM / 2) / math.sqrt(DRAWS)
    for lag in (1, 2, 7, 64):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < limit


@pytest.mark.parametrize("other", [word for word in WORDS if word != "agent"])
def test_populations_with_neighbouring_keys_are_independent(other):
    limit = stats.norm.isf(FALSE_ALARM / 2) / math.sqrt(DRAWS)
    columns = np.array([draws("agent", **{other: k}) for k in (1, 2, 3, 64)])
    off_diagonal = np.corrcoef(columns)[~np.eye(len(columns), dtype=bool)]
    assert np.abs(off_diagonal).max() < limit


def test_one_bit_of_a_word_moves_half_of_the_key():
    flips = [
        (int(absorb(key, word)) ^ int(absorb(key, word ^ (1 << bit)))).bit_count()
        for key, word, bit in itertools.product((0, 1, GOLDEN >> 1), range(32), range(32))
    ]
    spread = stats.norm.isf(FALSE_ALARM / 2) * 4.0 / math.sqrt(len(flips))  # 64 fair bits: standard deviation 4
    assert abs(np.mean(flips) - 32.0) < spread
    assert min(flips) > 8


def test_normal_draws_are_normal():
    z = np.array([normal(1, 2, 3, k, 0) for k in range(DRAWS)])
    assert stats.kstest(z, "norm").pvalue > FALSE_ALARM


def test_many_at_a_time_are_the_same_to_the_last_bit():
    """Centre and tails, whatever the rest of the key; every length, because vectors leave remainders to be done one by one."""
    lengths = (0, 1, 7, 8, 33, 100, 4096)
    keys = itertools.islice(itertools.product((0, 2**62), (1, 35), (0, 78), (0, 3)), 3, None, 2)
    for n, (seed, stream, month, item) in zip(lengths, keys, strict=True):
        found = np.full(n, np.nan)
        normals(seed, stream, month, 100, item, found)
        assert found.tolist() == [normal(seed, stream, month, 100 + k, item) for k in range(n)]
    assert (np.abs(found) > 1.98).sum() > 100


# ---- functions


def test_exp_agrees_with_the_library():
    x = np.concatenate([np.linspace(-700.0, 700.0, 10_001), np.linspace(-1.0, 1.0, 10_001)])
    assert max(abs(exp(v) / math.exp(v) - 1.0) for v in x) < 4e-16


def test_exp_at_its_ends():
    assert exp(0.0) == 1.0
    assert exp(-1e300) == exp(-math.inf) == 0.0
    assert exp(701.0) == exp(math.inf) == exp(700.0) < math.inf
    assert math.isnan(exp(math.nan))


def test_log_agrees_with_the_library():
    x = np.concatenate([np.logspace(-300, 300, 10_001), np.linspace(0.5, 2.0, 10_001)])
    assert max(abs(log(v) - math.log(v)) / max(abs(math.log(v)), 1e-3) for v in x) < 1e-15
    assert log(1.0) == 0.0
    assert log(0.0) == log(-1.0) == -700.0


def test_exp_and_log_undo_each_other():
    assert max(abs(log(exp(v)) - v) for v in np.linspace(-600.0, 600.0, 5_001)) < 1e-13


def test_power_agrees_with_the_library():
    for base, exponent in itertools.product(np.linspace(0.01, 5.0, 60), np.linspace(-3.0, 3.0, 61)):
        assert power(base, exponent) == pytest.approx(base**exponent, rel=3e-15)
    assert power(0.0, 0.5) == 0.0


def test_logistic_is_between_0_and_1_and_symmetric():
    for x in np.linspace(-800.0, 800.0, 1_601):
        assert 0.0 <= logistic(x) <= 1.0
        assert logistic(x) + logistic(-x) == pytest.approx(1.0, abs=1e-15)
    assert logistic(0.0) == 0.5


def test_normal_share_and_density_agree_with_scipy():
    z = np.linspace(-9.0, 9.0, 10_001)
    assert max(abs(normal_share(v) - special.ndtr(v)) for v in z) < 1e-7
    assert max(abs(normal_density(v) - stats.norm.pdf(v)) for v in z) < 1e-15
    assert max(abs(normal_share(v) + normal_share(-v) - 1.0) for v in z if v != 0.0) < 1e-15


def test_normal_quantile_agrees_with_scipy():
    tails = np.logspace(-15, -1, 2_001)
    for p in np.concatenate([tails, np.linspace(1e-4, 1.0 - 1e-4, 10_001), 1.0 - tails]):
        assert normal_quantile(p) == pytest.approx(special.ndtri(p), rel=1.2e-9, abs=1e-12)


# ---- the same bits with the compiler off

DIGEST = """
import hashlib, struct, sys
import numpy as np
from abm.streams import exp, log, logistic, normal, normal_share, normals, power, uniform
digest = hashlib.sha256()
many = np.empty(1000)
normals(3, 4, 5, 6, 7, many)
digest.update(many.tobytes())
for k in range(int(sys.argv[1])):
    u = uniform(k % 40, 1 + k % 24, k % 97, k, k % 3)
    digest.update(struct.pack("<d", u))
    if k % 16 == 0:
        z = normal(k % 40, 1 + k % 24, k % 97, k, 1)
        some = uniform(2**63 - 1 - k, 1, -1, k), z, normal_share(z), exp(50.0 * z), log(u), power(u, z), logistic(z)
        digest.update(struct.pack("<7d", *some))
print(digest.hexdigest())
"""


def digest_of_draws(n: int, disable_jit: str) -> str:
    """sha256 over n draws and some values of every function, from a fresh interpreter."""
    env = os.environ | {"NUMBA_DISABLE_JIT": disable_jit, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", DIGEST, str(n)], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("n", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_the_compiler_changes_no_bit(n):
    assert digest_of_draws(n, disable_jit="0") == digest_of_draws(n, disable_jit="1")


# ---- where numbers are drawn


DRAWN_IN = [path for path in (ROOT / "abm").rglob("*.py") if path.name != "streams.py" and "lab" not in path.parts]
DRAWN_TWICE = {  # on purpose
    ("INTERVENTION", "clock.month", "n"),  # event n is either an election, a scandal or a letter
    ("TIES", "1", "high"),  # hours of a link from data are those that it would have had without
}


def keys_of(path: Path) -> list[tuple[str, str, str]]:
    """Stream, month and item of every draw of a module, as they are written there."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    drawn = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("uniform", "normal")]
    keys = [[ast.unparse(word) for word in call.args] for call in drawn]
    return [(key[1], key[2].removeprefix("world.").replace("clock[0]", "clock"), (*key, "0")[4]) for key in keys]


def test_no_two_decisions_share_their_luck():
    """Each place in the code that draws has a stream of its own, or an item of its own in it."""
    found = Counter(draw for path in DRAWN_IN for draw in keys_of(path))
    assert found.total() > 50
    assert {draw for draw, times in found.items() if times > 1} == DRAWN_TWICE
    assert all(stream in vars(streams) for stream, *_ in found)
