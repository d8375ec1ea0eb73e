"""`crucible hooks`: what is recorded of hooks, and which may look at calls."""

from crucible_tools.cli.running import finished
from crucible_tools.cli.settings import configured
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.migration.enabled_hooks import HookState
from crucible_tools.model.hooks import HookHandler, HookScope
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.hooks import HooksReport, list_hooks


def run_hooks(terminal: Terminal, flags: Flags) -> int:
    """`crucible hooks`."""
    configuration = configured(terminal, flags)
    found = finished(list_hooks(configuration.state.value, configuration.hooks.value))
    if terminal.json:
        terminal.document(found.to_json())
    elif found.files:
        terminal.result(_text(terminal, found))
    else:
        terminal.note(f"no hook was found by a migration to {line(configuration.state.value)} yet")
    return 0


def _text(terminal: Terminal, found: HooksReport) -> str:
    lines: list[str] = []
    for state in found.files:
        lines.append(f"{terminal.paint(line(state.record.file), 'bold')}  {_standing(state, found)}")
        lines += [f"  {_function(handler)}" for handler in state.record.handlers]
    return "\n".join(lines)


def _standing(state: HookState, found: HooksReport) -> str:
    if not state.enabled:
        return f"inactive: {state.why}"
    level = state.record.policy.level.value
    sees = "tools of its folder" if found.config.scope is HookScope.FOLDER else "all tools"
    return f"enabled{', a guard' if state.guard else ''}: sees {sees} up to the level {level}"


def _function(handler: HookHandler) -> str:
    """One function: what it listens to, by priority."""
    off = "" if handler.enabled else "  (switched off in its source)"
    event = handler.event or "every event"
    return f"{handler.priority:>5}  {line(event)} of {line(handler.pattern)}: {line(handler.function)}{off}"
