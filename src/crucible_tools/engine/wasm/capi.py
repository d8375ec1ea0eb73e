"""The part of wasmtime's C API that calls go through: its functions, structures and constants.

They come from the package's bindings (`wasmtime._bindings`), which no other file touches. A wrong struct layout
corrupts memory, so the package is pinned to the version that the tests ran on (see `pyproject.toml`), and `Runtime`
refuses any other.
"""

from __future__ import annotations

import ctypes
from ctypes import c_bool, c_int64, c_size_t, c_uint64, c_void_p
from pathlib import Path
from typing import Any, Final

import wasmtime
from wasmtime import _bindings

SUPPORTED: Final = "50.0.1"
"""The version of the `wasmtime` package whose C structures these calls were tested with."""

I32: Final = 0
I64: Final = 1
"""Kinds of a `Value`."""

EXPORT_FUNC: Final = 0
EXPORT_GLOBAL: Final = 1
EXPORT_MEMORY: Final = 3
"""Kinds of an `Extern`."""

# The bindings are generated and their types are of no help: what they are is known by the C API's documentation.
_capi: Any = _bindings

Value: Any = _capi.wasmtime_val_t
Extern: Any = _capi.wasmtime_extern_t
InstanceHandle: Any = _capi.wasmtime_instance_t
ByteVec: Any = _capi.wasm_byte_vec_t
Callback: Any = _capi.wasmtime_func_callback_t
AsyncCallback: Any = _capi.wasmtime_func_async_callback_t
Continuation: Any = _capi.wasmtime_func_async_continuation_callback_t

NO_FINALIZER: Any = ctypes.cast(c_void_p(None), ctypes.CFUNCTYPE(None, c_void_p))

# What a guest is made ready with, once a process: with the signatures that the package gave them.
config_async_stack_size_set = _capi.wasmtime_config_async_stack_size_set
config_memory_reservation_set = _capi.wasmtime_config_memory_reservation_set
config_memory_may_move_set = _capi.wasmtime_config_memory_may_move_set
linker_define_func = _capi.wasmtime_linker_define_func
linker_define_async_func = _capi.wasmtime_linker_define_async_func

# Functions that take a microsecond keep the interpreter's lock: giving it away in each of them would have the event
# loop wait for the workers' threads some twenty times a call, and for their turn of a processor.
_brief_dll = ctypes.PyDLL("wasmtime", handle=_capi.dll._handle)


def _function(name: str, result: Any, *arguments: Any, library: Any = _brief_dll) -> Any:
    """A function object of our own: changing the package's would change it for everybody."""
    function = library[name]
    function.restype = result
    function.argtypes = arguments
    return function


# What runs a script, unwinds it or frees its memory gives the lock away.
future_poll = _function("wasmtime_call_future_poll", c_bool, c_void_p, library=_capi.dll)
future_delete = _function("wasmtime_call_future_delete", None, c_void_p, library=_capi.dll)
store_delete = _function("wasmtime_store_delete", None, c_void_p, library=_capi.dll)
memory_grow = _function("wasmtime_memory_grow", c_void_p, c_void_p, c_void_p, c_uint64, c_void_p, library=_capi.dll)

ended_future_delete = _function("wasmtime_call_future_delete", None, c_void_p)
func_call_async = _function(
    "wasmtime_func_call_async",
    *(c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p, c_void_p),
)
set_epoch_deadline = _function("wasmtime_context_set_epoch_deadline", None, c_void_p, c_uint64)
memory_data = _function("wasmtime_memory_data", c_void_p, c_void_p, c_void_p)
memory_data_size = _function("wasmtime_memory_data_size", c_size_t, c_void_p, c_void_p)
context_get_data = _function("wasmtime_context_get_data", c_void_p, c_void_p)
caller_context = _function("wasmtime_caller_context", c_void_p, c_void_p)
increment_epoch = _function("wasmtime_engine_increment_epoch", None, c_void_p)
store_new = _function("wasmtime_store_new", c_void_p, c_void_p, c_void_p, c_void_p)
store_context = _function("wasmtime_store_context", c_void_p, c_void_p)
store_limiter = _function("wasmtime_store_limiter", None, c_void_p, *[c_int64] * 5)
yield_at_epoch = _function("wasmtime_context_epoch_deadline_async_yield_and_update", c_void_p, c_void_p, c_uint64)
instantiate_async = _function("wasmtime_instance_pre_instantiate_async", c_void_p, *[c_void_p] * 5)
export_get = _function("wasmtime_instance_export_get", c_bool, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p)
global_get = _function("wasmtime_global_get", None, c_void_p, c_void_p, c_void_p)
trap_new = _function("wasmtime_trap_new", c_void_p, ctypes.c_char_p, c_size_t)
trap_code = _function("wasmtime_trap_code", c_bool, c_void_p, c_void_p)
trap_message = _function("wasm_trap_message", None, c_void_p, c_void_p)
trap_delete = _function("wasm_trap_delete", None, c_void_p)
error_message = _function("wasmtime_error_message", None, c_void_p, c_void_p)
error_delete = _function("wasmtime_error_delete", None, c_void_p)
byte_vec_delete = _function("wasm_byte_vec_delete", None, c_void_p)


def installed_version() -> str:
    """The version of the installed `wasmtime` package."""
    # Looking for the right folder first spares the start of each process the search by importlib.metadata.
    if (Path(wasmtime.__file__).parent.parent / f"wasmtime-{SUPPORTED}.dist-info").is_dir():
        return SUPPORTED
    from importlib.metadata import version

    return version("wasmtime")
