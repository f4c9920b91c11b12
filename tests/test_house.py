"""The order of the house, read from the source text: who may know whom, and what the state may be computed with."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ABM = ROOT / "abm"

# From the ground up: a file imports only from floors below its own (imports for types alone do not count). A name stands for a
# module, or for all modules of a folder that have no line of their own. A stage may use what earlier stages of the month offer.
FLOORS = (
    ("linking", "by_pointer"),
    ("declare", "compiled", "config.toml_file"),
    ("streams", "config.words", "sources"),
    ("rules", "config.presets", "config.lines"),
    ("tables_people", "case_people", "case_interventions"),
    ("design", "tables", "ledger", "imported.network", "spread"),
    ("case",),
    ("imported.graph", "imported.start"),
    ("imported.files",),
    ("associations", "attendance"),
    ("population_ties",),
    ("metrics", "population", "network", "config.settings"),
    ("config.changes", "config.keep", "config.sample"),
    ("config.interventions",),
    ("world", "config.experiment", "config.timeline"),
    ("config.check", "config.load"),
    ("config.load_experiment",),
    ("config",),
    ("stages",),
    ("stages.open_month", "stages.plan"),
    ("stages.contract_terms", "stages.menu", "stages.leave", "stages.pay_moves"),
    ("stages.intervene_shocks",),
    ("stages.intervene",),
    ("stages.contract_bids", "stages.contract_prices"),
    ("stages.contract_award",),
    ("stages.contract_plan",),
    ("stages.contract",),
    ("stages.codesign",),
    ("stages.deliver_cohort",),
    ("stages.deliver_incentives", "stages.deliver_network", "stages.deliver_match"),
    ("stages.deliver_links",),
    ("stages.deliver_hours",),
    ("stages.deliver_intake",),
    ("stages.deliver_service",),
    ("stages.deliver",),
    ("stages.follow_up",),
    ("stages.measure_estimates", "stages.measure_groups"),
    ("stages.measure_dates",),
    ("stages.measure_claims",),
    ("stages.measure_cohort",),
    ("stages.measure_layers",),
    ("stages.measure",),
    ("stages.pay_capital", "stages.pay_fund"),
    ("stages.pay_prime",),
    ("stages.pay",),
    ("stages.assess_fairness",),
    ("stages.assess_partners",),
    ("stages.assess",),
    ("stages.adapt_plans", "stages.adapt_people", "stages.adapt_partners"),
    ("stages.adapt",),
    (
        "stages.observe_trust",
        "stages.observe_outcomes",
        "stages.observe_service",
        "stages.observe_providers",
        "stages.observe_control",
        "stages.observe_finance",
        "stages.observe_market",
        "stages.observe_claims",
    ),
    ("stages.observe_money",),
    ("stages.observe",),
    ("engine", "agents"),
    ("lab.files", "lab.twins", "lab.agent_columns"),
    ("lab.agents",),
    ("lab.manifest", "lab.plan", "lab.analyses", "lab.journal"),
    ("lab.columns",),
    ("lab.sources",),
    ("lab.finish",),
    ("model", "lab.store", "lab.workers"),
    ("lab.run",),
    ("lab.engines",),
    ("lab.verdict",),
    ("lab.compare", "lab.assignment", "lab.more"),
    ("lab.asked",),
    ("lab.variance", "lab.ensemble", "lab.prim", "lab.estimates", "lab.rejection", "lab.clusters"),
    ("lab.smc",),
    ("lab.explain", "lab.sensitivity", "lab.robust"),
    ("lab.trial", "lab.calibrate", "lab.search"),
    ("lab.resample",),
    ("lab.precision",),
    ("lab.objectives", "lab.for_whom", "lab.money"),
    ("lab.patterns.base",),
    (
        "lab.patterns.trust",
        "lab.patterns.attribution",
        "lab.patterns.deadlines",
        "lab.patterns.complements",
        "lab.patterns.delay",
        "lab.patterns.incentives",
        "lab.patterns.lombardy",
        "lab.patterns.governance",
        "lab.patterns.market",
        "lab.patterns.transaction",
        "lab.patterns.finance",
        "lab.patterns.caps",
        "lab.patterns.cascade",
        "lab.patterns.tariffs",
    ),
    ("lab.patterns",),
    ("lab.result", "lab.validation", "lab.batches", "lab.dictionary"),
    ("lab.export",),
    ("lab.results", "lab.estimate"),
    ("lab.running",),
    ("lab.bundle",),
    ("lab",),
    ("show", "show.style", "show.tables"),
    ("show.validation", "show.parameters", "show.metrics"),
    ("show.found",),
    ("show.found_matters", "show.found_robust", "show.found_trial", "show.found_search", "show.found_calibration"),
    (
        "show.trajectories",
        "show.differences",
        "show.objectives",
        "show.money",
        "show.dots",
        "show.factors",
        "show.trust_network",
    ),
    ("show.forest", "show.fan"),
    ("show.for_whom", "show.verdicts"),
    ("show.plot",),
    ("show.report.html",),
    ("show.report.svg", "show.report.words"),
    ("show.report.findings",),
    ("show.report.front", "show.report.designs", "show.report.body", "show.report.further"),
    ("show.report.back",),
    ("show.report",),
    ("show.app.setup",),
    ("show.app.arms", "show.app.catalogue", "show.app.picture", "show.app.keeper"),
    ("show.app.panels", "show.app.biography", "show.app.changing"),
    ("show.app.words", "show.app.learning", "show.app.pairs", "show.app.take_away"),
    ("show.app.telling",),
    ("show.app.session",),
    ("show.app.page", "show.app.serve"),
    ("show.app",),
    ("cli.screen", "cli.complete"),
    ("cli.asking",),
    ("cli.runs", "cli.lists", "cli.validate", "cli.analyse", "cli.beyond", "cli.app", "cli.bundling"),
    ("cli",),
    ("handbook", "handbook.blocks", "handbook.words"),
    ("handbook.odd", "handbook.mechanisms", "handbook.commands", "handbook.front"),
    ("cli.__main__",),
    ("",),  # abm/__init__.py, the Python interface
)
STATE_FEEDING = (
    "rules", "stages", "world", "population", "population_ties", "engine", "ledger", "metrics", "network", "imported.start",
    "associations", "attendance",
)  # fmt: skip
SUMS_ARE_OF_WHOLE_NUMBERS = ("world",)  # sizes of tables

MODULES = {
    ".".join(path.relative_to(ABM).with_suffix("").parts).removesuffix("__init__").removesuffix("."): path
    for path in sorted(ABM.rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8"), str(path)) for name, path in MODULES.items()}


def within(module: str, names: tuple[str, ...]) -> bool:
    """Whether a module is one of the names or lies in a folder of one of the names."""
    return any(module == name or (name and module.startswith(f"{name}.")) for name in names)


def floor(module: str) -> int:
    """The floor of a module: that of the longest name in the table that covers it."""
    covers = [(len(name), level) for level, names in enumerate(FLOORS) for name in names if within(module, (name,))]
    assert covers, f"abm/{module.replace('.', '/')}.py stands on no floor: give it one in FLOORS"
    return max(covers)[1]


def dotted(node: ast.expr) -> str:
    """`np.random.rand` for such an expression, or as much of its end as is names."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All that is executed: everything but what stands under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and dotted(node.test) == "TYPE_CHECKING"):
            yield node
            yield from nodes(node)


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every imported module, by its full name, with the line; `from package import module` counts as the module."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import, say `from abm…`"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner == "abm.__version__":  # known everywhere
                    continue
                yield inner if inner.removeprefix("abm.") in MODULES else str(node.module), node.lineno


def own_imports(module: str) -> Iterator[tuple[str, int]]:
    """The modules of this package that a module imports, without the leading `abm.`"""
    for name, line in imports(TREES[module]):
        if name == "abm" or name.startswith("abm."):
            yield name.removeprefix("abm").removeprefix("."), line


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_floors_below(module):
    upward = [f"line {line}: {name}" for name, line in own_imports(module) if floor(name) >= floor(module)]
    assert upward == [], f"abm.{module} may not import"


def test_analysis_never_sees_the_world():
    seen = [
        f"abm.{module} line {line}: {name}"
        for module in MODULES
        if within(module, ("lab", "show")) and not within(module, ("lab.run", "show.app"))
        for name, line in own_imports(module)
        if within(name, ("world", "population", "stages", "engine", "model", "agents"))
    ]
    assert seen == []


def test_mesa_has_three_doors():
    doors = ("agents", "model", "show.app")
    users = {module for module in MODULES for name, _ in imports(TREES[module]) if name.split(".")[0] == "mesa"}
    assert [module for module in users if not within(module, doors)] == []


def random_state(tree: ast.Module) -> Iterator[str]:
    """Uses of generators with a state of their own."""
    for name, line in imports(tree):
        if name.split(".")[0] in ("random", "secrets", "uuid") or name.startswith("numpy.random"):
            yield f"line {line}: import {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.fullmatch(r"(np|numpy)\.random\.\w+", dotted(node)):
            yield f"line {node.lineno}: {dotted(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "numpy" and "random" in {a.name for a in node.names}:
            yield f"line {node.lineno}: from numpy import random"


# They resample and propose points, with a stated seed; the numbers of no run come from them.
RESAMPLING = ("lab.variance", "lab.calibrate", "lab.trial", "lab.search", "lab.resample", "lab.verdict")


@pytest.mark.parametrize("module", MODULES)
def test_randomness_is_keyed(module):
    found = list(random_state(TREES[module]))
    if module in RESAMPLING:
        found = [use for use in found if not use.endswith(": np.random.default_rng")]
    if module == "lab.smc":  # pyabc draws from the global generator, which is seeded for it and put back
        found = [use for use in found if not re.search(r"np\.random\.(seed|get_state|set_state)$", use)]
    assert found == []


# Their last digit differs between releases, processors or libraries; that of `sum` between Python 3.11 and 3.12.
NUMPY_UNSTABLE = re.compile(
    r"exp|expm1|exp2|log|log1p|log2|log10|power|float_power|tanh|sinh|cosh|sin|cos|tan|arctan2?|cbrt|logaddexp|"
    r"(nan)?(sum|mean|std|var|median|percentile|quantile|prod)|average|"
    r"v?dot|inner|matmul|einsum|tensordot|linalg|fft|convolve|corrcoef|cov"
)
MATH_UNSTABLE = re.compile(
    r"exp|expm1|exp2|log|log1p|log2|log10|pow|tanh|sinh|cosh|sin|cos|tan|atan2?|erfc?|l?gamma|cbrt|sumprod"
)
METHODS_UNSTABLE = re.compile(r"sum|mean|std|var|dot|prod")


def unstable(tree: ast.Module) -> Iterator[str]:
    """Arithmetic whose bits are not the same on every machine."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner, name = dotted(node.value), node.attr
            if (
                (owner in ("np", "numpy") and NUMPY_UNSTABLE.fullmatch(name))
                or (owner == "math" and MATH_UNSTABLE.fullmatch(name))
                or (owner not in ("np", "numpy", "math") and METHODS_UNSTABLE.fullmatch(name))
            ):
                yield f"line {node.lineno}: {owner}.{name}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("sum", "pow"):
            yield f"line {node.lineno}: {node.func.id}()"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            yield f"line {node.lineno}: @"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            exponent = node.right if isinstance(node, ast.BinOp) else node.value
            if not (isinstance(exponent, ast.Constant) and isinstance(exponent.value, int)):
                yield f"line {node.lineno}: ** with an exponent that is not a whole constant"


@pytest.mark.parametrize("module", [module for module in MODULES if within(module, STATE_FEEDING)])
def test_state_is_computed_with_portable_arithmetic(module):
    found = [use for use in unstable(TREES[module]) if "sum()" not in use or module not in SUMS_ARE_OF_WHOLE_NUMBERS]
    assert found == [], "use abm.streams' functions, a loop, or math.fsum"


@pytest.mark.parametrize(
    ("text", "check", "found"),
    [
        ("y = np.exp(x) + math.log(x) + x.sum() + sum(z)", unstable, 4),
        ("y = a @ b + x ** y + x ** 0.5", unstable, 3),
        ("y = math.sqrt(x) + x ** 2 + math.fsum(z) + exp(x) + np.zeros(3)", unstable, 0),
        ("import random\nfrom numpy import random\nfrom numpy.random import default_rng", random_state, 3),
        ("x = np.random.rand() + numpy.random.default_rng(1).random()", random_state, 2),
        ("from abm.streams import uniform\nx = uniform(1, 2, 3, 4)", random_state, 0),
    ],
)
def test_the_checks_see_what_they_look_for(text, check, found):
    assert len(list(check(ast.parse(text)))) == found


# ---- what no committed file says


def committed() -> list[Path]:
    """The files under version control or about to be; without git, the files of the folders that are."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    skipped = {".venv", ".git", "results", "build", "dist", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not skipped & {*path.relative_to(ROOT).parts}]


FORBIDDEN = {
    "the address of a package registry": r"pypi\.org|pythonhosted\.org|index-url|find-links|/simple/",
    "a path of one machine": r"(?<![\w.*])/(home|Users|root|work|opt|mnt|srv|tmp)/[\w.]|\b[A-Z]:\\\\?Users",
    "a folder beside the repository": r"\.\./shared",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_names(what):
    found = []
    for path in committed():
        if path == Path(__file__):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if re.search(FORBIDDEN[what], line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert found == []


@pytest.mark.parametrize("module", MODULES)
def test_no_sentence_stands_where_nobody_reads_it(module):
    """A string that is a statement of its own and no docstring is half of a sentence that lost its brackets."""
    lost = []
    for node in ast.walk(TREES[module]):
        for place, one in enumerate(getattr(node, "body", []) if not isinstance(node, ast.Lambda | ast.IfExp) else []):
            if place and isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant | ast.JoinedStr):
                lost.append(one.lineno)
    assert lost == []
