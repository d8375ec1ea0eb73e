"""Calling a migrated tool.

Imports as little as it can: a cold `crucible call` has 400 ms, and SQLAlchemy and pydantic alone take them.
"""

import contextlib
from collections.abc import Callable

from crucible_tools.config import HooksConfig, RecordConfig, ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.model.json import JsonObject
from crucible_tools.model.tools import ToolDefinition, ToolExecutionContext, ToolExecutionResult
from crucible_tools.operations.denials import denials_recorded
from crucible_tools.operations.events import CAPACITY, recorded
from crucible_tools.operations.hooks import hooked
from crucible_tools.operations.recording import calls_recorded
from crucible_tools.store.event_log import Retention
from crucible_tools.store.place import resolve
from crucible_tools.store.quick import load_tool
from crucible_tools.store.trust import check_powers


async def call(
    place: str,
    name: str,
    arguments: Callable[[ToolDefinition], JsonObject | bytes],
    context: ToolExecutionContext | None = None,
    *,
    trusted: bool,
    record: RecordConfig | None = None,
    hooks: HooksConfig | None = None,
    retention: Retention | None = None,
) -> ToolExecutionResult:
    """Call a tool under the policy that it was migrated to.

    Args:
        place: the state's folder or URL.
        name: the tool.
        arguments: makes the arguments, once the tool is known: an object, or JSON text in UTF-8.
        context: what the caller says about the call.
        trusted: whether somebody named the state, rather than it was found in the working directory.
        record: whether and how much of the call is recorded in the state; nothing if not given.
        hooks: which recorded hooks may look at the call; none if not given.
        retention: which events the state keeps; the usual ones if not given.

    Raises:
        ToolNotFound: there is no such tool; near names are in the hint.
        ToolInactive: it vanished or was rolled back.
        CallRefused: a state that was merely found gives it more powers than SAFE has, or a guard is not there.
        StateError: the state can't be read.
        EngineUnavailable: the engine can't run here.
    """
    state = resolve(place)
    loaded = load_tool(state, name)
    loaded.tool.check_active()
    if not trusted:
        hint = f"if you trust what is in it, name it: --state {place}, or trust its folder: crucible trust DIR"
        check_powers(loaded.tool, hint)
    version = loaded.tool.version
    given = arguments(version.definition)
    keep = record or RecordConfig()
    with (
        denials_recorded(place) as denials,
        calls_recorded(state, keep) as recorder,
        contextlib.ExitStack() as stack,
    ):
        async with (
            ScriptEngine(
                ScriptEngineConfig(policy=version.policy, record=keep), effects=denials, recorder=recorder
            ) as engine,
            recorded(engine.subscribe(capacity=CAPACITY), state, retention),
        ):
            if hooks is not None and (hooks.enabled or hooks.guards):
                stack.enter_context(await hooked(engine, place, hooks, trusted=trusted))
            await engine.register_tool(
                version.definition, loaded.source, policy=version.policy, folder=version.directory
            )
            result = await engine.execute_tool(name, given, context)
            await engine.settle_hooks()
    if recorder is not None:
        result.metadata["recorded"] = recorder.written > 0
    return result
