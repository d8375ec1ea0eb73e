"""Guests that stopped by themselves: what the C API says of it, what the guest left behind, and why it was."""

from __future__ import annotations

import ctypes
from ctypes import addressof, c_void_p, string_at
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.engine.wasm.capi import (
    ByteVec,
    byte_vec_delete,
    error_delete,
    error_message,
    trap_code,
    trap_delete,
    trap_message,
)
from crucible_tools.engine.wasm.memory import STACK_BYTES

if TYPE_CHECKING:
    from crucible_tools.engine.wasm.memory import Memory

_STACK_OVERFLOW: Final = 0
_OUT_OF_BOUNDS: Final = 1
_NO_CODE: Final = 255

_AFTERMATH: Final = 8 + 500


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


def read_aftermath(memory: Memory, pointer: int) -> tuple[bool, str]:
    """What a guest leaves in its memory: whether an allocation was ever refused, and the words of Rust's panic.

    Raises:
        BadGuestAnswer: the place is not inside the memory.
    """
    data = memory.read(pointer, _AFTERMATH)
    length = min(int.from_bytes(data[4:8], "little"), _AFTERMATH - 8)
    return data[0] != 0, data[8 : 8 + length].decode("utf-8", "replace")


def code_of(trap: c_void_p) -> int:
    """The C API's code of a trap; one that no trap has where there is none."""
    code: Any = ctypes.c_uint8(_NO_CODE)
    if trap:
        trap_code(trap.value, addressof(code))
    return code.value


def take_message(trap: c_void_p, error: c_void_p) -> str:
    """What the C API says of a trap or an error, whichever it is; frees and clears it."""
    text = ByteVec()
    if error:
        error_message(error.value, addressof(text))
        error_delete(error.value)
    elif trap:
        trap_message(trap.value, addressof(text))
        trap_delete(trap.value)
    trap.value = error.value = None
    message = string_at(text.data, text.size).decode("utf-8", "replace").rstrip("\0") if text.size else ""
    byte_vec_delete(addressof(text))
    return message


def classify(code: int, message: str, aftermath: tuple[bool, str], stack_pointer: int) -> Trapped:
    """Tells one end of a guest from another.

    Args:
        code: of its trap, from `code_of`.
        message: what the C API says of it, from `take_message`.
        aftermath: what the guest says of it, from `read_aftermath`.
        stack_pointer: where its stack ended.
    """
    out_of_memory, panic = aftermath
    # Rust refuses a size beyond the address space before the allocator sees it, with these words.
    if out_of_memory or "capacity overflow" in panic:
        return Trapped(Trap.OUT_OF_MEMORY, "the memory limit was reached")
    if code == _STACK_OVERFLOW or (code == _OUT_OF_BOUNDS and _below_stack(stack_pointer)):
        return Trapped(Trap.STACK, "the stack is exhausted")
    return Trapped(Trap.CRASH, panic or message)


def _below_stack(pointer: int) -> bool:
    """The guest's stack grows down from 1 MiB to 0; below 0 the address wraps and the access traps."""
    return pointer < (16 << 10) or pointer > STACK_BYTES
