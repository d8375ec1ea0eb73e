"""Trying a tool on the page: a form in, and what the call logs, does and gives out."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from crucible_tools.errors import CrucibleError
from crucible_tools.model.access import Scope
from crucible_tools.model.json import JsonObject
from crucible_tools.model.tools import ToolExecutionResult
from crucible_tools.operations.serving import CallView, ServedTool, Serving
from crucible_tools.servers.access.caller import Caller, caller_of
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.http.calling import EVENT_STREAM, server_sent, unless_gone
from crucible_tools.servers.http.queries import takes
from crucible_tools.servers.page.fields import Field, arguments_text, fields_of, filled, json_value, with_violations
from crucible_tools.servers.page.forms import posted
from crucible_tools.servers.page.rendering import Renderer
from crucible_tools.servers.problems import status_of

AS_JSON: Final = "arguments-json"
"""The field of the other form, which has all arguments as JSON."""

_LOOK_S: Final = 0.2
"""Seconds after which what a call has logged and done is shown."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A form to try a tool, and what came of it.

    Args:
        fields: of the form; none when none can be made.
        text: the arguments as JSON, for the other form.
        problems: what is wrong with the arguments and concerns no field.
        text_error: what is wrong with the JSON.
        call: the call, when one was made.
        result: what it gave.
        refusal: why none was made.
        as_json: whether the other form was used.
    """

    fields: tuple[Field, ...]
    text: str
    problems: tuple[str, ...] = ()
    text_error: str = ""
    call: CallView | None = None
    result: ToolExecutionResult | None = None
    refusal: CrucibleError | None = None
    as_json: bool = False

    @property
    def wrong(self) -> bool:
        """Whether the arguments are wrong."""
        return bool(self.problems or self.text_error or any(field.error for field in self.fields))

    @property
    def status(self) -> int:
        """Of the page that shows it: as the interface answers."""
        if self.refusal is not None:
            return status_of(self.refusal)
        failed = self.result is not None and self.result.error is not None
        return 422 if self.wrong or failed else 200


ToolPage: TypeAlias = Callable[[Request, ServedTool, Trial, int], Coroutine[Any, Any, Response]]


class Trying:
    """`/ui/tools/{name}/call`.

    Args:
        renderer: of what is sent while a call runs.
        serving: has the tools.
        doorman: counts what tokens call.
        page: the tool's page, around a trial.
    """

    def __init__(self, renderer: Renderer, serving: Serving, doorman: Doorman, page: ToolPage) -> None:
        self._renderer = renderer
        self._serving = serving
        self._doorman = doorman
        self._page = page

    async def call(self, request: Request) -> Response:
        """`POST`: the page with the result; for who takes a stream, the two parts of it as they change."""
        caller = caller_of(request.scope)
        caller.need(Scope.CALL)
        tool = await self._serving.tool(request.path_params["name"], caller.allows)
        trial, arguments = _asked(tool, dict(await posted(request)))
        parts = self._parts(caller, tool, trial, arguments)
        if takes(request, EVENT_STREAM):
            return StreamingResponse(self._stream(caller, tool, parts), media_type=EVENT_STREAM)
        last = await unless_gone(request, _last(parts))
        return await self._page(request, tool, last, last.status)

    async def _parts(
        self, caller: Caller, tool: ServedTool, trial: Trial, arguments: JsonObject | None
    ) -> AsyncGenerator[Trial]:
        """The trial as it goes on, and at last with the result."""
        if arguments is None:
            yield trial
            return
        call_id = self._serving.calls.new_id()
        try:
            self._doorman.call(caller)
        except CrucibleError as error:
            yield replace(trial, refusal=error)
            return
        call = self._serving.calls.call(
            tool.name, json.dumps(arguments).encode(), call_id=call_id, user=caller.user, allowed=caller.allows
        )
        task = asyncio.create_task(call)
        shown = trial
        try:
            while not (await asyncio.wait({task}, timeout=_LOOK_S))[0]:
                trial = replace(trial, call=self._serving.calls.find(call_id))
                if trial != shown:
                    yield trial
                shown = trial
        finally:
            await _stopped(task)
        trial = replace(trial, call=self._serving.calls.find(call_id))
        try:
            yield _ended(replace(trial, result=task.result()))
        except CrucibleError as error:
            yield replace(trial, refusal=error)

    async def _stream(self, caller: Caller, tool: ServedTool, parts: AsyncGenerator[Trial]) -> AsyncGenerator[bytes]:
        facts = {"tool": tool, "csrf": caller.csrf, "may_call": True}
        async with contextlib.aclosing(parts):
            yield b": begun\n\n"
            trial = None
            async for trial in parts:
                html = self._renderer.fragment("outcome.html", {**facts, "trial": trial})
                yield server_sent("outcome", {"html": html})
            form = self._renderer.fragment("form.html", {**facts, "trial": trial})
            yield server_sent("form", {"html": form, "wrong": trial is not None and trial.wrong})


async def _stopped(task: asyncio.Task[ToolExecutionResult]) -> None:
    """Stops a call that nobody waits for any more; one that has ended keeps its result."""
    if not task.done():
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _last(parts: AsyncGenerator[Trial]) -> Trial:
    async with contextlib.aclosing(parts):
        last = [trial async for trial in parts][-1]
    return last


def _asked(tool: ServedTool, form: dict[str, str]) -> tuple[Trial, JsonObject | None]:
    """The form as it was filled in, and the arguments if it stands for some."""
    schema = tool.definition.input_schema
    fields = fields_of(schema)
    if AS_JSON not in form:
        done = filled(fields, form)
        return Trial(done.fields, arguments_text(fields, schema)), done.arguments
    trial = Trial(fields, form[AS_JSON], as_json=True)
    try:
        arguments = json_value(form[AS_JSON] or "{}")
    except ValueError as error:
        return replace(trial, text_error=str(error)), None
    if not isinstance(arguments, dict):
        return replace(trial, text_error="The arguments have to be a JSON object."), None
    return trial, cast("JsonObject", arguments)


def _ended(trial: Trial) -> Trial:
    """What is wrong with the arguments is said beside the fields."""
    error = trial.result.error if trial.result else None
    if error is None or error.kind != "invalid_arguments":
        return trial
    violations = error.data or [{"path": "$", "message": error.message}]
    fields, others = with_violations(() if trial.as_json else trial.fields, violations)
    if trial.as_json:
        return replace(trial, text_error="; ".join(others))
    return replace(trial, fields=fields, problems=tuple(others))
