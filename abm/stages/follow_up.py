"""Follow-up: shortfalls that become known and what answers them; hours on control and what they changed.

A shortfall is a caught misreport, or a result far below the commissioner's forecast that is seen at a half-yearly look. It is
answered when it is explained and has a consequence within half a year. A provider has at most one open shortfall. Nothing of
the month depends on these columns: they are kept to be observed.
"""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.control import changed
from abm.streams import SHORTFALL, uniform
from abm.tables import YEAR

LOOK_MONTHS = 6  # results are looked at twice a year
ANSWER_MONTHS = 6  # a shortfall is answered in the month in which it becomes known or the five after it
FAR_BELOW = 0.5  # of the result that was foreseen by now (assumed)
CONTROL_RAISED = 0.01  # of contract hours: from here, more control is a consequence (assumed)
PRIORITIES_MOVED = 0.01  # distance of priorities from which a revision has changed something (assumed)


@compiled
def note_shortfalls(clock, place, facts, providers, discussed):
    """Open a shortfall for each partner that was caught or whose result a look finds far below the forecast.

    A look sees a result with the largest probability with which results are used or discussed with families. `discussed`,
    the intensity of co-assessment, is also the probability that they hear the explanation.
    """
    seen = max(facts.payment_outcome_share, facts.outcomes_use_responsibility, facts.outcomes_use_decisions, discussed)
    foreseen = place.expected_result * min(1.0, clock.service_month / clock.service_months)
    for p in range(place.provider_first, place.provider_end):
        provider = providers[p]
        if not provider.partner:
            continue
        below = False
        if clock.service_month % LOOK_MONTHS == 0 and foreseen > 0.0 and provider.caseload > 0:
            found = uniform(clock.seed, SHORTFALL, clock.month, p) < seen
            below = found and provider.result < FAR_BELOW * foreseen
        if below:
            provider.results_used = 1
        if (below or provider.caught) and provider.shortfall_months == 0:
            provider.shortfall_months = 1
            provider.shortfall_explained = uniform(clock.seed, SHORTFALL, clock.month, p, 1) < discussed
            provider.shortfall_share, provider.shortfall_burden = provider.award_share, provider.burden


@compiled
def note_revision(place, providers, moved):
    """A revision of the plan explains the open shortfalls; if it moved priorities, reported results changed a decision."""
    for p in range(place.provider_first, place.provider_end):
        provider = providers[p]
        if provider.shortfall_months > 0:
            provider.shortfall_explained = 1
        if provider.partner and moved > PRIORITIES_MOVED:
            provider.results_used = 1


@compiled_with_arrays
def follow_up(world, row):
    """Close what was answered or is out of time, and put the month's hours of control beside those of the last year."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    month, slots = clock.month % YEAR, int(facts.family_known_providers)
    forms = np.zeros(place.provider_end - place.provider_first)
    place.work_hours[month], place.control_hours[month] = 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        own = family.coproduction_hours + family.integration_hours + family.red_tape_hours
        place.work_hours[month] += own
        if family.red_tape_hours > 0.0:
            _share_forms(place, world.packages, i * slots, (i + 1) * slots, family.red_tape_hours, forms)
    for v in range(place.volunteer_first, place.volunteer_end):
        place.work_hours[month] += world.volunteers[v].hours
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        decided = _answer(provider) if provider.shortfall_months > 0 else False
        place.work_hours[month] += provider.contract_hours
        place.control_hours[month] += keep_hours(provider, forms[p - place.provider_first], decided, month)


@compiled
def _share_forms(place, packages, first, end, hours, forms):
    """A family's forms are for the providers that serve it, in equal parts."""
    serving = 0.0
    for slot in range(first, end):
        serving += packages[slot].enrolled
    for slot in range(first, end):
        if packages[slot].enrolled:
            forms[packages[slot].provider - place.provider_first] += hours / serving


@compiled
def _answer(provider):
    """A month of an open shortfall; true where control led to a decision: less of the contract, or more control."""
    less = not provider.exited and provider.award_share < provider.shortfall_share
    less = less and changed(provider.shortfall_share, provider.award_share)
    stricter = provider.burden > provider.shortfall_burden + CONTROL_RAISED
    decided = provider.shortfall_consequence == 0 and (less or stricter)
    if decided:
        provider.shortfall_consequence = 1
    answered = provider.shortfall_explained == 1 and provider.shortfall_consequence == 1
    if answered or provider.shortfall_months >= ANSWER_MONTHS:
        provider.shortfalls_closed += 1
        provider.shortfalls_answered += 1 if answered else 0
        provider.shortfall_months = provider.shortfall_explained = provider.shortfall_consequence = 0
    else:
        provider.shortfall_months += 1
    return decided


@compiled
def keep_hours(provider, forms, decided, month):
    """Add a month's hours on control, with families' forms, to the idle ones; what changed something clears those before it.

    General control is cleared by an audit that found something or a decision; hours on metrics and claims where results
    changed a payment, finding or decision. Returns the month's hours on control of both kinds (h/month).
    """
    on_metrics = provider.metric_hours / provider.reporting_hours if provider.reporting_hours > 0.0 else 0.0
    general = provider.reporting_hours - provider.metric_hours + forms * (1.0 - on_metrics)
    results = provider.metric_hours + provider.claim_hours + forms * on_metrics
    provider.idle_control[month], provider.idle_results[month] = max(0.0, general), results
    for k in range(YEAR):
        if provider.caught or decided:
            provider.idle_control[k] = 0.0
        if provider.results_used:
            provider.idle_results[k] = 0.0
    return max(0.0, general) + results
