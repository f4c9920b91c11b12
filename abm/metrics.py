"""What is observed every month: each metric declared once, for collection, tables, plots, reports and the ODD document.

Where a group is empty the value is missing (NaN), not zero. Populations are the families of funded localities.
"""

from __future__ import annotations

import math
from typing import Any

from abm.case import Case
from abm.declare import Metric

SHARE = (0.0, 1.0)
SIGNED = (-1.0, 1.0)
POSITIVE = (0.0, float("inf"))


def _trust(name: str, who: str) -> Metric:
    return Metric(f"trust_{name}", "trust", "trust", f"mean trust of {who}", "up", "mean_in_service", SHARE)


METRICS: tuple[Metric, ...] = (
    _trust("family_provider", "families in the providers of their package"),
    _trust("family_commissioner", "families in their authority"),
    _trust("provider_commissioner", "providers in their authority"),
    _trust("commissioner_provider", "the authority in its providers"),
    _trust("provider_provider", "providers in one another"),
    _trust("public_public", "public providers in one another"),
    _trust("public_third_sector", "public providers in the third sector (with families' associations) and the reverse"),
    _trust("public_for_profit", "public in for-profit providers and the reverse"),
    _trust("third_sector_third_sector", "third-sector providers and associations in one another"),
    _trust("third_sector_for_profit", "third-sector in for-profit providers and the reverse"),
    _trust("for_profit_for_profit", "for-profit providers in one another"),
    _trust("volunteer_provider", "active volunteers in the provider they help"),
    _trust("investor_provider", "investors in the providers of their contract"),
    _trust("investor_commissioner", "investors in the authority"),
    _trust("commissioner_region", "authorities in the region and the region in them"),
    Metric("trust_mean", "trust", "trust", "mean over the kinds of relation above that exist (sectors are one kind), not over edges", "up", "mean_in_service", SHARE),
    Metric("trust_certainty", "trust", "share", "how far trust rests on experience, mean over kinds of relation", "up", "mean_in_service", SHARE),
    Metric("trust_calibration", "trust", "share", "1 − mean distance of trust from the mean experience with the partner, which fades with a memory of 12 months; over edges with any, then over kinds of relation", "up", "mean_in_service", SHARE),
    _trust("ability", "all in what their partners can do: mean over kinds of relation, as trust_mean"),
    _trust("benevolence", "all in their partners' good will, the same mean"),
    _trust("integrity", "all in their partners' honesty, the same mean"),
    Metric("integration", "coordination", "share", "need-weighted strength of the links within families' packages", "up", "mean_in_service", SHARE),
    Metric("family_integration_hours", "coordination", "h/month", "hours a family spends holding its package together", "down", "mean_in_service", POSITIVE),
    Metric("partners_engaged", "coordination", "providers", "providers that hold a part of the contract", "context", "mean_in_service", POSITIVE),
    Metric("coordination_hours", "coordination", "h/month", "hours of providers and hub on links and meetings", "context", "mean_in_service", POSITIVE),
    Metric("decision_latency", "coordination", "months", "months that a disagreement waits until somebody has time to settle it: backlog ÷ settled a month", "down", "mean_in_service", (0.0, 24.0)),
    Metric("meeting_experience", "coordination", "share", "mean experience of those at this month's design meeting; ½ is as expected", "up", "last", SHARE),
    Metric("bottleneck", "coordination", "ratio", "hours asked of the busiest of those who coordinate (the hub, or a member) ÷ hours that it has", "down", "mean_in_service", POSITIVE),
    Metric("partners_left", "coordination", "providers", "partners that left the partnership this month", "down", "total", POSITIVE),
    Metric("wellbeing_mean", "outcomes", "wellbeing", "importance-weighted wellbeing", "up", "last", SHARE),
    Metric("wellbeing_measured", "outcomes", "wellbeing", "the same over measured domains", "up", "last", SHARE),
    Metric("wellbeing_unmeasured", "outcomes", "wellbeing", "the same over domains that are no metric", "up", "last", SHARE),
    Metric("wellbeing_gain", "outcomes", "wellbeing", "gain on the family's own start", "up", "last", SIGNED),
    Metric("attributable_gain", "outcomes", "wellbeing", "gain of all eligible families against the same world without service", "up", "last", SIGNED),
    Metric("attributable_gain_served", "outcomes", "wellbeing", "the same over families in service this month", "up", "mean_in_service", SIGNED),
    Metric("reported_gain", "outcomes", "wellbeing", "metric-weighted change of the served as reported", "context", "mean_in_service"),
    Metric("satisfaction", "outcomes", "share", "satisfaction of families in service", "up", "mean_in_service", SHARE),
    Metric("dissatisfaction_red_tape", "outcomes", "share", "satisfaction lost to red tape", "down", "mean_in_service", SHARE),
    Metric("dissatisfaction_waiting", "outcomes", "share", "satisfaction lost to waiting (served and applicants)", "down", "mean_in_service", SHARE),
    Metric("dissatisfaction_mismatch", "outcomes", "share", "satisfaction lost to services that miss the need", "down", "mean_in_service", SHARE),
    Metric("dissatisfaction_voice", "outcomes", "share", "satisfaction lost to not being heard", "down", "mean_in_service", SHARE),
    Metric("service_quality", "objectives", "share", "fit × intensity × integration of contract hours", "up", "mean_in_service", SHARE),
    Metric("quality_of_life", "objectives", "wellbeing", "importance-weighted wellbeing of all eligible families", "up", "last", SHARE),
    Metric("governance_voice", "objectives", "share", "share of decisions that moved toward what families asked, last meeting or revision", "up", "last", SHARE),
    Metric("governance_fairness", "objectives", "share", "1 − concentration (Gini) of contract hours over need", "up", "mean_in_service", SHARE),
    Metric("governance_accountability", "objectives", "share", "shortfalls both explained and followed by a consequence within 6 months ÷ known shortfalls that were so or are older, since the start. Known: a caught misreport; a result below half of the forecast by then, seen at a half-yearly look. Explained: discussed in co-assessment, or the plan was revised. Consequence: penalty paid, part of the contract cut, control raised", "up", "last", SHARE),
    Metric("governance_transparency", "objectives", "share", "1 − distance of the commissioner's belief about need from the truth", "up", "mean_in_service", SHARE),
    Metric("wellbeing_gap_complexity", "for whom", "wellbeing", "wellbeing of the least complex third less that of the most complex", "down", "last", SIGNED),
    Metric("wellbeing_gap_resources", "for whom", "wellbeing", "wellbeing of the best resourced third less that of the least", "down", "last", SIGNED),
    Metric("access_gap", "for whom", "share", "share served of the least complex third less that of the most complex", "down", "mean_in_service", SIGNED),
    Metric("hours_gap", "for whom", "share", "contract hours per need of the least complex third less the most complex, relative to the mean", "down", "mean_in_service"),
    Metric("representation_gap", "for whom", "share", "distance of the needs that were heard from true need", "down", "last", SHARE),
    Metric("participation_gap", "for whom", "share", "part taken in co-delivery by families in service: mean of the best resourced third less that of the least", "down", "mean_in_service", SIGNED),
    Metric("mission_drift", "mission drift", "share", "distance of delivered hours, over thirds of complexity × domains, from what the same providers would do unpaid for results", "down", "mean_in_service", SHARE),
    Metric("misfit", "mission drift", "share", "distance of what they would do from the true need of the served and the applicants", "down", "mean_in_service", SHARE),
    Metric("realignment", "mission drift", "share", "misfit less the distance of delivered hours from need: positive where payment moves hours toward need", "up", "mean_in_service", SIGNED),
    Metric("marketisation", "marketisation", "share", "mean of the third sector's parts below that exist", "down", "mean_in_service", SHARE),
    Metric("marketisation_bid_hours_share", "marketisation", "share", "hours on bids and claims ÷ contract hours, third sector", "down", "mean_in_service", SHARE),
    Metric("marketisation_income_at_risk", "marketisation", "share", "income that depends on outcomes ÷ contract income, third sector", "down", "mean_in_service", SHARE),
    Metric("marketisation_likeness_for_profit", "marketisation", "share", "overlap of third-sector with for-profit partners: mean of that in contract hours over domains and that in families taken in over thirds of complexity", "down", "mean_in_service", SHARE),
    Metric("marketisation_links_cut", "marketisation", "share", "links cut after bidding against each other ÷ links at the award", "down", "mean_in_service", SHARE),
    Metric("marketisation_for_profit_share", "marketisation", "share", "contract hours of for-profit partners ÷ contract hours", "context", "mean_in_service", SHARE),
    Metric("displacement", "marketisation", "share", "third-sector partners and associations of the award that have left", "down", "last", SHARE),
    Metric("winners_curse", "marketisation", "share", "how far the winners underestimated their cost when they bid: mean of log(cost ÷ estimate) by part of the contract, results counted as far as they are paid", "down", "mean_in_service"),
    Metric("small_providers_active", "marketisation", "providers", "providers of funded localities at work that are smaller than the median of their kind", "context", "last", POSITIVE),
    Metric("small_third_sector_at_risk", "marketisation", "share", "small third-sector partners and associations of the first award that could not pay all planned hours this month, or have failed", "down", "mean_in_service", SHARE),
    Metric("small_third_sector_drawing", "marketisation", "share", "those of them whose cash is more than a tenth below their reserves at the start, or that have failed", "down", "mean_in_service", SHARE),
    Metric("bureaucratisation", "bureaucratisation", "share", "hours of the last 12 months on control that changed nothing so far ÷ all hours of contract, families and volunteers in them", "down", "mean_in_service", SHARE),
    Metric("bureaucratisation_control_hours", "bureaucratisation", "h", "hours of the last 12 months on reporting, audit, claims and families' forms", "down", "mean_in_service", POSITIVE),
    Metric("bureaucratisation_useless_control_hours", "bureaucratisation", "h", "of these, hours after which no payment, finding or decision rested on them: for general control an audit's finding, or less of the contract or more control after a known shortfall; for metrics and claims an outcome payment earned, hours moved by over 1 %, priorities revised, a shortfall seen", "down", "mean_in_service", POSITIVE),
    Metric("admin_share", "bureaucratisation", "share", "contract hours not spent with families or on new services", "down", "mean_in_service", SHARE),
    Metric("reporting_burden", "bureaucratisation", "share", "share of contract hours that reporting and control take", "down", "mean_in_service", SHARE),
    Metric("gaming", "honesty", "wellbeing", "reported less measured change of the served", "down", "mean_in_service", SIGNED),
    Metric("deadweight_paid", "honesty", "share", "payment that the no-service paths would have earned ÷ payment, cumulative", "down", "last", POSITIVE),
    Metric("engagement", "co-production", "share", "families' engagement", "up", "last", SHARE),
    Metric("capability", "co-production", "share", "families' capability", "up", "last", SHARE),
    Metric("fatigue", "co-production", "share", "families' fatigue", "down", "mean_in_service", SHARE),
    Metric("participation", "co-production", "share", "share of families who take part in co-production", "up", "mean_in_service", SHARE),
    Metric("coproduced_share", "co-production", "share", "families' and volunteers' hours ÷ all hours of the service", "context", "mean_in_service", SHARE),
    Metric("volunteers_active", "co-production", "volunteers", "volunteers at work", "up", "mean_in_service", POSITIVE),
    Metric("volunteer_hours", "co-production", "h/month", "their hours", "up", "mean_in_service", POSITIVE),
    Metric("volunteer_motivation", "co-production", "share", "their motivation", "up", "last", SHARE),
    Metric("volunteers_trained", "co-production", "share", "mean training of active volunteers", "up", "last", SHARE),
    Metric("volunteer_fatigue", "co-production", "share", "mean fatigue of active volunteers", "down", "mean_in_service", SHARE),
    Metric("volunteers_joined", "co-production", "volunteers", "volunteers who joined this month", "context", "total", POSITIVE),
    Metric("volunteers_left", "co-production", "volunteers", "volunteers who left this month", "context", "total", POSITIVE),
    Metric("complaints", "co-production", "families", "families in service that complained this month", "context", "total", POSITIVE),
    Metric("staff_turnover", "co-production", "share", "part of partners' professionals replaced this month", "down", "mean_in_service", SHARE),
    Metric("mission_motivation", "co-production", "share", "partners' mission motivation", "up", "last", SHARE),
    Metric("job_satisfaction", "co-production", "share", "professionals' satisfaction", "up", "last", SHARE),
    Metric("families_served", "system", "families", "families in the contract's service", "up", "mean_in_service", POSITIVE),
    Metric("families_waiting", "system", "families", "families who wait for a place", "down", "mean_in_service", POSITIVE),
    Metric("providers_active", "system", "providers", "providers of funded localities at work", "context", "last", POSITIVE),
    Metric("third_sector_share", "system", "share", "contract hours of the third sector and associations", "context", "mean_in_service", SHARE),
    Metric("concentration", "system", "share", "concentration (Herfindahl) of contract hours over providers", "context", "mean_in_service", SHARE),
    Metric("effort_intensity", "system", "share", "intensity of contract hours", "up", "mean_in_service", SHARE),
    Metric("liquidity", "system", "share", "share of planned contract hours that could be paid", "up", "mean_in_service", SHARE),
    Metric("providers_at_risk", "system", "share", "partners that could not pay all planned hours this month, or have failed", "down", "mean_in_service", SHARE),
    Metric("spend_public", "money", "€", "public money spent on the contract less what came back, cumulative", "context", "last"),
    Metric("spend_region", "money", "€", "the region's part of that, less what came back to it", "context", "last"),
    Metric("outcome_payments", "money", "€", "outcome payments by commissioners, cumulative", "context", "last", POSITIVE),
    Metric("capital_outstanding", "money", "€", "investors' capital outstanding", "context", "mean_in_service", POSITIVE),
    Metric("investor_return", "money", "€", "paid to investors less capital called, cumulative", "context", "last"),
    Metric("admin_cost", "money", "€", "hours on reporting, bids and control at their cost, with evaluation and overhead, cumulative", "down", "last", POSITIVE),
    Metric("unpaid_hours", "money", "h", "hours of families and volunteers, cumulative", "context", "last", POSITIVE),
    Metric("net_benefit", "money", "€", "`money.wellbeing_value` × Σ over months of attributable gain of all eligible families ÷ 12, less public spending, cumulative; the gain is against no service at all, usual services included, so compare designs", "up", "last"),
    Metric("cost_per_gain", "money", "€/point", "public spending ÷ (100 × sum of attributable gain); missing where there is no gain", "down", "last", POSITIVE),
    Metric("transaction_cost_exante", "money", "share", "hours of all sides from preparing the last tender to signature, at their cost ÷ the contract's value", "down", "last", POSITIVE),
    Metric("transaction_cost_authority", "money", "share", "of `transaction_cost_exante`, the authority's own: all but bids, and half of negotiation; what the source measured", "down", "last", POSITIVE),
    Metric("overhead_share", "money", "share", "paid for running governance, evaluation, intermediary and network management ÷ all that has gone into the contract, cumulative", "down", "last", SHARE),
    Metric("forecast_commissioner", "money", "wellbeing", "weighted measured change by this month of service as the commissioner published it, beside `reported_gain`", "context", "last"),
    Metric("forecast_bidders", "money", "wellbeing", "the same as the winners foresaw it when they bid", "context", "last"),
    Metric("capital_called", "money", "€", "capital drawn from investors, cumulative", "context", "last", POSITIVE),
    Metric("capital_peak", "money", "€", "most of it that was outstanding in any month so far", "context", "last", POSITIVE),
    Metric("senior_outstanding", "money", "€", "of investors' capital outstanding, that of those who are repaid first (all, where there is one class)", "context", "mean_in_service", POSITIVE),
    Metric("investor_irr", "money", "per year", "internal rate of return of all that investors paid (at the beginning of a month) and received (at its end), guarantee included; missing while a contract is served, and where they received nothing", "context", "last", (-1.0, float("inf"))),
    Metric("guarantee_paid", "money", "€", "paid to investors by a guarantor, cumulative", "context", "last", POSITIVE),
    Metric("fund_payments", "money", "€", "of the outcome payments, those of an outcomes fund, cumulative", "context", "last", POSITIVE),
    Metric("prime_cash", "money", "€", "what social primes hold", "context", "last"),
    Metric("prime_surplus", "money", "€", "that, less the reserves that they came with and receipts held back for investors", "context", "last"),
    Metric("planned_payments", "money", "€", "outcome payments that should have fallen due by now as the first plan of each contract had it, cumulative", "context", "last", POSITIVE),
    Metric("revised_payments", "money", "€", "the same as the plan in force this month had it", "context", "last", POSITIVE),
    Metric("due_payments", "money", "€", "outcome payments that fell due, before what was advanced is set off, cumulative", "context", "last", POSITIVE),
    Metric("payment_error", "attribution", "share", "outcome payments claimed less those on the true effect ÷ claimed, cumulative; missing where nothing was claimed", "down", "last"),
    Metric("payment_true_effect", "attribution", "€", "what the same rule, prices and caps would have paid on the true effect, against the same world without service, cumulative", "up", "last", POSITIVE),
    Metric("payment_deadweight", "attribution", "€", "paid beyond that for the change of all eligible families that the estimate does not subtract, cumulative", "down", "last"),
    Metric("payment_selection", "attribution", "€", "paid for what else the served would have changed by themselves, and for what matching gets wrong, cumulative", "down", "last"),
    Metric("payment_gaming", "attribution", "€", "paid for overstatement and claims brought forward, cumulative", "down", "last"),
    Metric("payment_noise", "attribution", "€", "paid for measurement and sampling error, less what was not claimed for want of evidence, cumulative; with the four before it this is all that was claimed", "context", "last"),
    Metric("claims_at_deadline", "attribution", "share", "share of outcome payments claimed in months of a deadline, cumulative; missing where there is none", "context", "last", SHARE),
    Metric("unclaimed_share", "attribution", "share", "earned milestones that were never claimed, for want of evidence ÷ earned, cumulative", "down", "last", SHARE),
)  # fmt: skip


def at_end(series: Any, case: Case) -> dict[str, float]:
    """One value per metric from a run's series (arrays by name, row = month): its value at the end or its mean in service.

    Months where the metric is missing are left out, so `last` is its last known value; where all are missing, it is NaN.
    """
    first = case.calendar.service[0]
    end = first + case.calendar.service_months * (1 + case.calendar.renewals)
    return {m.name: _value_at_end(m, series[m.name], first, end) for m in METRICS}


def _value_at_end(metric: Metric, values: Any, first: int, end: int) -> float:
    if metric.at_end == "last" and values[-1] == values[-1]:  # as nearly always
        return float(values[-1])
    if metric.at_end == "mean_in_service":
        values = values[first:end]
    known = [v for v in values.tolist() if v == v]
    if not known:
        return math.nan
    if metric.at_end == "last":
        return known[-1]
    return math.fsum(known) if metric.at_end == "total" else math.fsum(known) / len(known)
