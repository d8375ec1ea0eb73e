"""RN134: methods of Result and Option that Rune does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.method_edits import arguments, function_fix, place, removed, renamed, replaced
from crucible_tools.rune.rules.receivers import calls, having, kinds, name_of
from crucible_tools.rune.rules.rn128_untyped import annotation
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.type_defaults import default_of
from crucible_tools.rune.syntax.nodes import MethodCall
from crucible_tools.rune.types.values import BOOL, FLOAT, INT, LIST, OBJECT, OPTION, RESULT, STRING

_FUNCTIONS: Final = {
    ("and", 1): "and_other",
    ("err", 0): "error_of",
    ("expect_err", 1): "expect_err",
    ("is_err_and", 1): "is_err_and",
    ("is_none_or", 1): "is_none_or",
    ("is_ok_and", 1): "is_ok_and",
    ("is_some_and", 1): "is_some_and",
    ("map_err", 1): "map_err",
    ("map_or", 2): "map_or",
    ("map_or_else", 2): "map_or_else",
    ("or", 1): "or_other",
    ("or_else", 1): "or_else",
    ("unwrap_err", 0): "unwrap_err",
}
_SAME: Final = frozenset({"as_deref", "as_deref_mut", "as_mut", "as_ref"})
_SAME_HERE: Final = frozenset({"cloned", "copied"})
_OF_RESULT: Final = {"is_some": "is_ok", "is_none": "is_err"}
_OF_OPTION: Final = {"is_ok": "is_some", "is_err": "is_none"}
_DEFAULTS: Final = {BOOL: "false", FLOAT: "0.0", INT: "0", LIST: "[]", OBJECT: "#{}", STRING: '""'}
_OTHERS: Final = {
    OPTION: frozenset({"err", "expect_err", "is_err_and", "is_ok_and", "map_err", "unwrap_err"}),
    RESULT: frozenset({"is_none_or", "is_some_and"}),
}
"""Methods that the other one has in Rust: what is meant by them is not known."""
_ARMS: Final = {
    OPTION: "a `match` says what is meant: `match option { Some(value) => .., None => .. }`",
    RESULT: "a `match` says what is meant: `match result { Ok(value) => .., Err(error) => .. }`",
}
_NAMES: Final = (frozenset(name for name, _ in _FUNCTIONS) | _SAME | _SAME_HERE | set(_OF_OPTION) | set(_OF_RESULT)) | {
    "filter",
    "flatten",
    "unwrap_or_default",
}


def check(script: Script) -> Iterator[Finding]:
    """Finds methods of Result and Option on what is or may be one, and has no such method."""
    for call in calls(script, _NAMES):
        name = name_of(script, call)
        items = arguments(call)
        mask = kinds(script, call.base)
        if items is None or not mask & (OPTION | RESULT) or having(script, mask, name):
            continue
        certain = not mask & ~(OPTION | RESULT)
        if name in _SAME_HERE or name in ("filter", "flatten"):
            if mask != OPTION:
                continue
        elif not certain and (name in _OF_OPTION or name in _OF_RESULT):
            continue
        start, end = place(script, call)
        what = "an Option" if mask == OPTION else "a Result" if mask == RESULT else "neither Option nor Result"
        message = f"{what} has no `{name}`" if certain and mask in (OPTION, RESULT) else f"{what} has a `{name}`"
        yield Finding(
            "RN134",
            start,
            end,
            message,
            hint=_ARMS[OPTION if mask & (OPTION | RESULT) == OPTION else RESULT],
            choices=tuple(f"unwrap_or({text})" for text in _DEFAULTS.values()) if name == "unwrap_or_default" else (),
            fix=None if mask in _OTHERS and name in _OTHERS[mask] else _fix(script, call, name, len(items)),
        )


def _fix(script: Script, call: MethodCall, name: str, count: int) -> Fix | None:
    if (name, count) in _FUNCTIONS:
        return function_fix(script, call, _FUNCTIONS[name, count], safe=True)
    if name == "filter" and count == 1:
        return function_fix(script, call, "filter_option", safe=True)
    if count:
        return None
    if name in _SAME or name in _SAME_HERE:
        return Fix(True, f"Delete `.{name}()`", (removed(script, call),))
    if name in _OF_OPTION or name in _OF_RESULT:
        other = _OF_OPTION.get(name) or _OF_RESULT[name]
        return Fix(True, f"Call `{other}`", (renamed(script, call, other),))
    if name == "flatten":
        return Fix(True, "Take the inner one", (replaced(script, call, "and_then(|inner| inner)"),))
    default = _DEFAULTS.get(script.types.of(call.base).inside.kinds) or default_of(annotation(script, call))
    if default is None:
        return None
    return Fix(True, "Name the default", (replaced(script, call, f"unwrap_or({default})"),))


RULE = Rule(
    code="RN134",
    name="result-methods",
    summary="`result.map_err(f)`, `result.unwrap_err()`, `option.map_or(a, f)`: there are no such methods.",
    why="""\
Option has `and_then`, `expect`, `is_none`, `is_some`, `iter`, `map`, `ok_or`, `ok_or_else`, `take`, `transpose`,
`unwrap`, `unwrap_or` and `unwrap_or_else`; Result has `and_then`, `expect`, `is_err`, `is_ok`, `map`, `ok`,
`unwrap`, `unwrap_or` and `unwrap_or_else`. For the others the repair adds a private function with a `match` and the
meaning of the original. `as_ref()` and the like go: values are shared anyway.

`unwrap_or_default()` is mended where it is known what the default is of.
""",
    before="""\
pub async fn call(args) {
    check(args.a).unwrap_err()
}

fn check(n) {
    if n > 1 { Ok(n) } else { Err("small") }
}
""",
    after="""\
pub async fn call(args) {
    unwrap_err(check(args.a))
}

fn check(n) {
    if n > 1 { Ok(n) } else { Err("small") }
}

fn unwrap_err(result) {
    match result {
        Err(error) => error,
        Ok(_) => panic!("not an error"),
    }
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=tuple(sorted(_NAMES)),
)
