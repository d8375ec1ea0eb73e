"""RN157: arguments with names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from crucible_tools.rune.rules.extents import MOST, written
from crucible_tools.rune.rules.operands import closed, has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Args, Assign, Call, Function, MethodCall, Node, Path, Skipped

_HEADS: Final = frozenset({"{", "=>", "->", ":"})
"""What stands behind the parameters of a function of another language, which look like a call."""
_PLAIN: Final = frozenset({"name", "string", "int", "float", "char"})
_SIGNS: Final = frozenset({".", "[", "]", "-"})
_LONGEST: Final = 80
"""Characters of a call that a hint writes out."""


@dataclass(frozen=True, slots=True)
class _Argument:
    """An argument with a name: its first token, that of the `:` or `=`, and its last one."""

    first: int
    sign: int
    last: int


def check(script: Script) -> Iterator[Finding]:
    """Finds `f(a: 1)`; `f(a = 1)` where `a` is a parameter of a known function and no variable."""
    bodies = _bodies(script)
    calls: list[Call | MethodCall] = [*script.tree.of(Call), *script.tree.of(MethodCall)]
    for call in sorted(calls, key=lambda item: item.args.first):
        if not any(isinstance(item, (Skipped, Assign)) for item in call.args.items):
            continue
        at = bisect_right(bodies, call.first, key=itemgetter(0)) - 1
        if at < 0 or call.first > bodies[at][1]:
            continue  # a method of a class looks like a call
        params = _params(script, call) if isinstance(call, Call) else None
        named = [_argument(script, item, params) for item in call.args.items]
        found = [item for item in named if item is not None]
        if not found or (params is None and script.word(call.args.last + 1) in _HEADS):
            continue
        fix = _fix(script, call.args, named, params) if params is not None else None
        tokens = script.tree.tokens
        yield Finding(
            "RN157",
            tokens.starts[found[0].first],
            tokens.ends[found[0].sign],
            "there are no named arguments in Rune: a value belongs to the parameter at its place",
            hint=None if fix else _hint(script, call, named, params),
            fix=fix,
        )


def _bodies(script: Script) -> list[tuple[int, int]]:
    """The first and the last tokens of functions, without those inside of others."""
    found: list[tuple[int, int]] = []
    for function in script.tree.of(Function):
        if not found or function.first > found[-1][1]:
            found.append((function.first, function.last))
    return found


def _params(script: Script, call: Call) -> list[str] | None:
    """The names of the parameters of a function of the file, or of its host; None if nobody knows them."""
    function = script.types.function(call)
    if function is not None:
        patterns = [param.pattern for param in function.params]
        return [script.word(item.first) if item.first == item.last else "" for item in patterns]
    info = script.types.host(call)
    return [*info.params] if info is not None else None


def _argument(script: Script, item: Node, params: list[str] | None) -> _Argument | None:
    tokens = script.tree.tokens
    if isinstance(item, Skipped):
        sign = item.first + 1
        is_named = tokens.kinds[item.first] == "name" and tokens.texts[sign : sign + 1] == [":"] and sign < item.last
        return _Argument(item.first, sign, item.last) if is_named else None
    if not isinstance(item, Assign) or item.op != "=" or not isinstance(item.target, Path):
        return None
    if params is None or item.target.text not in params or script.types.binding(item.target) is not None:
        return None  # an assignment
    return _Argument(item.first, item.token, item.last)


def _fix(script: Script, args: Args, named: list[_Argument | None], params: list[str]) -> Fix | None:
    """The values alone; None unless each parameter gets one."""
    tokens = script.tree.tokens
    count = next(at for at, item in enumerate(named) if item is not None)
    found = [item for item in named[count:] if item is not None]
    places = {script.word(item.first): item for item in found}
    if len(found) != len(named) - count or len(params) != len(named) or not closed(script, args):
        return None
    if any(has_comment(script, tokens.starts[item.first], tokens.ends[item.last]) for item in found):
        return None
    if len(params) == 1 and params != [*places]:  # there is no other place for it
        edit = Edit(tokens.starts[found[0].first], tokens.starts[found[0].sign + 1], "")
        return Fix(False, "Delete the name", (edit,))
    if sorted(places) != sorted(params[count:]):
        return None
    wanted = [places[name] for name in params[count:]]
    if wanted == found:
        edits = [Edit(tokens.starts[item.first], tokens.starts[item.sign + 1], "") for item in found]
        return Fix(True, "Delete the names", tuple(edits))
    if found[-1].last - found[0].first > MOST:
        return None
    edits = [
        Edit(tokens.starts[item.first], tokens.ends[item.last], written(script, value.sign + 1, value.last))
        for item, value in zip(found, wanted, strict=True)
    ]
    # Where values call something, these calls change their places, too.
    plain = all(_calls_nothing(script, item) for item in found)
    return Fix(plain, "Write the values in the order of the parameters", tuple(edits))


def _calls_nothing(script: Script, argument: _Argument) -> bool:
    """Whether a value is made of names and literals: `1`, `-1`, `a`, `a.b[0]`."""
    tokens = script.tree.tokens
    return all(
        (tokens.kinds[at] in _PLAIN and tokens.texts[at] != "await") or tokens.texts[at] in _SIGNS
        for at in range(argument.sign + 1, argument.last + 1)
    )


def _hint(script: Script, call: Call | MethodCall, named: list[_Argument | None], params: list[str] | None) -> str:
    """What to write instead."""
    if params is not None:
        return f"its parameters are ({', '.join(params)}): each gets a value, in this order"
    way = "write the values alone, in the order of the parameters"
    if call.last - call.first > MOST:
        return way
    values = [
        script.source(item) if argument is None else written(script, argument.sign + 1, argument.last)
        for item, argument in zip(call.args.items, named, strict=True)
    ]
    text = f"{written(script, call.first, call.args.first - 1)}({', '.join(values)})"
    shown = f": `{text}`" if len(text) <= _LONGEST and "`" not in text and "\n" not in text else ""
    return f"{way}{shown}"


RULE = Rule(
    code="RN157",
    name="named-argument",
    summary="`f(width: 1, height: 2)`, `f(width=1)`: Rune has no named arguments, only places.",
    why="""\
Swift, Kotlin, Python and others name the arguments of a call. In Rune a value belongs to the parameter at its place.

The repair deletes the names where the function is known, be it of this file or of the host, and each of its parameters
gets a value. Values in another order are put into that of the parameters; this is unsafe when they are more than names
and literals, because what they call is called in another order. It is also unsafe to delete the name of a single
argument when the parameter has another one.
""",
    before="""\
fn area(width, height) {
    width * height
}

pub async fn call(args) {
    area(height: args.a, width: 2)
}
""",
    after="""\
fn area(width, height) {
    width * height
}

pub async fn call(args) {
    area(2, args.a)
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("(",),
)
