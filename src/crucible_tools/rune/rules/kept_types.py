"""What a type says that is deleted: which variant of `collect`, `sum` or `parse` is meant."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.rules.rule import Addition, Edit
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.std_names import missing_import
from crucible_tools.rune.syntax.nodes import Await, Expr, MethodCall, Paren, Try, Type

_NUMBERS: Final = dict.fromkeys(
    ("i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"), "i64"
) | {"f32": "f64", "f64": "f64"}
_COLLECTED: Final = frozenset({"Vec", "String", "HashMap", "HashSet", "VecDeque", "Object", "BTreeMap", "BTreeSet"})
_OPENED: Final = frozenset({"unwrap", "unwrap_or", "unwrap_or_else", "expect"})


def kept(script: Script, type_: Type | None, value: Expr | None) -> tuple[tuple[Edit, ...], tuple[Addition, ...]]:
    """Edits that say behind `::` what a type in front says: `let s: String = it.collect();`."""
    if type_ is None:
        return (), ()
    call = _call(script, value)
    if call is None or call.generics is not None or call.args.items:
        return (), ()
    name, method = _head(script, type_), script.word(call.name)
    wanted = name if method == "collect" and name in _COLLECTED else None
    if method in ("sum", "product", "parse"):
        wanted = _NUMBERS.get(name)
    if wanted is None:
        return (), ()
    at = script.tree.tokens.ends[call.name]
    addition = missing_import(script, call, wanted)
    return (Edit(at, at, f"::<{wanted}>"),), (addition,) if addition else ()


def _call(script: Script, value: Expr | None) -> MethodCall | None:
    """The call that a value comes from, behind `?`, `.unwrap()` and the like."""
    while value is not None:
        if isinstance(value, (Try, Await)):
            value = value.base
        elif isinstance(value, Paren):
            value = value.inner
        elif isinstance(value, MethodCall) and script.word(value.name) in _OPENED:
            value = value.base
        else:
            break
    return value if isinstance(value, MethodCall) else None


def _head(script: Script, type_: Type) -> str:
    """The name that a type begins with: `Vec` of `&mut Vec<String>`, `HashMap` of `std::collections::HashMap<_, _>`."""
    tokens = script.tree.tokens
    at = type_.first
    while at < type_.last and (tokens.texts[at] in ("&", "&&", "mut") or tokens.kinds[at] == "label"):
        at += 1
    while at + 2 <= type_.last and tokens.texts[at + 1] == "::" and tokens.kinds[at + 2] == "name":
        at += 2
    return tokens.texts[at]
