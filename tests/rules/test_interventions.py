"""What a dose of an intervention does to one stock, by hand."""

from __future__ import annotations

import pytest

from abm.rules import interventions as rules
from abm.rules.coproduction import able_share, spare_hours
from abm.rules.interventions import (
    KIND_NAMES,
    KINDS,
    UNITS,
    eased,
    forgotten,
    handed_on,
    next_encouragement,
    signal_noise,
    taught,
    together,
    willingness,
)


def test_every_kind_is_declared_once_and_its_code_is_its_place():
    assert len(set(KIND_NAMES)) == len(KINDS)
    assert [getattr(rules, name.upper()) for name in KIND_NAMES] == list(range(len(KINDS)))
    assert all(kind.units and set(kind.units) <= set(UNITS) and kind.meaning and kind.moves for kind in KINDS)


def test_skill_is_taught_in_the_room_left_and_forgotten():
    assert taught(0.2, 1.0, 0.5) == pytest.approx(0.6)
    assert taught(0.2, 0.0, 0.5) == 0.2
    assert taught(1.0, 1.0, 1.0) == 1.0
    assert forgotten(0.5, 0.1, 0.1) == pytest.approx(0.4)
    assert forgotten(0.5, 1.0, 1.0) == 0.0


def test_skill_and_clarity_ease_transactions_and_clear_signals():
    assert eased(0.3, 0.0, 0.0) == 1.0
    assert eased(0.3, 1.0, 0.0) == eased(0.3, 0.0, 1.0) == eased(0.3, 1.0, 1.0) == pytest.approx(0.7)
    assert signal_noise(0.5, 1.0) == 0.5
    assert signal_noise(0.5, 0.0) == 1.0
    assert together(0.5, 0.5) == 0.75
    assert together(0.0, 0.3) == pytest.approx(0.3)


def test_encouragement_follows_letters_and_fades():
    assert next_encouragement(0.5, 0.5, 0.7) == pytest.approx(0.5)
    assert next_encouragement(1.0, 0.0, 0.7) == pytest.approx(0.7)
    assert willingness(0.5, 0.0, 0.3) == 0.5
    assert willingness(0.5, 1.0, -0.2) == pytest.approx(0.3)
    assert willingness(0.9, 1.0, 0.3) == 1.0


def test_what_a_partner_gives_up_the_others_take_over():
    shares = [0.5, 0.3, 0.2]
    after = [0.5 * (1.0 - 0.4), *(handed_on(share, 0.4, 0.5) for share in shares[1:])]
    assert sum(after) == pytest.approx(1.0)
    assert after[1] / after[2] == pytest.approx(1.5)
    assert handed_on(0.3, 1.0, 0.5) == pytest.approx(0.6)


def test_spare_hours_are_fewer_where_resources_are():
    assert spare_hours(10.0, 0.0, 3.0, 0.0, 0.0, 0.0) == 10.0
    assert spare_hours(10.0, 0.25, 2.0, 0.0, 0.0, 1.0) == pytest.approx(0.5)
    assert spare_hours(10.0, 0.25, 2.0, 1.0, 0.0, 1.0) == pytest.approx(8.0)
    assert spare_hours(10.0, 0.25, 2.0, 0.0, 3.0, 1.0) == pytest.approx(3.5)
    assert spare_hours(10.0, 0.0, 2.0, 0.0, 0.0, 2.0) == 0.0
    assert able_share(5.0, 5.0) == able_share(0.0, 0.0) == 1.0
    assert able_share(1.0, 4.0) == 0.25
