"""RN039: default values of parameters."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut_tokens
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Function, Param, Path


def check(script: Script) -> Iterator[Finding]:
    """Finds parameters with a `=`."""
    tokens = script.tree.tokens
    for param in script.tree.of(Param):
        if param.equals is None or param.default is None:
            continue
        start, end = tokens.starts[param.equals], script.end(param.default)
        name = script.source(param.pattern)
        message = f"parameters of Rune have no default: `{name}` must be given"
        hint = "give the value in every call"
        fix = _fix(script, param)
        yield Finding("RN039", start, end, message, hint=None if fix else hint, fix=fix)


def _fix(script: Script, param: Param) -> Fix | None:
    function = param.parent
    if not isinstance(function, Function) or function.body is None or function.name is None or param.default is None:
        return None
    if script.tree.tokens.partner[function.body.open] < 0 or script.word(function.name) == "__init__":
        return None  # of a class, which is called by another name
    if param.pattern.first != param.pattern.last:
        return None
    name, default = script.source(param.pattern), script.source(param.default)
    at = function.params.index(param)
    edits = [*cut_tokens(script, param.equals or param.last, param.default.last)]
    called = script.word(function.name)
    for call in script.tree.of(Call):
        if isinstance(call.callee, Path) and call.callee.segments[-1] == called and len(call.args.items) <= at:
            if len(call.args.items) < at:
                return None  # the ones in front of it first
            end = script.tree.tokens.starts[call.args.last]
            comma = ", " if call.args.items and script.word(call.args.last - 1) != "," else ""
            edits.append(Edit(end, end, f"{comma}{default}"))
    if function.pub is not None or function.attributes:
        edits.append(_inside(script, function, f"let {name} = match {name} {{ () => {default}, value => value }};"))
    return Fix(True, "Write the default where it is needed", tuple(sorted(edits, key=lambda edit: edit.start)))


def _inside(script: Script, function: Function, line: str) -> Edit:
    """A first statement of the body: a host passes `()` for what was left out."""
    tokens = script.tree.tokens
    assert function.body is not None
    at = tokens.ends[function.body.open]
    following = tokens.starts[function.body.open + 1]
    if "\n" not in script.text[at:following]:
        return Edit(at, at, f" {line}")
    indent = script.indent_at(following) if function.body.statements else script.indent_at(at) + "    "
    return Edit(at, at, f"{script.newline}{indent}{line}")


RULE = Rule(
    code="RN039",
    name="default-parameter",
    summary="`fn f(x, n = 5)`: parameters have no default values in Rune.",
    why="""\
A function is called with as many values as it has parameters. Only the host may leave some out when it calls a tool;
then they are `()`.

The repair adds the value to the calls of this source that leave it out. In a public function it adds a first line as
well, `let n = match n { () => 5, value => value };`, for calls from outside.
""",
    before="""\
pub async fn call(args) {
    scaled(args.a)
}

fn scaled(x, factor = 3) {
    x * factor
}
""",
    after="""\
pub async fn call(args) {
    scaled(args.a, 3)
}

fn scaled(x, factor) {
    x * factor
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("=",),
)
