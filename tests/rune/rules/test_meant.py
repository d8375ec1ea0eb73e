"""What authors of other languages write becomes what they mean, with safe repairs alone."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import CompileFailed
from crucible_tools.rune.check.repairing import repair
from tests.rune.rules.meant_by_others import MEANT as OF_OTHERS
from tests.rune.rules.meant_by_rust import MEANT as OF_RUST
from tests.rune.rules.support import found, outcome, safe_only

ARGUMENTS: Final = {
    "s": "Hello World", "n": 7, "f": 2.5, "b": True, "l": [3, 1, 2], "w": ["b", "a", "b"], "o": {"x": 1, "y": 2},
}  # fmt: skip
"""A text, an integer, a float, a boolean, lists of integers and of texts, an object."""

KINDS: Final = {"s": "string", "n": "integer", "f": "number", "b": "boolean", "l": "integer", "w": "string"}


def written(body: str) -> str:
    """A tool with these lines in its entry; what stands in front of `@@` stands at the top of the file."""
    head, _, lines = body.rpartition("@@")
    properties = ", ".join(
        f'{name}: #{{ type: "array", items: #{{ type: "{kind}" }} }}'
        if name in ("l", "w")
        else f'{name}: #{{ type: "{kind}" }}'
        for name, kind in KINDS.items()
    )
    names = json.dumps(list(ARGUMENTS))
    schema = f'#{{ type: "object", properties: #{{ {properties}, o: #{{ type: "object" }} }}, required: {names} }}'
    text = lines.strip().replace("\u23ce", "\n    ")
    return (
        f"{head.strip()}\npub fn INPUT_SCHEMA() {{ {schema} }}\n"
        "pub async fn call(args) {\n"
        "    let (s, n, f, b, l, w, o) = (args.s, args.n, args.f, args.b, args.l, args.w, args.o);\n"
        f"    {text}\n}}\n"
    )


async def compiles(engine: ScriptEngine, source: str) -> bool:
    """Whether Rune's own compiler takes a source."""
    try:
        await outcome(engine, source, ARGUMENTS)
    except CompileFailed:
        return False
    return True


@pytest.mark.parametrize(("body", "gives"), [*OF_RUST, *OF_OTHERS], ids=lambda value: str(value)[:60])
async def test_it_is_found_and_gives_what_is_meant(engine: ScriptEngine, body: str, gives: Any) -> None:
    source = written(body)
    assert found(source)
    made = repair(source, accept=safe_only, compiles=await compiles(engine, source))
    assert made.settled
    assert await outcome(engine, made.text, ARGUMENTS) == gives
