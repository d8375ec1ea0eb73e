"""`crucible rule`: what a rule is about."""

from crucible_tools.cli.formats.rules import page_of, rule_json, table
from crucible_tools.cli.terminal import Terminal
from crucible_tools.errors import UsageError
from crucible_tools.model.near import near
from crucible_tools.rune.rules.registry import by_code, rules
from crucible_tools.rune.rules.rule import Rule


def run_rule(terminal: Terminal, code: str | None) -> int:
    """`crucible rule [CODE]`."""
    if code is None:
        if terminal.json:
            terminal.document([rule_json(rule) for rule in rules()])
        else:
            terminal.result(table(rules(), terminal.paint))
        return 0
    rule = _rule(code)
    if terminal.json:
        terminal.document(rule_json(rule))
    else:
        terminal.result(page_of(rule, terminal.paint))
    return 0


def _rule(text: str) -> Rule:
    """The rule of a code, or of a name.

    Raises:
        UsageError: there is none; near codes and names are in the hint.
    """
    known = by_code()
    names = {rule.name: rule for rule in rules()}
    if found := known.get(text.upper()) or names.get(text.lower()):
        return found
    digits = text.upper().translate(str.maketrans("OIL", "011"))
    guesses = [digits] if digits in known else [*near(text.upper(), list(known)), *near(text.lower(), list(names))][:3]
    raise UsageError(
        f"there is no rule {text!r}",
        hint=f"did you mean {' or '.join(guesses)}?" if guesses else "`crucible rule` lists them",
    )
