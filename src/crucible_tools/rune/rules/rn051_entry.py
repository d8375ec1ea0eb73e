"""RN051: `map.entry(key)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.purity import is_pure
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Binary, Expr, MethodCall, Statement, Unary

_DEFAULTS: Final = {
    "Vec::new": "[]", "HashMap::new": "#{}", "String::new": '""', "Object::new": "#{}",
}  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds `map.entry(key).or_insert(value)`."""
    tokens = script.tree.tokens
    for node in script.tree.of(MethodCall):
        if script.word(node.name) not in ("or_insert", "or_insert_with", "or_default"):
            continue
        entry = node.base
        if not isinstance(entry, MethodCall) or script.word(entry.name) != "entry" or len(entry.args.items) != 1:
            continue
        start, end = tokens.starts[entry.name], tokens.ends[entry.name]
        message = "no map of Rune has entries: `get` says whether a key is there"
        fix = _fix(script, node, entry)
        hint = None if fix else "`map[key] = map.get(key).unwrap_or(0) + 1;`"
        yield Finding("RN051", start, end, message, hint=hint, fix=fix)


def _fix(script: Script, node: MethodCall, entry: MethodCall) -> Fix | None:
    key = entry.args.items[0]
    value = _default(script, node)
    if value is None or not isinstance(key, Expr) or not is_pure(script, key) or not is_pure(script, entry.base):
        return None
    of, name = script.source(entry.base), script.source(key)
    up = node.parent
    if isinstance(up, Unary) and up.op == "*" and isinstance(up.parent, Assign) and up.parent.target is up:
        assign = up.parent
        if assign.op == "=" or not isinstance(assign.parent, Statement):
            return None
        sign = assign.op[:-1]
        begin = f"{of}[{name}] = {of}.get({name}).unwrap_or({value}) {sign} "
        first, end = script.start(assign.value), script.end(assign.value)
        if isinstance(assign.value, Binary):
            edits = (Edit(script.start(assign), first, f"{begin}("), Edit(end, end, ")"))
        else:
            edits = (Edit(script.start(assign), first, begin),)
        return Fix(True, "Write `get` and an assignment", edits)
    if isinstance(up, MethodCall) and up.base is node and isinstance(up.parent, Statement):
        begin = f"if !{of}.contains_key({name}) {{ {of}[{name}] = {value}; }} {of}[{name}]"
        return Fix(True, "Write `contains_key` and an assignment", (Edit(script.start(up), script.end(node), begin),))
    return None


def _default(script: Script, node: MethodCall) -> str | None:
    word = script.word(node.name)
    if word == "or_default" or len(node.args.items) != 1:
        return None
    given = node.args.items[0]
    text = script.source(given)
    if word == "or_insert_with":
        return _DEFAULTS.get(text)
    return _DEFAULTS.get(text.removesuffix("()"), text)


RULE = Rule(
    code="RN051",
    name="entry",
    summary="`*map.entry(key).or_insert(0) += 1;`: no map of Rune has entries.",
    why="""\
Entries of Rust's maps give references into the map, and Rune has no references.

The repair writes `map[key] = map.get(key).unwrap_or(0) + 1;`, and for `map.entry(key).or_insert(Vec::new()).push(x);`
it first inserts a list where there is none. Where map or key are results of calls, it is only reported.
""",
    before="""\
pub async fn call(args) {
    let counts = #{};
    for word in args.words {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}
""",
    after="""\
pub async fn call(args) {
    let counts = #{};
    for word in args.words {
        counts[word] = counts.get(word).unwrap_or(0) + 1;
    }
    counts
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=(".entry(",),
)
