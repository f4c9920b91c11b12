"""Attribution: what each kind subtracts and costs."""

import pytest

from abm.rules.attribution import (
    ATTRIBUTIONS,
    COMPARISON,
    GROSS,
    HISTORICAL,
    RANDOMISED,
    counterfactual,
    evaluation_share,
)


def test_kinds_stand_at_their_names():
    assert [ATTRIBUTIONS[k] for k in (GROSS, HISTORICAL, COMPARISON, RANDOMISED)] == list(ATTRIBUTIONS)


@pytest.mark.parametrize(
    ("kind", "subtracted"), [(GROSS, 0.0), (HISTORICAL, 0.03), (COMPARISON, 0.07), (RANDOMISED, 0.05)]
)
def test_what_is_subtracted(kind, subtracted):
    assert counterfactual(kind, 0.03, 0.05, 0.02) == pytest.approx(subtracted, abs=1e-15)


def test_a_perfect_match_is_as_good_as_a_draw_by_lot():
    assert counterfactual(COMPARISON, 0.0, 0.05, 0.0) == counterfactual(RANDOMISED, 0.0, 0.05, 0.02)


@pytest.mark.parametrize(("kind", "share"), [(GROSS, 0.0), (HISTORICAL, 0.02), (COMPARISON, 0.02), (RANDOMISED, 0.05)])
def test_what_an_evaluation_costs(kind, share):
    assert evaluation_share(kind, 0.02, 0.05) == share
