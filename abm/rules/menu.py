"""The menu of new services: what each is for, who can run it, and how it is chosen.

The first five were chosen by families and partners in Lombardy (Sicilia et al. 2016): parent training, mutual help and a day
centre in Cremona; mutual help, a weekend service and a course for volunteers in Monza-Brianza.
"""

from abm.compiled import compiled

SERVICES = ("parent_training", "mutual_help", "day_centre", "weekend", "volunteer_course", "professional_course")
PARENT_TRAINING, MUTUAL_HELP, DAY_CENTRE, WEEKEND, VOLUNTEER_COURSE, PROFESSIONAL_COURSE = range(6)


@compiled
def wish_of_family(service, greatest_need, capability, fatigue, engagement, misfit):
    """How much a family wishes a service, in [0, 1].

    `greatest_need`: share of its need in the domain where it is greatest; `misfit`: how far services miss its need.
    """
    if service == PARENT_TRAINING:
        return 1.0 - capability
    if service == MUTUAL_HELP:
        return engagement
    if service == DAY_CENTRE:
        return greatest_need
    if service == WEEKEND:
        return 0.3 + 0.7 * fatigue
    if service == PROFESSIONAL_COURSE:
        return misfit
    return 0.3  # a course for volunteers helps a family only through others


@compiled
def wish_of_provider(service, openness, misfit, is_association):
    """How much a partner wishes a service, in [0, 1]: courses for its people, and for associations what families run."""
    if service == DAY_CENTRE:
        return 0.5
    if service == PROFESSIONAL_COURSE:
        return misfit
    if service == PARENT_TRAINING:
        return openness
    return 0.8 if is_association else 0.5 * openness


@compiled
def can_run(service, public_or_nonprofit, association):
    """Whether partners of the kinds that are there can run a service (1 or 0)."""
    if service == MUTUAL_HELP or service == WEEKEND:
        return association
    if service == DAY_CENTRE or service == PROFESSIONAL_COURSE:
        return public_or_nonprofit
    return 1


@compiled
def worth_of_vote(votes, hours):
    """What a service's votes buy per fixed hour; a service that costs nothing is worth its votes a hundredfold."""
    return votes / max(0.01, hours)
