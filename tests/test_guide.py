"""The guide is so: its files are written and its examples run, in its order, and they print what it shows."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from crucible_tools import MigrationManagerConfig, MigrationReport, Phase51MigrationManager, ToolMigrationBridge
from crucible_tools.cli import main
from tests.guide.chapters import CHAPTERS, GUIDE, Example, Walk, named, shows, steps
from tests.guide.coverage import OWN, SECTIONS

TROUBLE = GUIDE.parent / "guide" / "troubleshooting.md"


def identify(path: Path) -> str:
    return path.relative_to(GUIDE.parent).as_posix()


def text_of(chapter: Path) -> str:
    return chapter.read_text(encoding="utf-8")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=identify)
def test_everything_in_the_guide_is_so(
    chapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("CRUCIBLE_") and name != "CRUCIBLE_GUEST"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")

    def crucible(arguments: list[str]) -> tuple[str, int]:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        # As a terminal has it, apart from warnings and reasons: these stand where they are written.
        return "".join(_lines(captured.err, before=True)) + captured.out + "".join(_lines(captured.err)), code

    def program(source: str) -> tuple[str, int]:
        capsys.readouterr()
        with as_in_a_process_of_its_own():
            exec(compile(source, chapter.name, "exec"), {"__name__": "__main__"})
        captured = capsys.readouterr()
        return captured.out + captured.err, 0

    walk = Walk(tmp_path, crucible, program)
    walk.go(chapter)
    assert walk.examples == len([step for step in steps(text_of(chapter)) if isinstance(step, Example)])


@contextmanager
def as_in_a_process_of_its_own() -> Iterator[None]:
    """What a program says to `logging` holds for itself alone."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    root.handlers = []
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)


def _lines(err: str, *, before: bool = False) -> Iterator[str]:
    for line in err.splitlines(keepends=True):
        if line.startswith("warning: ") == before:
            yield line


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        (("Migrated 2 of … tools",), "Migrated 2 of 3 tools\n", True),
        (("Migrated 2 of … tools",), "Migrated 1 of 3 tools\n", False),
        (("first", "…", "last"), "first\nsecond\nthird\nlast\n", True),
        (("first", "…"), "first\n", True),
        (("first",), "first\nsecond\n", False),
        ((), "a word too much\n", False),
        (("42",), "42", True),
    ],
)
def test_what_is_shown_is_compared_line_by_line(shown: tuple[str, ...], printed: str, expected: bool) -> None:
    assert shows(shown, printed) is expected


def test_a_chapter_is_read_as_files_programs_commands_and_lines_of_checklists() -> None:
    text = (
        "<!-- file: a.toml -->\n```toml\nlevel = 1\n```\n"
        "```python\nprint(1)\n```\n\n```text\n1\n```\n"
        "```console\n$ crucible list\nnothing\n$ echo $?\n0\n```\n"
        "- [ ] Look: `crucible plan`,\n  and `crucible status --drift` (exit 1)\n"
    )
    commands = [(step.command, step.shown, step.ends) for step in steps(text) if isinstance(step, Example)]
    assert commands == [
        ("print(1)\n", ("1",), 0),
        ("crucible list", ("nothing",), None),
        ("echo $?", ("0",), None),
        ("crucible plan", None, 1),
        ("crucible status --drift", None, 1),
    ]
    with pytest.raises(AssertionError, match="no example that can be run"):
        list(steps("```toml\nlevel = 1\n```\n"))


def test_a_chapter_has_less_than_400_lines_and_the_guide_leads_to_it() -> None:
    guide = text_of(GUIDE)
    for chapter in CHAPTERS:
        assert len(text_of(chapter).splitlines()) < 400, chapter
        assert chapter == GUIDE or f"(guide/{chapter.name})" in guide


def checklist() -> list[str]:
    return [
        line for chapter in CHAPTERS for line in re.findall(r"^- \[ \] .*(?:\n  .*)*", text_of(chapter), re.MULTILINE)
    ]


def test_every_line_of_a_checklist_names_the_command_that_does_or_proves_it() -> None:
    lines = checklist()
    assert [line for line in lines if not named(line)] == []
    assert len(lines) >= 19, "as many as the original's guide has"


def test_every_symptom_has_commands_that_are_run() -> None:
    _, *symptoms = re.split(r"^### ", text_of(TROUBLE), flags=re.MULTILINE)
    without = [
        symptom.splitlines()[0]
        for symptom in symptoms
        if not any(isinstance(step, Example) and "crucible " in step.command for step in steps(symptom))
    ]
    assert without == []
    assert len(symptoms) >= 4


def headings(chapter: Path) -> list[str]:
    """Where a link can lead in a chapter; comments of a script are no headings."""
    prose = re.sub(r"^```.*?^```$", "", text_of(chapter), flags=re.MULTILINE | re.DOTALL)
    return [f"{identify(chapter)}#{title}" for title in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)]


def listed(title: str) -> set[str]:
    """The names in the first column of a table of the reference."""
    section = text_of(GUIDE.parent / "guide" / "reference.md").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    first = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return {name for cell in first for name in re.findall(r"`(\w+)", cell)}


def test_the_reference_has_every_field_and_method_and_no_other() -> None:
    public = {
        "MigrationManagerConfig": {
            *(field.name for field in fields(MigrationManagerConfig)),
            *methods(Phase51MigrationManager),
        },
        "MigrationReport": {*MigrationReport.model_fields},
        "ToolMigrationBridge": methods(ToolMigrationBridge),
    }
    assert {title: listed(title) for title in public} == public


def methods(of: type) -> set[str]:
    """What can be called or read, apart from opening, closing and what every configured object has."""
    return {name for name in vars(of) if not name.startswith("_")} - {"new", "open", "close", "publish", "config"}


def test_every_section_of_the_originals_guide_has_its_place_and_every_place_its_section() -> None:
    places = [place for chapter in CHAPTERS for place in headings(chapter)]
    assert len({*places}) == len(places)
    assert {*SECTIONS.values()} - {*places} == set(), "sections without a place"
    assert {*places} - {*SECTIONS.values()} - {*OWN} == set(), (
        "places that are neither a section's nor this guide's own"
    )
    assert {*OWN} - {*places} == set()
    assert {*OWN} & {*SECTIONS.values()} == set()
