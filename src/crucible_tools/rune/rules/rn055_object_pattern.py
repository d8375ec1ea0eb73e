"""RN055: `let { a, b } = o`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.extents import stop, written
from crucible_tools.rune.rules.languages import is_javascript
from crucible_tools.rune.rules.operands import has_comment, repeatable
from crucible_tools.rune.rules.reserved import RESERVED
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Const, Function, Let, MethodCall, Param, Pattern


def check(script: Script) -> Iterator[Finding]:
    """Finds patterns of objects without `#`, and the rest of a list or object with a name."""
    yield from sorted((*_objects(script), *_lists(script)), key=lambda item: item.start)


def _lists(script: Script) -> Iterator[Finding]:
    """`let [first, ...rest] = list` and `const [a, b = 1] = list`; JavaScript's fit longer lists, too."""
    tokens = script.tree.tokens
    for pattern in script.tree.of(Pattern):
        let = pattern.parent
        words = tokens.texts[pattern.first : pattern.last + 1]
        if words[0] != "[" or tokens.partner[pattern.first] != pattern.last or not isinstance(let, (Let, Const)):
            continue
        start, end = script.start(pattern), script.end(pattern)
        if "..." in words or "=" in words:
            message = "a pattern of a list names its items: it has no default, and its rest no name"
            yield Finding("RN055", start, end, message, fix=_item_by_item(script, pattern, let))
        elif is_javascript(script) and ".." not in words and all(_is_name(script, at) for at in pattern.names):
            close = tokens.starts[pattern.last]
            fix = Fix(True, "Write `..`", (Edit(close, close, ", .."),))
            yield Finding("RN055", start, end, "this pattern fits no longer list: `..` says that it may", fix=fix)


def _is_name(script: Script, token: int) -> bool:
    return script.word(token - 1) in ("[", ",") and script.word(token + 1) in ("]", ",")


def _item_by_item(script: Script, pattern: Pattern, let: Let | Const) -> Fix | None:
    """A `let` for each name of a pattern."""
    tokens, start, end = script.tree.tokens, script.start(let), script.end(let)
    if let.value is None or has_comment(script, start, end):
        return None
    base, lines, at, number = script.source(let.value), list[str](), pattern.first + 1, 0
    if not repeatable(let.value):
        kept = next(name for name in ("parts", "whole", "taken_apart") if name not in tokens.texts or name[0] == "t")
        split = isinstance(let.value, MethodCall) and script.word(let.value.name) == "split"
        lines.append(f"let {kept} = {base}{'.collect::<Vec>()' if split else ''};")
        base = kept
    while at < pattern.last:
        stop_ = min(stop(script, at), pattern.last)
        words = tokens.texts[at:stop_]
        if words[:1] == ["..."] and len(words) == 2 and stop_ == pattern.last:
            lines.append(f"let {words[1]} = {base}.iter().skip({number}).collect::<Vec>();")
        elif not words or tokens.kinds[at] != "name" or words[0] in RESERVED or (words[1:] and words[1] != "="):
            return None
        else:
            default = written(script, at + 2, stop_ - 1) if len(words) > 2 else "()"
            lines.append(f"let {words[0]} = {base}.get({number}).unwrap_or({default});")
        at, number = stop_ + 1, number + 1
    text = f"{script.newline}{script.indent_at(start)}".join(lines)
    return Fix(True, "Write a `let` for each", (Edit(start, end, text),))


def _objects(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for pattern in script.tree.of(Pattern):
        for i in range(pattern.first, pattern.last + 1):
            close = tokens.partner[i]
            if (
                tokens.texts[i] != "{"
                or close < 0
                or script.word(i - 1) == "#"
                or (tokens.kinds[i - 1] == "name" and (i > pattern.first))
            ):
                continue
            start, end = tokens.starts[i], tokens.ends[i]
            message = "a pattern for an object begins with `#{` in Rune"
            fix = _of_entry(script, pattern, i, close) or _with_defaults(script, pattern, i, close)
            yield Finding("RN055", start, end, message, fix=fix or _fix(script, i, close))


def _of_entry(script: Script, pattern: Pattern, open_: int, close: int) -> Fix | None:
    """`pub fn call({ a, b })`: a tool takes `args`, whose names its schema is made of."""
    param = pattern.parent
    function = param.parent if isinstance(param, Param) else None
    if not isinstance(function, Function) or function.body is None or len(function.params) != 1:
        return None
    public = function.pub is not None or any(script.word(word) == "export" for word in function.words)
    body = function.body
    lines = _lines(script, open_, close, "args")
    if not public or lines is None or (pattern.first, pattern.last) != (open_, close):
        return None
    if script.tree.tokens.partner[body.open] < 0 or "args" in script.tree.tokens.texts[body.open : body.last]:
        return None
    at = script.tree.tokens.ends[body.open]
    following = script.tree.tokens.starts[body.open + 1]
    if "\n" in script.text[at:following]:
        indent = script.indent_at(following)
        text = "".join(f"{script.newline}{indent}{line}" for line in lines)
    else:
        text = "".join(f" {line}" for line in lines)
    edits = (Edit(script.start(pattern), script.end(pattern), "args"), Edit(at, at, text))
    return Fix(True, "Take `args`", edits)


def _with_defaults(script: Script, pattern: Pattern, open_: int, close: int) -> Fix | None:
    """`let { a, b = 1 } = args;` as a `let` for each."""
    let = pattern.parent
    if not isinstance(let, (Let, Const)) or let.value is None or (pattern.first, pattern.last) != (open_, close):
        return None
    words = script.tree.tokens.texts[open_:close]
    if "=" not in words and "..." not in words:
        return None
    start, end = script.start(let), script.end(let)
    if (
        not repeatable(let.value)
        or has_comment(script, start, end)
        or (isinstance(let, Let) and let.otherwise is not None)
    ):
        return None
    lines = _lines(script, open_, close, script.source(let.value))
    if lines is None:
        return None
    text = f"{script.newline}{script.indent_at(start)}".join(lines)
    return Fix(True, "Write a `let` for each", (Edit(start, end, text),))


def _lines(script: Script, open_: int, close: int, base: str) -> list[str] | None:
    """A `let` for each name of `{ a, b: c, d = 1 }`; None for what nests, or takes the rest."""
    tokens = script.tree.tokens
    found: list[str] = []
    at = open_ + 1
    while at < close:
        end = min(stop(script, at), close)
        words = tokens.texts[at:end]
        if not words or words[1:] == [":"]:
            return None
        inner = at + 2 + (script.word(at + 2) == "#")
        if words[1:2] == [":"] and script.word(inner) == "{" and tokens.partner[inner] == end - 1:
            # `{ address: { city } }`: the fields of a field.
            nested = None if words[0] in RESERVED else _lines(script, inner, end - 1, f"{base}.{words[0]}")
            if nested is None:
                return None
            found += [line for line in nested if line]
            at = end + 1
            continue
        if words[0] == "..." and len(words) == 2 and end == close and found:
            found += _rest(script, open_, words[1], base)
            break
        if words == [".."]:
            break
        field, name = words[0], words[2] if words[1:2] == [":"] else words[0]
        rest = words[3:] if words[1:2] == [":"] else words[1:]
        if tokens.kinds[at] != "name" or not name.isidentifier() or (rest and rest[0] != "="):
            return None
        if field in RESERVED or name in RESERVED:
            return None
        if rest:
            value = written(script, end - len(rest) + 1, end - 1) if len(rest) > 1 else ""
            if not value:
                return None
            found.append(f'let {name} = {base}.get("{field}").unwrap_or({value});')
        else:
            found.append(f"let {name} = {base}.{field};")
        at = end + 1
    return found or None


def _rest(script: Script, open_: int, name: str, base: str) -> list[str]:
    """`...rest`: a copy without the fields that have names of their own."""
    tokens, names, at = script.tree.tokens, list[str](), open_ + 1
    while tokens.texts[at] != "...":
        names.append(tokens.texts[at])
        at = stop(script, at) + 1
    return [f"let {name} = {base}.clone();", *(f'{name}.remove("{key}");' for key in names)]


def _fix(script: Script, open_: int, close: int) -> Fix | None:
    tokens = script.tree.tokens
    words = tokens.texts[open_ + 1 : close]
    if "=" in words or "..." in words or not words:
        return None
    start = tokens.starts[open_]
    edits = [Edit(start, start, "#")]
    if ".." not in words:
        end = tokens.ends[close - 1]
        edits.append(Edit(end, end, " .." if words[-1] == "," else ", .."))
    return Fix(True, "Write `#{ .. }`", tuple(edits))


RULE = Rule(
    code="RN055",
    name="object-pattern",
    summary=(
        "`let { a, b } = o;`: a pattern for an object begins with `#{`, and says `..` when there may be more fields."
    ),
    why="""\
As an object is written `#{ a: 1 }`, its pattern is `#{ a, .. }`. Without the `..` it fits only objects that have
these fields and no others.

The repair writes `#` and `..`. With defaults (`{ a = 1 }`) it writes a `let` for each name, and so it does for the
parameter of a public function, which takes `args`. A rest with a name (`...rest`) becomes a copy without those fields.
""",
    before="""\
pub async fn call(args) {
    let { a, b } = args;
    a + b
}
""",
    after="""\
pub async fn call(args) {
    let #{ a, b, .. } = args;
    a + b
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("{", "[", "..."),
)
