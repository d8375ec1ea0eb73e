"""What a source is that does not compile: another language, a Rust program, cut off, in conflict, or only wrong.

The endings `.rn` and `.rune` are used by others too (legacy-tools.md, "Finding files"). Used only for sources that
Rune refuses: valid ones are what they are.
"""

from __future__ import annotations

import re
from typing import Final

from crucible_tools.model.locations import Location
from crucible_tools.rune.facts import Facts
from crucible_tools.rune.report import Reason
from crucible_tools.rune.wrapping import wrapping

# A line that begins as some Rune item, statement or attribute does. Nothing else begins a line of a Rune file's top.
_ITEM: Final = re.compile(
    r"^(?:pub(?:\([^)\n]{0,80}\))?[ \t]+|async[ \t]+|const[ \t]+)*"
    r"(?:fn\s+[\w$]+\s*[(<\uff08]|mod\s+\w+\s*[;{]|struct\s+\w|enum\s+\w|impl\b"
    r"|use\s+[\w:{]|const\s+\w|let\s+\w)|^[ \t]*#!?\[\w"
    # Entries and tools as JavaScript and Python write functions: whoever did meant a tool all the same.
    r"|^(?:export[ \t]+(?:default[ \t]+)?)?(?:async[ \t]+)?(?:function|def|func|fun)[ \t]+"
    r"(?:(?:NAME|DESCRIPTION|INPUT_SCHEMA|call|main)[ \t]*\(|\w+[ \t]*\([ \t]*args\b)"
    # The same with a slip of the pen, or without a name.
    r"|^@(?:tool|param|hook|handler|plugin)\b"
    r"|^(?:pub|export(?:[ \t]+default)?)[ \t]+(?:async[ \t]+)?\w+(?:[ \t]+\w+)?[ \t]*\(",
    re.MULTILINE,
)
_CODE: Final = re.compile(r"^[ \t]*(?!//)(\S.*)$", re.MULTILINE)

# What only a Rust program has (IDIOMS.md, RN021). `&`, `mut`, types and `derive` are no sign: tools are full of them.
_RUST: Final = (
    (re.compile(r"^[ \t]*(?:pub\s+)?(?:unsafe\s+)?trait\s+\w", re.MULTILINE), "a trait"),
    (re.compile(r"^[ \t]*(?:unsafe\s+)?impl\b[^{;\n]{0,200}\sfor\s", re.MULTILINE), "`impl .. for ..`"),
    (re.compile(r"[<&]\s*'[a-z]\w*\b(?!')"), "a lifetime"),
    (re.compile(r"\bunsafe\s*(?:\{|fn\b)"), "`unsafe`"),
    (
        re.compile(r"^[ \t]*(?:pub\s+)?use\s+std::(?:fs|path|io|net|env|sync|thread|rc)\b", re.MULTILINE),
        "`use std::..`",
    ),
    (re.compile(r"^[ \t]*(?:extern\s+crate\b|macro_rules!)", re.MULTILINE), "a macro or an extern crate"),
    (re.compile(r"\b(?:Box|Rc|Arc)\s*<|\bdyn\s+[A-Z]"), "a boxed type"),
)
_MARKERS: Final = re.compile(r"^(?:<{7}|={7}|>{7})(?=[ \r\n]|\Z)", re.MULTILINE)
_CUT_OFF: Final = ("Unexpected end of file", "Unterminated string", "Expected multiline comment", "Bad lexer mode")
_STRING_OR_COMMENT: Final = re.compile(r'//[^\n]*|"(?:[^"\\]|\\.)*(?:"|\Z)', re.DOTALL)


def conflict(text: str, path: str) -> Reason | None:
    """The first marker of an unfinished merge, if there are all three kinds."""
    found = list(_MARKERS.finditer(text))
    if {match[0][0] for match in found} != set("<=>"):
        return None
    location = Location(path, text.count("\n", 0, found[0].start()) + 1, 1, 7)
    message = "it holds both sides of an unfinished merge"
    return Reason("RN904", "error", message, hint="a person has to choose", location=location)


def cut_off(facts: Facts, path: str, text: str) -> Reason | None:
    """Whether the parser stopped because the file ends inside something; the messages are Rune 0.14's."""
    error = facts.error
    if error is None or not (error.message.startswith(_CUT_OFF) or error.message.endswith(" got eof")):
        return None
    if wrapping(text) is not None:
        return None  # what stands around the code is what cannot be read
    message = "it ends inside a string, a comment, a template or a block"
    return Reason("RN903", "error", message, location=Location(path, error.line, error.column, error.length))


def rust(text: str) -> Reason | None:
    """Whether a source is a Rust program; for sources that mean to define nothing."""
    code = _STRING_OR_COMMENT.sub(" ", text)
    signs = [name for pattern, name in _RUST if pattern.search(code)]
    if not signs:
        return None
    return Reason("RN902", "error", f"it is a Rust program, not a tool: it has {', '.join(signs[:3])}")


def foreign(text: str, path: str) -> Reason | None:
    """Whether no line of a source begins as Rune does."""
    if _ITEM.search(text) or wrapping(text) is not None:
        return None
    first = _CODE.search(text)
    if first is None:
        return None
    shown = first[1].strip()
    line = text.count("\n", 0, first.start(1)) + 1
    message = f"it is no Rune: nothing in it is a Rune item, it begins with `{shown[:60]}`"
    return Reason("RN902", "error", message, location=Location(path, line, 1))


def blank(text: str) -> bool:
    """Whether a source has nothing but blanks and comments."""
    at = 0
    while (at := _first_sign(text, at)) < len(text):
        ending = _ENDINGS.get(text[at : at + 2])
        if ending is None:
            return False
        end = text.find(ending, at + 2)
        at = end + len(ending) if end >= 0 else len(text)
    return True


def _first_sign(text: str, at: int) -> int:
    sign = _SIGN.search(text, at)
    return sign.start() if sign else len(text)


_ENDINGS: Final = {"//": "\n", "/*": "*/"}
_SIGN: Final = re.compile(r"\S")
_NAME: Final = re.compile(r'\bfn\s+NAME\s*\(\s*\)\s*\{\s*"([A-Za-z0-9_.-]{1,128})"')
_TOOL: Final = re.compile(
    r"^[ \t]*(?:pub|export(?:[ \t]+default)?)\s+(?:async\s+)?(?:fn|function|def|func|fun)\s+(?:NAME|call|main)\s*\("
    r"|^(?:async[ \t]+)?(?:function|def|func|fun)[ \t]+(?:NAME|call|main)[ \t]*\(|^[ \t]*(?:#\[|@)tool\b",
    re.MULTILINE,
)


def evident_tool(text: str, stem: str) -> str | None:
    """The name of the tool that a source means to define, from a look at its text alone.

    For sources that the sandbox never sees, too large ones and those whose encoding is unknown, and for those that are
    written in another language.
    """
    if named := _NAME.search(text):
        return named[1]
    return stem if _TOOL.search(text) else None
