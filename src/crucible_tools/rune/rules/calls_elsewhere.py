"""Functions of Go, Lua, PHP, Java, C# and Kotlin, and what the same is called on a value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.operands import closed, has_comment, is_operand, tight
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.syntax.nodes import Assign, Call, Expr, Field, For, Index, MethodCall, Statement

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

Rewriting = Callable[["Script", "Call | MethodCall", str], "Fix | None"]
_ARGUMENT: Final = re.compile(r"\$(\d)")


def _as(*texts: str) -> Rewriting:
    """A call as one of these texts: the one that names each argument once, `$0` for the first of them."""

    def rewriting(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
        del name
        items = call.args.items
        text = next((one for one in texts if len(_ARGUMENT.findall(one)) == len(items)), None)
        start, end = script.start(call), script.end(call)
        if text is None or not closed(script, call.args) or has_comment(script, start, end):
            return None
        values = [item for item in items if isinstance(item, Expr) and not isinstance(item, Assign)]
        if len(values) < len(items):
            return None
        given = [script.source(value) for value in values]
        first = int(_ARGUMENT.findall(text)[0]) if items else -1
        if values and text.startswith(f"${first}.") and not tight(values[first]):
            given[first] = f"({given[first]})"
        made = _ARGUMENT.sub(lambda found: given[int(found[1])], text)
        if " " in _ARGUMENT.sub("", text.partition("(")[0]) and is_operand(call):
            made = f"({made})"
        return Fix(True, f"Write `{_ARGUMENT.sub('..', text)}`", (Edit(start, end, made),))

    return rewriting


def _appended(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`list = append(list, x)` as `list.push(x)`."""
    del name
    up, items = call.parent, call.args.items
    if not isinstance(up, Assign) or up.op != "=" or up.value is not call or not isinstance(up.parent, Statement):
        return None
    if len(items) < 2 or script.source(items[0]) != script.source(up.target):
        return None
    start, end = script.start(up), script.end(up)
    if not closed(script, call.args) or has_comment(script, start, end):
        return None
    target, rest = script.source(items[0]), [script.source(item) for item in items[1:]]
    tokens = script.tree.tokens
    if (script.word(items[-1].last + 1) == "..." and len(rest) == 1) or "..." in tokens.texts[
        call.args.first : call.last
    ]:
        return None
    made = "; ".join(f"{target}.push({text})" for text in rest)
    return Fix(True, "Call `push`", (Edit(start, end, made),))


def _listed(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`listOf(a, b)` as `[a, b]`."""
    del name
    tokens, args = script.tree.tokens, call.args
    if not closed(script, args) or not all(isinstance(item, Expr) for item in args.items):
        return None
    edits = (
        Edit(script.start(call), tokens.ends[args.first], "["),
        Edit(tokens.starts[args.last], tokens.ends[args.last], "]"),
    )
    return None if has_comment(script, edits[0].start, edits[0].end) else Fix(True, "Write a list", edits)


def _counted(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`for i, x in ipairs(list)`, which counts from 1."""
    up = call.parent
    if not isinstance(up, For) or len(call.args.items) != 1:
        return None
    number = script.word(up.first + 1 + (script.word(up.first + 1) == "("))
    behind = "" if number == "_" else ".map(|(at, item)| (at + 1, item))"
    return _as(f"$0.iter().enumerate(){behind}")(script, call, name)


def _asked(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`isset(a["k"])` and `empty(a.k)`'s sister for keys: `a.get("k").is_some()`."""
    del name
    items = call.args.items
    if len(items) != 1 or not closed(script, call.args) or has_comment(script, script.start(call), script.end(call)):
        return None
    item = items[0]
    if isinstance(item, Field) and not item.number:
        key = f'"{script.word(item.name)}"'
    elif isinstance(item, Index) and item.index is not None:
        key = script.source(item.index)
    else:
        return None
    text = f"{script.source(item.base)}.get({key}).is_some()"
    return Fix(True, f"Write `{text}`", (Edit(script.start(call), script.end(call), text),))


_HINT: Final = "values have methods in Rune: `text.len()`, `list.push(x)`"


def _table(hint: str, names: dict[str, Rewriting]) -> dict[str, tuple[Rewriting, str]]:
    return {name: (rewriting, hint) for name, rewriting in names.items()}


CALLS_ELSEWHERE: Final[dict[str, tuple[Rewriting, str]]] = _table(_HINT, {
    # Go
    "append": _appended,
    "delete": _as("$0.remove($1)"),
    "strings.Join": _as("$0.join($1)"),
    "strings.Split": _as("$0.split($1).collect::<Vec>()"),
    "strings.Fields": _as("$0.split_whitespace().collect::<Vec>()"),
    "strings.ToUpper": _as("$0.to_uppercase()"),
    "strings.ToLower": _as("$0.to_lowercase()"),
    "strings.TrimSpace": _as("$0.trim()"),
    "strings.Contains": _as("$0.contains($1)"),
    "strings.HasPrefix": _as("$0.starts_with($1)"),
    "strings.HasSuffix": _as("$0.ends_with($1)"),
    "strings.ReplaceAll": _as("$0.replace($1, $2)"),
    "strings.Repeat": _as("$0.repeat($1)"),
    "strconv.Itoa": _as("`${$0}`"),
    "errors.New": _as("$0"),
    "fmt.Sprint": _as("`${$0}`"),
    # PHP
    "implode": _as("$1.join($0)"),
    "explode": _as("$1.split($0).collect::<Vec>()"),
    "strlen": _as("$0.len()"),
    "count": _as("$0.len()"),
    "sizeof": _as("$0.len()"),
    "strtoupper": _as("$0.to_uppercase()"),
    "strtolower": _as("$0.to_lowercase()"),
    "trim": _as("$0.trim()"),
    "str_replace": _as("$2.replace($0, $1)"),
    "str_contains": _as("$0.contains($1)"),
    "str_starts_with": _as("$0.starts_with($1)"),
    "str_ends_with": _as("$0.ends_with($1)"),
    "str_repeat": _as("$0.repeat($1)"),
    "in_array": _as("$1.iter().any(|item| item == $0)"),
    "array_push": _as("$0.push($1)"),
    "array_map": _as("$1.map($0)"),
    "array_filter": _as("$0.filter($1)"),
    "array_keys": _as("$0.keys().collect::<Vec>()"),
    "array_values": _as("$0.values().collect::<Vec>()"),

    "array_sum": _as("$0.iter().sum()"),
    "array_key_exists": _as("$1.contains_key($0)"),
    "array_reverse": _as("$0.iter().rev().collect::<Vec>()"),
    "json_encode": _as("json::to_string($0)?"),
    "json_decode": _as("json::from_string($0)?"),
    "is_null": _as("$0 is Tuple"),
    "is_array": _as("$0 is Vec"),
    "is_string": _as("$0 is String"),
    "is_int": _as("$0 is i64"),
    "isset": _asked,
    # Lua
    "tostring": _as("`${$0}`"),
    "pairs": _as("$0.iter()"),
    "ipairs": _counted,
    "table.insert": _as("$0.push($1)"),
    "table.concat": _as("$0.join($1)"),
    "table.remove": _as("$0.pop().unwrap_or(())"),
    "string.upper": _as("$0.to_uppercase()"),
    "string.lower": _as("$0.to_lowercase()"),
    "string.len": _as("$0.len()"),
    "string.rep": _as("$0.repeat($1)"),
    # Java, C#, Kotlin, Swift
    "String.valueOf": _as("`${$0}`"),
    "String.join": _as("$1.join($0)"),
    "string.Join": _as("$1.join($0)"),
    "Objects.equals": _as("$0 == $1"),
    "List.of": _listed,
    "Arrays.asList": _listed,
    "listOf": _listed,
    "mutableListOf": _listed,
    "arrayListOf": _listed,
    "arrayOf": _listed,
    "emptyList": _listed,
})  # fmt: skip
"""By name, as it is called: how it is rewritten, and what to do where it is not."""
