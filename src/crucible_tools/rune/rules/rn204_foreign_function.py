"""RN204: a function of another language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.called import is_foreign, is_nothing
from crucible_tools.rune.rules.foreign_calls import CALLS
from crucible_tools.rune.rules.foreign_functions import FUNCTIONS, OF_OBJECTS, Meant, rewritten
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Args, Assign, Call, Field, MethodCall, Path

_TYPES: Final = frozenset({"str", "ToString", "ToOwned", "Into", "Clone"})
"""Types and traits of Rust that Rune has no methods of."""
_HANDED: Final = {"Number": "number_of", "Boolean": "is_truthy", "String": "", "str": ""}
"""Functions that are handed on by their names, and what the repair calls for them; a template, where that is empty."""
_STD: Final = {
    "std::time::SystemTime::now": "the host tells the time: `crucible::time_now().await?`",
    "std::process::Command::new": "`shell::exec(program, [arguments], #{})?` runs a program",
    "std::env::var": "a tool sees no environment: what it needs are its arguments",
    "std::env::args": "a tool sees no command line: what it needs are its arguments",
    "std::time::Instant::now": "the host tells the time: `crucible::time_now().await?`",
    "json::to_string_pretty": "`json::to_string(value)` gives JSON on one line",
}


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of built-in functions of JavaScript and Python, which Rune has as methods, or not at all."""
    found: list[Finding] = []
    for call in script.tree.of(Call):
        path = call.callee
        if not isinstance(path, Path):
            continue
        meant = FUNCTIONS.get(path.text)
        known = is_foreign(script, path) if path.text.startswith("Error::") else is_nothing(script, path)
        if (meant is not None or path.text in CALLS) and known:
            found.append(_finding(script, call, path.text, meant))
        elif path.text in _STD and script.types.function(path) is None and script.types.scopes.item(path) is None:
            hint = _STD[path.text]
            found.append(
                Finding("RN204", script.start(path), script.end(path), f"Rune has no `{path.text}`", hint=hint)
            )
    for call in script.tree.of(MethodCall):
        base, owner = call.base, ""
        if isinstance(base, Field) and isinstance(base.base, Path) and not base.number:
            base, owner = base.base, f".{script.word(base.name)}"
        if isinstance(base, Path) and base.name is not None:
            owner = f"{base.name}{owner}"
            name = f"{owner}.{script.word(call.name)}"
            meant = OF_OBJECTS.get((owner, script.word(call.name)))
            if (meant is not None or name in CALLS) and is_nothing(script, base):
                found.append(_finding(script, call, name, meant))
    found += _mentioned(script)
    yield from sorted(found, key=lambda item: item.start)


def _mentioned(script: Script) -> Iterator[Finding]:
    """Methods handed on by the names that they have in Rust: `names.map(str::trim)`."""
    for path in script.tree.of(Path):
        if path.text in _HANDED and isinstance(path.parent, Args) and isinstance(path.parent.parent, MethodCall):
            if is_nothing(script, path):
                yield _handed(script, path)
            continue
        if len(path.segments) != 2 or path.segments[0] not in _TYPES or not isinstance(path.parent, Args):
            continue
        if not is_foreign(script, path):
            continue
        start, end = script.start(path), script.end(path)
        text = f"|value| value.{path.segments[1]}()"
        message = f"Rune has no `{path.text}`: a closure calls the method"
        yield Finding("RN204", start, end, message, fix=Fix(True, f"Write `{text}`", (Edit(start, end, text),)))


def _handed(script: Script, path: Path) -> Finding:
    """`list.map(Number)`, `list.filter(Boolean)`."""
    start, end, function = script.start(path), script.end(path), _HANDED[path.text]
    name, additions = inserted(script, path, function) if function else ("", ())
    text = f"|value| {name}(value)" if function else "|value| `${value}`"
    fix = Fix(True, f"Write `{text}`", (Edit(start, end, text),), additions)
    return Finding("RN204", start, end, f"Rune has no function `{path.text}`", fix=fix)


def _finding(script: Script, call: Call | MethodCall, name: str, meant: Meant | None) -> Finding:
    end = script.end(call.callee) if isinstance(call, Call) else script.tree.tokens.ends[call.name]
    named = any(isinstance(item, Assign) for item in call.args.items)
    fix = rewritten(script, call, meant) if meant is not None and not (named and name in CALLS) else None
    more = CALLS.get(name)
    if fix is None and more is not None:
        fix = more[0](script, call, name)
    hint = None if fix else meant.hint if meant is not None else more[1] if more is not None else None
    return Finding("RN204", script.start(call), end, f"Rune has no function `{name}`", hint=hint, fix=fix)


RULE = Rule(
    code="RN204",
    name="foreign-function",
    summary="`max(a, b)`, `len(x)`, `JSON.parse(text)`: functions of other languages, which Rune has as methods.",
    why="""\
Rune's functions are methods of values: `a.max(b)`, `x.len()`, `x.abs()`. There is no `console`, no `Math` and no
`JSON`; JSON is read with `json::from_string(text)?`, and `println!` prints.

The repair writes the Rune form, where there is exactly one. It is safe: a source with such a call never compiled.
What rounds becomes a whole number, as it is in those languages: `(x as f64).floor() as i64`.
A method handed on by its name in Rust, `names.map(str::trim)`, becomes a closure: `|value| value.trim()`.
`int(x)` and `parseInt(x)` mean different things for texts and for numbers, so they are repaired only where it is
known which.
""",
    before="""\
pub async fn call(args) {
    max(args.a, 10)
}
""",
    after="""\
pub async fn call(args) {
    args.a.max(10)
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
)
