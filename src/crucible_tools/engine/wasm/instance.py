"""Instances of the guest: calls that suspend, are polled or dropped, and the host calls inside of them.

A call is a future of wasmtime's that is polled: `poll` runs the script until it ends, until its time slice (an
epoch) is over, or until it asks the host for something that is not there yet. Dropping the future unwinds the
script's stack: this is how a call is stopped at any point, native loops included.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from ctypes import addressof, c_void_p
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.engine.wasm.capi import (
    EXPORT_FUNC,
    EXPORT_GLOBAL,
    EXPORT_MEMORY,
    I32,
    I64,
    Extern,
    InstanceHandle,
    Value,
    ended_future_delete,
    export_get,
    func_call_async,
    future_delete,
    future_poll,
    global_get,
    instantiate_async,
    set_epoch_deadline,
    store_context,
    store_delete,
    store_limiter,
    store_new,
    yield_at_epoch,
)
from crucible_tools.engine.wasm.memory import Memory
from crucible_tools.engine.wasm.traps import Trapped, classify, code_of, read_aftermath, take_message
from crucible_tools.errors import BadGuestAnswer, ConfigurationError, EngineClosed, EngineUnavailable

if TYPE_CHECKING:
    from crucible_tools.engine.image import PageImage
    from crucible_tools.engine.wasm.runtime import Runtime

_FUNCTIONS: Final = tuple((name, name.encode()) for name in ("load", "describe", "call", "reserve"))
"""The guest's functions, as we and as the C API name them."""

HostCall = Callable[[bytes, bytes], "tuple[int, bytes] | None"]
"""Answers a host call: name and arguments (JSON array) → status and reply, or None: comes later by `answer`."""


class Instance:
    """One guest with its own linear memory: at most one call at a time, polled to its end or dropped.

    After a trap or a dropped call its memory is in an unknown state: close it.
    """

    __slots__ = (
        "_aftermath", "_args", "_args_at", "_argument", "_context", "_error", "_error_at", "_exports", "_future",
        "_guard", "_loads", "_reply", "_request", "_result", "_result_at", "_results_to", "_runtime", "_spare",
        "_stack_pointer", "_store", "_ticks", "_trap", "_trap_at", "_value", "fault", "gives_back", "host", "id",
        "memory", "waiting",
    )  # fmt: skip

    def __init__(self, runtime: Runtime, key: int, memory_bytes: int) -> None:
        self.id = key
        self.host: HostCall | None = None
        self.waiting = False
        """Whether the script is suspended until `answer`."""
        self.fault: BaseException | None = None
        """What a callback could not raise: whoever polls raises it."""
        self.gives_back = True
        """Whether pages that `load` has used and left empty go back to the system; not where others use them next."""
        self._runtime = runtime
        # A future that one thread drops while another polls it kills the process: a coroutine that is thrown away
        # with its loop could do that.
        self._guard = threading.Lock()
        self._future: int | None = None
        self._reply: tuple[int, bytes] | None = None
        self._results_to = 0
        self._args = (Value * 1)()
        self._args[0].kind = I32
        self._args_at = addressof(self._args)
        self._argument = self._args[0].of
        self._result = Value()
        self._result_at = addressof(self._result)
        self._value = self._result.of
        self._ticks = 1
        self._loads = False
        self._trap, self._error = c_void_p(), c_void_p()
        self._trap_at, self._error_at = addressof(self._trap), addressof(self._error)
        self._store: int | None = store_new(runtime.engine_pointer, key, None)
        self._context: int = store_context(self._store)
        store_limiter(self._store, memory_bytes, -1, 1, -1, 1)
        set_epoch_deadline(self._context, 1)
        yield_at_epoch(self._context, 1)
        handle = InstanceHandle()
        self._future = instantiate_async(
            runtime.pre_pointer, self._context, addressof(handle), self._trap_at, self._error_at
        )
        while not future_poll(self._future):
            pass
        self._end_call()
        if self._trap or self._error:
            message = take_message(self._trap, self._error)
            self.close()
            raise ConfigurationError(
                f"no VM can be started with {memory_bytes:,} bytes of memory: {message}",
                hint="a VM needs 4 MB for itself; 8 MB are a sensible minimum",
            )
        self._exports: dict[str, Any] = {}
        for name, text in _FUNCTIONS:
            function = self._export(handle, text, EXPORT_FUNC).func
            self._exports[name] = (function, addressof(function))
        self.memory = Memory(self._context, self._export(handle, b"memory", EXPORT_MEMORY).memory)
        self._stack_pointer = self._export(handle, b"__stack_pointer", EXPORT_GLOBAL).global_
        if runtime.addresses is None:
            # The same in every instance of a module: looked up once.
            runtime.addresses = (
                self._global(self._export(handle, b"CRUCIBLE_REQUEST", EXPORT_GLOBAL).global_),
                self._global(self._export(handle, b"CRUCIBLE_AFTERMATH", EXPORT_GLOBAL).global_),
                self._global(self._export(handle, b"CRUCIBLE_SPARE", EXPORT_GLOBAL).global_),
            )
        self._request, self._aftermath, self._spare = runtime.addresses

    def _export(self, handle: Any, name: bytes, kind: int) -> Any:
        found = Extern()
        if not export_get(self._context, addressof(handle), name, len(name), addressof(found)) or found.kind != kind:
            self.close()
            raise EngineUnavailable(f"the guest has no export {name.decode()!r}")
        return found.of

    def _global(self, handle: Any) -> int:
        value = Value()
        global_get(self._context, addressof(handle), addressof(value))
        return value.of.i32 & 0xFFFFFFFF

    # Calls

    def start(self, export: str, request: bytes, *, room: int | None = None) -> None:
        """Begins a call with this request; nothing runs before the first `poll`.

        Args:
            export: `load`, `describe`, `call` or `reserve`.
            request: the bytes that the guest reads.
            room: where `reserve` made room for a long request.
        """
        if self._store is None:
            raise EngineClosed("the VM is closed")
        if self._future is not None:
            raise EngineClosed("the VM runs already: it cannot be entered twice")
        if export != "reserve":
            self.memory.write(self._request if room is None else room, request)
        self._loads = export == "load"
        self._argument.i32 = len(request)
        self._reply = None
        self.fault = None
        self.waiting = False
        # The present slice may be nearly over: the call gets the whole next one.
        set_epoch_deadline(self._context, 2)
        self._future = func_call_async(
            self._context,
            self._exports[export][1],
            self._args_at,
            1,
            self._result_at,
            1,
            self._trap_at,
            self._error_at,
        )

    def begin_slice(self) -> None:
        """Gives a call that was not polled yet its whole first slice, however long ago it was started."""
        with self._guard:
            if self._future is not None:
                set_epoch_deadline(self._context, 2)

    def lengthen_slices(self, ticks: int) -> None:
        """How long the slices are that come after the next one; 1 at first."""
        if ticks != self._ticks:
            with self._guard:
                if self._store is not None:
                    yield_at_epoch(self._context, ticks)
                    self._ticks = ticks

    def poll(self) -> bool:
        """Runs the script on; True when the call has ended, by a result or a trap.

        False: its time slice is over, or it waits (`waiting`), or a callback failed (`fault`).
        """
        with self._guard:
            if self._future is None:
                raise EngineClosed("the call was dropped")
            if not future_poll(self._future):
                return False
            future, self._future = self._future, None
            ended_future_delete(future)
            if self._loads and self.gives_back and not self._trap and not self._error:
                self.memory.drop_spare(self._spare)
            return True

    def drop(self) -> None:
        """Stops the call where it is and unwinds its stack. The instance must be closed afterwards."""
        with self._guard:
            self._end_call()

    def _end_call(self) -> None:
        future, self._future = self._future, None
        if future is not None:
            future_delete(future)

    def image(self) -> PageImage:
        """What the script's loading changed in the memory of a fresh instance. Between calls only.

        Raises:
            EngineClosed: a call runs.
        """
        if self._future is not None or self._store is None:
            raise EngineClosed("the VM runs or is closed: its memory has no image")
        return self.memory.image(self._runtime.fresh_memory())

    def result(self) -> int | Trapped:
        """What the ended call returned."""
        if not self._trap and not self._error:
            return self._value.i64 if self._result.kind == I64 else self._value.i32
        code = code_of(self._trap)
        message = take_message(self._trap, self._error)
        aftermath = read_aftermath(self.memory, self._aftermath)
        return classify(code, message, aftermath, self._global(self._stack_pointer))

    def out_of_memory(self) -> bool:
        """Whether an allocation of this instance was ever refused."""
        return read_aftermath(self.memory, self._aftermath)[0]

    # The two imports

    def invoked(self, results: int, name: int, name_length: int, args: int, args_length: int) -> None:
        """Called inside of `poll`: the script asks the host. Never raises: C is below."""
        self._results_to = results
        self._reply = None
        self.waiting = True
        try:
            host = self.host
            if host is None:
                raise BadGuestAnswer("the guest asks for something before it may")
            memory = self.memory
            reply = host(memory.read(name, name_length), memory.read(args, args_length))
            if reply is not None:
                self._reply = reply
                self.waiting = False
        except BaseException as error:  # noqa: BLE001 - C is the caller
            # Raising would be swallowed by ctypes, Ctrl-C too: whoever polls raises it.
            self.fault = error

    def answer(self, status: int, reply: bytes) -> None:
        """Gives the reply that the suspended script waits for; the next `poll` runs it on."""
        self._reply = (status, reply)
        self.waiting = False
        set_epoch_deadline(self._context, 2)

    def resumed(self) -> bool:
        """Called inside of `poll`: whether the reply is there."""
        if self._reply is None or self.fault is not None:
            return False
        status, reply = self._reply
        value = Value.from_address(self._results_to)
        value.kind = I64
        value.of.i64 = status << 32 | len(reply)
        return True

    def fetched(self, pointer: int, length: int) -> bytes | None:
        """Called inside of `poll`: copies the reply to where the guest wants it. A problem, or None."""
        try:
            reply = self._reply
            if reply is None or length != len(reply[1]):
                return b"the guest fetches a reply that it was not given"
            self.memory.write(pointer, reply[1])
            self._reply = None
        except BaseException as error:  # noqa: BLE001 - C is the caller
            self.fault = error
            return b"the guest fetches to an impossible place"
        return None

    def close(self) -> None:
        """Frees the memory. May be called twice; a running call is dropped."""
        self.drop()
        store, self._store = self._store, None
        if store is not None:
            memory = getattr(self, "memory", None)  # one that was refused its memory never had any
            if memory is not None:
                memory.close()
            self._runtime.forget(self)
            store_delete(store)
