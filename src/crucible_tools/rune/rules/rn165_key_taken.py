"""RN165: `insert` of an object takes its key away."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.receivers import calls
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Closure,
    Expr,
    Field,
    For,
    Function,
    Index,
    Loop,
    MethodCall,
    Node,
    Path,
    While,
)
from crucible_tools.rune.types.values import ANY, INT, LIST, OBJECT, STRING


def check(script: Script) -> Iterator[Finding]:
    """Finds `object.insert(key, value)` whose key is read again."""
    for call in calls(script, ("insert",)):
        items = call.args.items
        if len(items) != 2 or not isinstance(items[0], Expr):
            continue
        key = bare(items[0])
        if not isinstance(key, (Path, Field, Index)) or not _is_object(script, call, key):
            continue
        if not _is_read_again(script, call, key):
            continue
        start, end = script.start(key), script.end(key)
        message = f"`insert` of an object takes `{script.source(key)}` away, and it is read again later"
        fix = Fix(True, "Insert a copy", (Edit(end, end, ".clone()"),))
        hint = f"`{script.source(call.base)}[{script.source(key)}] = ..` takes nothing away either"
        yield Finding("RN165", start, end, message, "warning", hint=hint, fix=fix)


def _is_object(script: Script, call: MethodCall, key: Expr) -> bool:
    value, at = script.types.of(call.base), script.types.of(key)
    if not at.may(STRING) or at.only(INT):
        return False
    return value.only(OBJECT) or (value.kinds != ANY and value.may(OBJECT) and not value.only(LIST) and at.only(STRING))


def _is_read_again(script: Script, call: MethodCall, key: Expr) -> bool:
    """Whether the same is read behind the call, or before it in the next turn of a loop."""
    texts = script.tree.tokens.texts
    function = script.function_of(call)
    root: Expr = key
    while isinstance(root, (Field, Index)):
        root = bare(root.base)
    if function is None or not isinstance(root, Path) or root.name is None:
        return False
    binding = script.types.binding(root)
    if binding is None:
        return False
    words = texts[key.first : key.last + 1]
    behind, end = call.last + 1, _last(function, binding)
    if _occurs(script, words, behind, end) or (root is not key and _is_handed_on(script, root.name, behind, end)):
        return True
    for up in call.up():
        if isinstance(up, (Closure, Function)):
            break
        if isinstance(up, For) and up is binding:
            # Items of the list lose their text: is the list itself read later?
            listed = bare(up.iterable)
            if not isinstance(listed, (Path, Field)):
                break
            return _occurs(script, texts[listed.first : listed.last + 1], up.last + 1, function.last)
        if isinstance(up, (For, Loop, While)) and not up.first <= binding.first <= up.last:
            return True
    return False


def _is_handed_on(script: Script, name: str, first: int, last: int) -> bool:
    """Whether all of what the key is a part of is read behind: `items.push(item)`."""
    texts = script.tree.tokens.texts
    return any(
        texts[at] == name
        and script.word(at - 1) not in (".", "::")
        and script.word(at + 1) not in (".", "[", ":", "=", "::")
        for at in range(first, last + 1)
    )


def _last(function: Function, binding: Node) -> int:
    """The last token of what a name is known in: the loop that gives it, or the function."""
    return binding.last if isinstance(binding, For) else function.last


def _occurs(script: Script, words: list[str], first: int, last: int) -> bool:
    texts = script.tree.tokens.texts
    for at in range(first, last - len(words) + 2):
        if texts[at] == words[0] and texts[at : at + len(words)] == words and script.word(at - 1) not in (".", "::"):
            colon = script.word(at + len(words)) == ":" and len(words) == 1
            if not colon:
                return True
    return False


RULE = Rule(
    code="RN165",
    name="key-taken",
    summary="`seen.insert(name, true); names.push(name)`: `insert` of an object takes the text of its key away.",
    why="""\
In Rune 0.14 `insert` of an object moves its key into the object. Whoever reads the same text later is stopped ("Cannot
read, value is M-000000"), be it the variable, or the list that it came from. `object[key] = value` and the maps of
`std::collections` leave the key where it is.

The repair inserts a copy, `key.clone()`.
""",
    before="""\
pub async fn call(args) {
    let seen = #{};
    let name = args.s;
    seen.insert(name, true);
    `${name}: ${seen.len()}`
}
""",
    after="""\
pub async fn call(args) {
    let seen = #{};
    let name = args.s;
    seen.insert(name.clone(), true);
    `${name}: ${seen.len()}`
}
""",
    kind=Kind.LIKELY,
    fix="safe",
    check=check,
    words=(".insert(",),
)
