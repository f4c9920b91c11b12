"""Learning: knowledge from voices, views that move, services that come to fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.learning import foreseen, knowledge_share, next_fit, next_support, next_target, revised

share = st.floats(0.0, 1.0)


def test_knowledge_grows_with_voices_and_is_never_all():
    assert knowledge_share(0.0, 20.0) == 0.0
    assert knowledge_share(20.0, 20.0) == pytest.approx(1.0 - np.exp(-1.0), rel=1e-12)
    known = [knowledge_share(float(v), 20.0) for v in range(0, 300, 10)]
    assert np.all(np.diff(known) > 0.0)
    assert known[-1] < 1.0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share)
def test_a_revised_view_lies_between(view, found, how_far):
    moved = revised(view, found, how_far)
    assert min(view, found) - 1e-12 <= moved <= max(view, found) + 1e-12
    assert revised(view, found, 0.0) == view
    assert revised(view, found, 1.0) == pytest.approx(found, abs=1e-15)
    assert revised(0.2, 0.6, 0.25) == pytest.approx(0.3)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share, share)
def test_fit_only_grows_and_stays_a_share(fit, room, adaptation, prescribed):
    assert fit <= next_fit(fit, room, adaptation, prescribed) <= 1.0


def test_prescribed_services_do_not_adapt():
    assert next_fit(0.6, 1.0, 0.06, 1.0) == 0.6
    assert next_fit(0.6, 0.0, 0.06, 0.0) == 0.6
    assert next_fit(0.6, 1.0, 0.06, 0.2) < next_fit(0.6, 1.0, 0.06, 0.0)


def test_a_target_follows_results_and_a_ratchet_only_rises():
    assert next_target(0.10, 0.14, 0.5, 0.0) == pytest.approx(0.12)
    assert next_target(0.10, 0.06, 0.5, 0.0) == pytest.approx(0.08)
    assert next_target(0.10, 0.06, 0.5, 1.0) == 0.10
    assert next_target(0.10, 0.14, 0.0, 1.0) == pytest.approx(0.14)


def test_a_foreseen_ratchet_weakens_the_incentive():
    assert foreseen(3.0, 0.0) == 3.0
    assert foreseen(3.0, 1.0) == 0.0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share, st.floats(-1.0, 1.0))
def test_political_support_stays_a_share(support, own, pull, noise):
    assert 0.0 <= next_support(support, own, pull, noise, True) <= next_support(support, own, pull, noise, False) <= 1.0
    assert next_support(own, own, pull, 0.0, False) == own


def test_a_meeting_teaches_in_proportion_to_what_is_wrong_and_what_is_missing():
    assert next_fit(0.6, 0.5, 0.2, 0.25) == pytest.approx(0.6 + 0.2 * 0.75 * 0.5 * 0.4)
    assert next_fit(0.6, 1.0, 5.0, 0.0) == 1.0


def test_political_support_is_pulled_to_its_own_level_and_pushed_by_events():
    assert next_support(0.5, 0.7, 0.1, 0.03, False) == pytest.approx(0.55)
    assert next_support(0.5, 0.7, 0.1, -0.03, False) == pytest.approx(0.49)
    assert next_support(0.5, 0.7, 0.1, 0.03, True) == pytest.approx(0.275)
