"""The ledger: whole cents, one account for everyone, and double entry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm import ledger
from abm.ledger import (
    ACCOUNT_CLASSES,
    AUTHORITY,
    BANK,
    EVALUATOR,
    FUND,
    GUARANTOR,
    HOUSEHOLD,
    PROVIDER_ACCOUNT,
    PURPOSES,
    SINGLE,
    STAFF,
    TREASURY,
    WAGE,
    authority_account,
    cents,
    intermediary_account,
    investor_account,
    pay_out,
    provider_account,
    region_account,
    single_account,
)


@pytest.mark.parametrize(
    ("euros", "whole"), [(0.0, 0), (0.01, 1), (1.0, 100), (0.125, 13), (0.124, 12), (-1.0, -100), (1e12, 10**14)]
)
def test_euros_as_whole_cents(euros, whole):
    assert cents(euros) == whole


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(-1e9, 1e9))
def test_rounding_is_within_half_a_cent(euros):
    assert abs(cents(euros) - 100.0 * euros) <= 0.5 + 1e-4


def test_everyone_has_an_account_of_their_own():
    singles = [single_account(c) for c in (TREASURY, STAFF, EVALUATOR, BANK, HOUSEHOLD, GUARANTOR, FUND)]
    accounts = [
        *singles,
        *(authority_account(n) for n in range(3)),
        *(provider_account(n, 3) for n in range(4)),
        *(investor_account(n, 3, 4) for n in range(2)),
        *(intermediary_account(n, 3, 4, 2) for n in range(3)),
        *(region_account(n, 3 + 2, SINGLE + 3 + 4 + 2 + 3 + 2) for n in (3, 4)),
    ]
    assert sorted(singles) == list(range(SINGLE))
    assert accounts[SINGLE:] == list(range(SINGLE, SINGLE + 3 + 4 + 2 + 3 + 2))


@pytest.mark.parametrize("names", ["ACCOUNT_CLASSES", "PURPOSES"])
def test_every_name_has_its_number(names):
    special = {"investor": "INVESTOR_ACCOUNT", "provider": "PROVIDER_ACCOUNT", "outcome": "OUTCOME_PAYMENT"}
    special |= {"intervention": "INTERVENTION_COST"}
    for number, name in enumerate(getattr(ledger, names)):
        assert getattr(ledger, special.get(name, name.upper())) == number


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 10**12)), max_size=20))
def test_what_one_loses_another_gains(moves):
    balances = np.zeros(10, np.int64)
    flows = np.zeros((2, len(PURPOSES), len(ACCOUNT_CLASSES), len(ACCOUNT_CLASSES)), np.int64)
    for payer, payee, amount in moves:
        pay_out(balances, flows, 1, payer, AUTHORITY, payee, PROVIDER_ACCOUNT, WAGE, amount)
    assert balances.sum() == 0
    assert flows.sum() == flows[1, WAGE, AUTHORITY, PROVIDER_ACCOUNT] == sum(amount for *_, amount in moves)
