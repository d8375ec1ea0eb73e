"""A tool's failure as an exception, for those who asked for this one tool."""

from typing import Any, Final

from crucible_tools.errors import (
    CallRefused,
    CompileFailed,
    ConfigurationError,
    CrucibleError,
    RegistrationError,
    ToolError,
)
from crucible_tools.model.enums import MigrationErrorType
from crucible_tools.model.locations import Diagnostic, Location
from crucible_tools.model.migration import MigrationError, MigrationReport

_KINDS: Final[dict[MigrationErrorType, type[CrucibleError]]] = {
    MigrationErrorType.REGISTRATION_FAILED: RegistrationError,
    MigrationErrorType.VALIDATION_FAILED: CallRefused,
    MigrationErrorType.CONFIGURATION_ERROR: ConfigurationError,
}


def raise_failure(report: MigrationReport) -> None:
    """Raise the first failure of a run, if it has one.

    Raises:
        CompileFailed: it does not compile; with every diagnostic.
        CallRefused: the policy does not allow it, or what it says of itself is not valid.
        RegistrationError: its name is taken, or the engine does not take it.
        ConfigurationError: a module or a capability that it needs is not configured.
        ToolError: its trial failed, its file can't be read, or what went wrong was not foreseen.
    """
    if report.failed_tools:
        raise as_exception(report.failed_tools[0])


def as_exception(error: MigrationError) -> CrucibleError:
    """The exception for a failure."""
    message, hint = f"{error.tool_name} was not migrated: {error.message}", error.context.get("hint")
    if error.error_type is MigrationErrorType.COMPILATION_FAILED:
        diagnostics = [_diagnostic(item) for item in error.context.get("diagnostics", ())]
        return CompileFailed(message, diagnostics=diagnostics, hint=hint)
    return _kind(error)(message, hint=hint)


def _kind(error: MigrationError) -> type[CrucibleError]:
    # What a trial found is no refusal, apart from what the policy did not let it do.
    found = str(error.context.get("code") or "")
    if found.startswith("VAL") and found != "VAL007":
        return ToolError
    return _KINDS.get(error.error_type, ToolError)


def _diagnostic(data: dict[str, Any]) -> Diagnostic:
    location = data.get("location")
    return Diagnostic(data["severity"], data["kind"], data["message"], Location(**location) if location else None)
