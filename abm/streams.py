"""Keyed draws and portable elementary functions: a draw is a hash of its key, not a state.

`uniform(seed, stream, month, agent, item)` is a pure function, so the same seed gives the same bits whatever the order of
agents, runs or processes, and a draw more in one stream moves no other. The mixing step is splitmix64's finaliser (Steele,
Lea & Flood 2014). `exp`, `log` and `normal` use only + − × ÷ and exact scaling by powers of two, because the libraries'
versions differ in the last digit between machines.
"""

from __future__ import annotations

import math

import numpy as np

from abm.compiled import JIT, compiled, inlined

# One number per purpose. Never renumber: published results depend on them.
(
    FAMILY, PROVIDER, VOLUNTEER, INVESTOR, TIES, ATTEND, APPLY, LEAVE, SWITCH, OUTCOME, CRISIS, MEASURE, BID, MEETING,
    EXPERIENCE, AUDIT, SUPPORT, JOIN, GATEWAY, RIVALRY, COST, REVISION, PEER, TERRITORY, CONFLICT, POLITICS, BROKER,
    CHANGE, SHORTFALL, FILED, DEADWEIGHT, PARTING, MATCH, CLAIM, INTERVENTION,
) = range(1, 36)  # fmt: skip

_MASK = 0xFFFFFFFFFFFFFFFF
_UNIT = 2.0**-52

if JIT:
    _C1, _C2, _C3 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
    _S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)

    @inlined
    def absorb(key, word):
        """Mix one more word into a 64-bit key."""
        z = (np.uint64(key) ^ np.uint64(word)) + _C1
        z = (z ^ (z >> _S30)) * _C2
        z = (z ^ (z >> _S27)) * _C3
        return z ^ (z >> _S31)

    @inlined
    def to_unit(key):
        """The top 52 bits of a key as a number strictly inside (0, 1)."""
        return (np.float64(key >> _S12) + 0.5) * _UNIT

else:  # plain Python integers do not wrap, so the same steps need a mask

    def absorb(key, word):
        """Mix one more word into a 64-bit key."""
        z = ((int(key) ^ (int(word) & _MASK)) + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def to_unit(key):
        """The top 52 bits of a key as a number strictly inside (0, 1)."""
        return (float(key >> 12) + 0.5) * _UNIT


@inlined
def uniform(seed, stream, month, agent, item=0):
    """A number in (0, 1) that depends on its key alone."""
    return to_unit(absorb(absorb(absorb(absorb(absorb(0, seed), stream), month), agent), item))


_POWERS = np.array([2.0**k for k in range(-1022, 1024)])
_TAYLOR = np.array([1.0 / math.factorial(n) for n in range(13, -1, -1)])
_ATANH = np.array([1.0 / n for n in range(23, 0, -2)])
_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10


@inlined
def exp(x):
    """e to the power x, the same bits on every machine (relative error below 4e-16 for |x| ≤ 700)."""
    if x != x:
        return x
    if x > 700.0:
        x = 700.0
    if x < -700.0:
        return 0.0
    k = math.floor(x * _LOG2E + 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = _TAYLOR[0]
    for n in range(1, 14):
        p = p * r + _TAYLOR[n]
    return p * _POWERS[int(k) + 1022]


@compiled
def log(x):
    """Natural logarithm of x > 0, the same bits on every machine; −700 for x ≤ 0, NaN for NaN."""
    if x <= 0.0:
        return -700.0
    if x != x:
        return x
    m, e = math.frexp(x)
    if m < 0.7071067811865476:
        m *= 2.0
        e -= 1
    s = (m - 1.0) / (m + 1.0)
    s2 = s * s
    p = _ATANH[0]
    for n in range(1, 12):
        p = p * s2 + _ATANH[n]
    return e * _LN2_HIGH + (e * _LN2_LOW + 2.0 * s * p)


@inlined
def power(base, exponent):
    """base ** exponent for base ≥ 0, and 0 for a base of 0; the exponents −2, −1, −½, ½, 1 and 2 are exact, and fast."""
    if base <= 0.0:
        return 0.0
    size = abs(exponent)
    if size == 0.5 or size == 1.0 or size == 2.0:
        raised = math.sqrt(base) if size == 0.5 else (base if size == 1.0 else base * base)
        return raised if exponent > 0.0 else 1.0 / raised
    return exp(exponent * log(base))


@inlined
def logistic(x):
    """1 / (1 + e^−x)."""
    return 1.0 / (1.0 + exp(-x))


@compiled
def normal_density(z):
    """φ(z), the standard normal density."""
    return 0.3989422804014327 * exp(-0.5 * z * z)


@compiled
def normal_share(z):
    """Φ(z), the standard normal distribution function (Abramowitz & Stegun 26.2.17; absolute error below 1e-7)."""
    t = 1.0 / (1.0 + 0.2316419 * abs(z))
    tail = normal_density(z) * t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )  # fmt: skip
    return 1.0 - tail if z > 0.0 else tail


@inlined
def normal_quantile(p):
    """The z with Φ(z) = p (Acklam's rational approximation; relative error below 1.2e-9)."""
    return tail_quantile(p) if _is_tail(p) else _central_quantile(p)


@compiled
def _is_tail(p):
    return p < 0.02425 or p > 1.0 - 0.02425


@compiled
def tail_quantile(p):
    """The same in the tails: p below 0.02425 or above 1 − 0.02425."""
    tail = p if p < 0.5 else 1.0 - p
    q = math.sqrt(-2.0 * log(tail))
    z = (
        ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
          - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
    ) / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
          + 3.754408661907416) * q + 1.0)  # fmt: skip
    return z if p < 0.5 else -z


@compiled
def _central_quantile(p):
    q = p - 0.5
    r = q * q
    return (
        (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
           + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239) * q
    ) / (((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
           + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0)  # fmt: skip


@inlined
def normal(seed, stream, month, agent, item=0):
    """A standard normal number that depends on its key alone."""
    return normal_quantile(uniform(seed, stream, month, agent, item))


_MARK = 2.0**60  # takes any number of (0, 1) that `to_unit` gives above 100, exactly, where no central quantile comes


@compiled
def normals(seed, stream, month, first, item, found):
    """Fill `found` with what `normal` gives for the agents `first`, `first` + 1, …: the same numbers, eight at a time.

    A loop without calls becomes one of vectors. Tails need a logarithm and wait, marked, for a loop of their own.
    """
    key = absorb(absorb(absorb(0, seed), stream), month)
    for k in range(found.shape[0]):
        p = to_unit(absorb(absorb(key, first + k), item))
        found[k] = p * _MARK if _is_tail(p) else _central_quantile(p)
    for k in range(found.shape[0]):
        if found[k] > 100.0:
            found[k] = tail_quantile(found[k] / _MARK)
