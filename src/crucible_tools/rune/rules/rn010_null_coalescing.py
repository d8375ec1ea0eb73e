"""RN010: `a ?? b`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import free_name
from crucible_tools.rune.rules.extents import LONGEST, begin, stop, written
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.operands import bare, has_comment, is_operand
from crucible_tools.rune.rules.reserved import RESERVED
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Await,
    Binary,
    Block,
    Call,
    Const,
    Expr,
    Field,
    Index,
    Jump,
    Let,
    Literal,
    Macro,
    MethodCall,
    Paren,
    Path,
    Try,
    Unary,
    Unit,
)  # fmt: skip
from crucible_tools.rune.types.values import OPTION, RESULT, UNIT

_OPERANDS: Final = (Path, Field, Index, Call, MethodCall, Macro, Paren, Await, Try, Literal, Unit)


def check(script: Script) -> Iterator[Finding]:
    """Finds every `??` and `??=`; those of `a ?? b ?? c` are mended together."""
    yield from sorted((*_between(script), *_assigned(script)), key=lambda item: item.start)


def _between(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op != "??":
            continue
        start, end = tokens.starts[node.token], tokens.ends[node.token + 1]
        message = "there is no `??` in Rune: a `match` tells `()` from other values"
        if isinstance(node.parent, Binary) and node.parent.op == "??" and node.parent.left is node:
            # The outermost one of a chain has the repair.
            yield Finding("RN010", start, end, message, fix=None)
            continue
        chain = _chain(node)
        if len(chain) == 2 and (fix := _stepwise(script, chain)):
            yield Finding("RN010", start, end, message, fix=fix)
            continue
        if not all(isinstance(operand, _OPERANDS) for operand in chain[:-1]) or _optional_chain(chain):
            hint = "put parentheses around what may be `()`, then it can be repaired"
            yield Finding("RN010", start, end, message, hint=hint)
            continue
        safe = all(_is_certain(script, operand) for operand in chain[:-1])
        fix = Fix(safe, *_short(script, chain) or ("Write a `match`", tuple(_edits(script, node, chain))))
        yield Finding("RN010", start, end, message, fix=fix)


def _assigned(script: Script) -> Iterator[Finding]:
    """`a ??= b`."""
    tokens = script.tree.tokens
    for i in range(1, len(tokens) - 2):
        if tokens.texts[i] != "?" or tokens.texts[i + 1] != "?" or tokens.texts[i + 2] != "=":
            continue
        start, end = tokens.starts[i], tokens.ends[i + 2]
        if end - start != len("??="):
            continue
        first = begin(script, i - 1)
        target = written(script, max(first, 0), i - 1)
        last = stop(script, i + 3) - 1
        message = "there is no `??=` in Rune: a `match` tells `()` from other values"
        fix = None
        if (
            0 <= first < i
            and last < i + LONGEST
            and all(tokens.kinds[at] == "name" or tokens.texts[at] == "." for at in range(first, i))
            and last > i + 2
            and not has_comment(script, start, tokens.ends[last])
        ):
            owner, dot, name = target.rpartition(".")
            read = f'{owner}.get("{name}").unwrap_or(())' if dot and owner != "self" else target
            value = _name(script)
            edits = (
                Edit(start, end, f"= match {read} {{ () =>"),
                Edit(tokens.ends[last], tokens.ends[last], f", {value} => {value} }}"),
            )
            fix = Fix(True, "Write a `match`", edits)
        yield Finding("RN010", start, end, message, fix=fix)


def _chain(node: Binary) -> list[Expr]:
    """The operands of `a ?? b ?? c`."""
    operands: list[Expr] = [node.right]
    left: Expr = node.left
    while isinstance(left, Binary) and left.op == "??":
        operands.append(left.right)
        left = left.left
    operands.append(left)
    return operands[::-1]


def _optional_chain(chain: list[Expr]) -> bool:
    """Whether one reads `a?.b`, which means something else in Rune, unless `a` is a call."""
    for operand in chain[:-1]:
        node: Expr = operand
        while isinstance(node, (Field, Index)):
            node = node.base
            if isinstance(node, Try) and not isinstance(node.base, (Call, MethodCall, Await)):
                return True
    return False


def _stepwise(script: Script, chain: list[Expr]) -> Fix | None:
    """`args?.user?.name ?? x` reads one field after the other, and takes `x` where there is none."""
    names: list[str] = []
    node: Expr = chain[0]
    asked = False
    while isinstance(node, Field) and not node.number:
        names.append(script.word(node.name))
        node = node.base
        if isinstance(node, Try):
            asked = True
            node = node.base
    if not asked or not isinstance(node, Path) or not names:
        return None
    start, middle, end = script.start(chain[0]), script.start(chain[1]), script.end(chain[1])
    if has_comment(script, start, middle):
        return None
    if len(names) == 1 and names[0] != "length" and _is_plain(chain[1]):
        text = f'{node.text}.get("{names[0]}").unwrap_or({script.source(chain[1])})'
        return Fix(False, "Read it step by step", (Edit(start, end, text),))
    function, additions = inserted(script, node, "optional_length" if "length" in names else "optional")
    value = _name(script)
    path = ", ".join(f'"{name}"' for name in reversed(names))
    head, tail = f"match {function}({node.text}, [{path}]) {{ () => ", f", {value} => {value} }}"
    if is_operand(chain[0].parent) if isinstance(chain[0].parent, Expr) else False:
        head, tail = f"({head}", f"{tail})"
    return Fix(True, "Read it step by step", (Edit(start, middle, head), Edit(end, end, tail)), additions)


def _is_certain(script: Script, operand: Expr) -> bool:
    """Whether it is known what an operand gives when there is nothing: `()`, `None` or an error.

    What a variable or a field holds is taken for data, unless it is seen to come from a call that nobody knows.
    """
    inner = bare(operand)
    known = script.types.of(inner)
    if known.only(OPTION) or known.only(RESULT) or not known.may(OPTION | RESULT):
        return True
    if isinstance(inner, Path):
        binding = script.types.binding(inner)
        if not isinstance(binding, Let) or binding.value is None:
            return True
        inner = bare(binding.value)
    return not isinstance(inner, (Call, MethodCall, Await, Macro, Try))


def _short(script: Script, chain: list[Expr]) -> tuple[str, tuple[Edit, ...]] | None:
    """`a.unwrap_or(b)` for an Option that holds no `()`, or for a Result, if working `b` out does nothing else."""
    if len(chain) > 2 or not _is_plain(chain[1]):
        return None
    known = script.types.of(chain[0])
    if not (known.only(OPTION) and not known.inside.may(UNIT)) and not known.only(RESULT):
        return None
    start, end = script.end(chain[0]), script.start(chain[1])
    if has_comment(script, start, end) or "\n" in script.text[start:end]:
        return None
    close = script.end(chain[1])
    return "Write `.unwrap_or(..)`", (Edit(start, end, ".unwrap_or("), Edit(close, close, ")"))


def _is_plain(expr: Expr) -> bool:
    expr = bare(expr)
    if isinstance(expr, Unary) and expr.op == "-":
        expr = expr.operand
    return isinstance(expr, (Literal, Unit, Path))


def _edits(script: Script, node: Binary, chain: list[Expr]) -> Iterator[Edit]:
    tokens = script.tree.tokens
    value = _name(script)
    wrapped = isinstance(node.parent, Jump)
    tail = ""
    for i, operand in enumerate(chain[:-1]):
        opening = "(match " if wrapped and i == 0 else "match "
        yield Edit(script.start(operand), script.start(operand), opening)
        known = script.types.of(operand)
        fails = known.only(RESULT)
        if known.only(OPTION):
            yield Edit(script.end(operand), script.end(operand), ".unwrap_or(())")
        else:
            yield from _read(script, operand)
        yield from _operator(script, chain, i, f"{{ Ok({value}) => {value}, Err(_) =>" if fails else "{ () =>")
        tail = f"{' }' if fails else f', {value} => {value} }}'}{tail}"
    last = chain[-1]
    if isinstance(last, Block) and last.open + 1 == last.last:
        # `?? {}` means an empty object; as the body of an arm it would be an empty block.
        yield Edit(tokens.starts[last.open], tokens.starts[last.open], "#")
    yield Edit(script.end(last), script.end(last), tail + (")" if wrapped else ""))


def _operator(script: Script, chain: list[Expr], i: int, arms: str) -> Iterator[Edit]:
    tokens = script.tree.tokens
    # The two tokens of `??` stand directly in front of the next operand.
    token = chain[i + 1].first - 2
    start, end = tokens.starts[token], tokens.ends[token + 1]
    before = "" if script.text[start - 1].isspace() else " "
    after = "" if script.text[end : end + 1].isspace() else " "
    yield Edit(start, end, f"{before}{arms}{after}")


def _read(script: Script, operand: Expr) -> Iterator[Edit]:
    """Reading what may be missing: `.get("f").unwrap_or(())` instead of `.f`."""
    tokens = script.tree.tokens
    if isinstance(operand, Field) and not operand.number and not _is_self(operand.base):
        name = tokens.texts[operand.name]
        dot = operand.name - 1
        text = f'.get("{name}").unwrap_or(())'
        if script.text[tokens.ends[dot] : tokens.starts[operand.name]] == "":
            yield Edit(tokens.starts[dot], tokens.ends[operand.name], text)
        else:
            yield Edit(tokens.starts[operand.name], tokens.ends[operand.name], text[1:])
    elif isinstance(operand, Index) and operand.index is not None and script.word(operand.last) == "]":
        yield Edit(tokens.starts[operand.open], tokens.ends[operand.open], ".get(")
        yield Edit(tokens.starts[operand.last], tokens.ends[operand.last], ").unwrap_or(())")


def _is_self(base: Expr) -> bool:
    """Structs have fields and no `get`."""
    return isinstance(base, Path) and base.name == "self"


def _name(script: Script) -> str:
    """A name for the value that is there: a constant of that name would be compared with instead."""
    texts = script.tree.tokens.texts
    constants = {texts[const.name] for const in script.tree.of(Const) if const.name is not None}
    for name in ("value", "given", "present"):
        if name not in constants and name not in RESERVED:
            return name
    return free_name(script, "value_")


RULE = Rule(
    code="RN010",
    name="null-coalescing",
    summary='`folder ?? "Inbox"`: there is no such operator, Rune reads two `?` and then stops.',
    why="""\
`x ?? y` of JavaScript and C# means: `y` if `x` is null. In Rune, `?` ends a function early when there is an error,
and null is `()`.

The repair writes `match x { () => y, value => value }`, which evaluates `x` once and `y` only when it is needed. A
field that may be missing is an error in Rune, so `args.folder ?? ".."` becomes `match
args.get("folder").unwrap_or(()) { .. }`.

Options and Results are no null, but `??` means their inside: `list.get(0) ?? x` becomes `match
list.get(0).unwrap_or(()) { .. }`, and `s.parse::<i64>() ?? 0` becomes `s.parse::<i64>().unwrap_or(0)`. When nobody
knows what a call gives, the repair is unsafe. Where it is not clear what belongs to the left side (`a == b ?? c`
differs from language to language) nothing is changed. `args?.user?.name ?? x` becomes
`args.get("user").and_then(|it| it.get("name")).unwrap_or(x)`, which is unsafe: what is there and null is not skipped.
""",
    before="""\
pub async fn call(args) {
    let a = args.get("a").unwrap_or(());
    a ?? 5
}
""",
    after="""\
pub async fn call(args) {
    let a = args.get("a").unwrap_or(());
    match a { () => 5, value => value }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("??",),
)
