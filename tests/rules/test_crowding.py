"""Crowding: the sign is the parameter's, and nothing moves where nothing is paid for results and everybody is paid."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.crowding import crowded, next_motivation

share = st.floats(0.0, 1.0)
quick = settings(derandomize=True, deadline=None, max_examples=60)
STILL = {
    "motivation": 0.6, "own_level": 0.6, "paid_share": 0.0, "crowding": 0.0, "voice": 0.0, "trust": 0.5, "restoring": 0.0,
    "pull": 0.0, "unpaid": 0.0, "strain": 0.0,
}  # fmt: skip


def moved(**changes):
    """Motivation a month later, where nothing but these would move it."""
    return next_motivation(*{**STILL, **changes}.values())


def test_where_nothing_happens_nothing_moves():
    assert moved() == pytest.approx(0.6)
    assert moved(restoring=0.03, pull=0.01) == pytest.approx(0.6)


def test_the_sign_is_the_parameters():
    assert moved(paid_share=0.5, crowding=0.04) == pytest.approx(0.6 * (1.0 - 0.02))
    assert moved(paid_share=0.5, crowding=-0.04) == pytest.approx(0.6 + 0.02 * 0.4)
    assert moved(paid_share=0.5, crowding=0.0) == pytest.approx(0.6)


def test_it_returns_to_its_own_level():
    assert moved(own_level=0.8, pull=0.1) == pytest.approx(0.62)


def test_hours_without_pay_strain():
    assert moved(unpaid=0.5, strain=0.1) == pytest.approx(0.6 * 0.95)
    assert moved(unpaid=0.0, strain=0.1) == pytest.approx(0.6)


def test_voice_and_trust_restore():
    assert moved(voice=0.9, trust=0.8, restoring=0.03) > 0.6
    assert moved(voice=0.3, trust=0.3, restoring=0.03) == pytest.approx(0.6)


@quick
@given(share, share, share, share, share)
def test_without_pay_for_results_crowding_does_nothing(motivation, own, voice, trust, pull):
    facts = {
        "motivation": motivation,
        "own_level": own,
        "voice": voice,
        "trust": trust,
        "pull": pull,
        "restoring": 0.03,
    }
    assert moved(**facts, crowding=0.5) == moved(**facts, crowding=-0.5)


@quick
@given(share, share, st.floats(0.0, 2.0), st.floats(-0.5, 0.5), share, share, share, share, share, share)
def test_motivation_stays_a_share(motivation, own, paid, crowding, voice, trust, restoring, pull, unpaid, strain):
    out = next_motivation(motivation, own, paid, crowding, voice, trust, restoring, pull, unpaid, strain)
    assert 0.0 <= out <= 1.0


@quick
@given(share, st.floats(0.0, 1.0), st.floats(0.0, 0.5))
def test_pay_crowds_out_or_in_by_the_sign(motivation, paid, crowding):
    assert crowded(motivation, paid, crowding) <= 0.0 <= crowded(motivation, paid, -crowding)
    assert 0.0 <= motivation + crowded(motivation, paid, crowding) <= 1.0
    assert 0.0 <= motivation + crowded(motivation, paid, -crowding) <= 1.0
    assert crowded(motivation, 0.0, crowding) == 0.0 == crowded(motivation, paid, 0.0)


def test_motivation_moves_by_the_sum_of_what_moves_it():
    moved, restored, strained, pulled = -0.3 * 0.4 * 0.6, 0.1 * 0.2 * 0.4, 0.05 * 0.5 * 0.6, 0.02 * (0.7 - 0.6)
    found = next_motivation(0.6, 0.7, 0.4, 0.3, 0.6, 0.8, 0.1, 0.02, 0.5, 0.05)
    assert found == pytest.approx(0.6 + moved + restored - strained + pulled)
    assert next_motivation(0.9, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0) == 1.0
