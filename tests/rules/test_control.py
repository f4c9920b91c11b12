"""Control: its target, its two speeds, and what it takes of the hours."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.control import burden_target, changed, metric_part, next_burden, passed_on, reporting_share

share = st.floats(0.0, 1.0)


def test_the_target_is_midway_at_the_threshold():
    assert burden_target(0.4, 0.03, 0.25, 0.4, 0.1) == pytest.approx(0.14, abs=1e-15)


def test_the_target_has_its_limits():
    assert burden_target(1.0, 0.03, 0.25, 0.5, 0.01) == pytest.approx(0.03, abs=1e-12)
    assert burden_target(0.0, 0.03, 0.25, 0.5, 0.01) == pytest.approx(0.25, abs=1e-12)
    assert burden_target(1.0, 0.03, 0.25, -1e6, 0.01) == 0.03


def test_the_target_falls_with_trust():
    targets = [burden_target(t, 0.03, 0.25, 0.5, 0.1) for t in np.linspace(0.0, 1.0, 21)]
    assert np.all(np.diff(targets) < 0.0)


def test_the_target_is_the_logistic_of_its_docstring():
    for trust in np.linspace(0.0, 1.0, 11):
        wanted = 0.03 + 0.22 / (1.0 + np.exp((trust - 0.45) / 0.07))
        assert burden_target(float(trust), 0.03, 0.25, 0.45, 0.07) == pytest.approx(wanted, rel=1e-12)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share, share, share)
def test_burden_stays_between_where_it_was_and_its_target(trust, least, room, rise, fall):
    target = burden_target(trust, least, least + room, 0.5, 0.1)
    assert least - 1e-12 <= target <= least + room + 1e-12
    moved = next_burden(0.3, target, rise, fall)
    assert min(0.3, target) - 1e-12 <= moved <= max(0.3, target) + 1e-12


def test_burden_rises_at_one_speed_and_falls_at_another():
    assert next_burden(0.1, 0.2, 0.25, 0.05) == pytest.approx(0.125)
    assert next_burden(0.2, 0.1, 0.25, 0.05) == pytest.approx(0.195)
    assert next_burden(0.2, 0.2, 0.25, 0.05) == 0.2


def test_burden_arrives_at_a_target_that_stays():
    burden = 0.03
    for _ in range(200):
        burden = next_burden(burden, 0.2, 0.25, 0.05)
    assert burden == pytest.approx(0.2, abs=1e-12)


def test_reporting_is_at_least_control_and_never_all():
    assert reporting_share(0.1, 0.0, 0.01, 0.0, 0.0) == 0.1
    assert reporting_share(0.9, 12.0, 0.2, 1.0, 0.5) < 1.0


@pytest.mark.parametrize("which", range(5))
def test_each_cause_adds_reporting(which):
    causes = [0.1, 2.0, 0.01, 0.2, 0.02]
    more = list(causes)
    more[which] *= 1.5
    assert reporting_share(*more) > reporting_share(*causes)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, st.floats(0.0, 6.0), st.floats(0.0, 0.1), share, st.floats(0.0, 0.5))
def test_metrics_take_their_part_of_reporting(burden, metrics, each, prescribed, region):
    part = metric_part(burden, metrics, each, prescribed, region)
    assert 0.0 <= part <= 1.0
    assert metric_part(burden, 0.0, each, prescribed, region) == 0.0
    assert metric_part(0.0, 0.0, each, 0.0, 0.0) == 0.0
    share_of_all = reporting_share(burden, metrics, each, prescribed, region)
    if share_of_all < 0.9:
        assert part * share_of_all == pytest.approx(metrics * each, abs=1e-12)


def test_a_hundredth_is_a_change():
    assert changed(1.0, 1.02)
    assert changed(1.0, 0.98)
    assert not changed(1.0, 1.005)
    assert not changed(0.0, 0.0)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, st.floats(0.0, 500.0), st.floats(0.0, 5000.0))
def test_what_is_passed_on_and_what_is_absorbed_are_all_of_it(burden, absorbed, free, hours):
    left = passed_on(burden, absorbed, free, hours)
    assert -1e-12 <= left <= burden
    assert (burden - left) * hours <= free + 1e-9
    assert passed_on(burden, 0.0, free, hours) == burden


def test_who_has_no_hours_absorbs_nothing():
    assert passed_on(0.05, 1.0, 0.0, 400.0) == 0.05
    assert passed_on(0.05, 1.0, 60.0, 400.0) == 0.0
    assert passed_on(0.05, 1.0, 10.0, 400.0) == pytest.approx(0.025)
    assert passed_on(0.05, 1.0, 10.0, 0.0) == 0.05
    assert passed_on(0.05, 0.6, 10.0, 0.5) == pytest.approx(0.02)
