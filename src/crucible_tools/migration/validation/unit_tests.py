"""The `#[test]` functions of a source: their author's own proof, run as rehearsals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crucible_tools.migration.validation.codes import Code
from crucible_tools.migration.validation.trials import code_of, doubt, facts
from crucible_tools.model.locations import Location
from crucible_tools.model.migration import ValidationFinding
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.problems import at_line
from crucible_tools.rune.check.rehearsal import Part, Trial
from crucible_tools.rune.syntax.nodes import Function, Impl, Module
from crucible_tools.rune.syntax.parser import Tree, parse

MOST: Final = 100
"""Test functions of a source that are run."""

_MARK: Final = "test"
_MARKED: Final = re.compile(r"#\s*\[\s*test\b")


@dataclass(frozen=True, slots=True)
class UnitTest:
    """A test function: its path in the source, and the line of its name."""

    path: str
    line: int

    def part(self) -> Part:
        """How it is called."""
        entry = ToolDefinition(
            name=self.path, description="", input_schema={}, form="test", entry=self.path, calling="positional"
        )
        return Part(entry, (Variant({}, "without arguments"),))


def find_tests(text: str) -> tuple[UnitTest, ...]:
    """The test functions of a source, the first `MOST`; those with parameters and methods are none."""
    if not _MARKED.search(text):
        return ()
    tree = parse(text)
    return tuple(test for test, _ in zip(_tests(tree), range(MOST), strict=False))


def _tests(tree: Tree) -> Iterator[UnitTest]:
    for function in tree.of(Function):
        if function.name is None or function.params or not any(mark.name == _MARK for mark in function.attributes):
            continue
        around = list(function.up())
        if any(isinstance(node, (Impl, Function)) for node in around):
            continue
        modules = [node.name for node in reversed(around) if isinstance(node, Module) and node.name is not None]
        names = [tree.tokens.texts[name] for name in (*modules, function.name)]
        line = tree.tokens.text.count("\n", 0, tree.tokens.starts[function.name]) + 1
        yield UnitTest("::".join(names), line)


def judge_test(tool: str, test: UnitTest, trial: Trial) -> ValidationFinding | None:
    """The finding about a test function of a tool's source; None when it passes."""
    if trial.error is None:
        return None
    message = f"the test {test.path} (line {test.line}) fails{at_line(trial.line)}: {trial.told}"
    context = {**facts(trial), "test": test.path}
    if context["location"] is None:
        context["location"] = Location(None, test.line, 1).to_json()
    if trial.failure is not None and code_of(trial, trial.failure) in (Code.DENIED, Code.CRASHED):
        return code_of(trial, trial.failure).finding(tool, message, **context)
    if trial.stood_in:
        return Code.INCONCLUSIVE.finding(tool, f"{message} (inconclusive: {doubt(trial)})", **context)
    return Code.TEST_FAILS.finding(tool, message, **context)
