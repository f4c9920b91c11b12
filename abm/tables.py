"""The columns of every population: what a commissioner, a provider, a family … is made of.

One tuple of declarations a table; tables are numpy record arrays, so compiled code reads them agent by agent
(`family.engagement`) and everybody else column by column (`world.families.engagement`).
"""

from __future__ import annotations

import functools

import numpy as np

from abm.declare import Column, Part, parameters
from abm.rules.attribution import LAYERS
from abm.rules.menu import SERVICES
from abm.rules.payment import MOST_STEPS
from abm.tables_people import FAMILIES, INVESTORS, PACKAGES, PROVIDERS, VOLUNTEERS

FACETS = 3  # of trust: ability, benevolence, integrity; the evidence of each is kept apart
YEAR = 12  # months of a column that keeps the last twelve, each at its month modulo 12

CLOCK = (
    Column("seed", "number", "seed of every draw", kind="i8"),
    Column("month", "month", "months since the start", kind="i8"),
    Column("contract", "number", "contracts let so far, less one", kind="i8"),
    Column("plan_first", "month", "first month of co-planning", kind="i8"),
    Column("plan_last", "month", "last month of co-planning", kind="i8"),
    Column("tender", "month", "month of the first award", kind="i8"),
    Column("codesign_first", "month", "first design meeting", kind="i8"),
    Column("codesign_last", "month", "last design meeting", kind="i8"),
    Column("service_first", "month", "first month of service of the first contract", kind="i8"),
    Column("service_months", "months", "length of a contract's service", kind="i8"),
    Column("assess_first", "month", "first month of co-assessment", kind="i8"),
    Column("assess_last", "month", "last month of co-assessment", kind="i8"),
    Column("renewals", "contracts", "further contracts after the first", kind="i8"),
    Column("months", "months", "length of the run", kind="i8"),
    Column("planning", "flag", "a round of co-planning is held this month", kind="i8"),
    Column("tendering", "flag", "a contract is awarded this month", kind="i8"),
    Column("codesigning", "flag", "a design meeting is held this month", kind="i8"),
    Column("serving", "flag", "the contract is served this month", kind="i8"),
    Column("assessing", "flag", "results are assessed this month", kind="i8"),
    Column("service_month", "month", "month within the contract's service, from 1; 0 outside", kind="i8"),
)

LOCALITIES = (
    Column("funded", "flag", "there is money for a contract", kind="u1"),
    Column("launched", "flag", "the last tender led to a contract", kind="u1"),
    Column("serving", "flag", "a contract is served here this month", kind="u1"),
    Column("region", "row", "the commissioner above it", kind="i8"),
    Column("family_first", "row", "first family of the locality", kind="i8"),
    Column("family_end", "row", "row after its last family", kind="i8"),
    Column("provider_first", "row", "first provider of the locality", kind="i8"),
    Column("provider_end", "row", "row after its last provider", kind="i8"),
    Column("volunteer_first", "row", "first volunteer of the locality", kind="i8"),
    Column("volunteer_end", "row", "row after its last volunteer", kind="i8"),
    Column("investor_first", "row", "first investor of the locality", kind="i8"),
    Column("investor_end", "row", "row after its last investor", kind="i8"),
    Column("territory_first", "row", "first territory of the locality", kind="i8"),
    Column("territory_end", "row", "row after its last territory", kind="i8"),
    Column("team_first", "row", "first team of the locality", kind="i8"),
    Column("team_end", "row", "row after its last team", kind="i8"),
    Column("pair_first", "row", "first pair of providers of the locality", kind="i8"),
    Column("stake_first", "row", "first investor-provider relation of the locality", kind="i8"),
    Column("measured", "flag", "the domain is a metric", per="domain", kind="u1"),
    Column("metric_weight", "share", "weight of a measured domain in results", per="domain"),
    Column("need_scale", "share", "input that typical hours, spread as the need is, must be divided by"),
    Column("places", "families", "places of the contract's service"),
    Column("promised_hours", "h/month", "service hours promised to a family"),
    Column("service_budget", "€", "contract money that buys work"),
    Column("fee_per_hour", "€/h", "what an hour of contract work is paid, fee for service"),
    Column("overhead_budget", "€", "contract money for evaluation, governance and intermediaries"),
    Column(
        "expenses_left",
        "cents",
        "contract money reserved for expenses of families and volunteers, not yet paid",
        kind="i8",
    ),
    Column("expenses_per_hour", "€/h", "what an hour of co-production was paid last month"),
    Column("expected_outcome_payment", "€", "outcome payment at the commissioner's forecast"),
    Column("expected_result", "wellbeing", "weighted measured change that the commissioner forecasts"),
    Column("outcome_claimed", "cents", "outcome payments claimed so far", kind="i8"),
    Column("unserved_claimed", "cents", "what the no-service paths would have earned so far", kind="i8"),
    Column("claimed_before", "cents", "outcome payments claimed under earlier contracts", kind="i8"),
    Column("expected_claims", "cents", "what should have been claimed by now at the forecast", kind="i8"),
    Column("period_paid", "share", "share of the last period's full payment that was earned"),
    Column("result", "wellbeing", "weighted measured change of the cohort so far, before attribution"),
    Column("counterfactual", "wellbeing", "estimate that attribution subtracts"),
    Column("bid_hours", "h", "hours spent on the last tender"),
    Column("lines", "number", "lines of its rate card", kind="i8"),
    Column("negotiation_hours", "h", "hours of negotiation before the last signature"),
    Column("signed", "month", "month in which the last contract is signed", kind="i8"),
    Column("claim_ceiling", "cents", "outcome payments that may be claimed by now", kind="i8"),
    Column("region_burden", "share", "share of contract hours that the region's rules ask for this month"),
    Column("passed_burden", "share", "of that, what reaches the partners"),
    Column("absorbed_hours", "h/month", "hours of the authority's people on the region's rules"),
    Column("backlog", "h", "hours of disagreements that nobody had time to settle"),
    Column("settled", "h", "hours of disagreements settled this month"),
    Column("reach", "ratio", "hours that its hub has for each relation ÷ hours that they ask for"),
    Column("decided", "share", "share of this month's coordination that was done"),
    Column("hub_hours", "h/month", "hours of the lead agency or administrative organisation on links this month"),
    Column("voice", "share", "share of decisions that moved toward what families asked, last meeting"),
    Column("participation", "share", "share of families who take part in co-production this month"),
    Column("collective_work", "share", "collective work this month, relative to all families taking part"),
    Column("meeting_experience", "share", "mean experience of those who met this month; −1 where nobody met"),
    Column("agreement", "share", "how far those who decide together want the same, at the last meeting"),
    Column("meetings", "number", "design meetings so far", kind="i8"),
    Column("links_start", "number", "links between third-sector providers and others at the award"),
    Column("links_cut", "number", "links cut after bidding against each other"),
    Column("capital_called", "cents", "capital drawn from investors", kind="i8"),
    Column("return_paid", "cents", "paid to investors above their capital", kind="i8"),
    Column("return_allowed", "cents", "ceiling on that, growing with the capital outstanding", kind="i8"),
    Column(
        "work_hours", "h/month", "hours of contract, families and volunteers in each of the last 12 months", per="year"
    ),
    Column("control_hours", "h/month", "of these, on reporting, audit, claims and forms", per="year"),
    Column("steps", "number", "steps of a stepped payment", kind="i8"),
    Column("step_result", "× forecast", "cohort result from which a step pays", per="step"),
    Column("step_share", "share", "share of the full payment that it pays", per="step"),
    Column("expected_change", "wellbeing", "measured change that the commissioner forecasts", per="domain"),
    Column("domain_result", "wellbeing", "measured change of the cohort so far, before attribution", per="domain"),
    Column("pooled_result", "wellbeing", "mean result of the cohorts tested so far, after attribution", per="domain"),
    Column("pooled_alone", "wellbeing", "the same on the no-service path", per="domain"),
    Column("pooled_families", "families", "families in these cohorts, each counted in every cohort that it is in"),
    Column("missed", "tranches", "tranches that cohorts missed so far"),
    Column("missed_alone", "tranches", "the same on the no-service path"),
    Column("bidders", "number", "providers that bid at the last tender"),
    Column("first_bidders", "number", "providers that bid at the first tender"),
    Column("rivals_gone", "share", "share of the first tender's bidders by which there are fewer now"),
    Column("contract_value", "€", "value of the last contract that was signed"),
    Column("exante_hours", "h", "hours of all sides from preparing the last tender to signature"),
    Column("authority_hours", "h", "of these, the authority's: all but bids, and its part of negotiation"),
    Column("forecast", "wellbeing", "weighted measured change that the commissioner publishes, with its optimism"),
    Column("bidders_forecast", "wellbeing", "the same as the winners foresee it, weighted by their parts"),
    Column("facilitated", "share", "share of this month's disagreements that facilitators sat in on"),
    Column("bottleneck", "ratio", "hours asked of the busiest of those who coordinate ÷ hours that it has"),
    Column("partners_left", "number", "partners that left the partnership this month"),
    Column("recycled", "cents", "receipts held back to be used again as working capital", kind="i8"),
    Column("prime_reserves", "cents", "reserves that the social prime came with", kind="i8"),
    Column("development", "cents", "development grant of the last award, until it is paid", kind="i8"),
    Column("development_hours", "h", "hours of bids and negotiation that it pays for"),
    Column("room_moved", "cents", "room under the ceiling that an outcomes fund moved here; below 0: away", kind="i8"),
    Column("plan_month", "month", "month in which the latest plan of payments was made; 0: none", kind="i8"),
    Column("survey_month", "month", "month of the latest half-yearly survey of its families; 0: none", kind="i8"),
    Column("natural", "wellbeing", "mean no-service path of its families", per="domain"),
    Column("earlier_start", "wellbeing", "the same when earlier families were first followed", per="domain"),
    Column("earlier_change", "wellbeing", "how it changed from then to the first contract's service", per="domain"),
    Column("known_change", "wellbeing", "what attribution subtracts, without sampling and measurement error"),
    Column("known_population", "wellbeing", "of that, the change of all eligible families"),
    Column("layer_claimed", "cents", "what would be claimed without the errors after a layer", per="layer", kind="i8"),
    Column("layer_before", "cents", "the same under earlier contracts", per="layer", kind="i8"),
    Column(
        "layer_missed", "tranches", "tranches that would have been missed without the errors after a layer", per="layer"
    ),
    Column("layer_pooled", "change", "pooled result without the errors after a layer", per="layer"),
    Column("unclaimed", "cents", "earned milestones never claimed, for want of evidence", kind="i8"),
    Column("deadline_claims", "cents", "outcome payments claimed in months of a deadline", kind="i8"),
    Column("cut", "share", "part of its contract's money that is cut this month"),
    Column("turned_away", "share", "part of those who would apply that is not referred this month"),
    Column("closing", "flag", "its contract is closed and settled this month", kind="u1"),
    Column("owed", "cents", "earned for investors before the capital that it repays was called", kind="i8"),
)

TERRITORIES = (
    Column("locality", "row", "its locality", kind="i8"),
    Column("tilt", "share", "what the territory's families need more of than others", per="domain"),
)

TEAMS = (
    Column("locality", "row", "its locality", kind="i8"),
    Column("heard_need", "need", "sum of the needs that were voiced", per="domain"),
    Column("voices", "voices", "families heard"),
    Column("asked_need", "need", "sum of the needs voiced at this month's meeting", per="domain"),
    Column("present", "families", "families at this month's meeting"),
    Column("offers", "flag", "new services that run", per="service", kind="u1"),
    Column("centre_domain", "number", "domain that its day centre serves", kind="i8"),
    Column("menu_hours", "h/month", "fixed hours of the new services it runs"),
)

COMMISSIONERS = (
    Column("priorities", "share", "what the commissioner wants, over domains", per="domain"),
    Column("known_need", "need", "mean need as the commissioner believes it", per="domain"),
    Column("knowledge", "share", "how far that rests on what was heard"),
    Column("outreach_skill", "share", "skill in listening and reaching out"),
    Column("collaboration_skill", "share", "skill in working with others at a meeting"),
    Column("empowerment_skill", "share", "skill in training and empowering"),
    Column("political_support", "share", "political support"),
)

EDGES = (
    Column("source", "row", "who trusts", kind="i4"),
    Column("target", "row", "who is trusted", kind="i4"),
    Column("relation", "code", "kind of relation", kind="i1"),
    Column("active", "flag", "the relation exists", kind="u1"),
    Column("support", "experiences", "evidence for", per="facet"),
    Column("against", "experiences", "evidence against", per="facet"),
    Column("damage", "experiences", "damage", per="facet"),
    Column("prior", "trust", "first attitude, fading toward the general propensity"),
    Column("trust", "trust", "trust at the start of the month"),
    Column("lived", "share", "mean of what was lived, over about 12 months; meaningless while its weight is 0"),
    Column("lived_weight", "experiences", "weight of what was lived, which fades with a memory of 12 months"),
    Column("level", "trust", "trust in ability, benevolence and integrity at the start of the month", per="facet"),
)

PEERS = (  # rows of a family follow one another
    Column("peer", "row", "a family that it talks to", kind="i4"),
    Column("active", "flag", "the tie exists", kind="u1"),
    Column("trust", "trust", "trust in it; stands still, for what families live with one another is not modelled"),
)

PAIRS = (
    Column("joint_hours", "h/month", "hours lately spent together"),
    Column("brokered_hours", "h/month", "hours lately of contact through a hub"),
    Column("conflict", "flag", "a disagreement this month", kind="u1"),
    Column("spent", "h", "hours spent together this month"),
    Column("strength", "share", "strength of the link this month"),
    Column("rival", "flag", "bid against each other and shared no work", kind="u1"),
)

MILESTONES = (
    Column("domain", "number", "domain it is bound to; -1: each measured domain", kind="i8"),
    Column("kind", "code", "position in MILESTONE_KINDS", kind="i8"),
    Column("threshold", "wellbeing", "change that counts"),
    Column("months", "months", "months at the threshold", kind="i8"),
    Column("relative_price", "relative", "price beside the other lines"),
    Column("price", "€", "price"),
    Column("expected", "relative", "its expected payment before scaling"),
    Column("cap", "cents", "ceiling on the line's payments", kind="i8"),
    Column("metric_cap", "× expected", "that ceiling as a multiple of its expected payment"),
    Column("claimed", "cents", "claimed so far", kind="i8"),
    Column("core", "flag", "opens the optional lines to a family that has reached it", kind="u1"),
    Column("unserved", "relative", "expected payment on the no-service path, before scaling"),
    Column("layer_claimed", "cents", "what would be without the errors after a layer", per="layer", kind="i8"),
)

CLAIMS = (
    Column("held", "months", "months that the change has stood at the threshold", kind="i2"),
    Column("reached", "flag", "claimed", kind="u1"),
    Column("unserved_held", "months", "the same on the no-service path", kind="i2"),
    Column("unserved_reached", "flag", "the no-service path would have earned it", kind="u1"),
    Column("layer_held", "months", "months held without the errors after a layer", per="layer", kind="i2"),
    Column("layer_reached", "flag", "claimed without the errors after a layer", per="layer", kind="u1"),
)

CELLS = (  # of each locality, so that what is summed does not depend on who is done first
    Column("delivered", "h/month", "weighted hours delivered", per="domain"),
    Column("mission", "h/month", "the same providers' hours if nothing were paid for results", per="domain"),
    Column("needed", "need", "need of the served and the applicants", per="domain"),
)

PLANS = (
    Column(
        "first_payment",
        "€",
        "outcome payments earned by the end of the month as the first plans had it, since the start",
    ),
    Column("payment", "€", "the same as the plan in force had it"),
    Column("first_result", "wellbeing", "weighted measured change of the cohort as the first plan had it"),
    Column("result", "wellbeing", "the same as the plan in force had it"),
)

RELATIONS = (
    Column("first", "row", "first edge of this kind", kind="i8"),
    Column("end", "row", "row after its last edge", kind="i8"),
)

INTERVENTIONS = (
    Column("kind", "code", "position in `KINDS` of `rules/interventions.py`", kind="i8"),
    Column("unit", "code", "position in its `UNITS`", kind="i8"),
    Column("first", "month", "first month in force", kind="i8"),
    Column("last", "month", "last month in force", kind="i8"),
    Column("strength", "share", "strength"),
)

ASSIGNMENTS = (Column("treated", "flag", "the intervention is for this unit", kind="u1"),)

TABLES = {
    "clock": CLOCK, "localities": LOCALITIES, "territories": TERRITORIES, "teams": TEAMS, "commissioners": COMMISSIONERS,
    "investors": INVESTORS, "providers": PROVIDERS, "families": FAMILIES, "packages": PACKAGES, "volunteers": VOLUNTEERS,
    "edges": EDGES, "peers": PEERS, "pairs": PAIRS,
    "milestones": MILESTONES, "claims": CLAIMS, "cells": CELLS, "relations": RELATIONS,
    "plans": PLANS,
    "interventions": INTERVENTIONS, "assignments": ASSIGNMENTS,
}  # fmt: skip

KINDS = ("public", "third_sector", "association", "for_profit")
PUBLIC, THIRD_SECTOR, ASSOCIATION, FOR_PROFIT = range(4)

RELATION_NAMES = (
    "family_provider", "family_commissioner", "family_family", "volunteer_provider", "provider_commissioner",
    "commissioner_provider", "provider_provider", "investor_provider", "investor_commissioner", "commissioner_region",
    "region_commissioner",
)  # fmt: skip
(
    FAMILY_PROVIDER, FAMILY_COMMISSIONER, FAMILY_FAMILY, VOLUNTEER_PROVIDER, PROVIDER_COMMISSIONER, COMMISSIONER_PROVIDER,
    PROVIDER_PROVIDER, INVESTOR_PROVIDER, INVESTOR_COMMISSIONER, COMMISSIONER_REGION, REGION_COMMISSIONER,
) = range(11)  # fmt: skip


@functools.cache
def row_type(columns: tuple[Column, ...], domains: int) -> np.dtype:
    """The numpy type of one row of a table, for a case with this many domains.

    The same object each time, and a record's, as in a `recarray`: where types are equal and not the same, numba compares them
    field by field at every call of a stage, which was a seventh of a run.
    """
    sizes = {
        "": None,
        "domain": domains,
        "facet": FACETS,
        "third": 3,
        "service": len(SERVICES),
        "year": YEAR,
        "step": MOST_STEPS,
        "layer": LAYERS,
    }
    fields = [(c.name, c.kind) if c.per == "" else (c.name, c.kind, (sizes[c.per],)) for c in columns]
    return np.dtype((np.record, np.dtype(fields, align=True)))


def settings_type(parts: list[tuple[str, type[Part]]]) -> np.dtype:
    """The row that carries every declared number, switch and choice: `part_key`, a choice as its position."""
    fields = [(prefix + key.replace(".", "_"), "f8") for prefix, part in parts for key, _ in parameters(part)]
    return np.dtype((np.record, np.dtype(fields)))
