"""What is validated, and what came of it: values that cross the pipes of worker processes."""

from dataclasses import dataclass
from pathlib import Path

from crucible_tools.model.enums import ValidationMode
from crucible_tools.model.migration import ValidationFinding
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import Repair, ToolDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A tool as the engine is to run it.

    Args:
        name: of the tool.
        text: what the engine loads: the source, repaired if it had to be.
        definition: what reading the source found.
        policy: what the tool will run under.
        source: its file, beside which its examples are; None: there is none, and no examples are looked for.
        original: the source as its author wrote it; None: nobody knows it, and nothing is compared.
        repairs: what lies between the two.
    """

    name: str
    text: str
    definition: ToolDefinition
    policy: Policy
    source: Path | None = None
    original: str | None = None
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What the validation of a tool found.

    Args:
        name: of the tool.
        findings: all of them, in the order in which they came up.
        calls: how many calls were rehearsed.
        peak_memory: the most that a VM of it took, in bytes; 0 when none was loaded.
        seconds: wall time of the validation.
        trial_seconds: that of the first trial call; None when none was made.
    """

    name: str
    findings: tuple[ValidationFinding, ...] = ()
    calls: int = 0
    peak_memory: int = 0
    seconds: float = 0.0
    trial_seconds: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the tool may go into service: nothing of severity error was found."""
        return not self.errors

    @property
    def errors(self) -> tuple[ValidationFinding, ...]:
        """What breaks the tool."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[ValidationFinding, ...]:
        """What does not."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")


@dataclass(frozen=True, slots=True)
class Validating:
    """What a worker is told that validates tools."""

    mode: ValidationMode


@dataclass(frozen=True, slots=True)
class Unforeseen:
    """What a validation comes to that failed in a way that nobody foresaw.

    Args:
        why: in a sentence.
        trace: its traceback.
    """

    why: str
    trace: str
