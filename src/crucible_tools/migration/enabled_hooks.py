"""Which recorded hooks are enabled, and as what an engine takes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crucible_tools.config import HooksConfig
from crucible_tools.errors import CallRefused
from crucible_tools.events import Pattern
from crucible_tools.model.hooks import HookDefinition, HookFailure
from crucible_tools.store.hook_records import HookRecord


@dataclass(frozen=True, slots=True)
class HookState:
    """Whether a recorded hook file is enabled, and why.

    Args:
        record: which.
        enabled: whether its functions get events.
        guard: whether its failure refuses a call.
        why: in a few words.
    """

    record: HookRecord
    enabled: bool
    guard: bool
    why: str


def hook_states(records: Iterable[HookRecord], config: HooksConfig) -> list[HookState]:
    """Each of them with what the configuration says about it."""
    return [_state(record, config) for record in records]


def enabled_hooks(records: Sequence[HookRecord], config: HooksConfig) -> list[tuple[HookRecord, HookDefinition]]:
    """Those that are enabled, in the order of their files.

    Raises:
        CallRefused: a guard is named that is not among the recorded hooks that are enabled: no call goes unguarded.
    """
    states = [state for state in hook_states(records, config) if state.enabled]
    for guard in config.guards:
        if not any(state.guard and _named(state.record, (guard,)) for state in states):
            raise CallRefused(
                f"the guard {guard!r} is none of the recorded hooks that are enabled, and no call is made without it",
                hint="`crucible hooks` shows them; the configuration names guards in [hooks]",
            )
    return [(state.record, _definition(state, config)) for state in states]


def _state(record: HookRecord, config: HooksConfig) -> HookState:
    guard = _named(record, config.guards)
    if config.enabled is False:
        return HookState(record, False, guard, "no hook is enabled: set enabled in [hooks]")
    if config.enabled is not True and not _named(record, config.enabled):
        return HookState(record, False, guard, "it is not among the enabled ones")
    if not any(handler.enabled for handler in record.handlers):
        return HookState(record, False, guard, "its source says enabled = false")
    return HookState(record, True, guard, "")


def _named(record: HookRecord, patterns: Iterable[str]) -> bool:
    """Whether one of these patterns is of its whole path, or of that below its migration directory."""
    return any(Pattern(text).matches(name) for text in patterns for name in (record.file, record.path))


def _definition(state: HookState, config: HooksConfig) -> HookDefinition:
    record = state.record
    return HookDefinition(
        name=record.file[-300:],
        handlers=record.handlers,
        folder=record.directory,
        scope=config.scope,
        on_failure=HookFailure.DENY if state.guard else HookFailure.CONTINUE,
    )
