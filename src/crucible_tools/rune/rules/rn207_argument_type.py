"""RN207: arguments of host functions that are of the wrong type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.model.host_functions import APPLICATION_ROOTS
from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Expr, Literal, Skipped
from crucible_tools.rune.types.values import ANY, FLOAT, FUTURE, INT, LIST, NAMES, OBJECT, OPTION, RESULT, STRING

_KINDS: Final = {
    "text": STRING, "url": STRING, "path": STRING, "pattern": STRING, "delimiter": STRING, "replacement": STRING,
    "expression": STRING, "format": STRING, "program": STRING, "from": STRING, "to": STRING, "body": STRING,
    "arguments": LIST, "parts": LIST, "options": OBJECT, "integer": INT, "float": INT | FLOAT,
    "timestamp": INT | FLOAT,
}  # fmt: skip
"""What a parameter of this name takes; every one was asked of the engine."""

_ANYTHING: Final = frozenset({
    "crucible::log_info", "crucible::log_debug", "crucible::log_warn", "crucible::log_error", "oq::query", "oq::parse",
    "oq::parse_with_format", "paths::join", "http::post",
})  # fmt: skip
"""Functions that take more than their table says."""

_WORDS: Final = {STRING: "a text", LIST: "a list", OBJECT: "an object", INT: "a whole number", INT | FLOAT: "a number"}


def check(script: Script) -> Iterator[Finding]:
    """Finds arguments of which it is known that they are of another type than the host function takes."""
    for call in script.tree.of(Call):
        info = script.types.host(call)
        if info is None or info.name in _ANYTHING or info.name.partition("::")[0] in APPLICATION_ROOTS:
            continue
        items = call.args.items
        if len(items) != len(info.params) or any(isinstance(item, Skipped) for item in items):
            continue
        wrong = [
            (param, item, kinds)
            for param, item in zip(info.params, items, strict=True)
            if isinstance(item, Expr)
            and param in _KINDS
            and (kinds := script.types.of(item).kinds) not in (0, ANY)
            and not kinds & _KINDS[param]
            and _is_plain(kinds)
        ]
        if len(wrong) == 1:  # two of them stand the wrong way round, and that is RN202's
            param, item, kinds = wrong[0]
            yield _finding(script, info.name, param, item, kinds)


def _is_plain(kinds: int) -> bool:
    """Whether the value is of one known kind; of a Future RN108 says that it is not awaited."""
    return kinds in NAMES and kinds != FUTURE


def _finding(script: Script, name: str, param: str, item: Expr, kinds: int) -> Finding:
    wanted = _KINDS[param]
    start, end = script.start(item), script.end(item)
    message = f"`{name}` takes {_WORDS[wanted]} as `{param}`, and gets {_WORDS.get(kinds, NAMES[kinds])}"
    hint = None
    fix = None
    text = script.source(item)
    if wanted == LIST and kinds == STRING:
        value = bare(item)
        one = isinstance(value, Literal) and not any(sign.isspace() for sign in text)
        fix = Fix(one, "Write a list", (Edit(start, end, f"[{text}]"),))
    elif wanted == STRING and kinds == OBJECT:
        hint = "`json::to_string(value)?` makes a text of it"
    elif kinds in (RESULT, OPTION):
        hint = "take the value out first: `?`, `.unwrap_or(..)`, `match`"
    elif wanted == STRING:
        hint = '`format!("{}", value)` makes a text of it'
    return Finding("RN207", start, end, message, hint=hint, fix=fix)


RULE = Rule(
    code="RN207",
    name="argument-type",
    summary='`shell::exec("git", "status", #{})`: a host function does not turn its arguments into other types.',
    why="""\
Host functions take texts as texts, lists as lists and numbers as numbers, and stop the tool when they get something
else.

The repair writes a list around the one argument of a program. It is a guess where that has blanks, which may
stand between several arguments.
""",
    before="""\
pub async fn call(args) {
    shell::exec("git", "status", #{})?.stdout
}
""",
    after="""\
pub async fn call(args) {
    shell::exec("git", ["status"], #{})?.stdout
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("::", "use "),
)
