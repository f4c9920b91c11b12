"""What the code says of itself: docstrings, arguments and comments, read from its text without running it."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Rule:
    """A public function as its text has it: name, arguments, first sentence, and the whole docstring."""

    name: str
    arguments: tuple[str, ...]
    about: str

    @property
    def first(self) -> str:
        """The first paragraph on one line."""
        return " ".join(self.about.split("\n\n")[0].split())

    @property
    def call(self) -> str:
        """`name(argument, …)`."""
        return f"{self.name}({', '.join(self.arguments)})"


def tree_of(module: str) -> ast.Module:
    """The syntax of a module of this package, such as `rules.trust`."""
    path = PACKAGE / Path(*module.split(".")).with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def about(module: str) -> str:
    """A module's docstring."""
    return inspect.cleandoc(ast.get_docstring(tree_of(module)) or "")


def rules_of(module: str) -> list[Rule]:
    """The public functions of a module, in its order."""
    found = []
    for node in tree_of(module).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            arguments = tuple(one.arg for one in node.args.args)
            found.append(Rule(node.name, arguments, inspect.cleandoc(ast.get_docstring(node) or "")))
    return found


def modules_of(folder: str) -> list[str]:
    """The modules of a folder of this package by name, without its own."""
    return sorted(f"{folder}.{path.stem}" for path in (PACKAGE / folder).glob("*.py") if path.stem != "__init__")


def reasons(module: str, name: str) -> dict[str, str]:
    """The comment beside each member of a tuple that is written a line a member: why it stands where it stands."""
    text = (PACKAGE / Path(*module.split(".")).with_suffix(".py")).read_text(encoding="utf-8")
    body = re.search(rf"^{name} = \((.*?)^\)", text, re.MULTILINE | re.DOTALL)
    assert body, f"abm.{module} has no tuple {name} of that shape"
    return dict(re.findall(r"^\s+(\w+),\s+# (.*)$", body[1], re.MULTILINE))


def wrapped(text: str, width: int = 130) -> str:
    """Paragraphs at the pages' width; lists keep their lines."""
    done = []
    for part in text.split("\n\n"):
        as_it_is = re.search(r"^\s*[-*] ", part, re.MULTILINE)
        done.append(part if as_it_is else textwrap.fill(" ".join(part.split()), width, break_on_hyphens=False))
    return "\n\n".join(done)


def entry(rule: Rule) -> str:
    """A rule as an entry of a list of definitions."""
    lines = wrapped(rule.about, 126).splitlines()
    return f"`{rule.call}`\n: " + "\n".join([lines[0], *(f"  {line}".rstrip() for line in lines[1:])])
