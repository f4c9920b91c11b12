"""Skills: bounded, grown by practice, neutral at the start; and who leaves where people are not satisfied."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.skills import USUAL_SATISFACTION, next_skill, skill_factor, staff_turnover, supported

share = st.floats(0.0, 1.0)
quick = settings(derandomize=True, deadline=None, max_examples=60)


@quick
@given(share, share, st.floats(0.0, 2.0), share, share)
def test_a_skill_is_a_share(skill, entry, practice, gain, loss):
    assert 0.0 <= next_skill(skill, entry, practice, gain, loss) <= 1.0
    assert next_skill(skill, entry, practice, 0.0, 0.0) == skill


@pytest.mark.parametrize("start", [0.0, 0.3, 1.0])
def test_it_settles_between_its_entry_level_and_one(start):
    skill = start
    for _ in range(3000):
        skill = next_skill(skill, 0.3, 0.6, 0.05, 0.01)
    assert skill == pytest.approx((0.03 + 0.003) / 0.04, rel=1e-9)


def test_without_practice_it_returns_to_its_entry_level():
    skill = 0.9
    for _ in range(3000):
        skill = next_skill(skill, 0.3, 0.0, 0.05, 0.01)
    assert skill == pytest.approx(0.3, rel=1e-9)


@quick
@given(share, share, share)
def test_at_the_start_skill_changes_nothing(support, start, effect):
    assert skill_factor(start, start, effect) == 1.0
    assert supported(support, start, start, effect) == support
    assert supported(support, 0.9, 0.1, 0.0) == support
    assert supported(0.5, 0.3, 0.5, 0.4) == pytest.approx(0.46)  # less arrives below the start
    assert skill_factor(0.0, 1.0, 2.0) == 0.0
    assert 0.0 <= supported(support, 1.0, start, effect) <= 1.0
    assert supported(support, 0.0, start, effect) <= support <= supported(support, 1.0, start, effect)


@quick
@given(share, st.floats(0.0, 20.0), share)
def test_the_satisfied_stay(base, sensitivity, satisfaction):
    rate = staff_turnover(base, sensitivity, satisfaction)
    assert 0.0 <= rate <= 1.0
    assert staff_turnover(0.0, sensitivity, satisfaction) == 0.0
    assert staff_turnover(base, sensitivity, USUAL_SATISFACTION) == base
    assert staff_turnover(base, 0.0, satisfaction) == base
    assert staff_turnover(0.02, 1.5, USUAL_SATISFACTION + 0.2) == pytest.approx(0.014)
    assert staff_turnover(base, sensitivity, min(1.0, satisfaction + 0.1)) <= rate
