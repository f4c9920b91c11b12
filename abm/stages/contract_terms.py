"""Terms of a contract: what the money buys, who advances it, and how much work each partner is to do."""

import math

from abm.compiled import compiled
from abm.ledger import cents
from abm.rules.attribution import evaluation_share
from abm.rules.coproduction import expenses_reserve
from abm.rules.finance import NOBODY, SOCIAL_PRIME, covered, first_losers, investor_surplus, risk_left
from abm.rules.payment import BLOCK, FEE_FOR_SERVICE
from abm.streams import BID, uniform
from abm.tables import (
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
)  # fmt: skip

MOST_EXPENSES = 0.25  # share of the grant that expense money may take
MOST_ON_NETWORK, MOST_OVERHEAD = 0.2, 0.7  # of the grant
MOST_EARLY = 0.5  # of what overhead and expenses leave of it


@compiled
def finance(world, row):
    """What evaluation, governance, expense money and investors' expected return leave of the grant buys work."""
    place, facts = world.localities[row], world.settings[row]
    share = evaluation_share(
        facts.payment_attribution, facts.money_evaluation_historical, facts.money_evaluation_comparison,
        facts.money_evaluation_difference, facts.money_evaluation_randomised,
    )  # fmt: skip
    grant = facts.locality_grant_eur
    if facts.payment_outcome_share <= 0.0:
        share = 0.0  # nobody estimates a counterfactual that nothing is paid on
    managed = network_hours(facts) * facts.money_wage * world.clock[0].service_months
    managed = min(MOST_ON_NETWORK * grant, managed)
    place.overhead_budget = min(MOST_OVERHEAD * grant, grant * (share + facts.finance_overhead_share) + managed)
    reserved = expenses_reserve(
        facts.coproduction_expenses, facts.coproduction_delivery,
        (place.family_end - place.family_first) / facts.locality_demand_ratio, facts.family_free_hours,
        float(place.volunteer_end - place.volunteer_first), facts.work_volunteer_hours,
        float(world.clock[0].service_months), MOST_EXPENSES * grant,
    )  # fmt: skip
    place.expenses_left = cents(reserved)
    early = min(grant * facts.finance_development_grant, MOST_EARLY * (grant - place.overhead_budget - reserved))
    place.development = cents(early)
    net = grant - place.overhead_budget - reserved - early
    called = deferred_share(facts) * facts.finance_bridge_investor
    years = 0.5 * world.clock[0].service_months / 12.0 + facts.payment_lag_months / 12.0
    cost = called * years * 0.5 * (facts.finance_return_cap + min(facts.finance_return_cap, facts.investor_hurdle))
    place.service_budget = net / (1.0 + cost)
    _investors_decide(world, row, called)


@compiled
def network_hours(facts):
    """Hours a month of the commissioner's people on network management."""
    hours = facts.structure_network_management_facilitation * facts.network_facilitation_hours
    hours += facts.structure_network_management_brokerage * facts.network_brokerage_hours
    return hours + facts.structure_network_management_meta_governance * facts.network_meta_governance_hours


@compiled
def deferred_share(facts):
    """Share of the contract's value that is paid after the work: all of fee for service, the outcome share otherwise."""
    if facts.payment_rule == BLOCK:
        return 0.0
    return 1.0 if facts.payment_rule == FEE_FOR_SERVICE else facts.payment_outcome_share


@compiled
def own_bridge(facts):
    """Share of the working capital that providers carry themselves: none under a social prime, which carries it for them."""
    return 0.0 if facts.finance_intermediary == SOCIAL_PRIME else facts.finance_bridge_provider


@compiled
def _investors_decide(world, row, called):
    place, facts = world.localities[row], world.settings[row]
    classes = _set_classes(world, row)
    for v in range(place.investor_first, place.investor_end):
        investor = world.investors[v]
        tie = world.edges[world.relations[INVESTOR_COMMISSIONER].first + v]
        exposed = (1.0 - facts.finance_risk_to_provider) * facts.payment_outcome_share
        first = facts.finance_first_loss if classes else 0.0
        risk = risk_left(exposed, first, investor.first_loss, facts.finance_guarantee)
        surplus = investor_surplus(
            facts.finance_return_cap, risk, facts.investor_risk_aversion, investor.social_motivation, tie.trust,
            facts.investor_hurdle,
        )  # fmt: skip
        investor.active = 1 if called > 0.0 and surplus >= 0.0 else 0
        tie.active = investor.active
    for p in range(place.provider_first, place.provider_end):
        invest_in(world, row, p)


@compiled
def invest_in(world, row, p):
    """Investors that take part have a relation with each partner."""
    place = world.localities[row]
    providers = place.provider_end - place.provider_first
    for v in range(place.investor_first, place.investor_end):
        stake = place.stake_first + (v - place.investor_first) * providers + p - place.provider_first
        edge = world.edges[world.relations[INVESTOR_PROVIDER].first + stake]
        edge.active = 1 if world.investors[v].active and world.providers[p].partner else 0


@compiled
def _set_classes(world, row):
    """Those most moved by social benefit bear losses first; whether there are two classes."""
    place = world.localities[row]
    count = first_losers(place.investor_end - place.investor_first, world.settings[row].finance_first_loss)
    for v in range(place.investor_first, place.investor_end):
        ahead = 0
        for other in range(place.investor_first, place.investor_end):
            mine, theirs = world.investors[v].social_motivation, world.investors[other].social_motivation
            ahead += 1 if theirs > mine or (theirs == mine and other < v) else 0
        world.investors[v].first_loss = 1 if ahead < count else 0
    return count > 0


@compiled
def investors_in(world, row):
    """Share of a locality's investors that take part; the provider carries what the others do not advance."""
    place = world.localities[row]
    count, active = place.investor_end - place.investor_first, 0
    for v in range(place.investor_first, place.investor_end):
        active += int(world.investors[v].active)
    return active / count if count > 0 else 0.0


@compiled
def manager_fee(facts):
    """€ of the grant that pay the people of an intermediary or social prime; without one, others run the contract."""
    return 0.0 if facts.finance_intermediary == NOBODY else facts.locality_grant_eur * facts.finance_overhead_share


@compiled
def manager_hours(facts, service_months):
    """Hours a month that the intermediary's or prime's people work for its fee."""
    return manager_fee(facts) / service_months / (facts.money_wage * (1.0 + facts.money_overhead))


@compiled
def prime_reserves(facts, service_months):
    """€ that a social prime brings: months of contract cost."""
    return facts.money_reserves_prime * facts.locality_grant_eur / service_months


@compiled
def early_hours(place, facts):
    """Share of the hours of bids and negotiation that a development grant pays for."""
    money = facts.locality_grant_eur * facts.finance_development_grant
    if money <= 0.0:
        return 0.0
    return covered((place.bid_hours + place.negotiation_hours) * facts.money_wage * (1.0 + facts.money_overhead), money)


@compiled
def promise(world, row):
    """Places and promises that the money allows; whoever was served under an earlier contract may come again."""
    place, facts = world.localities[row], world.settings[row]
    families = place.family_end - place.family_first
    place.places = max(1.0, math.floor(families / facts.locality_demand_ratio + 0.5))
    spent = 0.05 + facts.control_burden_min + facts.rules_region_burden + facts.structure_coordination_effort
    place.promised_hours = contract_hours(world, row) * (1.0 - min(0.6, spent)) / place.places
    for i in range(place.family_first, place.family_end):
        world.families[i].was_served = 0


@compiled
def contract_hours(world, row):
    """Hours a month that the contract's money buys."""
    place = world.localities[row]
    return place.service_budget * (1.0 - place.cut) / world.clock[0].service_months / place.fee_per_hour


@compiled
def plan_work(world, row):
    """Each partner's hours, places and promise, by its share of the contract and the families that know it."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    slots, hours = int(facts.family_known_providers), contract_hours(world, row)
    chance = place.places / (place.family_end - place.family_first)
    for p in range(place.provider_first, place.provider_end):
        bought = place.fee_per_hour / world.providers[p].price_per_hour if world.providers[p].partner else 0.0
        world.providers[p].planned_hours = hours * world.providers[p].award_share * bought
        world.providers[p].places = world.providers[p].promised_hours = 0.0
    for i in range(place.family_first, place.family_end):
        main = main_slot(world, i, slots)
        for slot in range(i * slots, (i + 1) * slots):
            provider = world.providers[world.packages[slot].provider]
            if provider.partner:
                provider.promised_hours += chance  # counts its expected caseload first
                if slot == main:
                    provider.places += chance
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        served = provider.promised_hours
        known = place.promised_hours * place.places * provider.award_share
        provider.promised_hours = known / served if served > 0.0 else 0.0
        provider.places = math.floor(provider.places + uniform(clock.seed, BID, clock.contract, p, 2))


@compiled
def main_slot(world, i, slots):
    """Row of the package slot whose provider takes the family in: its first provider that is a partner; −1 if none."""
    for slot in range(i * slots, (i + 1) * slots):
        if world.providers[world.packages[slot].provider].partner:
            return slot
    return -1
