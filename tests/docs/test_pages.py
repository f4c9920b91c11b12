"""What pages tell a reader to do can be done, as it is written."""

from __future__ import annotations

import re

import pytest
from pages import DOCS, ROOT, blocks, commands, follow

from abm.cli import app

FOLLOWED = (
    "tutorial",
    "howto/design",
    "howto/case",
    "howto/network",
    "howto/trial",
    "howto/calibration",
    "howto/publish",
)
PAGES = sorted(path for path in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"] if path.exists())
KNOWN = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}


@pytest.mark.parametrize("page", FOLLOWED)
def test_a_page_can_be_followed(page, in_folder):
    printed = follow(DOCS / f"{page}.md", in_folder)
    assert printed
    assert all(text.strip() for text in printed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_of_pages_exist(page):
    said = {line.split()[1] for line in commands(page)}
    assert {word for word in said if not word.startswith(("-", "COMMAND"))} <= KNOWN


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_python_of_pages_is_python(page):
    for block in blocks(page):
        if block.language == "python":
            compile(block.text, str(page), "exec")


LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    for target in LINK.findall(re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)):
        if re.match(r"https?:|mailto:|doi:", target):
            continue
        name, _, mark = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), f"{page.name}: {target}"
        if mark and file.suffix == ".md":
            assert mark in anchors(file.read_text(encoding="utf-8")), f"{page.name}: {target}"


def anchors(text: str) -> set[str]:
    """The names that headings can be linked by."""
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
