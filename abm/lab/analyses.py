"""What was found out about a batch after it, kept in its folder: one folder for each kind of analysis.

    analysis/<name>/about.json    what was asked, with which settings, seeds and versions
    analysis/<name>/<table>.csv   what came out, a table each

An analysis is written whole or not at all (`about.json` last); the report shows those that it finds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.config import ConfigError
from abm.lab.files import remove, write_whole

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "analysis"


@dataclass(frozen=True)
class Analysis:
    """An analysis of a batch: its name, what was asked, and its tables by name."""

    name: str
    about: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    def save(self, results: Path) -> list[Path]:
        """Write it into a results folder, in place of an earlier one of this name; returns what was written."""
        folder = results / FOLDER / self.name
        remove(folder)
        about = {**self.about, "tables": list(self.tables)}
        for name, table in self.tables.items():
            write_whole(folder / f"{name}.csv", lambda to, table=table: table.to_csv(to, index=False))  # type: ignore[misc]
        text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
        write_whole(folder / "about.json", lambda to: to.write_text(text, encoding="utf-8"))
        return [*(folder / f"{name}.csv" for name in self.tables), folder / "about.json"]


def load_analysis(results: Path, name: str) -> Analysis | None:
    """The analysis of that name in a results folder, or None where there is none; raises ConfigError for a damaged one."""
    import pandas as pd

    folder = results / FOLDER / name
    if not (folder / "about.json").is_file():
        return None
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        tables = {
            table: pd.read_csv(folder / f"{table}.csv", keep_default_na=False, na_values=[""])
            for table in about.pop("tables")
        }
    except (OSError, ValueError, KeyError, AttributeError):
        raise ConfigError(f"{folder}: damaged, it cannot be read as an analysis; run it again") from None
    return Analysis(name, about, tables)
