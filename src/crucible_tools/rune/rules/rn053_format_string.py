"""RN053: `f".."`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_PIECE: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[`$]|\\\\.|[{}]", re.DOTALL)
_VALUE: Final = re.compile(r"[^:!=]+")


def check(script: Script) -> Iterator[Finding]:
    """Finds strings of Python with values in them."""
    tokens = script.tree.tokens
    for i, kind in enumerate(tokens.kinds):
        if (
            kind != "string"
            or i == 0
            or tokens.texts[i - 1] not in ("f", "F")
            or tokens.ends[i - 1] != tokens.starts[i]
        ):
            continue
        start, end = tokens.starts[i - 1], tokens.ends[i]
        text = _template(tokens.texts[i][1:-1])
        fix = Fix(True, "Write a template", (Edit(start, end, f"`{text}`"),)) if text is not None else None
        formatted = _formatted(tokens.texts[i][1:-1]) if fix is None else None
        if formatted is not None:
            fix = Fix(True, "Write `format!`", (Edit(start, end, formatted),))
        hint = None if fix else '`format!("{:.2}", x)` knows formats'
        message = "there is no `f` in front of a string in Rune: a template stands in backticks"
        yield Finding("RN053", start, tokens.ends[i - 1], message, hint=hint, fix=fix)


def _template(text: str) -> str | None:
    parts: list[str] = []
    at = 0
    for piece in _PIECE.finditer(text):
        parts.append(text[at : piece.start()])
        at = piece.end()
        word = piece[0]
        if word in ("{{", "}}"):
            parts.append(word[0])
        elif word in ("`", "$"):
            parts.append("\\" + word)
        elif word in ("{", "}"):
            return None
        elif piece[1] is not None:
            if not _VALUE.fullmatch(piece[1]):
                return None
            parts.append(f"${{{piece[1]}}}")
        else:
            parts.append('"' if word == '\\"' else word)
    return "".join([*parts, text[at:]])


_SPEC: Final = re.compile(r"(?:[<>^]?0?\d*)?(?:\.(\d+)f|d|s)?|\.(\d+)f")


def _formatted(text: str) -> str | None:
    """`format!(..)` for a text with formats that Rune has too."""
    parts: list[str] = []
    values: list[str] = []
    at = 0
    for piece in _PIECE.finditer(text):
        if piece[0] in ("{", "}"):
            return None
        if piece[1] is None:
            continue
        value, colon, spec = piece[1].partition(":")
        if not _VALUE.fullmatch(value) or (colon and not _SPEC.fullmatch(spec)):
            return None
        spec = spec.rstrip("fds")
        parts += [text[at : piece.start()], f"{{:{spec}}}" if spec else "{}"]
        values.append(value.strip())
        at = piece.end()
    return f'format!("{"".join([*parts, text[at:]])}", {", ".join(values)})'


RULE = Rule(
    code="RN053",
    name="format-string",
    summary='`f"{x} notes"`: a text with values in it is a template in backticks.',
    why="""\
Python puts an `f` in front of such a string. Rune writes it between backticks: `` `${x} notes` ``.

The repair does. Values with a format make a `format!` of it: `f"{x:.2f}"` becomes `format!("{:.2}", x)`.
""",
    before="""\
pub async fn call(args) {
    f"{args.a} notes"
}
""",
    after="""\
pub async fn call(args) {
    `${args.a} notes`
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=('f"', 'F"'),
)
