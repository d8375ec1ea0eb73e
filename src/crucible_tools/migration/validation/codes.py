"""Everything that a validation can find: codes that never change their meaning (docs/validation.md)."""

import json
from enum import Enum
from typing import Final, Literal, TypeAlias

from crucible_tools.model.json import Json
from crucible_tools.model.migration import ValidationFinding

_MOST_MESSAGE: Final = 1_000
_MOST_FACT: Final = 4_000
"""Characters of a message, and of each of the facts behind it: reports hold those of all tools."""

Severity: TypeAlias = Literal["error", "warning"]


class Code(Enum):
    """One kind of finding: its code, its severity, and what to do about it."""

    DOES_NOT_LOAD = ("VAL001", "error", "look at the compiler's messages: `crucible check` explains them")
    BAD_SCHEMA = ("VAL002", "error", "correct the name or the input schema in the source")
    MISSING_FUNCTION = ("VAL003", "error", "look at what is called there: `crucible check` knows most other names")
    TIMED_OUT = ("VAL004", "error", "look for a loop that does not end")
    OUT_OF_MEMORY = ("VAL005", "error", "look for a list or a recursion that grows without end, or allow more memory")
    CRASHED = ("VAL006", "error", "report it: no script should be able to do that")
    DENIED = ("VAL007", "error", "migrate it at a level, or under a policy, that has the capability")
    STOPS = ("VAL008", "warning", "look whether the tool should have taken these arguments")
    INCONCLUSIVE = ("VAL009", "warning", "give an example with the host's replies, in NAME.cases.json")
    NOT_CALLED = ("VAL010", "warning", "give an example of its arguments, in NAME.cases.json")
    NOT_ALL_CALLED = ("VAL011", "warning", "validate it alone, or make it quicker")
    EDGE = ("VAL012", "warning", "let the schema say what the tool takes, or let the tool give Err")
    NO_EXAMPLES = ("VAL101", "warning", "write some into NAME.cases.json beside its source (docs/validation.md)")
    BAD_CASES = ("VAL102", "error", "correct the file (docs/validation.md has its format)")
    EXAMPLE_FAILS = ("VAL103", "error", "correct the tool, or the example")
    EXAMPLE_HOST_CALLS = ("VAL104", "error", "correct the tool, or the `host` of the example")
    TEST_FAILS = ("VAL105", "error", "correct the tool, or the test")
    BREAKS_OUTPUT_SCHEMA = ("VAL111", "error", "correct the tool, or its output schema")
    BAD_OUTPUT_SCHEMA = ("VAL112", "warning", "correct the output schema: no result can be held against it")
    DIFFERS = ("VAL121", "error", "look at the repairs: `crucible check --diff` shows them")
    CHANGED_BY_REPAIR = ("VAL122", "warning", "look whether the unsafe repair does what is wanted")
    NOT_COMPARED = ("VAL123", "warning", "nothing needs to be done: what does not run has nothing to be compared with")
    UNDECLARED = ("VAL131", "warning", "the policy decides what it may do: look whether it should do that")
    LITTLE_MEMORY = ("VAL141", "warning", "allow it more memory, or let it hold less at a time")
    LITTLE_TIME = ("VAL142", "warning", "allow it more time, or make it quicker")
    DAMAGED = ("VAL201", "error", "migrate it again: `crucible migrate --tool NAME`")
    OTHER_ENGINE = ("VAL202", "warning", "look at the other findings about it: they are those of the present engine")

    def __init__(self, code: str, severity: Severity, hint: str) -> None:
        self.code = code
        self.severity: Severity = severity
        self.hint = hint

    def finding(self, tool: str, message: str, **context: Json) -> ValidationFinding:
        """A finding of this kind.

        Args:
            tool: name of the tool.
            message: one sentence without a full stop.
            context: the facts; those that are None are left out.
        """
        facts = {name: _brief(value) for name, value in context.items() if value is not None}
        return ValidationFinding(
            code=self.code,
            severity=self.severity,
            tool=tool,
            message=message if len(message) <= _MOST_MESSAGE else f"{message[:_MOST_MESSAGE]}…",
            context={**facts, "hint": self.hint},
        )


def _brief(value: Json) -> Json:
    """A value that a report can hold: of a large one the beginning of its JSON."""
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= _MOST_FACT else f"{text[:_MOST_FACT]}…"
