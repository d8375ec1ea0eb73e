"""RN052: `...rest` in an object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.foreign_calls import spread_of
from crucible_tools.rune.rules.list_spreads import is_spread, spread_fix
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, List, MethodCall, Object

_MERGED: Final = """
fn NAME(parts) {
    let whole = #{};
    for part in parts {
        for (key, value) in part {
            whole.insert(key, value);
        }
    }
    whole
}
"""


def check(script: Script) -> Iterator[Finding]:
    """Finds objects that take over the fields of another one, and lists that take over its items."""
    tokens = script.tree.tokens
    found: list[Finding] = []
    for node in script.tree.of(Object):
        spreads = [entry for entry in node.entries if entry.spread]
        if not spreads:
            continue
        start, end = tokens.starts[spreads[0].key], tokens.ends[spreads[0].key]
        message = "an object of Rune takes over no fields of another one"
        fix = _fix(script, node)
        hint = None if fix else "begin with a copy, then set the other fields"
        found.append(Finding("RN052", start, end, message, hint=hint, fix=fix))
    for node in script.tree.of(List):
        first = next((item for item in node.items if is_spread(script, item)), None)
        if first is None:
            continue
        fix = spread_fix(script, node)
        hint = None if fix else "`a.iter().chain(b.iter()).collect::<Vec>()` puts lists together"
        start, end = tokens.starts[first.first], tokens.ends[first.first]
        message = "a list of Rune takes over no items of another one"
        found.append(Finding("RN052", start, end, message, hint=hint, fix=fix))
    for call in (*script.tree.of(MethodCall), *script.tree.of(Call)):
        item = call.args.items[0] if call.args.items else None
        if item is None or not is_spread(script, item):
            continue
        start, end = tokens.starts[item.first], tokens.ends[item.first]
        fix = None
        if isinstance(call, MethodCall) and script.word(call.name) == "push" and spread_of(script, call) is not None:
            edits = (Edit(tokens.starts[call.name], tokens.ends[call.name], "extend"), Edit(start, end, ""))
            fix = Fix(True, "Call `extend`", edits)
        hint = None if fix else "give the list itself, and go through it in the function"
        found.append(Finding("RN052", start, end, "a call of Rune takes over no items of a list", hint=hint, fix=fix))
    yield from sorted(found, key=lambda item: item.start)


def _fix(script: Script, node: Object) -> Fix | None:
    tokens = script.tree.tokens
    broken = tokens.partner[node.open] < 0 or len(node.kids) != len(node.entries)
    if node.style == "struct" or broken or any(entry.spread and entry.value is None for entry in node.entries):
        return None
    name, addition = script.helper(node, "merged", _MERGED)
    edits = [Edit(script.start(node), tokens.ends[node.open], f"{name}([")]
    inside = False
    for entry, after in zip(node.entries, [*node.entries[1:], None], strict=True):
        start, end = tokens.starts[entry.key], script.end(entry)
        if entry.spread:
            edits.append(Edit(start, tokens.ends[entry.key], ""))
            continue
        if not inside:
            edits.append(Edit(start, start, "#{ "))
            inside = True
        if after is None or after.spread:
            edits.append(Edit(end, end, " }"))
            inside = False
    edits.append(Edit(tokens.starts[node.last], tokens.ends[node.last], "])"))
    return Fix(True, f"Write `{name}([..])`", tuple(edits), (addition,) if addition else ())


RULE = Rule(
    code="RN052",
    name="spread",
    summary="`{ ...old, y: 2 }`, `#{ ..old, y: 2 }`, `[...list, 4]`: nothing is taken over from elsewhere.",
    why="""\
The fields of an object of Rune are written out.

The repair adds a private function that puts objects together, the later ones winning, and calls it: `merged([old, #{
y: 2 }])`. Like the original it makes a new object and leaves the old ones alone. For structs it is only reported.

Lists are chained: `[...list, 4]` becomes `list.iter().chain([4].iter()).collect::<Vec>()`.
""",
    before="""\
pub async fn call(args) {
    #{ ..args.o, y: 2 }
}
""",
    after="""\
pub async fn call(args) {
    merged([args.o, #{ y: 2 }])
}

fn merged(parts) {
    let whole = #{};
    for part in parts {
        for (key, value) in part {
            whole.insert(key, value);
        }
    }
    whole
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("..", "**"),
)
