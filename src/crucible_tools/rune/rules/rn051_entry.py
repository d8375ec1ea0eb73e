"""RN051: `map.entry(key)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.purity import is_pure
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Block,
    Closure,
    Expr,
    Let,
    MethodCall,
    Paren,
    Path,
    Statement,
    Unary,
)
from crucible_tools.rune.types.values import FLOAT, INT

_DEFAULTS: Final = {
    "Vec::new": "[]", "HashMap::new": "#{}", "String::new": '""', "Object::new": "#{}",
    "HashSet::new": "HashSet::new()",
}  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds `map.entry(key).or_insert(value)`."""
    yield from sorted((*_entries(script), *_changed(script)), key=lambda item: item.start)


def _entries(script: Script) -> Iterator[Finding]:
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
    value = _default(script, node) or _of_use(script, node)
    if value is None or not isinstance(key, Expr) or not is_pure(script, key) or not is_pure(script, entry.base):
        return None
    of, name = script.source(entry.base), script.source(key)
    up = node.parent
    begun = f"if !{of}.contains_key({name}) {{ {of}[{name}] = {value}; }}"
    if isinstance(up, Let):
        return _named(script, up, begun, f"{of}[{name}]")
    if isinstance(up, Statement) and up.semicolon is not None:
        edit = Edit(script.start(node), script.tree.tokens.ends[up.semicolon], begun)
        return Fix(True, "Write `contains_key` and an assignment", (edit,))
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
        begin = f"{begun} {of}[{name}]"
        return Fix(True, "Write `contains_key` and an assignment", (Edit(script.start(up), script.end(node), begin),))
    return None


def _named(script: Script, let: Let, begun: str, place: str) -> Fix | None:
    """`let n = map.entry(key).or_insert(0); *n += 1;`: what is done with `*n` is done with `map[key]`."""
    if len(let.pattern.names) != 1 or let.pattern.first != let.pattern.last or let.semicolon is None:
        return None
    tokens = script.tree.tokens
    followed = [_followed(use) for use in script.types.uses(let)]
    title = "Write `contains_key` and an assignment"
    if not any(followed):
        if any(isinstance(use.parent, Assign) and use.parent.target is use for use in script.types.uses(let)):
            return None
        start, end = script.start(let), tokens.ends[let.semicolon]
        return Fix(True, title, (Edit(start, end, f"{begun} let {script.source(let.pattern)} = {place};"),))
    if not all(followed) or script.types.scopes.short_uses(let):
        return None
    edits = [Edit(script.start(let), tokens.ends[let.semicolon], begun)]
    edits += [Edit(script.start(one), script.end(one), place) for one in followed if one is not None]
    return Fix(True, title, tuple(edits))


def _followed(use: Path) -> Expr | None:
    """The `*n` that a use of `n` stands in, with the parentheses around it."""
    up = use.parent
    if not isinstance(up, Unary) or up.op != "*":
        return None
    return up.parent if isinstance(up.parent, Paren) else up


def _changed(script: Script) -> Iterator[Finding]:
    """`map.entry(key).and_modify(|n| *n += 1).or_insert(1);`."""
    tokens = script.tree.tokens
    for node in script.tree.of(MethodCall):
        changing = node.base
        if script.word(node.name) != "or_insert" or not isinstance(changing, MethodCall):
            continue
        entry = changing.base
        if script.word(changing.name) != "and_modify" or not isinstance(entry, MethodCall):
            continue
        if script.word(entry.name) != "entry" or len(entry.args.items) != 1 or len(changing.args.items) != 1:
            continue
        start, end = tokens.starts[entry.name], tokens.ends[entry.name]
        message = "no map of Rune has entries: `get` says whether a key is there"
        yield Finding("RN051", start, end, message, fix=_modified(script, node, changing, entry))


def _modified(script: Script, node: MethodCall, changing: MethodCall, entry: MethodCall) -> Fix | None:
    key, closure = entry.args.items[0], changing.args.items[0]
    statement = node.parent
    if not isinstance(key, Expr) or not is_pure(script, key) or not is_pure(script, entry.base):
        return None
    if not isinstance(closure, Closure) or len(closure.params) != 1 or len(node.args.items) != 1:
        return None
    if not isinstance(statement, Statement) or has_comment(script, script.start(node), script.end(node)):
        return None
    place = f"{script.source(entry.base)}[{script.source(key)}]"
    param, body = script.source(closure.params[0]), closure.body
    text, at = "", script.start(body)
    for path in body.walk():
        if isinstance(path, Path) and path.name == param:
            whole = _followed(path) or path
            text += script.text[at : script.start(whole)] + place
            at = script.end(whole)
    text = (text + script.text[at : script.end(body)]).strip().removeprefix("{").removesuffix("}").strip().rstrip(";")
    known = f"{script.source(entry.base)}.contains_key({script.source(key)})"
    made = f"if {known} {{ {text}; }} else {{ {place} = {script.source(node.args.items[0])}; }}"
    end = script.tree.tokens.ends[statement.semicolon] if statement.semicolon is not None else script.end(node)
    return Fix(True, "Write `contains_key` and assignments", (Edit(script.start(node), end, made),))


def _of_use(script: Script, node: MethodCall) -> str | None:
    """What `or_default()` begins with, by what is done with it."""
    if script.word(node.name) != "or_default":
        return None
    up = node.parent
    if isinstance(up, MethodCall) and up.base is node:
        return _BY_METHOD.get((script.word(up.name), len(up.args.items)))
    if isinstance(up, Unary) and isinstance(up.parent, Assign) and up.parent.op in ("+=", "-="):
        value = script.types.of(up.parent.value)
        return "0" if value.only(INT) else "0.0" if value.only(FLOAT) else None
    return None


_BY_METHOD: Final = {("push", 1): "[]", ("extend", 1): "[]", ("push_str", 1): '""', ("insert", 2): "#{}"}


def _default(script: Script, node: MethodCall) -> str | None:
    word = script.word(node.name)
    if word == "or_default" or len(node.args.items) != 1:
        return None
    given = node.args.items[0]
    text = script.source(given)
    if word == "or_insert_with":
        if isinstance(given, Closure) and not given.params and not isinstance(given.body, Block):
            text = script.source(given.body)
            return _DEFAULTS.get(text.removesuffix("()"), text)
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
