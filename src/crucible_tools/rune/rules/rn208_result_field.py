"""RN208: fields that what a host function gives does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import bare, outer
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Await,
    Binary,
    Call,
    Expr,
    Field,
    Let,
    Literal,
    MethodCall,
    Node,
    Path,
    Try,
)

_RAN: Final = {"stdout", "stderr", "exit_code"}
_OF_RAN: Final = {
    "code": "exit_code", "status": "exit_code", "exitcode": "exit_code", "exitCode": "exit_code",
    "exit_status": "exit_code", "status_code": "exit_code", "returncode": "exit_code", "return_code": "exit_code",
    "output": "stdout", "out": "stdout", "std_out": "stdout", "err": "stderr", "error": "stderr", "std_err": "stderr",
}  # fmt: skip
_SUCCESS: Final = frozenset({"success", "ok", "succeeded"})
_OF_RESPONSE: Final = {
    "body": "text().await?", "text": "text().await?", "data": "json().await?", "content": "text().await?",
    "json": "json().await?", "status": "status().as_u16()", "status_code": "status().as_u16()",
    "statusCode": "status().as_u16()", "code": "status().as_u16()", "ok": "status().is_success()",
    "success": "status().is_success()",
}  # fmt: skip
_TAKING: Final = frozenset({"unwrap", "expect"})
_MOST_STEPS: Final = 10


def check(script: Script) -> Iterator[Finding]:
    """Finds `.code` of what `shell::exec` gives, and `.body` of a response, which has methods only."""
    for node in script.tree.of(Field):
        if node.number:
            continue
        name = _origin(script, node.base)
        up = outer(node).parent
        if name is None or (isinstance(up, Assign) and up.target is outer(node)):
            continue
        word = script.word(node.name)
        if name == "shell::exec" and word not in _RAN:
            yield _of_program(script, node, word)
        elif name in ("http::get", "http::post") and word in _OF_RESPONSE:
            yield _of_response(script, node, word)
    for binary in script.tree.of(Binary):
        yield from _compared_status(script, binary)


def _origin(script: Script, expr: Expr | None) -> str | None:
    """The host function whose Result was opened to get a value: through `?`, `.await`, `unwrap` and variables."""
    opened = False
    for _ in range(_MOST_STEPS):
        if expr is None:
            return None
        expr = bare(expr)
        if isinstance(expr, Try):
            opened, expr = True, expr.base
        elif isinstance(expr, Await):
            expr = expr.base
        elif isinstance(expr, MethodCall) and script.word(expr.name) in _TAKING:
            opened, expr = True, expr.base
        elif isinstance(expr, Path) and isinstance(let := script.types.binding(expr), Let):
            if len(let.pattern.names) != 1 or let.pattern.first != let.pattern.last or let in _assigned(script):
                return None
            expr = let.value
        elif isinstance(expr, Call):
            info = script.types.host(expr)
            return info.name if info is not None and opened else None
        else:
            return None
    return None


@remembered
def _assigned(script: Script) -> frozenset[Node]:
    """The variables that are given another value later, or a field of which is."""
    found: set[Node] = set()
    for assign in script.tree.of(Assign):
        target = bare(assign.target)
        base = bare(target.base) if isinstance(target, Field) else target
        binding = script.types.binding(base) if isinstance(base, Path) else None
        if isinstance(binding, Node):
            found.add(binding)
    return frozenset(found)


def _of_program(script: Script, node: Field, word: str) -> Finding:
    tokens = script.tree.tokens
    start, end = tokens.starts[node.name], tokens.ends[node.name]
    message = f"what `shell::exec` gives has no `{word}`: it has stdout, stderr and exit_code"
    if word in _SUCCESS:
        free = not isinstance(outer(node).parent, (Field, MethodCall, Binary))
        first, last = script.start(node), script.end(node)
        text = f"({script.source(node.base)}.exit_code == 0)"
        fix = Fix(True, f"Write `{text}`", (Edit(first, last, text),)) if free else None
        return Finding("RN208", start, end, message, hint="`exit_code == 0` says that it went well", fix=fix)
    meant = _OF_RAN.get(word)
    fix = Fix(True, f"Write `{meant}`", (Edit(start, end, meant),)) if meant else None
    return Finding("RN208", start, end, message, fix=fix)


def _of_response(script: Script, node: Field, word: str) -> Finding:
    tokens = script.tree.tokens
    start, end = tokens.starts[node.name], tokens.ends[node.name]
    meant = _OF_RESPONSE[word]
    function = script.function_of(node)
    usable = "await" not in meant or (function is not None and function.is_async)
    fix = Fix(True, f"Write `{meant}`", (Edit(start, end, meant),)) if usable else None
    message = f"a response has no fields: `{word}` is `.{meant}`"
    return Finding("RN208", start, end, message, fix=fix)


def _compared_status(script: Script, binary: Binary) -> Iterator[Finding]:
    """`response.status() >= 400`: a status is equal to its number, and has no order."""
    call, number = bare(binary.left), bare(binary.right)
    if not isinstance(call, MethodCall) or not isinstance(number, Literal) or number.kind != "int":
        return
    if script.word(call.name) != "status" or call.args.items or binary.op not in ("<", ">", "<=", ">="):
        return
    if _origin(script, call.base) in ("http::get", "http::post"):
        at = script.end(call)
        fix = Fix(True, "Write `.as_u16()`", (Edit(at, at, ".as_u16()"),))
        message = "a status is no number that is less or greater: `as_u16()` gives it"
        yield Finding("RN208", script.start(call), at, message, fix=fix)


RULE = Rule(
    code="RN208",
    name="result-field",
    summary="`shell::exec(..)?.code`, `response.body`: fields that what a host function gives does not have.",
    why="""\
What `shell::exec` gives has the fields `stdout`, `stderr` and `exit_code`. A response of `http` has none: `text()` and
`json()` read its body, and `status()` gives a status, whose number is `as_u16()`.

The repair writes what other libraries call so. It is safe, because reading such a field always failed.
""",
    before="""\
pub async fn call(args) {
    let done = shell::exec("git", ["status"], #{})?;
    done.code
}
""",
    after="""\
pub async fn call(args) {
    let done = shell::exec("git", ["status"], #{})?;
    done.exit_code
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("exec", "http"),
)
