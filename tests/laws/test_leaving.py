"""Leaving and ending: a partner that is gone serves, claims and is owed nothing; a contract's end ends its last year too."""

from __future__ import annotations

import numpy as np
import pytest

from abm.config import as_interventions, load_case, load_design, treated_units
from abm.engine import MONTH, run_months
from abm.ledger import AUTHORITY, PROVIDER_ACCOUNT, REFUND
from abm.stages.deliver import deliver
from abm.world import new_world, with_interventions

SMALL = {"case.families": 40}
PBR = "provider_financed_pbr"
LEFT, LAST = 12, 40  # the month in which the first leaves; the month by which nobody is left


def world_of(case, design, months, seed=1, settings=None):
    """A world in which a partner leaves in each of these months."""
    world = new_world(case, load_design(design, settings), seed)
    events = as_interventions({"month": month, "kind": "exit"} for month in months)
    return with_interventions(world, events, treated_units(case, events, seed))


@pytest.mark.parametrize("design", [PBR, "block_grant"])
def test_who_is_no_partner_serves_nobody(design):
    case = load_case("generic", SMALL)
    world, shared = world_of(case, design, (LEFT,)), 0
    for month in range(1, LEFT + 1):
        for stage in MONTH:
            before = world.packages.enrolled.reshape(world.families.size, -1).sum(axis=1)
            stage(world)
            if stage is deliver:
                served = world.packages.enrolled == 1
                assert (world.providers.partner[world.packages.provider[served]] == 1).all()
                left = world.packages.enrolled.reshape(world.families.size, -1).sum(axis=1)
                shared += ((left < before) & (world.families.enrolled == 1)).sum() if month == LEFT else 0
    assert shared > 0, "no family kept another partner"


@pytest.mark.parametrize("design", ["binary_bond", "social_impact_bond", PBR])
def test_with_nobody_under_contract_nothing_is_claimed(design):
    case = load_case("generic", SMALL)
    world = world_of(case, design, range(25, LAST))
    run_months(world, LAST)
    place = world.localities[0]
    assert not world.providers.partner.any()
    claimed, layers = int(place.outcome_claimed), place.layer_claimed.copy()
    run_months(world, case.calendar.months - LAST)
    place = world.localities[0]
    assert place.outcome_claimed == claimed == world.dues.sum()
    assert np.array_equal(place.layer_claimed, layers)


@pytest.mark.parametrize("last", [8 + 12, 8 + 18])
def test_what_a_contract_s_last_year_did_not_spend_lapses_at_its_end(last):
    """Also where that year is cut short; at no other time than a year's end."""
    calendar = {"case.calendar.service": [9, last], "case.calendar.assess": [9, last + 2], "case.calendar.renewals": 0}
    case = load_case("generic", SMALL | calendar)
    world = new_world(case, load_design("old_public_administration", {"control.audit": 0.0}), 1)
    run_months(world, case.calendar.months)
    refunds = world.flows[:, REFUND, PROVIDER_ACCOUNT, AUTHORITY]
    assert np.flatnonzero(refunds).tolist() == sorted({8 + 12, last})


def test_misreport_reckons_with_families_only_in_months_in_which_they_judge_results():
    """As the audit does; what co-assessment changes besides comes after that month's hours."""
    found = {}
    for asked in (0.0, 1.0):
        for first in (9, 30):
            case = load_case("generic", SMALL | {"case.calendar.assess": [first, 70]})
            world = new_world(case, load_design(PBR, {"coproduction.assessment": asked, "control.audit": 0.0}), 1)
            while not world.providers.misreport.any() and world.clock[0].month < 20:
                run_months(world, 1)
            found[asked, first] = int(world.clock[0].month), world.providers.misreport.copy()
    before, after = (found[asked, 30] for asked in (0.0, 1.0))
    assert before[0] == after[0] < 20
    assert np.array_equal(before[1], after[1])
    assert found[1.0, 9][0] > before[0] or found[1.0, 9][1].sum() < before[1].sum()
