"""V13: the best form of network governance turns with the number of partners (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

V13 = next(pattern for pattern in PATTERNS if pattern.key == "V13")
QUICK = range(1, 13)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_members_do_best_with_few_partners_and_a_hub_with_many(seeds):
    figures = V13.measure(seeds)
    assert V13.holds(figures), figures


@pytest.mark.parametrize("control", V13.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_it_is_gone_where_relations_and_hubs_need_no_time(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V13.holds(figures)
