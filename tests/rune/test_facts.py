"""The description of a source is data from an enemy: each field is checked."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import BadGuestAnswer
from crucible_tools.rune.facts import MISSING, Attribute, read_facts, word

SOURCE = """//! Head
#[tool(desc = "d", tags = ["a", b], flag)]
/// Doc
pub async fn f(args) { g(args); args.get("x").unwrap_or(1) }
pub mod m { pub fn g(a) { crucible::log_info(1) } }
mod gone;
fn g(o) { "s" }
fn c() { "s" }
"""


async def described(engine: ScriptEngine, text: str = SOURCE) -> bytes:
    inspection = await engine.inspect(text, "a.rn")
    inspection.close()
    return inspection.facts


async def test_a_description_is_read_in_full(engine: ScriptEngine) -> None:
    facts = read_facts(await described(engine))
    assert facts.parsed
    assert (facts.header, facts.error, facts.truncated) == (("Head",), None, False)
    f = facts.by_path[("f",)]
    assert (f.public, f.is_async, f.top, f.entry, f.description) == (True, True, True, "f", "Doc")
    assert [(read.key, read.how, read.default) for read in f.reads] == [("x", "get", 1)]
    assert [(passed.param, passed.target, passed.position) for passed in f.passes] == [("args", ("g",), 0)]
    [tool] = f.marked("tool")
    assert (tool.text("description", "desc"), tool.texts("tags"), tool.texts("desc")) == ("d", ("a", "b"), ("d",))
    assert [(module.path, module.public, module.external) for module in facts.modules] == [
        (("m",), True, False),
        (("gone",), False, True),
    ]
    assert [(call.name, call.called) for call in facts.host_calls] == [("crucible::log_info", True)]
    assert facts.by_path[("c",)].returns == "s"
    assert facts.by_path[("g",)].returns is MISSING
    assert facts.by_path[("m", "g")].entry == "m::g"


async def test_a_source_that_does_not_parse_says_where(engine: ScriptEngine) -> None:
    facts = read_facts(await described(engine, "pub fn f() {\n  let é = ;\n}"))
    assert facts.error is not None
    assert (facts.parsed, facts.error.line, facts.error.column) == (False, 2, 11)
    assert [function.name for function in facts.functions] == ["f"]


FIELDS = [
    ((), "parsed header functions modules host_calls error"),
    (("functions", 0), "name module impl public async instance params docs attributes line column reads passes whole"),
    (("functions", 0, "params", 0), "name"),
    (("functions", 0, "attributes", 0), "name args line"),
    (("functions", 0, "attributes", 0, "args", 0), "key"),
    (("functions", 0, "reads", 0), "param key how"),
    (("functions", 0, "passes", 0), "param target position"),
    (("modules", 0), "path public external line column"),
    (("host_calls", 0), "name written called guessed line column length"),
]
PLACES = [(path, field) for path, fields in FIELDS for field in fields.split()]


async def test_a_wrong_type_anywhere_is_refused(engine: ScriptEngine) -> None:
    description = json.loads(await described(engine))
    for path, field in PLACES:
        for wrong in ({"a": 1}, [1], 1.5):
            broken = copy.deepcopy(description)
            holder: Any = broken
            for key in path:
                holder = holder[key]
            assert field in holder, (path, field)
            holder[field] = wrong
            with pytest.raises(BadGuestAnswer):
                read_facts(json.dumps(broken).encode())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b'{"parsed": true} {}',
        b'{"parsed": NaN}',
        b'{"parsed": true, "header": ["\xff"]}',
        b'{"parsed": true, "functions": ' + b"[" * 100_000,
        b'{"parsed": true, "host_calls": [{"name": "' + b"x" * (2**20 + 1) + b'"}]}',
    ],
    ids=lambda text: repr(text[:40]),
)
def test_what_is_no_description_at_all_is_refused(text: bytes) -> None:
    with pytest.raises(BadGuestAnswer):
        read_facts(text)


def test_a_value_that_is_nested_too_deep_is_refused() -> None:
    attribute = (
        b'{"name": "tool", "line": 1, "args": [{"key": null, "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
    )
    with pytest.raises(BadGuestAnswer):
        read_facts(b'{"parsed": true, "functions": [{"attributes": [' + attribute + b"]}]}")


def test_words_are_texts_or_bare_names() -> None:
    assert word("a") == "a"
    assert word({"word": "b"}) == "b"
    assert word({"text": "c"}) is None
    assert word(5) is None
    assert Attribute("x", (), 1).get("nothing") is None
