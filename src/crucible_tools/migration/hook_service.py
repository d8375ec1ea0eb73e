"""One enabled hook on its way into an engine. Needs no SQLAlchemy: `crucible call` imports it."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import CallRefused, RegistrationError, ToolError
from crucible_tools.model.hooks import HookDefinition, HookFailure
from crucible_tools.store.hook_records import HookRecord

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

_log: Final = logging.getLogger(__name__)


async def load_hook(
    engine: "ScriptEngine",
    record: HookRecord,
    definition: HookDefinition,
    source: str,
    check: Callable[[HookRecord], None],
) -> None:
    """Puts one hook script into service. One that can't be is left out, with a warning, unless it is a guard.

    Raises:
        CallRefused: it is a guard.
    """
    try:
        check(record)
        await engine.register_hook(definition, source, policy=record.policy)
    except (ToolError, RegistrationError) as error:
        if definition.on_failure is HookFailure.DENY:
            raise CallRefused(
                f"the guard {definition.name} can't be loaded, and no call is made without it: {error.message}",
                hint=error.hint,
            ) from error
        _log.warning("the hook %s is left out: %s", definition.name, error.message)
