"""The one file that touches wasmtime: instances, their memory, calls that suspend, and the two imports.

Calls go through the C API (`wasmtime._bindings`): the package's own `Func.__call__` costs 133 µs where these cost 8
to 12, and it knows no asynchronous calls. A wrong struct layout corrupts memory, so the package is pinned to the
version that the tests ran on (see `pyproject.toml`), and `Runtime` refuses any other.

A call is a future of wasmtime's that is polled: `poll` runs the script until it ends, until its time slice (an
epoch) is over, or until it asks the host for something that is not there yet. Dropping the future unwinds the
script's stack: this is how a call is stopped at any point, native loops included.

Nothing here trusts the guest: every pointer and length is checked against the memory's present size.
"""

from __future__ import annotations

import ctypes
import itertools
import mmap
import struct
import sys
import threading
from collections.abc import Callable
from ctypes import addressof, c_bool, c_int64, c_size_t, c_uint64, c_void_p, memmove, string_at
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

import wasmtime
from wasmtime import _bindings

from crucible_tools.engine.image import WASM_PAGE_BYTES, PageImage, changed_pages
from crucible_tools.errors import BadGuestAnswer, ConfigurationError, EngineClosed, EngineUnavailable

# The bindings are generated and their types are of no help: what they are is known by the C API's documentation.
capi: Any = _bindings

SUPPORTED: Final = "50.0.1"
"""The version of the `wasmtime` package whose C structures these calls were tested with."""

STACK_BYTES: Final = 1 << 20
"""Native stack of a running script; the guest's own stack in linear memory has as much (guest/build.py)."""

_FIBER_BYTES: Final = STACK_BYTES + (512 << 10)
"""Stack that a suspended call keeps: the script's, and room for the host functions that it calls."""

_AFTERMATH: Final = 8 + 500
_SPARE_RANGES: Final = 8
_SPARE: Final = struct.Struct(f"<{1 + 2 * _SPARE_RANGES}I")
_PAGE: Final = mmap.PAGESIZE
_MADV_DONTNEED: Final = 4
_I32: Final = 0
_I64: Final = 1
_EXPORT_FUNC: Final = 0
_EXPORT_GLOBAL: Final = 1
_EXPORT_MEMORY: Final = 3


def _function(name: str, result: Any, *arguments: Any) -> Any:
    """A function object of our own: changing the package's would change it for everybody."""
    function = capi.dll[name]
    function.restype = result
    function.argtypes = arguments
    return function


_poll = _function("wasmtime_call_future_poll", c_bool, c_void_p)
_drop = _function("wasmtime_call_future_delete", None, c_void_p)
_start = _function(
    "wasmtime_func_call_async",
    *(c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p, c_void_p),
)
_set_epoch = _function("wasmtime_context_set_epoch_deadline", None, c_void_p, c_uint64)
_memory_data = _function("wasmtime_memory_data", c_void_p, c_void_p, c_void_p)
_memory_size = _function("wasmtime_memory_data_size", c_size_t, c_void_p, c_void_p)
_memory_grow = _function("wasmtime_memory_grow", c_void_p, c_void_p, c_void_p, c_uint64, c_void_p)
_store_data = _function("wasmtime_context_get_data", c_void_p, c_void_p)
_caller_context = _function("wasmtime_caller_context", c_void_p, c_void_p)
_increment_epoch = _function("wasmtime_engine_increment_epoch", None, c_void_p)
_store_new = _function("wasmtime_store_new", c_void_p, c_void_p, c_void_p, c_void_p)
_store_delete = _function("wasmtime_store_delete", None, c_void_p)
_store_context = _function("wasmtime_store_context", c_void_p, c_void_p)
_store_limiter = _function("wasmtime_store_limiter", None, c_void_p, *[c_int64] * 5)
_yield_at_epoch = _function("wasmtime_context_epoch_deadline_async_yield_and_update", c_void_p, c_void_p, c_uint64)
_instantiate = _function("wasmtime_instance_pre_instantiate_async", c_void_p, *[c_void_p] * 5)
_export_get = _function("wasmtime_instance_export_get", c_bool, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p)
_global_get = _function("wasmtime_global_get", None, c_void_p, c_void_p, c_void_p)
_trap_code = _function("wasmtime_trap_code", c_bool, c_void_p, c_void_p)
_trap_delete = _function("wasm_trap_delete", None, c_void_p)
_error_delete = _function("wasmtime_error_delete", None, c_void_p)
_error_message = _function("wasmtime_error_message", None, c_void_p, c_void_p)
_trap_message = _function("wasm_trap_message", None, c_void_p, c_void_p)
_vec_delete = _function("wasm_byte_vec_delete", None, c_void_p)
_trap_new = _function("wasmtime_trap_new", c_void_p, ctypes.c_char_p, c_size_t)

# A page that is dropped reads as it did before it was first written, zeros or the image: so says Linux, and only Linux.
_madvise: Any = None
if sys.platform == "linux":
    _madvise = ctypes.CDLL(None).madvise
    _madvise.argtypes = (c_void_p, c_size_t, ctypes.c_int)

_NO_FINALIZER: Any = ctypes.cast(c_void_p(None), ctypes.CFUNCTYPE(None, c_void_p))


def installed_version() -> str:
    """The version of the installed `wasmtime` package."""
    # Looking for the right folder first spares the start of each process the search by importlib.metadata.
    if (Path(wasmtime.__file__).parent.parent / f"wasmtime-{SUPPORTED}.dist-info").is_dir():
        return SUPPORTED
    from importlib.metadata import version

    return version("wasmtime")


class Trap(Enum):
    """Why the guest itself stopped, as far as the host can know."""

    OUT_OF_MEMORY = "out_of_memory"
    STACK = "stack"
    CRASH = "crash"


@dataclass(frozen=True, slots=True)
class Trapped:
    """A guest that stopped by itself; `message` is for people."""

    trap: Trap
    message: str


HostCall = Callable[[bytes, bytes], "tuple[int, bytes] | None"]
"""Answers a host call: name and arguments (JSON array) → status and reply, or None: comes later by `answer`."""


class Runtime:
    """A compiled guest, ready to make instances of.

    Args:
        wasm: the guest's module.
        serialized: its serialised form in place of it, as bytes or as a file that nobody can change. Loading runs
            native code from there; it must come from `serialize` on this machine.

    Raises:
        EngineUnavailable: another wasmtime than the tested one, or a module that does not load.
    """

    def __init__(self, wasm: bytes = b"", *, serialized: bytes | Path | None = None) -> None:
        found = installed_version()
        if found != SUPPORTED:
            raise EngineUnavailable(
                f"the engine was tested with wasmtime {SUPPORTED}, and {found} is installed",
                hint=f"pip install wasmtime=={SUPPORTED}",
            )
        config = wasmtime.Config()
        config.epoch_interruption = True
        config.max_wasm_stack = STACK_BYTES
        capi.wasmtime_config_async_stack_size_set(config.ptr(), _FIBER_BYTES)
        # The whole address space of a memory is reserved, so that it never moves and its base can be kept.
        capi.wasmtime_config_memory_reservation_set(config.ptr(), 1 << 32)
        capi.wasmtime_config_memory_may_move_set(config.ptr(), False)
        self._engine = wasmtime.Engine(config)
        self._engine_pointer = ctypes.cast(self._engine.ptr(), c_void_p).value
        try:
            if serialized is None:
                self._module = wasmtime.Module(self._engine, wasm)
            elif isinstance(serialized, Path):
                self._module = wasmtime.Module.deserialize_file(self._engine, str(serialized))
            else:
                self._module = wasmtime.Module.deserialize(self._engine, serialized)
        except wasmtime.WasmtimeError as error:
            raise EngineUnavailable(f"the guest does not load: {error}") from error
        self.addresses: tuple[int, int, int] | None = None
        """Where the guest has its request buffer, its aftermath and its spare ranges; for `Instance`."""
        self._instances: dict[int, Instance] = {}
        self._ids = itertools.count(1)
        self._linker = wasmtime.Linker(self._engine)
        self._define_imports()
        try:
            self._pre = self._linker.instantiate_pre(self._module)
        except wasmtime.WasmtimeError as error:
            raise EngineUnavailable(f"the guest wants imports that it must not have: {error}") from error
        self._pre_pointer = ctypes.cast(self._pre.ptr(), c_void_p).value

    def serialize(self) -> bytes:
        """The compiled module, to be kept for the next process on this machine."""
        return bytes(self._module.serialize())

    def tick(self) -> None:
        """Ends the time slice of every running script. May be called from any thread."""
        _increment_epoch(self._engine_pointer)

    def instantiate(self, memory_bytes: int) -> Instance:
        """A fresh instance whose linear memory never grows beyond `memory_bytes`."""
        instance = Instance(self, next(self._ids), memory_bytes)
        self._instances[instance.id] = instance
        return instance

    @property
    def instances(self) -> int:
        """How many instances are alive."""
        return len(self._instances)

    def forget(self, instance: Instance) -> None:
        """Called by an instance that was closed."""
        self._instances.pop(instance.id, None)

    @property
    def pre_pointer(self) -> int | None:
        """For `Instance`: what it is made from."""
        return self._pre_pointer

    @property
    def engine_pointer(self) -> int | None:
        """For `Instance`: the engine that its store belongs to."""
        return self._engine_pointer

    def _define_imports(self) -> None:
        """`crucible.invoke` suspends the script until there is a reply; `crucible.fetch` copies the reply.

        A suspended script cannot be entered again, so the reply's bytes need the second import.
        """
        instances = self._instances

        def invoke(_env: Any, caller: Any, args: Any, _n: Any, results: Any, _m: Any, _trap: Any, out: Any) -> None:
            key: int = _store_data(_caller_context(caller))
            continuation = out.contents
            continuation.callback = resume
            continuation.env = key
            continuation.finalizer = _NO_FINALIZER
            instances[key].invoked(
                addressof(results.contents), args[0].of.i32, args[1].of.i32, args[2].of.i32, args[3].of.i32
            )

        def resumed(key: int) -> bool:
            instance = instances.get(key)
            return instance is not None and instance.resumed()

        def fetch(_env: Any, caller: Any, args: Any, _n: Any, _results: Any, _m: Any) -> int:
            key: int = _store_data(_caller_context(caller))
            problem = instances[key].fetched(args[0].of.i32, args[1].of.i32)
            return _trap_new(problem, len(problem)) if problem else 0

        resume = capi.wasmtime_func_async_continuation_callback_t(resumed)
        # The C side keeps only addresses: the callbacks live as long as the runtime.
        self._callbacks = (capi.wasmtime_func_async_callback_t(invoke), capi.wasmtime_func_callback_t(fetch), resume)
        i32, i64 = wasmtime.ValType.i32, wasmtime.ValType.i64
        for define, name, parameters, results, callback in (
            (capi.wasmtime_linker_define_async_func, b"invoke", 4, [i64()], self._callbacks[0]),
            (capi.wasmtime_linker_define_func, b"fetch", 2, [], self._callbacks[1]),
        ):
            kind: Any = wasmtime.FuncType([i32() for _ in range(parameters)], results)
            if define(
                self._linker.ptr(), b"crucible", 8, name, len(name), kind.ptr(), callback, None, _NO_FINALIZER
            ):  # fmt: skip
                raise EngineUnavailable("the guest's imports cannot be defined")


class Instance:
    """One guest with its own linear memory: at most one call at a time, polled to its end or dropped.

    After a trap or a dropped call its memory is in an unknown state: close it.
    """

    __slots__ = (
        "_aftermath", "_args", "_args_at", "_argument", "_base", "_context", "_error", "_error_at",
        "_exports", "_future", "_guard", "_known_size", "_loads", "_memory", "_memory_at", "_reply", "_request",
        "_result", "_result_at", "_results_to", "_runtime", "_spare", "_stack_pointer", "_store", "_trap", "_trap_at",
        "_value", "fault", "gives_back", "host", "id", "waiting",
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
        self._args = (capi.wasmtime_val_t * 1)()
        self._args[0].kind = _I32
        self._args_at = addressof(self._args)
        self._argument = self._args[0].of
        self._result = capi.wasmtime_val_t()
        self._result_at = addressof(self._result)
        self._value = self._result.of
        self._known_size = 0
        self._loads = False
        self._trap, self._error = c_void_p(), c_void_p()
        self._trap_at, self._error_at = addressof(self._trap), addressof(self._error)
        self._store: int | None = _store_new(runtime.engine_pointer, key, None)
        self._context: int = _store_context(self._store)
        _store_limiter(self._store, memory_bytes, -1, 1, -1, 1)
        _set_epoch(self._context, 1)
        _yield_at_epoch(self._context, 1)
        handle = capi.wasmtime_instance_t()
        self._future = _instantiate(
            runtime.pre_pointer, self._context, addressof(handle), self._trap_at, self._error_at
        )
        while not _poll(self._future):
            pass
        self._end_call()
        if self._trap or self._error:
            message = self._take_message()
            self.close()
            raise ConfigurationError(
                f"no VM can be started with {memory_bytes:,} bytes of memory: {message}",
                hint="a VM needs 4 MB for itself; 8 MB are a sensible minimum",
            )
        self._exports: dict[str, Any] = {}
        for name in ("load", "describe", "call", "reserve"):
            function = self._export(handle, name, _EXPORT_FUNC).func
            self._exports[name] = (function, addressof(function))
        self._memory = self._export(handle, "memory", _EXPORT_MEMORY).memory
        self._memory_at = addressof(self._memory)
        self._stack_pointer = self._export(handle, "__stack_pointer", _EXPORT_GLOBAL).global_
        if runtime.addresses is None:
            # The same in every instance of a module: looked up once.
            runtime.addresses = (
                self._global(self._export(handle, "CRUCIBLE_REQUEST", _EXPORT_GLOBAL).global_),
                self._global(self._export(handle, "CRUCIBLE_AFTERMATH", _EXPORT_GLOBAL).global_),
                self._global(self._export(handle, "CRUCIBLE_SPARE", _EXPORT_GLOBAL).global_),
            )
        self._request, self._aftermath, self._spare = runtime.addresses
        self._base: int = _memory_data(self._context, self._memory_at)

    def _export(self, handle: Any, name: str, kind: int) -> Any:
        found = capi.wasmtime_extern_t()
        text = name.encode()
        if not _export_get(self._context, addressof(handle), text, len(text), addressof(found)) or found.kind != kind:
            self.close()
            raise EngineUnavailable(f"the guest has no export {name!r}")
        return found.of

    def _global(self, handle: Any) -> int:
        value = capi.wasmtime_val_t()
        _global_get(self._context, addressof(handle), addressof(value))
        return value.of.i32 & 0xFFFFFFFF

    # Memory

    def memory_size(self) -> int:
        """Present size of the linear memory in bytes. It never shrinks, so it is the peak too."""
        size = self._known_size = _memory_size(self._context, self._memory_at)
        return size

    def read(self, pointer: int, length: int) -> bytes:
        """Copies out of the guest's memory.

        Raises:
            BadGuestAnswer: the range is not inside the memory.
        """
        pointer &= 0xFFFFFFFF
        length &= 0xFFFFFFFF
        if pointer + length > self._known_size and pointer + length > self.memory_size():
            raise BadGuestAnswer(f"the guest named {length} bytes at {pointer}, which is outside of its memory")
        return string_at(self._base + pointer, length)

    def _write(self, pointer: int, data: bytes) -> None:
        pointer &= 0xFFFFFFFF
        if pointer + len(data) > self._known_size and pointer + len(data) > self.memory_size():
            raise BadGuestAnswer(f"the guest named {pointer} for {len(data)} bytes, which is outside of its memory")
        memmove(self._base + pointer, data, len(data))

    def image(self) -> PageImage:
        """What the script's loading changed in the memory of a fresh instance. Between calls only.

        Raises:
            EngineClosed: a call runs.
        """
        if self._future is not None or self._store is None:
            raise EngineClosed("the VM runs or is closed: its memory has no image")
        fresh = self._runtime.instantiate(self.memory_size())
        try:
            return changed_pages(self.read(0, self.memory_size()), fresh.read(0, fresh.memory_size()))
        finally:
            fresh.close()

    def restore(self, image: PageImage) -> None:
        """Puts a script that another instance has loaded into this fresh one.

        What is in the image is as hostile as any memory of a guest: it can hurt this instance only.

        Raises:
            BadGuestAnswer: it does not fit into the memory that this instance may have.
        """
        missing = image.memory_bytes - self.memory_size()
        if missing > 0:
            before = c_uint64()
            error = _memory_grow(self._context, self._memory_at, -(-missing // WASM_PAGE_BYTES), addressof(before))
            if error:
                _error_delete(error)
                raise BadGuestAnswer(f"an image of {image.memory_bytes:,} bytes does not fit into the VM's memory")
        size = self.memory_size()
        for offset, data in image.runs:
            if not 0 <= offset <= size - len(data):
                raise BadGuestAnswer(f"an image has {len(data)} bytes at {offset}, which is outside of its memory")
            self._write(offset, data)

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
            self._write(self._request if room is None else room, request)
        self._loads = export == "load"
        self._argument.i32 = len(request)
        self._reply = None
        self.fault = None
        self.waiting = False
        # The present slice may be nearly over: the call gets the whole next one.
        _set_epoch(self._context, 2)
        self._future = _start(
            self._context,
            self._exports[export][1],
            self._args_at,
            1,
            self._result_at,
            1,
            self._trap_at,
            self._error_at,
        )

    def poll(self) -> bool:
        """Runs the script on; True when the call has ended, by a result or a trap.

        False: its time slice is over, or it waits (`waiting`), or a callback failed (`fault`).
        """
        with self._guard:
            if self._future is None:
                raise EngineClosed("the call was dropped")
            if not _poll(self._future):
                return False
            self._end_call()
            if self._loads and self.gives_back and not self._trap and not self._error:
                self._drop_spare()
            return True

    def drop(self) -> None:
        """Stops the call where it is and unwinds its stack. The instance must be closed afterwards."""
        with self._guard:
            self._end_call()

    def _end_call(self) -> None:
        future, self._future = self._future, None
        if future is not None:
            _drop(future)

    def _drop_spare(self) -> None:
        """Gives the pages back to the system that hold nothing, as the guest says after `load`; Linux only.

        A guest that lies loses its own memory, and no other's. Called with the guard held, so that nobody frees the
        memory meanwhile.

        Raises:
            BadGuestAnswer: a range is not inside the memory.
        """
        if _madvise is None:
            return
        count, *numbers = _SPARE.unpack(self.read(self._spare, _SPARE.size))
        for i in range(0, 2 * min(count, _SPARE_RANGES), 2):
            start, end = numbers[i], numbers[i] + numbers[i + 1]
            if end > self._known_size and end > self.memory_size():
                raise BadGuestAnswer(f"the guest has no use for {start} to {end}, which is outside of its memory")
            # The guest's pages have 4 KiB; the system's may be larger.
            start, end = -(-start // _PAGE) * _PAGE, end // _PAGE * _PAGE
            if start < end:
                _madvise(self._base + start, end - start, _MADV_DONTNEED)

    def result(self) -> int | Trapped:
        """What the ended call returned."""
        if not self._trap and not self._error:
            return self._value.i64 if self._result.kind == _I64 else self._value.i32
        stack_overflow, out_of_bounds = 0, 1
        code: Any = ctypes.c_uint8(255)
        if self._trap:
            _trap_code(self._trap.value, addressof(code))
        message = self._take_message()
        out_of_memory, panic = self._read_aftermath()
        # Rust refuses a size beyond the address space before the allocator sees it, with these words.
        if out_of_memory or "capacity overflow" in panic:
            return Trapped(Trap.OUT_OF_MEMORY, "the memory limit was reached")
        if code.value == stack_overflow or (code.value == out_of_bounds and self._below_stack()):
            return Trapped(Trap.STACK, "the stack is exhausted")
        return Trapped(Trap.CRASH, panic or message)

    def out_of_memory(self) -> bool:
        """Whether an allocation of this instance was ever refused."""
        return self._read_aftermath()[0]

    def _below_stack(self) -> bool:
        """The guest's stack grows down from 1 MiB to 0; below 0 the address wraps and the access traps."""
        pointer = self._global(self._stack_pointer)
        return pointer < (16 << 10) or pointer > STACK_BYTES

    def _read_aftermath(self) -> tuple[bool, str]:
        data = self.read(self._aftermath, _AFTERMATH)
        length = min(int.from_bytes(data[4:8], "little"), _AFTERMATH - 8)
        return data[0] != 0, data[8 : 8 + length].decode("utf-8", "replace")

    def _take_message(self) -> str:
        text = capi.wasm_byte_vec_t()
        if self._error:
            _error_message(self._error.value, addressof(text))
            _error_delete(self._error.value)
        elif self._trap:
            _trap_message(self._trap.value, addressof(text))
            _trap_delete(self._trap.value)
        self._trap.value = self._error.value = None
        message = string_at(text.data, text.size).decode("utf-8", "replace").rstrip("\0") if text.size else ""
        _vec_delete(addressof(text))
        return message

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
            reply = host(self.read(name, name_length), self.read(args, args_length))
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
        _set_epoch(self._context, 2)

    def resumed(self) -> bool:
        """Called inside of `poll`: whether the reply is there."""
        if self._reply is None or self.fault is not None:
            return False
        status, reply = self._reply
        value = capi.wasmtime_val_t.from_address(self._results_to)
        value.kind = _I64
        value.of.i64 = status << 32 | len(reply)
        return True

    def fetched(self, pointer: int, length: int) -> bytes | None:
        """Called inside of `poll`: copies the reply to where the guest wants it. A problem, or None."""
        try:
            if self._reply is None or length != len(self._reply[1]):
                return b"the guest fetches a reply that it was not given"
            self._write(pointer, self._reply[1])
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
            self._runtime.forget(self)
            _store_delete(store)
