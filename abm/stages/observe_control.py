"""Observed control: hours of control that changed nothing, shortfalls that were answered, decisions that wait."""

from abm.compiled import compiled
from abm.rules.coordination import waiting_months
from abm.rules.indices import ratio
from abm.tables import YEAR

LONGEST_WAIT = 24.0  # months


@compiled
def observe_control(localities, providers, row):
    """Bureaucratisation over the last 12 months, and accountability since the start, in funded localities."""
    work = control = idle = closed = answered = 0.0
    for loc in range(localities.shape[0]):
        place = localities[loc]
        if not place.funded:
            continue
        for k in range(YEAR):
            work, control = work + place.work_hours[k], control + place.control_hours[k]
        for p in range(place.provider_first, place.provider_end):
            provider = providers[p]
            closed, answered = closed + provider.shortfalls_closed, answered + provider.shortfalls_answered
            for k in range(YEAR):
                idle += provider.idle_control[k] + provider.idle_results[k]
    row.bureaucratisation_control_hours, row.bureaucratisation_useless_control_hours = control, idle
    row.bureaucratisation = ratio(idle, work)
    row.governance_accountability = ratio(answered, closed)


@compiled
def observe_latency(localities, settings, row):
    """How long disagreements wait where somebody holds the right to coordinate."""
    waits = networks = 0.0
    for loc in range(localities.shape[0]):
        place = localities[loc]
        if place.serving and settings[loc].structure_coordination_rights != 0.0:
            waits += waiting_months(place.backlog, place.settled, LONGEST_WAIT)
            networks += 1.0
    row.decision_latency = ratio(waits, networks)
