"""Configuration: a preset's name or a TOML file → Case, Design, Experiment, or one message with all that is wrong.

Cases and designs may say `extends = "block_grant"` (a preset, or a path counted from the file): tables are merged over
the parent's, everything else is replaced; name, title and description are each file's own. A case may say
`only = ["cremona"]`: the localities that it keeps of its parent's. A design may have `[locality.NAME]` tables with what
differs in that place.
"""

from abm.config.changes import Change, as_changes, parse_changes
from abm.config.check import check_changes, check_experiment, check_pair
from abm.config.experiment import Arm, Experiment
from abm.config.interventions import (
    Intervention,
    as_interventions,
    check_interventions,
    parse_interventions,
    treated_units,
)
from abm.config.load import load_case, load_design
from abm.config.load_experiment import load_any, load_experiment, load_run, resolved
from abm.config.presets import preset_names, preset_path
from abm.config.sample import Sample
from abm.config.settings import (
    Design,
    changed_case,
    changed_design,
    parse_assignment,
    parse_assignments,
    scaled,
    unused_settings,
)
from abm.config.timeline import Step, steps, treated_places
from abm.config.toml_file import ConfigError

__all__ = [
    "Arm",
    "Change",
    "ConfigError",
    "Design",
    "Experiment",
    "Intervention",
    "Sample",
    "Step",
    "as_changes",
    "as_interventions",
    "changed_case",
    "changed_design",
    "check_changes",
    "check_experiment",
    "check_interventions",
    "check_pair",
    "load_any",
    "load_case",
    "load_design",
    "load_experiment",
    "load_run",
    "parse_assignment",
    "parse_assignments",
    "parse_changes",
    "parse_interventions",
    "preset_names",
    "preset_path",
    "resolved",
    "scaled",
    "steps",
    "treated_places",
    "treated_units",
    "unused_settings",
]
