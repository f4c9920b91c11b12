"""Terms of a contract: what the money buys, who advances it, and how much work each partner is to do."""

import math

from abm.compiled import compiled
from abm.ledger import cents
from abm.rules.attribution import evaluation_share
from abm.rules.coproduction import expenses_reserve
from abm.rules.finance import investor_surplus
from abm.rules.payment import BLOCK, FEE_FOR_SERVICE
from abm.streams import BID, uniform
from abm.tables import (
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
)  # fmt: skip

MOST_EXPENSES = 0.25  # share of the grant that expense money may take
MOST_ON_BROKERS, MOST_OVERHEAD = 0.2, 0.7  # of the grant


@compiled
def finance(world, row):
    """What evaluation, governance, expense money and investors' expected return leave of the grant buys work."""
    place, facts = world.localities[row], world.settings[row]
    share = evaluation_share(
        facts.payment_attribution, facts.money_evaluation_comparison, facts.money_evaluation_randomised
    )
    grant = facts.locality_grant_eur
    if facts.payment_outcome_share <= 0.0:
        share = 0.0  # nobody estimates a counterfactual that nothing is paid on
    brokers = facts.structure_network_management * facts.network_brokerage_hours * facts.money_wage
    brokers = min(MOST_ON_BROKERS * grant, brokers * world.clock[0].service_months)
    place.overhead_budget = min(MOST_OVERHEAD * grant, grant * (share + facts.finance_overhead_share) + brokers)
    reserved = expenses_reserve(
        facts.coproduction_expenses, facts.coproduction_delivery,
        (place.family_end - place.family_first) / facts.locality_demand_ratio, facts.family_free_hours,
        float(place.volunteer_end - place.volunteer_first), facts.work_volunteer_hours,
        float(world.clock[0].service_months), MOST_EXPENSES * grant,
    )  # fmt: skip
    place.expenses_left = cents(reserved)
    net = grant - place.overhead_budget - reserved
    called = deferred_share(facts) * facts.finance_bridge_investor
    years = 0.5 * world.clock[0].service_months / 12.0 + facts.payment_lag_months / 12.0
    cost = called * years * 0.5 * (facts.finance_return_cap + min(facts.finance_return_cap, facts.investor_hurdle))
    place.service_budget = net / (1.0 + cost)
    _investors_decide(world, row, called)


@compiled
def deferred_share(facts):
    """Share of the contract's value that is paid after the work: all of fee for service, the outcome share otherwise."""
    if facts.payment_rule == BLOCK:
        return 0.0
    return 1.0 if facts.payment_rule == FEE_FOR_SERVICE else facts.payment_outcome_share


@compiled
def _investors_decide(world, row, called):
    place, facts = world.localities[row], world.settings[row]
    for v in range(place.investor_first, place.investor_end):
        investor = world.investors[v]
        tie = world.edges[world.relations[INVESTOR_COMMISSIONER].first + v]
        risk = (1.0 - facts.finance_risk_to_provider) * facts.payment_outcome_share
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
def investors_in(world, row):
    """Share of a locality's investors that take part; the provider carries what the others do not advance."""
    place = world.localities[row]
    count, active = place.investor_end - place.investor_first, 0
    for v in range(place.investor_first, place.investor_end):
        active += int(world.investors[v].active)
    return active / count if count > 0 else 0.0


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
    return place.service_budget / world.clock[0].service_months / place.fee_per_hour


@compiled
def plan_work(world, row):
    """Each partner's hours, places and promise, by its share of the contract and the families that know it."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    slots, hours = int(facts.family_known_providers), contract_hours(world, row)
    chance = place.places / (place.family_end - place.family_first)
    for p in range(place.provider_first, place.provider_end):
        world.providers[p].planned_hours = hours * world.providers[p].award_share
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
