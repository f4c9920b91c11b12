"""Observed control: hours of control that changed nothing, and shortfalls that were answered."""

from abm.compiled import compiled
from abm.rules.indices import ratio
from abm.tables import YEAR


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
