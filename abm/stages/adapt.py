"""adapt: control answers to trust; motivation and people move; plans are revised; evidence fades."""

import numpy as np

from abm.associations import recruiting
from abm.compiled import compiled, compiled_with_arrays
from abm.network import ABILITY, BENEVOLENCE, CONDUCT_MEMORY, INTEGRITY, ties_of_place
from abm.rules.control import burden_target, next_burden
from abm.rules.crowding import next_motivation
from abm.rules.learning import next_fit
from abm.rules.menu import PROFESSIONAL_COURSE
from abm.rules.trust import fade_prior, trust_level, weighed
from abm.stages.adapt_partners import leave_partnership, reckon
from abm.stages.adapt_people import adapt_family, adapt_staff, adapt_volunteer, invites, practise, training_of
from abm.stages.adapt_plans import reallocate, revise_plan, share_practice, turn_year
from abm.stages.follow_up import follow_up
from abm.tables import COMMISSIONER_PROVIDER, FACETS, FAMILY_PROVIDER, PROVIDER_COMMISSIONER

WRITES = (
    "providers.burden", "providers.motivation", "providers.job_satisfaction", "providers.openness",
    "providers.known_need", "providers.fit", "providers.award_share", "providers.planned_hours",
    "families.engagement", "families.capability", "families.fatigue", "families.tailoring", "volunteers.active",
    "volunteers.motivation", "volunteers.trained", "localities.expected_result", "localities.metric_weight",
    "localities.expected_change", "localities.claim_ceiling", "milestones.price", "milestones.threshold",
    "families.encouraged", "commissioners.priorities", "commissioners.known_need", "commissioners.knowledge",
    "edges.support", "edges.against", "edges.damage", "edges.prior", "edges.trust", "edges.active",
    "edges.lived_weight", "providers.results_used", "providers.idle_control", "providers.idle_results",
    "providers.shortfall_months", "providers.shortfall_explained", "providers.shortfall_consequence",
    "providers.shortfalls_closed", "providers.shortfalls_answered", "localities.work_hours",
    "localities.control_hours", "providers.competence", "providers.staff_turnover", "volunteers.fatigue",
    "volunteers.joined", "volunteers.left", "commissioners.outreach_skill", "commissioners.collaboration_skill",
    "commissioners.empowerment_skill", "providers.left", "providers.partner", "providers.months_in", "providers.loss",
    "providers.worth", "localities.partners_left", "edges.level", "localities.plan_month", "plans.payment",
    "plans.result",
)  # fmt: skip


@compiled
def adapt(world):
    """Move everything that changes between months in the world's part; trust that others see next month is computed last."""
    for row in range(world.part[0], world.part[1]):
        place = world.localities[row]
        for p in range(place.provider_first, place.provider_end):
            if world.providers[p].active:
                _adapt_provider(world, row, p)
        place.partners_left = 0.0
        if place.serving:
            revise_plan(world, row)
            reallocate(world, row)
            turn_year(world, row)
            share_practice(world, row)
            leave_partnership(world, row)
            reckon(world, row)
        trained, rate, invited = training_of(world, row), recruiting(world, row), invites(world, row)
        families, edges, facts = world.families, world.edges, world.settings[row]
        slots, ties = int(facts.family_known_providers), world.relations[FAMILY_PROVIDER].first
        for i in range(place.family_first, place.family_end):
            trust = 0.0
            for tie in range(ties + i * slots, ties + (i + 1) * slots):
                trust += edges[tie].trust / slots
            offers = world.teams[families[i].team].offers
            adapt_family(facts, families[i], offers, trust, trained, invited, place.expenses_per_hour)
        for v in range(place.volunteer_first, place.volunteer_end):
            adapt_volunteer(world, row, v, trained, rate)
        practise(world, row)
        follow_up(world, row)
        _pass_on_reputation(world, row)
        _fade(world, row)


@compiled
def _adapt_provider(world, row, p):
    place, facts, provider = world.localities[row], world.settings[row], world.providers[p]
    if not (place.serving and provider.partner):
        provider.motivation += facts.provider_own_pull * (provider.own_motivation - provider.motivation)
        return
    trusted = world.edges[world.relations[COMMISSIONER_PROVIDER].first + p].trust
    if facts.mechanisms_burden_response:
        target = burden_target(
            trusted,
            facts.control_burden_min,
            facts.control_burden_max,
            facts.control_threshold,
            facts.control_steepness,
        )
        provider.burden = next_burden(provider.burden, target, facts.rules_rise, facts.rules_fall)
    paid = 0.0
    for d in range(provider.attention.shape[0]):
        paid += provider.attention[d] * provider.payment_per_hour[d]
    paid_share = min(2.0, paid / facts.money_wage)
    trusting = world.edges[world.relations[PROVIDER_COMMISSIONER].first + p].trust
    crowding = facts.provider_crowding if facts.mechanisms_crowding else 0.0
    provider.motivation = next_motivation(
        provider.motivation,
        provider.own_motivation,
        paid_share,
        crowding,
        place.voice,
        trusting,
        0.03,
        facts.provider_own_pull,
        1.0 - provider.liquidity,
        facts.provider_unpaid_strain,
    )
    target = 0.3 + 0.3 * provider.motivation + 0.3 * trusting - provider.reporting_share + 0.1 * place.voice
    target = min(1.0, max(0.0, target - 0.3 * (1.0 - provider.liquidity)))
    provider.job_satisfaction += 0.1 * (target - provider.job_satisfaction)
    course = facts.menu_strength * world.teams[provider.team].offers[PROFESSIONAL_COURSE]
    provider.openness += 0.1 * facts.provider_adaptation * course * (1.0 - provider.openness)
    for d in range(provider.fit.shape[0]):  # services come to fit by doing, where activities are not prescribed
        provider.fit[d] = next_fit(
            provider.fit[d],
            provider.attention[d],
            0.1 * facts.provider_adaptation * (1.0 + course),
            facts.payment_input_specification,
        )
    adapt_staff(facts, provider)


@compiled_with_arrays
def _pass_on_reputation(world, row):
    """Peers who know the same provider pass on a part of their own evidence, never their first attitude.

    Everybody hears what was held before anybody told, so that it does not count who comes first; evidence flows until both
    hold the same, so that hearsay cannot multiply itself.
    """
    place, facts, slots = world.localities[row], world.settings[row], int(world.settings[row].family_known_providers)
    share = facts.trust_reputation if facts.mechanisms_reputation else 0.0
    if share > 0.0:
        families, facets = place.family_end - place.family_first, FACETS if facts.mechanisms_facets else 1
        told, marks = np.zeros((2, families * slots, 2, facets)), np.zeros(families, np.uint64)
        _mark(world, row, marks)
        _tell(world, row, 0.2 * share, marks, told[0], told[1])
        _believe(world.edges, world.relations[FAMILY_PROVIDER].first + place.family_first * slots, told[0], told[1])


@compiled
def _mark(world, row, marks):
    """A bit of each family's mark for every provider that it knows, by its row modulo 64: most peers are passed over."""
    first, slots = world.localities[row].family_first, int(world.settings[row].family_known_providers)
    for k in range(marks.shape[0]):
        for slot in range((first + k) * slots, (first + k + 1) * slots):
            marks[k] |= np.uint64(1) << np.uint64(world.packages[slot].provider & 63)


@compiled
def _tell(world, row, share, marks, heard, most):
    """What families of a locality hear from their peers of those whom both know."""
    facts, edges, packages, first = world.settings[row], world.edges, world.packages, world.localities[row].family_first
    slots, peers = int(facts.family_known_providers), int(facts.family_peers)
    ties = world.relations[FAMILY_PROVIDER].first
    for k in range(marks.shape[0]):
        for tie in range((first + k) * peers, (first + k + 1) * peers):
            j = world.peers[tie].peer
            if marks[k] & marks[j - first] and world.peers[tie].active:
                for a in range((first + k) * slots, (first + k + 1) * slots):
                    for b in range(j * slots, (j + 1) * slots):
                        if packages[a].provider == packages[b].provider:
                            _hear(edges[ties + a], edges[ties + b], share, heard, most, a - first * slots)


@compiled
def _hear(mine, theirs, share, heard, most, a):
    """Add what one peer tells of a provider, and keep the most that any could tell; row a of both is for this tie."""
    for facet in range(heard.shape[2]):
        for_it = max(0.0, theirs.support[facet] - mine.support[facet])
        against_it = max(0.0, theirs.against[facet] - mine.against[facet])
        heard[a, 0, facet] += share * for_it
        heard[a, 1, facet] += share * against_it
        most[a, 0, facet] = max(most[a, 0, facet], for_it)
        most[a, 1, facet] = max(most[a, 1, facet], against_it)


@compiled
def _believe(edges, ties, heard, most):
    """Take in what was heard, but never more than the most that any peer could tell."""
    for a in range(heard.shape[0]):
        for facet in range(heard.shape[2]):
            if heard[a, 0, facet] > 0.0:
                edges[ties + a].support[facet] += min(heard[a, 0, facet], most[a, 0, facet])
            if heard[a, 1, facet] > 0.0:
                edges[ties + a].against[facet] += min(heard[a, 1, facet], most[a, 1, facet])


@compiled
def _fade(world, row):
    """Evidence fades, damage more slowly, first attitudes toward the general propensity; then trust is what remains."""
    facts, edges = world.settings[row], world.edges
    for relation in range(world.relations.shape[0]):
        first, end = ties_of_place(world, row, relation)
        if facts.mechanisms_facets:  # asked once, so that the compiler knows how many there are
            for e in range(first, end):
                _fade_tie(facts, edges[e], FACETS)
        else:
            for e in range(first, end):
                _fade_tie(facts, edges[e], 1)


@compiled
def _fade_tie(facts, edge, facets):
    edge.prior = fade_prior(edge.prior, facts.trust_propensity, facts.trust_memory)
    if edge.lived_weight > 0.0 or _has_evidence(edge, facets):
        _fade_evidence(facts, edge, facets)
    else:  # nothing to fade, and one level for all facets
        level = trust_level(0.0, 0.0, 0.0, edge.prior, facts.trust_prior_weight)
        for facet in range(facets):
            edge.level[facet] = level
    edge.trust = edge.level[ABILITY]
    if facts.mechanisms_facets:
        edge.trust = weighed(
            edge.level[ABILITY], edge.level[BENEVOLENCE], edge.level[INTEGRITY],
            facts.trust_weight_ability, facts.trust_weight_benevolence, facts.trust_weight_integrity,
        )  # fmt: skip
    else:  # one facet: what is trusted in one is trusted in all
        edge.level[BENEVOLENCE] = edge.level[INTEGRITY] = edge.trust


@compiled
def _has_evidence(edge, facets):
    found = 0.0
    for facet in range(facets):
        found += edge.support[facet] + edge.against[facet] + edge.damage[facet]
    return found > 0.0


@compiled
def _fade_evidence(facts, edge, facets):
    edge.lived_weight *= CONDUCT_MEMORY
    for facet in range(facets):
        edge.support[facet] *= facts.trust_memory
        edge.against[facet] *= facts.trust_memory
        edge.damage[facet] *= facts.trust_damage_memory
        edge.level[facet] = trust_level(
            edge.support[facet], edge.against[facet], edge.damage[facet], edge.prior, facts.trust_prior_weight
        )
