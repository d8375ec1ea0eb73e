"""RN088: variables that nothing declares."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rn074_python_block import has_python_blocks
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.typed_variables import typed_variables
from crucible_tools.rune.syntax.nodes import Assign, Block, Closure, Function, Node, Path, Statement
from crucible_tools.rune.syntax.patterns import may_bind


def check(script: Script) -> Iterator[Finding]:
    """Finds the first assignment to a name that no `let` declares."""
    paths: dict[tuple[Node, str], list[Path]] = {}
    for path in script.tree.of(Path):
        function = script.function_of(path)
        if function is not None and len(path.segments) == 1:
            paths.setdefault((function, path.text), []).append(path)
    seen: set[tuple[Node, str]] = set()
    typed = {script.word(name) for name in typed_variables(script)}
    for node in script.tree.of(Assign):
        target, function = node.target, script.function_of(node)
        if node.op != "=" or not isinstance(target, Path) or len(target.segments) != 1 or function is None:
            continue
        key = (function, target.text)
        if key in seen or script.types.binding(target) is not None or target.text in ("self", "_"):
            continue
        if target.text in typed:
            continue
        if not isinstance(node.parent, Statement) or script.word(node.first - 1) in (",", ":"):
            continue  # `f(name=1)`, `if a = b {`, `let a = 1, b = 2;`, `n: int = 1`
        seen.add(key)
        start, end = script.start(target), script.end(target)
        message = f"nothing declares `{target.text}`: a variable begins with `let`"
        # Where blocks have no braces yet, nobody knows which of them a `let` would stand in.
        fix = None if has_python_blocks(script) else _fix(script, node.parent, target.text, paths[key])
        yield Finding("RN088", start, end, message, fix=fix)


def _fix(script: Script, statement: Statement, name: str, paths: list[Path]) -> Fix | None:
    """A `let`, in the block that holds all that is done with the name."""
    if not may_bind(name):
        return None
    uses = [path for path in paths if script.types.binding(path) is None]
    block = _around(uses)
    if block is None or any(path.first < statement.first for path in uses):
        return None
    start = script.start(statement)
    if statement.parent is block:
        return Fix(True, "Write `let`", (Edit(start, start, "let "),))
    child: Node = statement
    while child.parent is not None and child.parent is not block:
        child = child.parent
    place = script.start(child)
    text = f"let {name} = ();{script.newline}{script.indent_at(place)}"
    return Fix(True, f"Declare `{name}`", (Edit(place, place, text),))


def _around(uses: list[Path]) -> Block | None:
    """The innermost block around all of them, in the same function."""
    common: list[Block] | None = None
    for path in uses:
        blocks: list[Block] = []
        for up in path.up():
            if isinstance(up, (Function, Closure)):
                break
            if isinstance(up, Block):
                blocks.append(up)
        common = blocks if common is None else [block for block in common if block in blocks]
    return common[0] if common else None


RULE = Rule(
    code="RN088",
    name="undeclared",
    summary="`total = 0;` where no `let total` stands: a variable begins with `let`.",
    why="""\
Python and careless JavaScript make a variable by assigning to it. In Rune `let` does, and it is known in the block that
it stands in.

The repair writes `let` in front of the first assignment. If the name is used outside of the block that this stands in,
it is declared in front of that block, as `let name = ();`.
""",
    before="""\
pub async fn call(args) {
    total = 0;
    for x in args.l {
        total += x;
    }
    total
}
""",
    after="""\
pub async fn call(args) {
    let total = 0;
    for x in args.l {
        total += x;
    }
    total
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("=",),
)
