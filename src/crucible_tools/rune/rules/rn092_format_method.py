"""RN092: `"{} of {}".format(a, b)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.called import is_nothing
from crucible_tools.rune.rules.formats import MACROS, format_of, places
from crucible_tools.rune.rules.operands import bare, closed, has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Args, Binary, Call, Expr, Field, Literal, Macro, MethodCall, Path, Tuple
from crucible_tools.rune.types.values import STRING

_PLACE: Final = re.compile(r"\{\{|\}\}|\{([^{}:!]*)(?::([^{}]*))?\}|[{}]")
_NAME: Final = re.compile(r"\w*")
_SPEC: Final = re.compile(r"([<>^]?0?\d*)(?:(\.\d+)f|d|s)?")
_PERCENT: Final = re.compile(r"%(?:(%)|(0?\d*)(?:(\.\d+)f|[sdiuv])|([qx])|)|[{}]")


def check(script: Script) -> Iterator[Finding]:
    """Finds Python's `.format(..)` of a text, and `%` between a text and values."""
    found: list[Finding] = []
    for call in script.tree.of(MethodCall):
        if script.word(call.name) == "format" and script.types.of(call.base).only(STRING):
            start, end = script.tree.tokens.starts[call.name], script.tree.tokens.ends[call.name]
            fix = _method(script, call)
            hint = None if fix else "`format!` takes a format that is written there, and the values behind it"
            message = "a text has no `format`: the macro `format!` takes a format and values"
            found.append(Finding("RN092", start, end, message, hint=hint, fix=fix))
    if "%" in script.text:
        found += _of_others(script)
    for node in script.tree.of(Binary):
        if node.op == "%" and isinstance(node.left, Literal) and node.left.kind == "string":
            start, end = script.tree.tokens.starts[node.token], script.tree.tokens.ends[node.token]
            fix = _percent(script, node, node.left)
            hint = None if fix else '`format!("{} of {}", a, b)` does'
            message = "`%` puts no values into a text in Rune"
            found.append(Finding("RN092", start, end, message, hint=hint, fix=fix))
    yield from sorted(found, key=lambda item: item.start)


_FORMATTING: Final = {
    "sprintf": "format", "Sprintf": "format", "fmt.Sprintf": "format", "String.format": "format",
    "string.format": "format", "fmt.Errorf": "format", "printf": "print", "fmt.Printf": "print",
    "System.out.printf": "print",
}  # fmt: skip
"""Functions of C, Go, Java and Lua, and the macros that do the same."""


def _of_others(script: Script) -> Iterator[Finding]:
    """`sprintf("%d", n)`, `String.format("%d", n)`, `format!("%d", n)`."""
    for call in (*script.tree.of(Call), *script.tree.of(MethodCall)):
        start = script.start(call)
        end = script.tree.tokens.starts[call.args.first]
        macro = _FORMATTING.get(script.text[start:end]) if end - start < _LONGEST else None
        root = call.callee if isinstance(call, Call) else call.base
        while isinstance(root, Field):
            root = root.base
        if macro is not None and isinstance(root, Path) and is_nothing(script, root):
            fix = _as_macro(script, call.args, start, macro)
            hint = None if fix else '`format!("{} of {}", a, b)` does'
            message = f"Rune has no function `{script.text[start:end]}`: the macro `{macro}!` takes a format and values"
            yield Finding("RN092", start, end, message, hint=hint, fix=fix)
    for node in script.tree.of(Macro):
        name = node.path.segments[-1]
        form = format_of(node.args) if name in MACROS and name != "dbg" else None
        if form is None or places(script, form) or len(node.args.items) < 2:
            continue
        if (fix := _as_macro(script, node.args, script.start(node), name)) is not None:
            message = "the places of a format are written `{}` in Rune"
            yield Finding("RN092", script.start(form), script.end(form), message, fix=fix)


_LONGEST: Final = 20


def _as_macro(script: Script, args: Args, start: int, macro: str) -> Fix | None:
    """The macro with a format as Rune writes it."""
    form = format_of(args)
    made = _of_percent(script.source(form)[1:-1], alone=True) if form is not None else None
    if form is None or made is None or made[1] != len(args.items) - 1 or not closed(script, args):
        return None
    if has_comment(script, start, script.end(form)):
        return None
    return Fix(True, f"Write `{macro}!`", (Edit(start, script.end(form), f'{macro}!("{made[0]}"'),))


def _method(script: Script, call: MethodCall) -> Fix | None:
    """`"..".format(a, b)` as `format!("..", a, b)`."""
    base = bare(call.base)
    if not isinstance(base, Literal) or base.kind != "string" or not closed(script, call.args):
        return None
    text = script.source(base)
    form = _format(text[1:-1])
    opened = script.tree.tokens.ends[call.args.first]
    if form is None or has_comment(script, script.start(call), opened):
        return None
    comma = ", " if call.args.items else ""
    edits = (Edit(script.start(call), opened, f'format!("{form}"{comma}'),)
    return Fix(True, "Write `format!`", edits)


def _format(text: str) -> str | None:
    """A format of Python as one of Rune; None when it says what Rune cannot."""
    parts: list[str] = []
    at = 0
    for piece in _PLACE.finditer(text):
        parts.append(text[at : piece.start()])
        at = piece.end()
        if piece[0] in ("{{", "}}"):
            parts.append(piece[0])
            continue
        spec = _SPEC.fullmatch(piece[2] or "")
        if piece[1] is None or not _NAME.fullmatch(piece[1]) or spec is None:
            return None
        short = spec[1] + (spec[2] or "")
        parts.append(f"{{{piece[1]}:{short}}}" if short else f"{{{piece[1]}}}")
    return "".join([*parts, text[at:]])


def _percent(script: Script, node: Binary, text: Literal) -> Fix | None:
    """`"%s" % a` as `format!("{}", a)`."""
    made = _of_percent(script.source(text)[1:-1])
    values = bare(node.right)
    if made is None or has_comment(script, script.end(text), script.start(node.right)):
        return None
    form, places = made
    given = len(values.items) if isinstance(values, Tuple) else 1
    if given != places or (isinstance(values, Tuple) and not all(isinstance(item, Expr) for item in values.items)):
        return None
    inner = script.source(values)[1:-1].strip().rstrip(",") if isinstance(values, Tuple) else script.source(values)
    edit = Edit(script.start(node), script.end(node), f'format!("{form}", {inner})')
    return Fix(True, "Write `format!`", (edit,))


def _of_percent(text: str, *, alone: bool = False) -> tuple[str, int] | None:
    """A format with `%` as one of Rune, and how many values it takes."""
    parts: list[str] = []
    at = count = 0
    for piece in _PERCENT.finditer(text):
        parts.append(text[at : piece.start()])
        at = piece.end()
        if piece[0] in ("{", "}"):
            parts.append(piece[0] * 2)
        elif piece[1]:
            parts.append("%")
        elif piece[0] == "%":
            return None
        elif piece[4]:
            parts.append("{:?}" if piece[4] == "q" else "{:x}")
            count += 1
        else:
            short = (piece[2] or "") + (piece[3] or "")
            parts.append(f"{{:{short}}}" if short else "{}")
            count += 1
    return ("".join([*parts, text[at:]]), count) if count or alone else None


RULE = Rule(
    code="RN092",
    name="format-method",
    summary='`"{} of {}".format(a, b)`, `"%s" % a`, `sprintf("%d", n)`: values go into a text with `format!`.',
    why="""\
Python formats with a method of the text, or with `%`, C, Go, Java, Lua and PHP with functions. Rune has the macro
`format!`, which takes the format first and then the values, and templates: `` `${a} of ${b}` ``.

The repair writes `format!`, with the same places. It is safe, because the call always failed there.
""",
    before="""\
pub async fn call(args) {
    "{} of {}".format(args.a, args.b)
}
""",
    after="""\
pub async fn call(args) {
    format!("{} of {}", args.a, args.b)
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=(".format(", '" %', '"%', "printf", "Sprintf", "format!", "println!", "print!", "panic!", "Errorf"),
)
