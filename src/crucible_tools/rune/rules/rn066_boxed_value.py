"""RN066: `Box::new(x)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import bound_names
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Path

_BOXES: Final = frozenset({"Box::new", "Rc::new", "Arc::new"})


def check(script: Script) -> Iterator[Finding]:
    """Finds values that are put into a box or a counted reference."""
    tokens = script.tree.tokens
    for call in script.tree.of(Call):
        path = call.callee
        if not isinstance(path, Path) or ".".join(path.segments[-2:]).replace(".", "::") not in _BOXES:
            continue
        if tokens.partner[call.args.first] < 0 or len(call.args.items) != 1 or path.segments[-2] in bound_names(script):
            continue
        start, end = script.start(path), script.end(path)
        # The parentheses stay: what stands in them may need them.
        fix = Fix(True, f"Delete `{script.source(path)}`", (Edit(start, end, ""),))
        message = f"every value of Rune is shared already: there is no `{script.source(path)}`"
        yield Finding("RN066", start, end, message, fix=fix)


RULE = Rule(
    code="RN066",
    name="boxed-value",
    summary="`Box::new(x)`, `Rc::new(x)`: every value of Rune is shared already.",
    why="""\
Rust has to say where a value lives and who owns it. Rune's values live wherever Rune likes, and whoever has one
shares it.

The repair leaves the value.
""",
    before="""\
pub async fn call(args) {
    let next = Box::new(args.a);
    next
}
""",
    after="""\
pub async fn call(args) {
    let next = (args.a);
    next
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("Box::new", "Rc::new", "Arc::new"),
)
