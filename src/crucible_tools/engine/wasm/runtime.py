"""The compiled guest: the engine that runs it, the clock of its time slices, and the two imports that it has."""

from __future__ import annotations

import ctypes
import itertools
from ctypes import addressof, c_void_p
from pathlib import Path
from typing import Any, Final

import wasmtime

from crucible_tools.engine.wasm.capi import (
    NO_FINALIZER,
    SUPPORTED,
    AsyncCallback,
    Callback,
    Continuation,
    caller_context,
    config_async_stack_size_set,
    config_memory_may_move_set,
    config_memory_reservation_set,
    context_get_data,
    increment_epoch,
    installed_version,
    linker_define_async_func,
    linker_define_func,
    trap_new,
)
from crucible_tools.engine.wasm.instance import Instance
from crucible_tools.engine.wasm.memory import STACK_BYTES
from crucible_tools.errors import EngineUnavailable

_FIBER_BYTES: Final = STACK_BYTES + (512 << 10)
"""Stack that a suspended call keeps: the script's, and room for the host functions that it calls."""

_FRESH_MOST: Final = 8 << 20
"""Memory in which a fresh guest starts, with room to spare."""


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
        config_async_stack_size_set(config.ptr(), _FIBER_BYTES)
        # The whole address space of a memory is reserved, so that it never moves and its base can be kept.
        config_memory_reservation_set(config.ptr(), 1 << 32)
        config_memory_may_move_set(config.ptr(), False)
        self._engine = wasmtime.Engine(config)
        self.engine_pointer: int | None = ctypes.cast(self._engine.ptr(), c_void_p).value
        """For `Instance`: the engine that its store belongs to."""
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
        self._fresh: bytes | None = None
        self._ids = itertools.count(1)
        self._linker = wasmtime.Linker(self._engine)
        self._define_imports()
        try:
            self._pre = self._linker.instantiate_pre(self._module)
        except wasmtime.WasmtimeError as error:
            raise EngineUnavailable(f"the guest wants imports that it must not have: {error}") from error
        self.pre_pointer: int | None = ctypes.cast(self._pre.ptr(), c_void_p).value
        """For `Instance`: what it is made from."""

    def serialize(self) -> bytes:
        """The compiled module, to be kept for the next process on this machine."""
        return bytes(self._module.serialize())

    def tick(self) -> None:
        """Ends the time slice of every running script. May be called from any thread."""
        increment_epoch(self.engine_pointer)

    def instantiate(self, memory_bytes: int) -> Instance:
        """A fresh instance whose linear memory never grows beyond `memory_bytes`."""
        instance = Instance(self, next(self._ids), memory_bytes)
        self._instances[instance.id] = instance
        return instance

    def fresh_memory(self) -> bytes:
        """The memory of every fresh instance: what page images are compared with."""
        if self._fresh is None:
            instance = self.instantiate(_FRESH_MOST)
            try:
                self._fresh = instance.memory.read(0, instance.memory.size())
            finally:
                instance.close()
        return self._fresh

    @property
    def instances(self) -> int:
        """How many instances are alive."""
        return len(self._instances)

    def forget(self, instance: Instance) -> None:
        """Called by an instance that was closed."""
        self._instances.pop(instance.id, None)

    def _define_imports(self) -> None:
        """`crucible.invoke` suspends the script until there is a reply; `crucible.fetch` copies the reply.

        A suspended script cannot be entered again, so the reply's bytes need the second import.
        """
        instances = self._instances

        def invoke(_env: Any, caller: Any, args: Any, _n: Any, results: Any, _m: Any, _trap: Any, out: Any) -> None:
            key: int = context_get_data(caller_context(caller))
            continuation = out.contents
            continuation.callback = resume
            continuation.env = key
            continuation.finalizer = NO_FINALIZER
            instances[key].invoked(
                addressof(results.contents), args[0].of.i32, args[1].of.i32, args[2].of.i32, args[3].of.i32
            )

        def resumed(key: int) -> bool:
            instance = instances.get(key)
            return instance is not None and instance.resumed()

        def fetch(_env: Any, caller: Any, args: Any, _n: Any, _results: Any, _m: Any) -> int:
            key: int = context_get_data(caller_context(caller))
            problem = instances[key].fetched(args[0].of.i32, args[1].of.i32)
            return trap_new(problem, len(problem)) if problem else 0

        resume = Continuation(resumed)
        # The C side keeps only addresses: the callbacks live as long as the runtime.
        self._callbacks = (AsyncCallback(invoke), Callback(fetch), resume)
        i32, i64 = wasmtime.ValType.i32, wasmtime.ValType.i64
        for define, name, parameters, results, callback in (
            (linker_define_async_func, b"invoke", 4, [i64()], self._callbacks[0]),
            (linker_define_func, b"fetch", 2, [], self._callbacks[1]),
        ):
            kind: Any = wasmtime.FuncType([i32() for _ in range(parameters)], results)
            if define(
                self._linker.ptr(), b"crucible", 8, name, len(name), kind.ptr(), callback, None, NO_FINALIZER
            ):  # fmt: skip
                raise EngineUnavailable("the guest's imports cannot be defined")
