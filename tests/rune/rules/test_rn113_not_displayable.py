"""RN113: showing what has no display form."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case("`tags: ${args.a}`", '`tags: ${format!("{:?}", args.a)}`', 'tags: ["x"]', {"a": ["x"]}, safe=False),
    Case("`${args.tags}`", '`${format!("{:?}", args.tags)}`', '["x"]', {"tags": ["x"]}, safe=False),
    Case("`${args.a}`", '`${format!("{:?}", args.a)}`', "[1]", {"a": [1]}, {"a": "array"}, safe=False),
    Case('`${args.get("a")}`', '`${args.get("a").unwrap_or("")}`', "1", {"a": 1}, safe=False),
    Case(
        "`${()} and ${#{ a: 1 }}`",
        '`${format!("{:?}", ())} and ${format!("{:?}", #{ a: 1 })}`',
        '() and {"a": 1}',
        safe=False,
        count=2,
    ),
    Case('format!("{} {}", 1, [2])', 'format!("{} {:?}", 1, [2])', "1 [2]", safe=False),
    Case('println!("{}", args.a); 1', 'println!("{:?}", args.a); 1', 1, {"a": []}, {"a": "array"}, safe=False),
    Case('"a: " + [1]', '"a: " + format!("{:?}", [1])', "a: [1]", safe=False),
    Case(
        'let t = "a";\n    t += (1, 2);\n    t',
        'let t = "a";\n    t += format!("{:?}", (1, 2));\n    t',
        "a(1, 2)",
        safe=False,
    ),
]

QUIET = [
    ("`${args.name}: ${args.n + 1} ${true} ${'c'} ${1.5}`", None),
    ("`notes: ${args.notes}`", None),
    ("`tags: ${args.tags.len()}`", None),
    ("`tags: ${args.tags}`", {"tags": "string"}),
    ('format!("{:?} {0:?}", [1])', None),
    ('format!("{{}} {}", 1)', None),
    ("let tags = args.tags;\n    `tags: ${tags.iter().count()}`", None),
    ("`${if args.a { 1 } else { 2 }}`", None),
    ('"a" + args.b', None),
    ("args.list.iter().map(|t| `- ${t}`).collect::<Vec>()", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN113")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN113", schema) == []


def test_the_error_of_a_failed_parse_cannot_be_shown() -> None:
    source = "match args.t.parse::<i64>() { Ok(n) => `${n}`, Err(e) => `no: ${e}` }"
    [finding] = findings(source, "RN113")
    assert finding.message == "`e` is the error of a failed `parse`, and that has no display form"
    assert finding.fix is not None
    assert not finding.fix.safe
