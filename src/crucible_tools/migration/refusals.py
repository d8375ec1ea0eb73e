"""Why a tool can't be migrated, said so that its owner knows what to do."""

import json
from dataclasses import dataclass
from typing import Any, Final

from crucible_tools.migration.sources import Broken, SourceFile
from crucible_tools.model.enums import MigrationErrorType, SecurityLevel
from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN, NEVER_IMPLEMENTED, near_names
from crucible_tools.model.policy import Policy, lowest_level
from crucible_tools.model.tools import ToolDefinition

UNFORESEEN_HINT: Final = "this is a bug of this package, and the tool may be fine: report it; --debug shows where"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason; `code` is stable where the contract names one."""

    error_type: MigrationErrorType
    reason: str
    hint: str | None = None
    code: str | None = None

    def fields(self) -> dict[str, Any]:
        """The fields of a `PlannedTool`."""
        return {"error_type": self.error_type, "reason": self.reason, "hint": self.hint, "code": self.code}


def name_taken(name: str, file: str, owner: str) -> Refusal:
    """Two files define the name (RN905); the message names both."""
    where = f"{owner} defines it twice" if file == owner else f"{owner} has the name, and {file} defines it again"
    return Refusal(
        MigrationErrorType.REGISTRATION_FAILED,
        f"the name {name!r} is used twice: {where}",
        "rename one of them; a name stays with the file that it was migrated from first",
        "RN905",
    )


def of_tool(
    source: SourceFile, tool: ToolDefinition | Broken, policy: Policy, unknown: tuple[str, ...], level: SecurityLevel
) -> Refusal | None:
    """What stands against migrating a tool of this file under this policy; None when nothing does.

    The first that applies, from what no policy can help to what another level would allow. Where the `level` of the run
    allows what the policy denies, the configuration is the reason, and not the tool.
    """
    if source.unforeseen:
        return Refusal(MigrationErrorType.UNKNOWN, "; ".join(source.reasons), UNFORESEEN_HINT)
    if not source.readable:
        return Refusal(MigrationErrorType.DISCOVERY_FAILED, "; ".join(source.reasons) or "it can't be read")
    if unknown:
        nowhere = any(name.partition("::")[0] not in APPLICATION_ROOTS for name in unknown)
        return Refusal(
            MigrationErrorType.COMPILATION_FAILED if nowhere else MigrationErrorType.CONFIGURATION_ERROR,
            "; ".join(_why_unknown(name) for name in unknown),
            None if nowhere else "give the migration the application's modules",
            "RN201" if nowhere else None,
        )
    if isinstance(tool, ToolDefinition):
        missing = policy.missing(tool.capabilities)
        return _lacks(missing, tool, source, policy, level) if missing else None
    broken = MigrationErrorType.COMPILATION_FAILED if source.is_broken else MigrationErrorType.VALIDATION_FAILED
    return Refusal(broken, tool.reason, tool.hint, tool.code)


def _lacks(
    missing: tuple[str, ...], tool: ToolDefinition, source: SourceFile, policy: Policy, run_level: SecurityLevel
) -> Refusal:
    level = lowest_level(tool.capabilities)
    calls = [name for name in source.host_functions if name in KNOWN and KNOWN[name].capability in missing]
    because = f" (it calls {', '.join(calls)})" if calls else ""
    one = len(missing) == 1
    needed = f"it needs the {'capability' if one else 'capabilities'} {' and '.join(missing)}{because}, which"
    if not Policy.for_level(run_level).missing(tool.capabilities):
        return Refusal(
            MigrationErrorType.CONFIGURATION_ERROR,
            f"{needed} {run_level.name} has, and the policy that is configured does not have",
            f"let the policy have {'it' if one else 'them'}, if the tool may do that: `[policy]` or "
            f"`[tool.{json.dumps(tool.name)}.policy]` in crucible.toml; from Python, `policy` or `tool_policies`",
        )
    return Refusal(
        MigrationErrorType.VALIDATION_FAILED,
        f"{needed} {policy.level.name} does not have; "
        f"{level.name} is the lowest level that has {'it' if one else 'them'}",
        f"migrate it with --level {level.value}, if it may do that",
    )


def _why_unknown(name: str) -> str:
    """Whether a function that nobody registered is known at all, with near names."""
    near = tuple(other for other in near_names(name) if other != name)
    guess = f"did you mean {' or '.join(near)}?" if near else ""
    if name in NEVER_IMPLEMENTED:
        story = "it was documented once, but no host ever implemented it"
    elif name in KNOWN:
        story = f"it belongs to the module {KNOWN[name].module}, which the application has to register"
        guess = ""
    elif name.partition("::")[0] in APPLICATION_ROOTS:
        story = "its module is an application's own, which it has to register"
    else:
        story = "" if guess else "nothing like it is known"
    return f"no registered module has {name}: {', '.join(filter(None, (story, guess)))}"
