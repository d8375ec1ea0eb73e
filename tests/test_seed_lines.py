"""Each line of the original's guide that names a behaviour has a test that names the line, and the other way round."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.seed_lines import FIGURES, LINES, OPEN, TESTS

HERE = Path(__file__).parent
BENCH = HERE.parent / "bench"


def functions() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every test at the top level of a file, with the lines that it is marked with."""
    for path in sorted(HERE.rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                lines = [line for decorator in node.decorator_list for line in named(decorator)]
                yield f"{path.relative_to(HERE).as_posix()}::{node.name}", tuple(lines)


def named(decorator: ast.expr) -> list[str]:
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.seed":
        return [ast.literal_eval(argument) for argument in decorator.args]
    return []


MARKED = dict(functions())


def test_every_line_is_proven_or_measured_or_open_and_only_one_of_these() -> None:
    assert sorted([*TESTS, *FIGURES, *OPEN]) == sorted(LINES)
    assert all(quote.strip() for quote in LINES.values())
    assert all(OPEN.values())


@pytest.mark.parametrize("line", TESTS)
def test_the_tests_of_a_line_exist_and_name_it(line: str) -> None:
    assert TESTS[line]
    assert {name: line in MARKED.get(name, ()) for name in TESTS[line]} == dict.fromkeys(TESTS[line], True)


def test_every_test_that_names_a_line_is_in_the_table() -> None:
    strays = [(name, line) for name, lines in MARKED.items() for line in lines if name not in TESTS.get(line, ())]
    assert strays == []


def test_no_test_names_a_line_twice() -> None:
    assert [name for name, lines in MARKED.items() if len({*lines}) != len(lines)] == []


@pytest.mark.parametrize("line", FIGURES)
def test_a_figure_has_its_row_in_the_benchmark(line: str) -> None:
    assert any(f'"{FIGURES[line]}"' in path.read_text(encoding="utf-8") for path in BENCH.glob("*.py"))
