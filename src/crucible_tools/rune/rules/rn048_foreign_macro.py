"""RN048: macros that Rune does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.operands import has_comment, sign_between
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.rust_imports import is_import_of_macros
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Expr, Let, Macro, MethodCall, Statement, Try, Use

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
    "concat", "env", "option_env", "include_str", "include_bytes", "cfg", "column",
    "module_path", "thread_local", "lazy_static", "hashmap", "btreemap", "hashset", "ensure", "regex", "try",
    "select", "join",
})  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds macros of Rust and of its crates."""
    tokens = script.tree.tokens
    for macro in script.tree.of(Macro):
        name = macro.path.segments[-1]
        known = name in _RENAMED or name in _PANICS or name in _LOGS or name in _UNKNOWN
        if not known and name not in ("json", "matches", "bail", "write", "writeln"):
            continue
        start, end = script.start(macro), tokens.starts[macro.args.first]
        if name in ("write", "writeln"):
            fix = _written(script, macro, name)
            hint = None if fix else "`text.push_str(format!(..))` puts something behind a text"
        else:
            fix = _fix(script, macro, name)
            hint = f"`crucible::{_LOGS[name]}(text)` writes to the log" if name in _LOGS and fix is None else None
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
    if name in _LOGS and first + 1 < last and text[inner[0] : inner[1]].lstrip().startswith('"'):
        function = f"crucible::{_LOGS[name]}"
        if "{" not in text[inner[0] : inner[1]] and first + 2 == last:
            return Fix(True, f"Call `{function}`", (Edit(start, inner[0], f"{function}("),))
        edits = (Edit(start, inner[0], f"{function}(format!("), Edit(inner[1], end, "))"))
        return Fix(True, f"Call `{function}`", edits)
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


def _written(script: Script, macro: Macro, name: str) -> Fix | None:
    """`write!(text, "{}", x)?;` as `text.push_str(format!("{}", x));`: a text of Rune takes everything."""
    tokens, text = script.tree.tokens, script.text
    first, last = macro.args.first, macro.args.last
    if tokens.partner[first] < 0 or first + 1 == last:
        return None
    comma = _comma(script, macro)
    target = first + 1
    while script.word(target) in ("&", "mut", "*") and target < last:
        target += 1
    behind = last if comma is None else comma
    whole: Expr = macro
    while isinstance(whole.parent, (Try, MethodCall)) and whole.parent.base is whole:
        up = whole.parent
        if isinstance(up, MethodCall) and script.word(up.name) not in ("unwrap", "expect", "ok"):
            return None
        whole = up
    statement = whole.parent
    alone = isinstance(statement, Statement) and statement.semicolon is not None
    dropped = isinstance(statement, Let) and script.word(statement.pattern.first) == "_"
    if target >= behind or not (alone or dropped) or has_comment(script, script.start(macro), script.end(whole)):
        return None
    if any(script.word(at) not in (".",) and tokens.kinds[at] != "name" for at in range(target, behind)):
        return None
    of = text[tokens.starts[target] : tokens.ends[behind - 1]]
    start = script.start(statement) if dropped and isinstance(statement, Let) else script.start(macro)
    if comma is None or comma + 1 == last:
        made = f'{of}.push_str("\\n")' if name == "writeln" else None
        return Fix(True, "Write `push_str`", (Edit(start, script.end(whole), made),)) if made else None
    if name == "writeln" and tokens.kinds[comma + 1] != "string":
        return None
    rest = text[tokens.starts[comma + 1] : tokens.ends[last - 1]].rstrip(", \n")
    if name == "writeln":
        form = tokens.texts[comma + 1]
        rest = f'{form[:-1]}\\n"{rest[len(form) :]}'
    return Fix(True, "Write `push_str`", (Edit(start, script.end(whole), f"{of}.push_str(format!({rest}))"),))


def _comma(script: Script, macro: Macro) -> int | None:
    return sign_between(script, macro.args.first, macro.args.last, ",")


RULE = Rule(
    code="RN048",
    name="foreign-macro",
    summary="`json!({..})`, `matches!(x, ..)`, `eprintln!(..)`, `todo!()`: macros of Rust that Rune does not have.",
    why="""\
Rune has `format!`, `println!`, `print!`, `dbg!`, `panic!`, `assert!`, `assert_eq!`, `assert_ne!` and a few more. The
other macros of Rust, and those of its crates, are missing.

The repair writes what comes to the same: the object itself for `json!`, a `match` for `matches!`, `println!` for
`eprintln!`, `crucible::log_info(..)` for `info!(..)`, `panic!` for `todo!`, `return Err(..)` for `bail!`,
`out.push_str(format!(..))` for `write!(out, ..)?`. The rest is only reported.
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
