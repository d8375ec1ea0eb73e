"""The documentation of the rules is true, and the page made from it is not stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crucible_tools.cli.formats.rules import markdown
from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.check.checking import Checker
from crucible_tools.rune.check.names import with_taken_names
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.rules.found_by_reading import found_by_reading
from crucible_tools.rune.rules.registry import rules
from crucible_tools.rune.rules.rule import Rule
from crucible_tools.rune.rules.script import Script

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"

each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)


def test_the_page_is_what_the_rules_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(rules()), "docs/rules.md is stale: run `make docs`"


@each_rule
async def test_the_rule_finds_its_example_and_not_the_repaired_one(
    rule: Rule, engine: ScriptEngine, tmp_path: Path
) -> None:
    if rule.check is not found_by_reading:
        assert {item.code for item in rule.check(Script(rule.before))} == {rule.code}
        assert list(rule.check(Script(rule.after))) == []
    elif rule.before:
        assert rule.code in await checked(engine, tmp_path, rule.before)
        assert rule.code not in await checked(engine, tmp_path, rule.after)


async def checked(engine: ScriptEngine, folder: Path, text: str) -> set[str]:
    """The codes of all that checking a source has to say."""
    file = folder / "a.rn"
    file.write_text(text, encoding="utf-8")
    done = await Checker(engine, rehearser=engine).check(DiscoveredFile(file, folder, "a.rn"))
    return {item.finding.code for item in with_taken_names([done])[0].findings}


@each_rule
def test_its_words_let_its_example_through(rule: Rule) -> None:
    assert not rule.words or rule.check is found_by_reading or any(word in rule.before for word in rule.words)


@each_rule
def test_it_repairs_its_example_as_it_promises(rule: Rule) -> None:
    fixes = [item.fix for item in rule.check(Script(rule.before)) if item.fix]
    assert bool(fixes) is (rule.fix != "none")
    if rule.fix in ("safe", "unsafe"):
        assert {fix.safe for fix in fixes} == {rule.fix == "safe"}


@each_rule
def test_its_texts_are_complete(rule: Rule) -> None:
    assert re.fullmatch(r"RN\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    for text in (rule.summary, rule.why):
        assert text.strip().endswith((".", "```"))
        assert text.count("`") % 2 == 0
    assert "\n" not in rule.summary.strip()
    for example in (rule.before, rule.after):
        assert example.endswith("\n") or (not example and rule.check is found_by_reading)


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in rules()}) == len({rule.name for rule in rules()}) == len(rules())
