"""Observed market and network: what contracts cost and promise, who is small and at risk, who is busy, who leaves."""

import math

from abm.compiled import compiled
from abm.ledger import (
    ADVANCE,
    AUTHORITY,
    CAPITAL,
    EVALUATION,
    EVALUATOR,
    FEE,
    FUND,
    GRANT,
    INTERMEDIARY,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    OVERHEAD,
    PROVIDER_ACCOUNT,
    REFUND,
    REPAYMENT,
    provider_account,
)  # fmt: skip
from abm.rules.forecast import settling_share
from abm.rules.indices import MISSING, ratio
from abm.stages.contract_entries import expected_stay
from abm.streams import log
from abm.tables import ASSOCIATION, THIRD_SECTOR

UNTOUCHED = 0.9  # of its reserves: who has less draws on them (assumed)
FASTEST = 0.99  # a month: speed at which a forecast may settle


@compiled
def observe_contracts(world, row):
    """Cost before signature, running overhead, small providers at work and partners that left, in funded localities."""
    cost = own = value = left = small = 0.0
    for loc in range(world.localities.shape[0]):
        place, facts = world.localities[loc], world.settings[loc]
        left += place.partners_left
        if place.funded and place.launched:
            hour = facts.money_wage * (1.0 + facts.money_overhead)
            cost, own = cost + place.exante_hours * hour, own + place.authority_hours * hour
            value += place.contract_value
    for p in range(world.providers.shape[0]):
        provider = world.providers[p]
        if world.localities[provider.locality].funded and provider.active and provider.small:
            small += 1.0
    row.transaction_cost_exante, row.transaction_cost_authority = ratio(cost, value), ratio(own, value)
    row.partners_left, row.small_providers_active = left, small
    row.overhead_share = _overhead(world.flows, world.clock[0].month)


@compiled
def _overhead(flows, month):
    """Share of what has gone into contracts since the start that went into running them, whoever held the money between."""
    overhead = work = 0
    for m in range(month + 1):
        overhead += flows[m, EVALUATION, AUTHORITY, EVALUATOR] + flows[m, OVERHEAD, AUTHORITY, INTERMEDIARY]
        for payer in (AUTHORITY, FUND, INTERMEDIARY, INVESTOR_ACCOUNT):
            for purpose in (GRANT, ADVANCE, FEE, OUTCOME_PAYMENT, CAPITAL):
                work += flows[m, purpose, payer, PROVIDER_ACCOUNT]
            work -= flows[m, REFUND, PROVIDER_ACCOUNT, payer] + flows[m, REPAYMENT, PROVIDER_ACCOUNT, payer]
    return min(1.0, overhead / (overhead + work)) if overhead + work > 0 else MISSING


@compiled
def observe_partners(world, row):
    """Forecasts, the winners' curse, small third-sector partners and the busiest coordinator, while a contract is served."""
    published = foreseen = weight = busiest = 0.0
    networks = 0
    for loc in range(world.localities.shape[0]):
        place, facts = world.localities[loc], world.settings[loc]
        if place.serving:
            by_now = place.places * _covered(facts, world.clock[0])
            published, foreseen = published + by_now * place.forecast, foreseen + by_now * place.bidders_forecast
            weight += place.places
            if facts.structure_coordination_rights != 0.0:
                busiest = max(busiest, place.bottleneck)
                networks += 1
    row.forecast_commissioner, row.forecast_bidders = ratio(published, weight), ratio(foreseen, weight)
    row.bottleneck = busiest if networks > 0 else MISSING
    known = share = few = risky = drawing = 0.0
    for p in range(world.providers.shape[0]):
        provider = world.providers[p]
        if provider.partner and provider.estimate > 0.0:
            known, share = known - provider.award_share * log(provider.estimate), share + provider.award_share
        third_sector = provider.kind == THIRD_SECTOR or provider.kind == ASSOCIATION
        if provider.at_start and provider.small and third_sector and (provider.partner or provider.exited):
            cash = 0.01 * world.balances[provider_account(p, world.localities.shape[0])]
            few += 1.0
            risky += 1.0 if provider.exited or provider.liquidity < 0.999 else 0.0
            drawing += 1.0 if provider.exited or cash < UNTOUCHED * provider.reserves else 0.0
    row.winners_curse = known / share if share > 0.0 else MISSING
    row.small_third_sector_at_risk, row.small_third_sector_drawing = ratio(risky, few), ratio(drawing, few)


@compiled
def _covered(facts, clock):
    """Share of the change foreseen at the end of a programme that is foreseen by this month of service.

    Wellbeing moves toward its resting point at the speed of return and of typical service together.
    """
    speed = min(FASTEST, facts.outcome_return_rate + facts.outcome_effect)
    stay = math.floor(min(expected_stay(facts), clock.service_months))
    return settling_share(speed, min(stay, float(clock.service_month))) / settling_share(speed, max(1.0, stay))
