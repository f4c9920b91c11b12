"""What a trial would find, as tables for a terminal."""

from __future__ import annotations

from rich.console import Group

from abm.lab.analyses import Analysis
from abm.show.found import note, table_of, with_interval
from abm.show.tables import decimals_for, number


def what_a_trial_finds(found: Analysis) -> Group:
    """Power and false alarms by size; the estimate beside the truth."""
    about, table = found.about, found.tables["power"]
    one = about["intervention"]
    digits = decimals_for([*table["estimate"], *table["truth"]], 3)
    power, effects = [], []
    for row in table.itertuples():
        size = (f"{row.clusters}", f"{row.units}", f"{row.months}")
        power.append(
            (*size, with_interval(row.power, row.low, row.high, 2, signed=False),
             with_interval(row.false_alarms, row.false_low, row.false_high, 2, signed=False), str(row.trials))
        )  # fmt: skip
        effects.append(
            (*size, number(row.truth, digits, signed=True), number(row.estimate, digits, signed=True),
             with_interval(row.bias, row.bias_low, row.bias_high, digits), number(row.on_treated, digits, signed=True),
             number(row.spill_over, digits, signed=True))
        )  # fmt: skip
    title = (
        f"{one['kind']} by {one['unit'] or 'its usual unit'} from month {one['month']}, {about['outcome']} "
        f"({about['estimator']}), {about['design']} in {about['case']}"
    )
    sizes = ["places", "units", "months"]
    return Group(
        table_of(title, [*sizes, "power [95 %]", "false alarms [95 %]", "trials"], power, 0),
        table_of(
            "What it estimates, and what is true",
            [*sizes, "truth", "estimate", "bias [95 %]", "on treated", "spill-over"],
            effects,
            0,
        ),
        note(
            f"Test: {about['test']}; each unit is measured with an error of {about['error']:g}. "
            "truth: everybody treated less nobody, same luck. bias: mean estimate less truth. "
            "on treated: what the treated half gains; spill-over: what the others gain from it. false alarms: the same test in "
            "worlds where nobody was treated; 0.05 is promised."
        ),
    )
