"""How a command ends that only the command line knows: interrupted by its user, without an output, or by a bug."""

from typing import TYPE_CHECKING

from crucible_tools.errors import CrucibleError

if TYPE_CHECKING:
    from crucible_tools.model.tools import ToolExecutionResult

INTERRUPTED = 130
"""128 + SIGINT, as shells have it (contract.md, "Exit codes")."""


class InterruptionError(CrucibleError):
    """The user pressed Ctrl-C, or somebody sent SIGTERM."""

    code = "interrupted"
    exit_code = INTERRUPTED

    def __init__(self, *, cancelled: "ToolExecutionResult | None" = None) -> None:
        super().__init__("interrupted; what was done until then is recorded")
        self.cancelled = cancelled
        """The result of the call that was stopped."""


class OutputError(CrucibleError):
    """The result can't be written to standard output, whatever else was done."""

    code = "output-not-written"
    exit_code = 2

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"the result can't be written to standard output: {error.strerror or error}",
            hint="only the output is lost: what the command changed is recorded",
        )


class InternalError(CrucibleError):
    """A bug of ours."""

    code = "internal"
