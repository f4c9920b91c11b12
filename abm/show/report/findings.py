"""What a report tells of: everything that is found out about results, computed once for all sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from abm.lab import for_whom, money, objectives, precision
from abm.lab.analyses import Analysis, load_analysis
from abm.lab.compare import AGAINST_TWIN, KEY_METRICS
from abm.lab.objectives import COMPONENTS
from abm.show.report.svg import Pictures

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

MOST_BLOCKS = 8  # combinations of case and factors that stand one by one in the report


@dataclass
class Findings:
    """Results, with the smallest effects that matter, and what the report's sections share."""

    results: Results
    matters: Mapping[str, float] = field(default_factory=dict)
    pictures: Pictures = field(default_factory=Pictures)
    _flows: dict[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def compared(self) -> pd.DataFrame:
        """The comparison with the baseline, without block twins and the baseline itself."""
        table = self.results.compare(matters=self.matters)
        table = table[table["metric"].isin(list(self.results.units))]
        return table[table["design"] != self.results.baseline]

    @cached_property
    def against_twins(self) -> pd.DataFrame:
        """The comparison of each design with its own block twin."""
        table = self.results.against_twins(self.matters)
        table = table[~table["design"].isin(self.results.own_twins()) & table["metric"].str.endswith(AGAINST_TWIN)]
        return table.assign(metric=table["metric"].str.removesuffix(AGAINST_TWIN))

    @cached_property
    def pareto(self) -> pd.DataFrame:
        return objectives.pareto(self.results)

    @cached_property
    def ranks(self) -> pd.DataFrame:
        return precision.ranks(self.results, self.front_metrics)

    @cached_property
    def precision(self) -> pd.DataFrame:
        return precision.precision(self.results, self.front_metrics)

    @cached_property
    def pairing(self) -> pd.DataFrame:
        return precision.pairing(self.results, self.front_metrics)

    @cached_property
    def for_whom(self) -> pd.DataFrame | None:
        """Effects on groups of families, where the runs kept them and there is something to compare."""
        if not for_whom.has_families(self.results) or len(self.results.designs) < 2:
            return None
        return for_whom.for_whom(self.results)

    @cached_property
    def has_money(self) -> bool:
        return money.TABLE in self.results.manifest["configuration"].get("tables", [])

    def flows(self, case: str) -> pd.DataFrame:
        """Who paid whom in a case."""
        if case not in self._flows:
            self._flows[case] = money.flows(self.results, case)
        return self._flows[case]

    @cached_property
    def paid_for(self) -> pd.DataFrame:
        return money.paid_for(self.results)

    def analysis(self, name: str) -> Analysis | None:
        """A further analysis of the folder, where somebody made it."""
        return load_analysis(self.results.folder, name)

    @cached_property
    def front_metrics(self) -> list[str]:
        """Metrics of the first page: the components of the objectives, the gain, and money."""
        wanted = (
            "quality_of_life",
            "service_quality",
            *COMPONENTS,
            "attributable_gain",
            "satisfaction",
            "spend_public",
        )
        return [name for name in dict.fromkeys(wanted) if name in self.results.units]

    @cached_property
    def key_metrics(self) -> list[str]:
        """Metrics whose differences are drawn."""
        return [name for names in KEY_METRICS.values() for name in names if name in self.results.units]

    @cached_property
    def blocks(self) -> list[tuple[str, str]]:
        """Combinations of case and factors, in order."""
        summary = self.results.summary()[["case", "factors"]].drop_duplicates()
        return list(summary.itertuples(index=False, name=None))

    def about(self, case: str, factors: str) -> str:
        """How a combination is called."""
        return f"{self.results.title(case)}{': ' if factors else ''}{factors}"

    @property
    def runs(self) -> int:
        """Seeds of the experiment."""
        return len(self.results.manifest["configuration"]["seeds"])
