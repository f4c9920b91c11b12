"""What a student takes away: the run as CSV, its figure, and its configuration."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from abm.config import ConfigError
from abm.config.words import listed, shown
from abm.metrics import METRICS
from abm.show.app.setup import to_toml

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.show.app.arms import Arms

WHAT = ("csv", "csv_beside", "png", "svg", "toml")
USUAL = (
    "trust_family_provider", "trust_mean", "attributable_gain", "wellbeing_measured", "wellbeing_unmeasured", "mission_drift",
    "marketisation", "bureaucratisation",
)  # fmt: skip
MOST_PANELS = 12


def file_of(arms: Arms, what: str, metrics: Any = None) -> dict[str, str]:
    """A file by its kind: name, type and content, base64. Raises ConfigError for an unknown kind or metric."""
    if what not in WHAT:
        raise ConfigError(f"file: expected one of {listed(WHAT)}, got {shown(what)}")
    name = f"{arms.setup.case}_{arms.setup.design}_seed{arms.setup.seed}"
    if what == "csv":
        return _file(f"{name}.csv", "text/csv", csv_of(arms, "a").encode())
    if what == "csv_beside":
        return _file(f"{name}_beside.csv", "text/csv", csv_of(arms, "b").encode())
    if what == "toml":
        return _file(f"{name}.toml", "application/toml", toml_of(arms).encode())
    known = {metric.name for metric in METRICS}
    chosen = [one for one in metrics if isinstance(one, str)] if isinstance(metrics, list) else list(USUAL)
    if not 1 <= len(chosen) <= MOST_PANELS or not set(chosen) <= known:
        raise ConfigError(f"figure: expected one to {MOST_PANELS} names of metrics")
    kind = {"png": "image/png", "svg": "image/svg+xml"}[what]
    return _file(f"{name}.{what}", kind, picture_of(figure_of(arms, chosen), what))


def _file(name: str, kind: str, content: bytes) -> dict[str, str]:
    return {"name": name, "type": kind, "content": base64.b64encode(content).decode("ascii")}


def csv_of(arms: Arms, name: str) -> str:
    """The series of an arm so far, as `obc run --out` writes it."""
    return arms[name].series.to_csv(index=False)


def toml_of(arms: Arms) -> str:
    """The run file of the design's own arm."""
    model = arms["a"]
    about = [
        f"# {model.case.title or model.case.name}; {model.design.title}; as it stood in month {arms.month} of the laboratory.",
        "# The same run again, to the last bit:  obc run FILE.toml",
        "",
    ]
    return "\n".join(about) + to_toml(arms.setup, arms.months)


def figure_of(arms: Arms, metrics: Sequence[str]) -> Figure:
    """The metrics so far of both arms, with the dates of what was changed or happened."""
    import matplotlib

    from abm.show.style import COLOURS, STYLE, blank, caption, dash, title_of

    declared = {metric.name: metric for metric in METRICS}
    columns = min(4, len(metrics))
    lines = -(-len(metrics) // columns)
    height = 0.75 + 1.45 * lines
    model, beside = arms["a"], arms["b"]
    with matplotlib.rc_context(STYLE):
        figure = blank(height)
        axes = figure.subplots(lines, columns, squeeze=False)
        dates = sorted({n.month for n in arms.setup.changes} | {n.month for n in arms.setup.interventions})
        for axis, name in zip(axes.ravel(), metrics, strict=False):
            months = range(arms.month + 1)
            axis.plot(
                months, model.world.series[name][: arms.month + 1], color=COLOURS[4], lw=1.2, label=model.design.title
            )
            if beside is not model:
                values = beside.world.series[name][: arms.month + 1]
                axis.plot(months, values, color=COLOURS[5], lw=1.0, ls=dash(1), label=beside.design.title)
            for month in dates:
                axis.axvline(month, color="#888888", lw=0.6, ls=":")
            axis.set_title(f"{title_of(name)}", loc="left")
            axis.set_ylabel(declared[name].unit)
            axis.set_xlim(0, arms.months)
        for axis in axes.ravel()[len(metrics) :]:
            axis.set_visible(False)
        for axis in axes[-1]:
            axis.set_xlabel("month")
        handles, labels = axes[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="upper left", ncols=2, frameon=False, bbox_to_anchor=(0.005, 1.0))
        place = model.case.title or model.case.name
        marks = "; dotted: a change or an event" if dates else ""
        caption(
            figure,
            height,
            f"{place}; seed {arms.setup.seed}; one run each, same people and luck{marks}. Not a forecast.",
        )
        figure.tight_layout(rect=(0.0, 0.22 / height, 1.0, 1.0 - 0.25 / height))
    return figure


def picture_of(figure: Figure, kind: str) -> bytes:
    """A figure's bytes; the same figure gives the same."""
    import matplotlib

    from abm.show.style import STYLE

    target = io.BytesIO()
    metadata: dict[str, Any] = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
    with matplotlib.rc_context(STYLE):
        figure.savefig(target, format=kind, metadata=metadata, dpi=200)
    return target.getvalue()
