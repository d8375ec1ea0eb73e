"""What a state that was merely found may do (contract.md, "Security levels").

A `.crucible/` in the working directory may have come with somebody's download, and says itself what its
tools may do: until it is named, it raises no powers.
"""

from dataclasses import fields

from crucible_tools.errors import CallRefused
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.store.hook_records import HookRecord
from crucible_tools.store.records import StoredTool


def check_powers(tool: StoredTool, hint: str, trusted: Policy | None = None) -> None:
    """Refuse a tool of a state that nobody named, unless SAFE or what the caller trusts allows all that it may do.

    Args:
        tool: the tool, as the state records it.
        hint: how to name the state.
        trusted: the policy that the caller itself asked for.

    Raises:
        CallRefused: it was migrated to more.
    """
    policy = tool.version.policy
    bounds = (Policy.for_level(SecurityLevel.SAFE), *((trusted,) if trusted else ()))
    if not any(_within(policy, bound) for bound in bounds):
        raise CallRefused(
            f"the tool {tool.name!r} was migrated at {policy.level.name}, which allows more than SAFE, and its state "
            "was merely found in the working directory: that raises no powers",
            hint=hint,
        )


def check_hook_powers(record: HookRecord, hint: str, trusted: Policy | None = None) -> None:
    """The same for a hook, which has influence on the tools that it sees. Arguments and errors as `check_powers`."""
    bounds = (Policy.for_level(SecurityLevel.SAFE), *((trusted,) if trusted else ()))
    if not any(_within(record.policy, bound) for bound in bounds):
        raise CallRefused(
            f"the hook {record.file!r} was migrated at {record.policy.level.name}, which allows more than SAFE, and "
            "its state was merely found in the working directory: that raises no powers",
            hint=hint,
        )


def _within(policy: Policy, bound: Policy) -> bool:
    """Whether `policy` allows nothing that `bound` does not."""
    limits = {field.name: getattr(bound, field.name) for field in fields(Policy) if field.name != "level"}
    return policy.narrowed(**limits) == policy
