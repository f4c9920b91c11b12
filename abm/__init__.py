"""Agent-based laboratory for outcome-based contracts.

    import abm

    abm.run("lombardy", "social_impact_bond", seed=7).series
    abm.batch("lombardy_designs").compare()

Everything is imported when it is first asked for, so that `import abm` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "run": "abm.lab.running",
    "batch": "abm.lab.running",
    "Result": "abm.lab.result",
    "Results": "abm.lab.results",
    "explain": "abm.lab.explain",
    "matters": "abm.lab.sensitivity",
    "robust": "abm.lab.robust",
    "calibrate": "abm.lab.calibrate",
    "search": "abm.lab.search",
    "trial": "abm.lab.trial",
    "OutcomeContractingModel": "abm.model",
    "Commissioner": "abm.agents",
    "Investor": "abm.agents",
    "Provider": "abm.agents",
    "Family": "abm.agents",
    "Volunteer": "abm.agents",
    "Change": "abm.config",
    "Intervention": "abm.config",
    "load_case": "abm.config",
    "load_design": "abm.config",
    "load_experiment": "abm.config",
    "ConfigError": "abm.config",
    "METRICS": "abm.metrics",
}

__all__ = [*_HOMES, "__version__", "plot"]


def __getattr__(name: str) -> Any:
    if name == "plot":
        return import_module("abm.show.plot")
    if name not in _HOMES:
        raise AttributeError(f"module 'abm' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
