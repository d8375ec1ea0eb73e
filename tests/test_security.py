"""The threat model names mechanisms and proofs: all of them exist, and the suites are as large as it takes."""

import ast
import re
from pathlib import Path

import pytest

from tests.engine.host import test_path_escapes, test_ssrf

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROOFS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
MECHANISMS = sorted(set(re.findall(r"`(src/[\w/]+\.py)`", TEXT)))


@pytest.mark.parametrize(("path", "name"), PROOFS)
def test_every_proof_is_a_test_that_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert name in found
    assert name.startswith("test_")


@pytest.mark.parametrize("path", MECHANISMS)
def test_every_mechanism_is_a_file_that_exists(path: str) -> None:
    assert (ROOT / path).is_file()


def test_everything_that_is_protected_has_a_mechanism_and_a_proof() -> None:
    _, _, table = TEXT.partition("## What is protected\n")
    rows = [row for row in table.partition("\n## ")[0].splitlines() if row.startswith("| ")][2:]
    assert len(rows) > 10
    assert [row for row in rows if "`tests/" not in row or "`src/" not in row] == []


def test_what_is_not_protected_is_said() -> None:
    _, _, rest = TEXT.partition("## What is not protected\n")
    assert len(re.findall(r"^- \*\*", rest.partition("\n## ")[0], re.MULTILINE)) >= 5


@pytest.mark.parametrize("module", [test_ssrf, test_path_escapes])
def test_the_suites_of_requests_and_of_paths_have_at_least_60_cases_each(module: object) -> None:
    cases = 0
    for name, function in vars(module).items():
        if name.startswith("test_"):
            count = 1
            for mark in getattr(function, "pytestmark", []):
                if mark.name == "parametrize":
                    count *= len(list(mark.args[1]))
            cases += count
    assert cases >= 60
