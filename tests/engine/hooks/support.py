"""Hook scripts for the tests of hooks."""

from __future__ import annotations

import asyncio
from typing import Any

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.model.hooks import HookDefinition, HookHandler
from crucible_tools.model.policy import Policy
from tests.engine.support import tool

ECHO = "pub fn call(args) { args }"
NUMBER = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 100}}, "required": ["n"]}

WAITS = "gate::wait().await; event"
"""The body of a hook that waits at a `Gate`."""


class Gate:
    """A host function that tells when it is reached, and waits until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()
        self.module = HostModule("gate", capability="gate")
        self.module.add("wait", self._wait, params={}, awaited=True)

    async def _wait(self) -> None:
        self.reached.set()
        await self.opened.wait()


async def echo(engine: ScriptEngine, name: str = "echo", **fields: Any) -> None:
    """Registers a tool that gives its arguments back: an `n` of at most 100."""
    folder, policy = fields.pop("folder", None), fields.pop("policy", None)
    definition = tool(name, input_schema=NUMBER, **fields)
    await engine.register_tool(definition, ECHO, folder=folder, policy=policy)


async def hook(
    engine: ScriptEngine,
    body: str,
    event: str | None = "tool:before",
    *,
    name: str = "hook.rn",
    policy: Policy | None = None,
    handler: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Registers a hook script of one function."""
    function = HookHandler(**{"function": "look", "event": event, **(handler or {})})
    definition = HookDefinition(name=name, handlers=(function,), **fields)
    await engine.register_hook(definition, f"pub async fn look(ctx, event) {{ {body} }}", policy=policy)
