"""`random`: numbers by chance. On every level: they tell nothing about the machine, and a record keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.engine.registry import HostModule, ToolFailure

if TYPE_CHECKING:
    from collections.abc import Callable

_BITS: Final = 53
"""Of a float's fraction: every multiple of 2**-53 below 1 is as likely."""


class _Random:
    """The functions, on a source of bytes."""

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy

    def number(self) -> float:
        return (int.from_bytes(self._entropy(8)) >> (64 - _BITS)) / (1 << _BITS)

    def integer(self, low: int, high: int) -> int:
        if low > high:
            raise ToolFailure(f"random::integer: there is no number from {low} to {high}")
        # Far more bits than the range has: what the remainder favours nobody could count.
        return low + int.from_bytes(self._entropy(16)) % (high - low + 1)


def random_module(entropy: Callable[[int], bytes]) -> HostModule:
    """The module.

    Args:
        entropy: gives so many bytes.
    """
    functions = _Random(entropy)
    module = HostModule("random", capability="basic")
    module.add("number", functions.number, params={}, inline=True)
    module.add("integer", functions.integer, params={"low": "integer", "high": "integer"}, gives="result", inline=True)
    return module
