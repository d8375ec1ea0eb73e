"""What the tests of types share: the value of an expression, asked for by its text."""

from __future__ import annotations

from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Expr
from crucible_tools.rune.types.values import ANY, JSON, NAMES, Value


def expression(script: Script, text: str, nth: int = -1) -> Expr:
    """An expression of a source by its text; the last one of several unless `nth` says which."""
    found = [node for node in script.tree.file.walk() if isinstance(node, Expr) and script.source(node) == text]
    assert found, f"the source has no {text!r}"
    return sorted(found, key=lambda node: node.first)[nth]


def value(source: str, text: str, nth: int = -1) -> Value:
    """What is known of an expression of a source."""
    script = Script(source)
    return script.types.of(expression(script, text, nth))


def shown(found: Value) -> str:
    """A value in short: `list<string>`, `Option<integer|float>`, `any`, `json`."""
    if found.kinds == ANY:
        return "any"
    if not found.kinds:
        return "never"
    words = "json" if found.kinds == JSON else "|".join(name for kind, name in NAMES.items() if found.kinds & kind)
    inside = f"<{shown(found.item)}>" if found.item is not None and found.item.kinds else ""
    return f"{words}{inside}"


def kinds(source: str, text: str, nth: int = -1) -> str:
    """What is known of an expression of a source, in short."""
    return shown(value(source, text, nth))
