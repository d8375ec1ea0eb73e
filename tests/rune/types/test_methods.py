"""The table of methods against the real engine: what it lists exists, and what it does not list does not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.types import values
from crucible_tools.rune.types.functions import CONSTANTS, FUNCTIONS, HOSTS, MACROS, MEANT_MACROS, PRELUDE
from crucible_tools.rune.types.methods import ITERATORS, MEANT, METHODS, OTHERS, RETURNS, has_method
from crucible_tools.rune.types.narrowing import TYPE_KINDS
from crucible_tools.rune.types.notation import constant
from crucible_tools.rune.types.values import ITERATOR
from tests.engine.support import level, tool
from tests.rune.types.support import expression

RECEIVERS: Mapping[int, str] = {
    values.UNIT: "()",
    values.BOOL: "true",
    values.INT: "7",
    values.FLOAT: "1.5",
    values.CHAR: "'a'",
    values.STRING: '"ab"',
    values.LIST: "[1]",
    values.OBJECT: "#{a: 1}",
    values.TUPLE: "(1, 2)",
    values.OPTION: "Some(1)",
    values.RESULT: "Ok(1)",
    values.RANGE: "(0..3)",
    values.FUTURE: "async { 1 }",
    values.FUNCTION: "(|x| x)",
    values.BYTES: 'b"ab"',
}
ITERATING: Mapping[str, str] = {
    "Iter": "[1].iter()",
    "Chars": '"ab".chars()',
    "Filter": "[1].iter().filter(|x| true)",
    "FilterMap": "[1].iter().filter_map(|x| Some(x))",
    "FlatMap": "[1].iter().flat_map(|x| [x])",
    "Map": "[1].iter().map(|x| x)",
    "Rev": "[1].iter().rev()",
    "Enumerate": "[1].iter().enumerate()",
    "Skip": "[1].iter().skip(0)",
    "Take": "[1].iter().take(1)",
    "Chain": "[1].iter().chain([2])",
    "RangeIter": "(0..3).iter()",
    "OptionIter": "Some(1).iter()",
    "Peekable": "[1].iter().peekable()",
    "Keys": "#{a: 1}.keys()",
    "Values": "#{a: 1}.values()",
    "ObjectIter": "#{a: 1}.iter()",
    "Split": '"a b".split(" ")',
}
STRUCTURES: Mapping[str, str] = {
    "Ordering": "1.cmp(2)",
    "HashMap": "std::collections::HashMap::new()",
    "HashSet": "std::collections::HashSet::new()",
    "VecDeque": "std::collections::VecDeque::new()",
    "Regex": 'regex::Regex::new("a")',
}
UNLISTED = (
    "join", "contains_value", "first_or", "lines", "unwrap_err", "map_err", "err", "entries", "zip", "for_each",
    "repeat", "trim_start", "to_owned", "as_str", "length", "size", "into_iter", "position", "last", "find", "map",
    "filter", "unwrap_or", "is_some", "contains", "clone", "len", "reverse", "peek", "rev", "items",
    "flatten", "step_by",
)  # fmt: skip

GENERIC = {"collect": "collect::<Vec>", "sum": "sum::<i64>", "product": "product::<i64>", "parse": "parse::<i64>"}


async def existing(engine: ScriptEngine, receiver: str, names: list[str]) -> set[str]:
    """Those of some methods that a value has, by calling each of them."""
    functions = [f"fn p{at}() {{ ({receiver}).{GENERIC.get(name, name)}() }}" for at, name in enumerate(names)]
    arms = ", ".join(f"{at} => p{at}()" for at in range(len(names)))
    source = "\n".join((*functions, f"pub fn call(args) {{ match args.at {{ {arms}, _ => () }} }}"))
    await engine.register_tool(tool(), source, policy=level("development"))
    found: set[str] = set()
    for at, name in enumerate(names):
        outcome = await engine.execute_tool("tool", {"at": at})
        if outcome.error is None or not outcome.error.message.startswith("Missing instance function"):
            found.add(name)
    return found


@pytest.mark.parametrize("kind", RECEIVERS, ids=[values.NAMES[kind] for kind in RECEIVERS])
async def test_the_methods_of_a_kind_are_those_of_the_engine(engine: ScriptEngine, kind: int) -> None:
    names = sorted(METHODS[kind] | set(UNLISTED) | set(MEANT.get(kind, ())))
    assert await existing(engine, RECEIVERS[kind], names) == METHODS[kind]


@pytest.mark.parametrize("name", ITERATING)
async def test_the_methods_of_an_iterator_are_those_of_the_engine(engine: ScriptEngine, name: str) -> None:
    names = sorted(METHODS[ITERATOR] | set(UNLISTED) | set(MEANT[ITERATOR]))
    assert await existing(engine, ITERATING[name], names) == ITERATORS[name]
    script = Script(f"fn f() {{ {ITERATING[name]} }}")
    assert script.types.of(expression(script, ITERATING[name])).name == name


@pytest.mark.parametrize("name", STRUCTURES)
async def test_the_methods_of_other_types_are_those_of_the_engine(engine: ScriptEngine, name: str) -> None:
    names = sorted(set(OTHERS[name]) | {"map", "join", "unwrap_or", "lines", "push", "is_match", "contains_key"})
    assert await existing(engine, STRUCTURES[name], names) == set(OTHERS[name])


def test_every_iterator_has_no_more_than_iterators_have() -> None:
    assert set(ITERATING) == set(ITERATORS)
    assert frozenset().union(*ITERATORS.values()) == METHODS[ITERATOR]


KIND_OF_TYPE = {
    "tuple::Tuple": values.UNIT | values.TUPLE,
    "bool": values.BOOL,
    "i64": values.INT,
    "u64": values.INT,
    "f64": values.FLOAT,
    "char": values.CHAR,
    "string::String": values.STRING,
    "vec::Vec": values.LIST,
    "object::Object": values.OBJECT,
    "option::Option": values.OPTION,
    "result::Result": values.RESULT,
    "future::Future": values.FUTURE,
    "ops::Function": values.FUNCTION,
    "bytes::Bytes": values.BYTES,
}
NAMELESS = values.ITERATOR | values.OTHER | values.RANGE
ARGUMENTS = {
    values.STRING: '"b"',
    values.INT: "2",
    values.FLOAT: "2.0",
    values.LIST: "[2]",
    values.TUPLE: "(2, 3)",
    values.UNIT: "()",
    values.OBJECT: "#{a: 2}",
    values.OPTION: "Some(2)",
    values.RESULT: "Ok(2)",
    values.RANGE: "(1..2)",
    values.BYTES: 'b"c"',
}
CALLS = {
    "and_then": "|x| {wrap}(x)", "map": "|x| x", "ok_or": "1", "ok_or_else": "|| 1", "expect": '"m"', "push_str": '"c"',
    "char_at": "0", "unwrap_or": "2", "unwrap_or_else": "|x| 2", "pow": "2", "powf": "2.0", "powi": "2",
    "filter": "|x| true", "any": "|x| true", "all": "|x| true", "find": "|x| true", "fold": "0, |a, x| a",
    "reduce": "|a, x| a",
    "skip": "1", "take": "1", "nth": "0", "nth_back": "0", "chain": "[1]", "filter_map": "|x| Some(x)",
    "flat_map": "|x| [x]",
    "to_digit": "16", "resize": "3, 0", "sort_by": "|a, b| a.cmp(b)", "saturating_pow": "2", "replace": '"a", "b"',
    "contains_key": '"a"', "reserve": "1", "reserve_exact": "1", "extend": "[2]", "extend_str": '"c"',
}  # fmt: skip
OWN = {
    (values.STRING, "get"): "0..1", (values.STRING, "push"): "'c'", (values.LIST, "get"): "0",
    (values.LIST, "push"): "1", (values.LIST, "insert"): "0, 1", (values.LIST, "remove"): "0",
    (values.OBJECT, "get"): '"a"',
    (values.OBJECT, "insert"): '"a", 1', (values.OBJECT, "remove"): '"a"', (values.TUPLE, "get"): "0",
    (values.UNIT, "get"): "0", (values.RANGE, "contains"): "1", (values.BYTES, "insert"): "0, 1 as u64",
    (values.BYTES, "push"): "1 as u64", (values.BYTES, "remove"): "0", (values.BYTES, "extend"): 'b"c"',
    (values.OPTION, "take"): "", (values.OPTION, "and_then"): "|x| Some(x)", (values.RESULT, "and_then"): "|x| Ok(x)",
}  # fmt: skip
OF_TWO = (
    "eq", "ne", "lt", "le", "gt", "ge", "cmp", "partial_cmp", "min", "max", "contains", "starts_with", "ends_with",
    "split", "split_once", "split_str", *(f"{how}_{what}" for how in ("checked", "saturating", "wrapping") for what in
    ("add", "sub", "mul", "div", "rem")),
)  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in RECEIVERS if METHODS[kind]], ids=lambda kind: values.NAMES[kind])
async def test_methods_give_what_the_table_says(engine: ScriptEngine, kind: int) -> None:
    probes: list[tuple[str, str]] = []
    for name in sorted(RETURNS[kind]):
        given = OWN.get((kind, name), ARGUMENTS.get(kind, "") if name in OF_TWO else CALLS.get(name, ""))
        receiver = "Some(Ok(1))" if name == "transpose" else RECEIVERS[kind]
        probes.append((name, f"{receiver}.{GENERIC.get(name, name)}({given})"))
    functions = [f"fn p{at}() {{ {text} }}" for at, (_, text) in enumerate(probes)]
    arms = ", ".join(f"{at} => p{at}()" for at in range(len(probes)))
    source = (
        "\n".join(functions)
        + f"\npub fn call(args) {{ let r = match args.at {{ {arms}, _ => () }}; std::any::type_name_of_val(r) }}"
    )
    await engine.register_tool(tool(), source, policy=level("development"))
    for at, (_, text) in enumerate(probes):
        outcome = await engine.execute_tool("tool", {"at": at})
        assert outcome.success, f"{text}: {outcome.error}"
        script = Script(f"fn f() {{ {text} }}")
        given = script.types.of(expression(script, text, 0))
        real = KIND_OF_TYPE.get(
            str(outcome.result).removeprefix("::std::"), values.ITERATOR | values.OTHER | values.RANGE
        )
        assert given.only(real) or given.kinds & real, f"{text} gives {outcome.result}, the table says {given}"
        assert given.kinds != values.ANY or name_of(text) in ("get", "iter"), f"{text}: nothing is known"


def name_of(text: str) -> str:
    """The method of a probe."""
    return text.rpartition(".")[2].partition("(")[0]


async def test_the_prelude_and_the_macros_are_those_of_the_engine(engine: ScriptEngine) -> None:
    macros = {"format": '"a"', "println": '"a"', "print": '"a"', "dbg": "1", "assert": "true", "assert_eq": "1, 1",
              "assert_ne": "1, 2", "stringify": "a", "line": "", "file": "", "panic": '"a"'}  # fmt: skip
    assert set(macros) == set(MACROS)
    lines = [f"fn m{at}() {{ {name}!({given}) }}" for at, (name, given) in enumerate(macros.items())]
    names = sorted(PRELUDE - {"assert", "assert_eq", "assert_ne", "file", "format", "line", "panic", "stringify"})
    lines += [f"fn n{at}() {{ {name} }}" for at, name in enumerate(names)]
    calls = [name for name in FUNCTIONS if "::" in name and name not in CONSTANTS]
    lines += [f"fn f{at}() {{ {name} }}" for at, name in enumerate(calls)]
    await engine.register_tool(tool(), "\n".join((*lines, "pub fn call(args) { 1 }")), policy=level("development"))


@pytest.mark.parametrize("name", sorted(MEANT_MACROS))
async def test_macros_of_rust_are_none(engine: ScriptEngine, name: str) -> None:
    with pytest.raises(Exception, match="Missing macro"):
        await engine.register_tool(tool(), f"pub fn call(args) {{ {name}!(1) }}", policy=level("development"))


def test_a_mask_says_which_kinds_have_a_method() -> None:
    assert has_method(values.JSON, "split") == values.STRING
    assert has_method(values.JSON, "unwrap_or") == 0
    assert has_method(values.ANY, "no_such_method") == values.OTHER


def test_every_notation_can_be_read() -> None:
    tables = [*RETURNS.values(), *OTHERS.values(), *MEANT.values(), MACROS, MEANT_MACROS, FUNCTIONS, CONSTANTS, HOSTS]
    assert all(constant(gives).kinds >= 0 for table in tables for gives in table.values())
    assert set(TYPE_KINDS) >= {"String", "Vec", "Object", "Tuple", "i64", "f64", "bool"}
