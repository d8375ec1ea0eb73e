"""RN117: an Option or a Result that is used as the value inside of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules import rn134_result_methods
from crucible_tools.rune.rules.languages import is_javascript
from crucible_tools.rune.rules.method_edits import place
from crucible_tools.rune.rules.operands import around, bare, outer
from crucible_tools.rune.rules.reads import is_null
from crucible_tools.rune.rules.receivers import called, calls, kinds, name_of
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.used_as import OF_TEXTS
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Await,
    Binary,
    Expr,
    Field,
    For,
    Index,
    Jump,
    Let,
    Literal,
    Match,
    MethodCall,
    Path,
    Try,
)
from crucible_tools.rune.types.methods import METHODS
from crucible_tools.rune.types.values import FLOAT, INT, LIST, OBJECT, OPTION, RESULT, STRING, Value

_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%"})
_DEFAULTS: Final = {INT: "0", FLOAT: "0.0", STRING: '""', LIST: "[]", OBJECT: "#{}"}
_OF_LISTS: Final = (METHODS[LIST] - METHODS[STRING] - METHODS[OBJECT]) | {"first", "forEach", "join", "last"}
_OF_OBJECTS: Final = (METHODS[OBJECT] - METHODS[STRING] - METHODS[LIST]) | {"entries"}
_OF_ALL: Final = frozenset({"len", "is_empty"})
_CHANGING: Final = frozenset({"clear", "extend", "insert", "pop", "push", "push_str", "remove", "sort", "sort_by"})
"""Methods that do nothing when a default takes the place of what they change."""


def check(script: Script) -> Iterator[Finding]:
    """Finds Options and Results that are used as only what is inside of them can be."""
    found = [*_reads(script), *_methods(script), *_sums(script), *_matches(script), *_loops(script)]
    yield from sorted(found, key=lambda item: (item.start, item.end))


def _reads(script: Script) -> Iterator[Finding]:
    """Fields and elements."""
    for node in (*script.tree.of(Field), *script.tree.of(Index)):
        value = script.types.of(node.base)
        if not value.only(OPTION) and not value.only(RESULT):
            continue
        if isinstance(node, Field) and node.number:
            continue  # an Option has a part 0
        source = script.source(node.base)
        tokens = script.tree.tokens
        if isinstance(node, Field):
            start, end = tokens.starts[node.name], tokens.ends[node.name]
        else:
            start, end = tokens.starts[node.open], tokens.ends[node.last]
        at = script.end(node.base)
        written = isinstance(outer(node).parent, Assign)
        yield Finding(
            "RN117",
            start,
            end,
            f"`{source}` is {_called(value)}, and the value is inside of it",
            hint="take the value out first: `?`, `.unwrap_or(..)`, `match`",
            choices=(f"{source}.unwrap()", f"{source}?"),
            fix=None if written else Fix(False, "Take it out with `.unwrap()`", (Edit(at, at, ".unwrap()"),)),
        )


def _methods(script: Script) -> Iterator[Finding]:
    """Methods that Options have not, and that what is inside of them may have."""
    wanted = [name for name in called(script) if name not in METHODS[OPTION] and _default_of(name, 0) is not None]
    yield from _gets(script)
    yield from _changed(script)
    if not wanted:
        return
    told = {item.start for item in rn134_result_methods.check(script)}
    for call in calls(script, wanted):
        start, end = place(script, call)
        if kinds(script, call.base) == OPTION and start not in told:
            name = name_of(script, call)
            default = None if name in _CHANGING else _default_of(name, script.types.of(call.base).inside.kinds)
            yield _finding(script, call.base, (start, end), default)


def _changed(script: Script) -> Iterator[Finding]:
    """`groups.get(key).push(item)`, as a Map of JavaScript and a dict of Python are asked for a list."""
    for call in calls(script, {name for name in _CHANGING if name not in METHODS[OPTION]}):
        if _default_of(name_of(script, call), 0) is not None or not script.types.of(call.base).only(OPTION):
            continue
        at, source = script.end(call.base), script.source(call.base)
        # There a missing list stops the script as well.
        fix = Fix(is_javascript(script), "Take it out with `.unwrap()`", (Edit(at, at, ".unwrap()"),))
        message = f"`{source}` is an Option, and the value is inside of it"
        yield Finding("RN117", *place(script, call), message, choices=(f"{source}?",), fix=fix)


def _gets(script: Script) -> Iterator[Finding]:
    """`o.get("a").get("b")`: the second asks an Option."""
    for call in calls(script, ["get"]):
        if len(call.args.items) != 1 or not script.types.of(call.base).only(OPTION):
            continue
        start, end = place(script, call)
        source = script.source(call.base)
        fix = None
        if not any(isinstance(part, (Await, Try, Jump)) for part in call.args.walk()):
            used = set(script.tree.tokens.texts[call.args.first : call.args.last + 1])
            name = next(name for name in ("value", "inner", "found_value") if name not in used or name == "found_value")
            behind = script.end(call)
            edits = (Edit(start, start, f"and_then(|{name}| {name}."), Edit(behind, behind, ")"))
            fix = Fix(True, "Ask what is inside with `.and_then(..)`", edits)
        message = f"`{source}` is an Option, and the value is inside of it"
        yield Finding("RN117", start, end, message, choices=(f"{source}?", f"{source}.unwrap()"), fix=fix)


def _default_of(method: str, inside: int) -> str | None:
    """What may stand for a missing value of which a method is called."""
    if method in OF_TEXTS:
        return '""'
    if method in _OF_LISTS:
        return "[]"
    if method in _OF_OBJECTS:
        return "#{}"
    return _DEFAULTS.get(inside, "[]") if method in _OF_ALL else None


def _sums(script: Script) -> Iterator[Finding]:
    """Sums and other arithmetic."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op in _ARITHMETIC:
            left, right = script.types.of(node.left), script.types.of(node.right)
            for option, value, other in ((node.left, left, right), (node.right, right, left)):
                if value.only(OPTION) and not (option is node.right and node.op == "+" and other.only(STRING)):
                    divides = option is node.right and node.op in ("/", "%")
                    default = None if divides else _number(value, other)
                    yield _finding(script, option, (tokens.starts[node.token], tokens.ends[node.token]), default)
                    break
    for assign in script.tree.of(Assign):
        value, target = script.types.of(assign.value), script.types.of(assign.target)
        if assign.op[:-1] in _ARITHMETIC and value.only(OPTION) and not target.only(STRING):
            default = None if assign.op in ("/=", "%=") else _number(value, target)
            yield _finding(script, assign.value, (tokens.starts[assign.token], tokens.ends[assign.token]), default)


def _number(option: Value, other: Value) -> str | None:
    """The default of what is added, by what it is added to."""
    return _DEFAULTS.get(other.kinds) or _DEFAULTS.get(option.inside.kinds)


def _matches(script: Script) -> Iterator[Finding]:
    """A `match` with the values that may be inside."""
    tokens = script.tree.tokens
    for node in script.tree.of(Match):
        subject = bare(node.subject)
        if not script.types.of(subject).only(OPTION):
            continue
        firsts = [first for arm in node.arms for first, _ in arm.pattern.alternatives]
        if not any(tokens.kinds[first] in ("string", "int", "char", "bool") for first in firsts):
            continue
        if any(tokens.texts[first] in ("Some", "None", "Option") for first in firsts):
            continue
        where = (script.start(node.subject), script.end(node.subject))
        yield _finding(script, node.subject, where, "()", silent="so no arm with a value is ever taken")


def _loops(script: Script) -> Iterator[Finding]:
    """A loop that goes through the Option itself, where the list inside is meant."""
    for loop in script.tree.of(For):
        value = script.types.of(loop.iterable)
        if not value.only(OPTION) or not value.inside.may(LIST):
            continue
        if not value.inside.only(LIST) and not _is_plural(script, bare(loop.iterable)):
            continue
        where = (script.start(loop.iterable), script.end(loop.iterable))
        yield _finding(script, loop.iterable, where, "[]", silent="so the loop runs once, with all that is inside")


def _is_plural(script: Script, expr: Expr) -> bool:
    """Whether several things are meant by the name of what is asked for, as in `args.get("items")`."""
    items = expr.args.items if isinstance(expr, MethodCall) and name_of(script, expr) == "get" else []
    key = items[0] if len(items) == 1 else None
    if not isinstance(key, Literal) or key.kind != "string":
        return False
    word = script.source(key)[1:-1]
    return word.endswith(("s", "list")) and not word.endswith(("ss", "us", "is"))


def _finding(
    script: Script, option: Expr, where: tuple[int, int], default: str | None, *, silent: str | None = None
) -> Finding:
    source = script.source(option)
    fix = None
    if default is not None and not _becomes_plain(script, option):
        fix = Fix(
            False, f"Take it out with `.unwrap_or({default})`", around(script, option, "", f".unwrap_or({default})")
        )
    return Finding(
        "RN117",
        *where,
        f"`{source}` is an Option, and the value is inside of it" + (f", {silent}" if silent else ""),
        "warning" if silent else "error",
        hint="take the value out first: `?`, `.unwrap_or(..)`, `match`",
        choices=() if fix else (f"{source}.unwrap()", f"{source}?"),
        fix=fix,
    )


def _becomes_plain(script: Script, option: Expr) -> bool:
    """Whether a variable is compared with `()`, so that its repair makes it hold the value itself."""
    option = bare(option)
    let = script.types.binding(option) if isinstance(option, Path) else None
    if not isinstance(let, Let):
        return False
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, Binary) and (is_null(script, up.left) or is_null(script, up.right)):
            return True
    return False


def _called(value: Value) -> str:
    return "an Option" if value.only(OPTION) else "a Result"


RULE = Rule(
    code="RN117",
    name="inside-of-option",
    summary='`notes.get(0).title`, `args.get("n") + 1`: an Option is not the value, that is inside of it.',
    why="""\
`get`, `find`, `pop`, `next` and `json::from_string` give an Option or a Result. Reading a field of that is an error,
even when there is a value, and so are a sum with it and a method of what is inside: it has to be taken out first.
`match args.get("kind") { "a" => .. }` is no error, but the arm is never taken, and a loop over an Option runs once,
with all that is inside.

What a missing value means is a decision, so the repair is unsafe. For a field it is `.unwrap()`, which stops the tool
when there is none; for the others `.unwrap_or(..)` with what is empty: `0`, `""`, `[]`. `?` leaves the function
instead. In a source in JavaScript, `map.get(key).push(item)` stops the script as well when there is nothing: there the
`.unwrap()` is safe.
""",
    before="""\
pub async fn call(args) {
    let notes = [#{ title: args.a }];
    notes.get(0).title
}
""",
    after="""\
pub async fn call(args) {
    let notes = [#{ title: args.a }];
    notes.get(0).unwrap().title
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
)
