"""RN203: the wrong number of arguments for a host function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.model.host_functions import APPLICATION_ROOTS, HostFunctionInfo
from crucible_tools.rune.rules.formats import format_of, places
from crucible_tools.rune.rules.operands import closed, has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Args, Call, Literal, Skipped

_LOGS: Final = frozenset({"crucible::log_info", "crucible::log_debug", "crucible::log_warn", "crucible::log_error"})

_LEVELS: Final = {
    "trace": "log_debug", "debug": "log_debug", "info": "log_info", "warn": "log_warn", "warning": "log_warn",
    "error": "log_error",
}  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of known host functions with too few or too many arguments."""
    for call in script.tree.of(Call):
        info = script.types.host(call)
        if info is None or info.name.partition("::")[0] in APPLICATION_ROOTS:
            continue
        items = call.args.items
        if len(items) == len(info.params) or any(isinstance(item, Skipped) for item in items):
            continue
        fix = _repair(script, call.args, info)
        given = len(items)
        params = ", ".join(info.params)
        yield Finding(
            "RN203",
            script.start(call),
            script.end(call.callee),
            f"`{info.name}` takes {_count(len(info.params))} ({params}), and gets {given or 'none'}",
            hint=None if fix else f"its parameters are ({params})",
            fix=fix,
        )


def _count(number: int) -> str:
    return {0: "no arguments", 1: "one argument"}.get(number, f"{number} arguments")


def _repair(script: Script, args: Args, info: HostFunctionInfo) -> Fix | None:
    items = args.items
    if not closed(script, args):
        return None
    if info.params[-1:] == ("options",) and len(items) == len(info.params) - 1:
        end = script.end(items[-1])
        # A comma behind the last argument is followed by its own blanks.
        comma = script.word(items[-1].last + 1) == ","
        at = script.tree.tokens.ends[items[-1].last + 1] if comma else end
        return Fix(True, "Give empty options", (Edit(at, at, " #{}" if comma else ", #{}"),))
    if info.name in _LOGS and (leveled := _leveled(script, args)) is not None:
        return leveled
    text = format_of(args)
    if info.name in _LOGS and text is not None and len(items) > 1:
        there = places(script, text)
        if len(there) == len(items) - 1 and not any(place.name for place in there):
            start, end = script.start(items[0]), script.end(items[-1])
            return Fix(True, "Format the text first", (Edit(start, start, "format!("), Edit(end, end, ")")))
    return None


def _leveled(script: Script, args: Args) -> Fix | None:
    """`crucible::log("warn", text)`: how grave it is says the name of the function."""
    call, items = args.parent, args.items
    if len(items) != 2 or not isinstance(call, Call) or not isinstance(items[0], Literal):
        return None
    name = _LEVELS.get(script.source(items[0]).strip('"').lower())
    if name is None or has_comment(script, script.start(call), script.start(items[1])):
        return None
    edit = Edit(script.start(call), script.start(items[1]), f"crucible::{name}(")
    return Fix(True, f"Call `crucible::{name}`", (edit,))


RULE = Rule(
    code="RN203",
    name="argument-count",
    summary='`shell::exec("git", ["status"])`: a host function takes exactly its parameters, and none may be left out.',
    why="""\
Host functions have no optional parameters, so a call with another number of arguments always fails.

`shell::exec` takes a program, its arguments and options. Left-out options are the one case with a repair: `#{}` means
what leaving them out was meant to mean. Log functions take one text, so a format and its values become `format!(..)`.
""",
    before="""\
pub async fn call(args) {
    shell::exec("git", [args.a])?.stdout
}
""",
    after="""\
pub async fn call(args) {
    shell::exec("git", [args.a], #{})?.stdout
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
)
