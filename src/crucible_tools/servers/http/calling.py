"""Calling a tool: `POST /tools/{name}`. A client that goes away stops its call, unless it comes again with a key."""

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from crucible_tools.engine.streaming import LogEvent, ProgressEvent, StreamEvent
from crucible_tools.errors import CrucibleError, InvalidArguments, StateError, Violation
from crucible_tools.model.access import Scope
from crucible_tools.model.tools import ToolExecutionResult
from crucible_tools.operations.serving import Serving
from crucible_tools.servers import problems
from crucible_tools.servers.access.bodies import Disconnected
from crucible_tools.servers.access.caller import Caller, caller_of
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.http.answers import Answers
from crucible_tools.servers.http.calls import own_id
from crucible_tools.servers.http.queries import check_names, json_text, seconds, takes
from crucible_tools.servers.refusals import CallFailed, KeyInUse, KeyReused, MalformedRequest
from crucible_tools.store.idempotency import Answer

_T = TypeVar("_T")

_LOG: Final = logging.getLogger("crucible_tools.http")

_CALL_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")

_MOST_TIMEOUT_S: Final = 24 * 3600.0

_SETTLE_S: Final = 5.0
"""Seconds in which calls with keys, which are stopped by then, have to end."""

_HEAD_S: Final = 0.1
"""Seconds after which a stream begins though nothing came yet: what is wrong with a request is mostly found by then."""

EVENT_STREAM: Final = "text/event-stream"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One call as it was asked for."""

    tool: str
    arguments: bytes
    caller: Caller
    call_id: str
    deadline: datetime | None


class Calling:
    """Makes the calls that requests ask for.

    Args:
        serving: has the tools.
        doorman: counts what tokens call.
        answers: keeps answers for requests that come again.
    """

    def __init__(self, serving: Serving, doorman: Doorman, answers: Answers) -> None:
        self._serving = serving
        self._doorman = doorman
        self._answers = answers
        self._keyed: set[asyncio.Task[Answer]] = set()
        """Calls that go on although their client may have gone away."""

    async def call(self, request: Request) -> Response:
        """`POST /tools/{name}`: the result, or a problem."""
        wanted, key = await self._wanted(request), _key_of(request)
        if key is not None:
            return await self._once(request, wanted, key)
        self._doorman.call(wanted.caller)
        if takes(request, EVENT_STREAM):
            return await self._streamed(wanted)  # which looks itself whether its client is there
        answer = await unless_gone(request, self._answer(wanted))
        return _response(answer, wanted.call_id)

    async def settle(self) -> None:
        """Waits for the calls whose clients need not wait for them: they are stopped already, and soon end."""
        if self._keyed:
            _, late = await asyncio.wait(self._keyed, timeout=_SETTLE_S)
            for task in late:
                task.cancel()

    async def _wanted(self, request: Request) -> _Wanted:
        caller = caller_of(request.scope)
        caller.need(Scope.CALL)
        check_names(request, ("timeout",))
        arguments = await json_text(request)
        name = request.headers.get("crucible-call-id")
        if name is not None and not _CALL_ID.fullmatch(name):
            raise MalformedRequest("the Crucible-Call-Id is none", hint="up to 128 letters, digits and . _ : -")
        timeout = seconds(request, "timeout", _MOST_TIMEOUT_S)
        return _Wanted(
            tool=self._serving.named(request.path_params["name"]),
            arguments=arguments,
            caller=caller,
            call_id=self._serving.calls.new_id() if name is None else own_id(caller, name),
            deadline=None if timeout is None else datetime.now(UTC) + timedelta(seconds=timeout),
        )

    async def _answer(self, wanted: _Wanted) -> Answer:
        """Calls.

        Raises:
            CrucibleError: nothing was called.
        """
        return answer_of(await self._result(wanted))

    async def _result(self, wanted: _Wanted) -> ToolExecutionResult:
        return await self._serving.calls.call(
            wanted.tool,
            wanted.arguments,
            call_id=wanted.call_id,
            user=wanted.caller.user,
            deadline=wanted.deadline,
            allowed=wanted.caller.allows,
        )

    # Idempotency keys

    async def _once(self, request: Request, wanted: _Wanted, key: str) -> Response:
        """Calls unless the same was asked for with this key before; the client may go away and come again."""
        await self._serving.tool(wanted.tool, wanted.caller.allows)  # keys are for calls that can be made
        token = wanted.caller.token.id
        digest = sha256(b"\0".join((wanted.tool.encode(), wanted.arguments))).hexdigest()
        known = await self._answers.claim(token, key, digest, datetime.now(UTC))
        if known is None:
            try:
                self._doorman.call(wanted.caller)
            except CrucibleError:
                await self._answers.release(token, key)
                raise
            task = asyncio.create_task(self._kept(wanted, key))
            self._keyed.add(task)
            task.add_done_callback(self._keyed.discard)
            return _response(await unless_gone(request, _of(asyncio.shield(task))), wanted.call_id)
        if known.digest != digest:
            raise KeyReused("this Idempotency-Key came with another request", hint="take a new key for each request")
        if known.answer is None:
            raise KeyInUse("the request with this Idempotency-Key is still being worked on", hint="ask again later")
        if known.answer.body is None:
            raise KeyInUse("the request with this Idempotency-Key was answered, and too largely to be kept")
        return _response(known.answer, None)

    async def _kept(self, wanted: _Wanted, key: str) -> Answer:
        token = wanted.caller.token.id
        try:
            result = await self._result(wanted)
        except CrucibleError:
            await self._answers.release(token, key)  # nothing was called
            raise
        answer = answer_of(result)
        try:
            if result.error is not None and result.error.kind == "cancelled":
                await self._answers.release(token, key)  # who comes again wants the call, not that it was stopped
            else:
                await self._answers.keep(token, key, answer)
        except StateError as error:
            _LOG.warning("the answer to a request with a key could not be kept: %s", error.message)
        return answer

    # Streams

    async def _streamed(self, wanted: _Wanted) -> Response:
        """What the call logs as it does, its progress, and its result last."""
        stream = self._serving.calls.stream(
            wanted.tool,
            wanted.arguments,
            call_id=wanted.call_id,
            user=wanted.caller.user,
            deadline=wanted.deadline,
            allowed=wanted.caller.allows,
        )
        lines = _Lines(stream)
        await lines.begin()  # what is wrong with the request itself is a problem of its own
        return _CallStream(lines, wanted.call_id)


class _Lines:
    """The events of a call as lines of a stream; the call runs from `begin` on, until `stop` or its end.

    Args:
        stream: of the call.
    """

    def __init__(self, stream: AsyncGenerator[StreamEvent]) -> None:
        self._stream = stream
        self._first = asyncio.create_task(self._next())

    async def begin(self) -> None:
        """Waits a moment for the first event.

        Raises:
            CrucibleError: nothing was called.
        """
        try:
            await asyncio.wait((self._first,), timeout=_HEAD_S)
            if self._first.done():
                self._first.result()
        except BaseException:
            await self.stop()
            raise

    async def lines(self) -> AsyncGenerator[bytes]:
        """Every event; what turns out only now is one, too: the problem that the answer would have been."""
        try:
            yield _line(await self._first)
            async for event in self._stream:
                yield _line(event)
        except CrucibleError as error:
            yield server_sent("problem", problems.document(error))

    async def stop(self) -> None:
        """Stops the call if it still runs."""
        self._first.cancel()
        await asyncio.wait((self._first,))
        if not self._first.cancelled():
            self._first.exception()  # what nobody waits for any more
        await self._stream.aclose()

    async def _next(self) -> StreamEvent:
        return await anext(self._stream)


class _CallStream(StreamingResponse):
    """The answer that streams a call. Its head goes out at once; a client that goes away stops the call.

    Args:
        lines: of the call, which is stopped however the answer ends, also before anything of it is sent.
        call_id: of the call.
    """

    def __init__(self, lines: _Lines, call_id: str) -> None:
        super().__init__(lines.lines(), media_type=EVENT_STREAM, headers={"Crucible-Call-Id": call_id})
        self._lines = lines

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._lines.stop()


def answer_of(result: ToolExecutionResult) -> Answer:
    """The result of a call as an answer: a problem when the call failed."""
    error = result.error
    if error is None:
        return Answer(200, "application/json", problems.json_bytes(result.to_json()))
    made = problems.problem(_refusal(result))
    return Answer(made.status, problems.MEDIA_TYPE, made.body)


def _refusal(result: ToolExecutionResult) -> CrucibleError:
    error = result.error
    if error is None or error.kind != "invalid_arguments":
        return CallFailed(result)
    if not error.data:
        return MalformedRequest(error.message, hint="the body is a JSON object of the tool's arguments")
    return InvalidArguments(error.message, violations=[Violation(**each) for each in error.data])


def _line(event: StreamEvent) -> bytes:
    match event:
        case LogEvent():
            return server_sent("log", {"level": event.level, "text": event.text})
        case ProgressEvent():
            return server_sent("progress", {"fraction": event.fraction, "message": event.message})
        case _:
            return server_sent("result", event.result.to_json())


def server_sent(name: str, data: Any, number: int | None = None) -> bytes:
    """One event of a stream; its data is ASCII, so that no text ends a line of it."""
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data, separators=(',', ':'), default=str)}\n\n".encode()


async def unless_gone(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """The result of work, which is cancelled when its client goes away.

    Raises:
        Disconnected: it went away.
    """
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(_until_gone(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Disconnected
    finally:
        gone.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _of(future: "asyncio.Future[_T]") -> _T:
    return await future


def _key_of(request: Request) -> str | None:
    """The request's Idempotency-Key.

    Raises:
        MalformedRequest: it is none.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise MalformedRequest("the Idempotency-Key is none", hint="up to 255 visible characters of ASCII")
    return key


def _response(answer: Answer, call_id: str | None) -> Response:
    headers = {"Idempotency-Replayed": "true"} if call_id is None else {"Crucible-Call-Id": call_id}
    return Response(answer.body or b"", answer.status, headers, answer.media_type)
