"""RN073: imports of other languages: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of JavaScript",
        'import { a, b as c } from "x";\nimport d from "y"\nimport * as e from "z";\n'
        'import "w";\n\npub async fn call(args) {\n    args.a\n}\n',
        "pub async fn call(args) {\n    args.a\n}\n",
        (1, 2, 3, 4),
    ),
    Case(
        "of several lines",
        'import {\n    a,\n} from "x";\npub async fn call(args) {\n    args.a\n}\n',
        "pub async fn call(args) {\n    args.a\n}\n",
        (1,),
    ),
    Case(
        "of Python",
        "import json\nimport os.path as p\nfrom x import (a, b)\n\npub async fn call(args) {\n    args.a\n}\n",
        "pub async fn call(args) {\n    args.a\n}\n",
        (1, 2, 3),
    ),
    Case(
        "require",
        'const fs = require("fs");\nconst { join } = require("path");\npub async fn call(args) {\n    args.a\n}\n',
        "pub async fn call(args) {\n    args.a\n}\n",
        (1, 2),
    ),
    Case("that is used", "import json\npub async fn call(args) {\n    json.dig(args.a)\n}\n", None, (1,)),
    Case("with a comment", 'import { a /* one */ } from "x";\npub async fn call(args) {\n    args.a\n}\n', None, (1,)),
    Case(
        "behind a comment",
        "// A tool.\nimport json\npub async fn call(args) {\n    args.a\n}\n",
        "// A tool.\npub async fn call(args) {\n    args.a\n}\n",
        (2,),
    ),
)

RUNE = (
    "use std::collections::HashSet;\npub async fn call(args) {\n    args.a\n}\n",
    "fn import(x) { x }\npub fn call(args) {\n    import(args.a)\n}\n",
    body("let from = 1;", "from + 1"),
    "const A = 1;\npub async fn call(args) {\n    args.a\n}\n",
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (('import { a } from "x";\nimport json\n\npub async fn call(args) {\n    json.loads("[1]")\n}\n', [1]),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN073")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN073") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
