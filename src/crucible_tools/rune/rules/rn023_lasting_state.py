"""RN023: `let` outside of functions, changed later."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.file_variables import file_variables
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds variables outside of functions that something changes."""
    tokens = script.tree.tokens
    for variable in file_variables(script):
        if variable.changed is None or variable.const.name is None:
            continue
        name = variable.const.name
        if variable.changed is variable.const.value:
            message = f"`{variable.name}` is there to be filled, and Rune keeps nothing between calls"
        else:
            line = tokens.place(script.start(variable.changed))[0]
            message = f"`{variable.name}` is changed in line {line}, and Rune keeps nothing between calls"
        hint = "hand it in and give it back, or keep it where the host keeps things (`ctx.set` in a hook)"
        yield Finding("RN023", tokens.starts[name], tokens.ends[name], message, hint=hint)


RULE = Rule(
    code="RN023",
    name="lasting-state",
    summary="`let counts = #{};` at file level and `counts[k] = ..` in a function: nothing lasts from call to call.",
    why="""\
Each call of a tool begins with nothing but its arguments. There are no variables outside of functions, and a `const`
is no way out: every mention of one is a fresh copy, so `LIST.push(1); LIST` is still empty, without an error.

There is no repair. A hook can keep values in its context (`ctx.get`, `ctx.set`); a tool can take the state as an
argument and give the new one back, or keep it with a function of the host.
""",
    before="""\
let counts = #{};

pub async fn call(args) {
    counts[args.name] = counts.get(args.name).unwrap_or(0) + 1;
    counts
}
""",
    after="""\
pub async fn call(args) {
    let counts = args.counts;
    counts[args.name] = counts.get(args.name).unwrap_or(0) + 1;
    counts
}
""",
    kind=Kind.SYNTAX,
    fix="none",
    check=check,
    words=("let ", "var ", "static "),
)
