"""What scripts calculate is right, whichever way it goes: inside of the interpreter's loop, or by a whole operation."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.tools import ToolExecutionResult
from tests.engine.support import tool

LEAST, MOST = -(2**63), 2**63 - 1


def quotient(a: int, b: int) -> int:
    """Towards zero, as processors do it."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def remainder(a: int, b: int) -> int:
    """With the sign of the dividend."""
    return a - b * quotient(a, b)


INTEGERS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": quotient,
    "%": remainder,
}
FLOATS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
OVERFLOW = {"+": "overflow", "*": "overflow", "-": "underflow", "/": "ivi", "%": "ivi"}
"""What Rune's words contain where a result has no 64 bits, or a divisor is 0."""

ASSIGNMENTS = {
    "variable": "let a = args.a; let b = args.b; a {0}= b; a",
    "field": "let o = #{{ a: args.a }}; let b = args.b; o.a {0}= b; o.a",
    "tuple": "let o = (args.a,); let b = args.b; o.0 {0}= b; o.0",
}
WAYS = {
    "expression": "let a = args.a; let b = args.b; a {0} b",
    "kept": "let a = args.a; let b = args.b; let c = [a]; c = a {0} b; c",
    "unused": "let a = args.a; let b = args.b; a {0} b; a {0} b",
    **ASSIGNMENTS,
}


def branch(sign: str, way: str) -> str:
    return f'    "{sign} {way}" => {{ {WAYS[way].format(sign)} }}\n'


SOURCE = "pub fn call(args) {{\n  match args.how {{\n{}    _ => ()\n  }}\n}}\n".format(
    "".join(branch(sign, way) for sign in INTEGERS for way in WAYS)
    + "".join(branch(sign, way) for sign in COMPARISONS for way in WAYS if way not in ASSIGNMENTS)
)

integers = st.integers(LEAST, MOST) | st.sampled_from([LEAST, -2, -1, 0, 1, 2, MOST]) | st.integers(-100, 100)
floats = st.floats(allow_nan=False, allow_infinity=False)
once = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
async def calculator(engine: ScriptEngine) -> ScriptEngine:
    await engine.register_tool(tool(), SOURCE)
    return engine


async def calculated(engine: ScriptEngine, sign: str, way: str, a: Any, b: Any) -> ToolExecutionResult:
    return await engine.execute_tool("tool", {"how": f"{sign} {way}", "a": a, "b": b})


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sign", INTEGERS)
@given(a=integers, b=integers)
@once
async def test_integers_are_calculated_exactly_or_not_at_all(
    calculator: ScriptEngine, sign: str, way: str, a: int, b: int
) -> None:
    result = await calculated(calculator, sign, way, a, b)
    expected = None if b == 0 and sign in "/%" else INTEGERS[sign](a, b)
    if expected is None or not LEAST <= expected <= MOST or (sign == "%" and (a, b) == (LEAST, -1)):
        assert not result.success
        assert OVERFLOW[sign] in str(result.error)
    else:
        assert result.success, result.error
        assert result.result == expected
        assert type(result.result) is int


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sign", FLOATS)
@given(a=floats, b=floats)
@once
async def test_floats_are_calculated_as_ieee_754_says(
    calculator: ScriptEngine, sign: str, way: str, a: float, b: float
) -> None:
    if b == 0 and sign in "/%":
        b = 1.0
    result = await calculated(calculator, sign, way, a, b)
    expected = FLOATS[sign](a, b)
    if math.isfinite(expected):
        assert result.success, result.error
        assert result.result == expected
        assert type(result.result) is float
    else:
        assert not result.success  # JSON has no such number


@pytest.mark.parametrize("way", [way for way in WAYS if way not in ASSIGNMENTS])
@pytest.mark.parametrize("sign", COMPARISONS)
@given(pair=st.tuples(integers, integers) | st.tuples(floats, floats) | integers.map(lambda a: (a, a)))
@once
async def test_numbers_of_a_type_are_compared(
    calculator: ScriptEngine, sign: str, way: str, pair: tuple[float, float]
) -> None:
    result = await calculated(calculator, sign, way, *pair)
    assert result.success, result.error
    assert result.result is COMPARISONS[sign](*pair)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sign", INTEGERS)
@pytest.mark.parametrize(("a", "b"), [(1, 2.0), (2.0, 1), (1, "x"), ("x", 1), (1, None), (True, 1), ([1], 1)])
async def test_what_is_not_of_a_type_is_refused(calculator: ScriptEngine, sign: str, way: str, a: Any, b: Any) -> None:
    result = await calculated(calculator, sign, way, a, b)
    assert not result.success
    assert result.error
