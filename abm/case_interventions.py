"""Facts of a case about interventions: what a full dose does, and what it costs."""

from __future__ import annotations

from abm.declare import Part, param


class InterventionFacts(Part):
    """What interventions of full strength do in a month, and cost; without interventions nothing reads them."""

    workshop_gain: float = param(0.3, "per month", (0.0, 1.0), "skill in contracting gained by a month of full workshops, in the room left", plausible=(0.1, 0.6))
    transaction_ease: float = param(0.3, "share", (0.0, 1.0), "hours on reporting, bids and claims that full skill or clarity saves, and of waiting disagreements that guidance settles", "petersen2019", plausible=(0.1, 0.5))
    signal_accuracy: float = param(0.5, "share", (0.0, 1.0), "noise in what is learned of a partner that its full skill takes away", plausible=(0.2, 0.8))
    professional_gain: float = param(0.05, "per month", (0.0, 1.0), "competence and openness gained by a month of full training of professionals, in the room left", plausible=(0.01, 0.1))
    course_hours: float = param(8.0, "h/month", (0.0, 1000.0), "contract hours of each provider that a month of full workshops or training takes", plausible=(2, 24))
    course_eur: float = param(600.0, "€/month", (0.0, 1e6), "price for each provider of a month of full workshops or training", plausible=(200, 2000))
    letter_eur: float = param(2.0, "€", (0.0, 1000.0), "price of a letter or an invitation, for each family, and of guidance for each provider", plausible=(1, 10))
    family_eur: float = param(20.0, "€/month", (0.0, 10_000.0), "price for each family in service of full training, and expense money of full resources", plausible=(5, 80))
    respite_hours: float = param(2.0, "h/month", (0.0, 200.0), "hours of relief of a family in service under full resources, paid as professionals' hours", plausible=(1, 8))
    scandal_spread: float = param(0.25, "share", (0.0, 1.0), "weight that a provider's scandal has for trust in others of its sector", "slovic1993", plausible=(0.0, 0.5))
