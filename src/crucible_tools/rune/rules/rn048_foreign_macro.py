"""RN048: macros that Rune does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.rust_imports import is_import_of_macros
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Macro, Use

_RENAMED: Final = {
    "eprintln": "println",
    "eprint": "print",
    "debug_assert": "assert",
    "debug_assert_eq": "assert_eq",
    "debug_assert_ne": "assert_ne",
    "anyhow": "format",
}
_PANICS: Final = {"todo": "not yet implemented", "unimplemented": "not implemented", "unreachable": "not reachable"}
_LOGS: Final = {
    "info": "log_info",
    "warn": "log_warn",
    "error": "log_error",
    "debug": "log_debug",
    "trace": "log_debug",
}
_UNKNOWN: Final = frozenset({
    "write", "writeln", "concat", "env", "option_env", "include_str", "include_bytes", "cfg", "column",
    "module_path", "thread_local", "lazy_static", "hashmap", "btreemap", "hashset", "ensure", "regex", "try",
    "select", "join",
})  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds macros of Rust and of its crates."""
    tokens = script.tree.tokens
    for macro in script.tree.of(Macro):
        name = macro.path.segments[-1]
        known = name in _RENAMED or name in _PANICS or name in _LOGS or name in _UNKNOWN
        if not known and name not in ("json", "matches", "bail"):
            continue
        start, end = script.start(macro), tokens.starts[macro.args.first]
        hint = f"`crucible::{_LOGS[name]}(text)` writes to the log" if name in _LOGS else None
        fix = _fix(script, macro, name)
        yield Finding("RN048", start, end, f"there is no macro `{name}` in Rune", hint=hint, fix=fix)
    for use in script.tree.of(Use):
        if is_import_of_macros(use):
            start, end = script.start(use), script.end(use)
            fix = Fix(True, "Delete it", (cut_line(script, start, end),))
            yield Finding("RN048", start, end, "a macro of Rust cannot be imported", fix=fix)


def _fix(script: Script, macro: Macro, name: str) -> Fix | None:
    tokens, text = script.tree.tokens, script.text
    first, last = macro.args.first, macro.args.last
    if tokens.partner[first] < 0:
        return None
    start, end = script.start(macro), tokens.ends[last]
    inner = tokens.ends[first], tokens.starts[last]
    if name in _RENAMED:
        return Fix(True, f"Write `{_RENAMED[name]}!`", (Edit(start, script.end(macro.path), _RENAMED[name]),))
    if name in _PANICS:
        if first + 1 == last:
            return Fix(True, "Write `panic!`", (Edit(start, end, f'panic!("{_PANICS[name]}")'),))
        return Fix(True, "Write `panic!`", (Edit(start, script.end(macro.path), "panic"),))
    if name == "json" and first + 1 < last:
        return Fix(True, "Delete `json!`", (Edit(start, inner[0], ""), Edit(inner[1], end, "")))
    if name == "bail" and first + 1 < last:
        edits = (Edit(start, inner[0], "return Err(format!("), Edit(inner[1], end, "))"))
        return Fix(True, "Write `return Err(..)`", edits)
    if name == "matches":
        comma = _comma(script, macro)
        if comma is not None:
            subject = text[inner[0] : tokens.starts[comma]].strip()
            pattern = text[tokens.ends[comma] : inner[1]].strip().rstrip(",")
            edit = Edit(start, end, f"match {subject} {{ {pattern} => true, _ => false }}")
            return Fix(True, "Write a `match`", (edit,))
    return None


def _comma(script: Script, macro: Macro) -> int | None:
    at, partner = macro.args.first + 1, script.tree.tokens.partner
    while at < macro.args.last:
        if script.word(at) == ",":
            return at
        at = partner[at] + 1 if partner[at] > at else at + 1
    return None


RULE = Rule(
    code="RN048",
    name="foreign-macro",
    summary="`json!({..})`, `matches!(x, ..)`, `eprintln!(..)`, `todo!()`: macros of Rust that Rune does not have.",
    why="""\
Rune has `format!`, `println!`, `print!`, `dbg!`, `panic!`, `assert!`, `assert_eq!`, `assert_ne!` and a few more. The
other macros of Rust, and those of its crates, are missing.

The repair writes what comes to the same: the object itself for `json!`, a `match` for `matches!`, `println!` for
`eprintln!`, `panic!` for `todo!`, `return Err(..)` for `bail!`. The rest is only reported.
""",
    before="""\
pub async fn call(args) {
    json!(#{ "a": args.a })
}
""",
    after="""\
pub async fn call(args) {
    #{ "a": args.a }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("!", "use "),
)
