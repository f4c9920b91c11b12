"""contract: what was heard becomes knowledge, partners are chosen, work is priced so that every design has the same budget."""

from abm.compiled import compiled
from abm.rules.learning import knowledge_share, revised
from abm.stages.contract_award import award, part_rivals, prime_starts
from abm.stages.contract_bids import note_forecasts
from abm.stages.contract_plan import plan_payments
from abm.stages.contract_prices import set_prices
from abm.stages.contract_terms import finance, plan_work, promise
from abm.stages.menu import HIERARCHY, choose_menu

WRITES = (
    "commissioners.priorities", "commissioners.known_need", "commissioners.knowledge", "providers.known_need",
    "providers.active", "providers.partner", "providers.at_start", "providers.award_share", "providers.tender_hours",
    "providers.planned_hours", "providers.promised_hours", "providers.places", "pairs.rival", "pairs.joint_hours",
    "edges.support", "edges.against", "edges.damage", "edges.active", "investors.active", "milestones.price",
    "milestones.cap", "milestones.claimed", "milestones.expected", "families.was_served", "families.at_meeting",
    "localities.voice", "localities.bid_hours", "localities.links_start", "localities.links_cut",
    "localities.metric_weight", "localities.need_scale", "localities.places", "localities.promised_hours",
    "localities.service_budget", "localities.launched", "localities.serving", "localities.signed",
    "localities.expenses_left", "localities.negotiation_hours", "localities.claim_ceiling", "teams.offers",
    "teams.centre_domain", "teams.menu_hours", "localities.fee_per_hour", "localities.overhead_budget",
    "localities.expected_outcome_payment", "localities.expected_result", "localities.outcome_claimed",
    "localities.claimed_before", "localities.expected_claims", "edges.lived", "edges.lived_weight",
    "milestones.unserved", "localities.expected_change", "localities.pooled_result", "localities.pooled_alone",
    "localities.pooled_families", "localities.missed", "localities.missed_alone", "providers.contracts",
    "providers.left", "providers.estimate", "providers.outlook", "providers.price_per_hour", "providers.months_in",
    "providers.worth", "localities.bidders", "localities.first_bidders", "localities.rivals_gone",
    "localities.exante_hours", "localities.authority_hours", "localities.forecast", "localities.bidders_forecast",
    "investors.first_loss",
    "localities.development", "localities.development_hours", "localities.room_moved", "localities.plan_month",
    "plans.first_payment", "plans.payment", "plans.first_result", "plans.result", "localities.contract_value",
    "localities.layer_claimed", "localities.layer_before", "localities.layer_missed", "localities.layer_pooled",
    "milestones.layer_claimed",
)  # fmt: skip


@compiled
def contract(world):
    """In a month of tender, let the contract of every funded locality."""
    if world.clock[0].tendering == 0:
        return
    for row in range(world.part[0], world.part[1]):
        if world.localities[row].cut >= 1.0:  # there is no money to let a contract with
            world.localities[row].launched = world.localities[row].serving = 0
        elif world.localities[row].funded:
            if world.clock[0].contract == 0:
                _learn_what_was_heard(world, row)
            _weigh_metrics(world.localities[row], world.commissioners[row])
            if not award(world, row):
                continue
            part_rivals(world, row)
            finance(world, row)
            if not prime_starts(world, row):
                continue
            promise(world, row)
            plan_work(world, row)
            set_prices(world, row)
            note_forecasts(world, row)
            plan_payments(world, row)
            _renew_menu(world, row)


@compiled
def _renew_menu(world, row):
    """Partners plan the menu before families are heard; at a renewal those in service are asked too."""
    place, facts = world.localities[row], world.settings[row]
    asked = world.clock[0].contract > 0 and facts.structure_decision_rights != HIERARCHY
    for i in range(place.family_first, place.family_end):
        world.families[i].at_meeting = world.families[i].enrolled if asked else 0
    choose_menu(world, row, facts.coproduction_design if asked else 0.0)


@compiled
def _learn_what_was_heard(world, row):
    """Knowledge by decision rights: each team hears its own, hub and members hear all, the hierarchy hears nobody."""
    place, facts, commissioner = world.localities[row], world.settings[row], world.commissioners[row]
    domains = commissioner.priorities.shape[0]
    hears, pooled = facts.structure_decision_rights != 0.0, facts.structure_decision_rights != 2.0
    voices = 0.0
    for t in range(place.team_first, place.team_end):
        voices += world.teams[t].voices
    known = knowledge_share(voices, facts.network_voices_for_knowledge) if hears else 0.0
    commissioner.knowledge = known
    total, moved = 0.0, 0.0
    for d in range(domains):
        heard = 0.0
        for t in range(place.team_first, place.team_end):
            heard += world.teams[t].heard_need[d]
        heard = heard / voices if voices > 0.0 else commissioner.known_need[d]
        commissioner.known_need[d] = revised(commissioner.known_need[d], heard, known)
        total += commissioner.known_need[d]
    for d in range(domains):
        before = commissioner.priorities[d]
        wanted = commissioner.known_need[d] / total if total > 0.0 else before
        commissioner.priorities[d] = revised(before, wanted, facts.outcomes_use_priorities if hears else 0.0)
        moved += abs(commissioner.priorities[d] - before)
    if voices > 0.0:
        place.voice = min(1.0, moved * 4.0)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        team = world.teams[provider.team]
        spoken = voices if pooled else team.voices
        share = knowledge_share(spoken, facts.network_voices_for_knowledge) if hears else 0.0
        for d in range(domains):
            heard = commissioner.known_need[d]
            if not pooled and team.voices > 0.0:
                heard = team.heard_need[d] / team.voices
            provider.known_need[d] = revised(provider.prior_need[d], heard, share)


@compiled
def _weigh_metrics(place, commissioner):
    """Metric weights are the priorities over measured domains; they sum to 1."""
    total = 0.0
    for d in range(place.metric_weight.shape[0]):
        place.metric_weight[d] = commissioner.priorities[d] if place.measured[d] else 0.0
        total += place.metric_weight[d]
    for d in range(place.metric_weight.shape[0]):
        if total > 0.0:
            place.metric_weight[d] /= total
