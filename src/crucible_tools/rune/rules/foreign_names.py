"""What other languages call the methods of lists, objects and iterators, and what Rune has for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from crucible_tools.rune.types.values import ANY, ITERATOR, JSON, LIST, OBJECT, RANGE, STRING, TUPLE

_SIZED: Final = LIST | OBJECT | STRING | TUPLE
_NO_LIST: Final = ANY & ~LIST


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A name of another language.

    Args:
        name: the name.
        count: number of arguments.
        on: the kinds for which it has this meaning.
        action: `rename` to `rune`; call a `function`, in a `statement` one that gives nothing; `iterator`: `rune` of
            the iterator; `item`: ask whether an item is equal; `loop`; `text`: write `text`; `none`: no repair.
        rune: what Rune has for it, as a message says it.
        function: the function of `INSERTED`.
        text: what takes the place of name and arguments; `$0` is the first argument.
        certainly: it is only spoken of where the receiver certainly is of `on`.
        safe: whether the repair is.
        taking: kinds that the last argument must be able to be.
        takes_certainly: it must be one of them.
        closure: number of parameters of the first argument, which must be a closure.
        wrong_count: Rune has a method of that name, with another number of arguments.
        gives_list: whether a list is meant to come of it.
        hint: what else could be meant.
    """

    name: str
    count: int
    on: int
    action: Literal["rename", "function", "statement", "iterator", "item", "loop", "text", "none"]
    rune: str = ""
    function: str = ""
    text: str = ""
    certainly: bool = False
    safe: bool = True
    taking: int | None = None
    takes_certainly: bool = False
    closure: int | None = None
    wrong_count: bool = False
    gives_list: bool = False
    hint: str | None = None


def renamed(on: int, rune: str, count: int, *names: str, certainly: bool = False) -> tuple[Foreign, ...]:
    """Methods that Rune has under the name `rune`."""
    return tuple(
        Foreign(name=name, count=count, on=on, action="rename", rune=rune, certainly=certainly) for name in names
    )


def _function(on: int, name: str, count: int, function: str = "", *, certainly: bool = False) -> Foreign:
    return Foreign(name=name, count=count, on=on, action="function", function=function or name, certainly=certainly)


_READ_BOTH: Final = "strings and lists have different ways to say it: nothing here says which is meant"

_GET: Final = "get(..).unwrap_or(..)"
_ONE_OR_ALL: Final = "`push` adds one item, `extend` all items of another list"
_EMPTY: Final = "`remove(0)` fails when the list is empty"
_DEFAULT: Final = "get($0).unwrap_or($1)"

FOREIGN_NAMES: Final[tuple[Foreign, ...]] = (
    *renamed(_SIZED, "len", 0, "length", "size"),
    *renamed(_SIZED, "is_empty", 0, "isEmpty"),
    *renamed(OBJECT, "contains_key", 1, "containsKey", "has", "hasOwnProperty", "has_key"),
    *renamed(OBJECT, "contains_key", 1, "contains", certainly=True),
    *renamed(OBJECT, "insert", 2, "put", "set", certainly=True),
    *renamed(OBJECT, "remove", 1, "delete", certainly=True),
    *renamed(LIST | OBJECT, "get", 1, "get_mut", certainly=True),
    *renamed(LIST, "push", 1, "push_back", certainly=True),
    *renamed(LIST, "pop", 0, "pop_back", certainly=True),
    *renamed(LIST, "sort", 0, "sort_unstable"),
    *renamed(LIST, "sort_by", 1, "sort_unstable_by"),
    *renamed(LIST, "extend", 1, "extend_from_slice"),
    *renamed(STRING, "push_str", 1, "append", certainly=True),
    # --- adding and taking items ---
    Foreign(name="append", count=1, on=LIST, action="rename", rune="push", taking=_NO_LIST, takes_certainly=True),
    Foreign(
        name="append", count=1, on=LIST, action="rename", rune="extend", taking=LIST, takes_certainly=True, safe=False,
        hint=_ONE_OR_ALL,
    ),
    Foreign(name="append", count=1, on=LIST, action="rename", rune="push", safe=False, hint=_ONE_OR_ALL),
    Foreign(
        name="push", count=2, on=LIST, action="text", rune="extend([..])", text="extend([$0, $1])", certainly=True,
        wrong_count=True,
    ),
    Foreign(name="add", count=1, on=LIST, action="rename", rune="push", certainly=True, safe=False),
    Foreign(name="unshift", count=1, on=LIST, action="text", rune="insert(0, ..)", text="insert(0, $0)"),
    Foreign(
        name="push_front", count=1, on=LIST, action="text", rune="insert(0, ..)", text="insert(0, $0)", certainly=True
    ),
    Foreign(
        name="shift", count=0, on=LIST, action="text", rune="remove(0)", text="remove(0)", certainly=True, safe=False,
        hint=_EMPTY,
    ),
    Foreign(
        name="pop_front", count=0, on=LIST, action="text", rune="remove(0)", text="remove(0)", certainly=True,
        safe=False, hint=_EMPTY,
    ),
    Foreign(
        name="concat", count=1, on=LIST, action="text", rune="iter().chain(..)", certainly=True, taking=LIST,
        text="iter().chain($0).collect::<Vec>()",
    ),
    # --- asking items ---
    Foreign(name="some", count=1, on=LIST | ITERATOR, action="iterator", rune="any"),
    Foreign(name="every", count=1, on=LIST | ITERATOR, action="iterator", rune="all"),
    Foreign(name="flatMap", count=1, on=LIST | ITERATOR, action="iterator", rune="flat_map", gives_list=True),
    Foreign(name="findIndex", count=1, on=LIST | ITERATOR, action="function", function="find_index", closure=1),
    Foreign(name="forEach", count=1, on=LIST | ITERATOR, action="loop", function="for_each", closure=1),
    Foreign(name="each", count=1, on=LIST | ITERATOR | RANGE, action="loop", function="for_each", closure=1),
    Foreign(name="forEach", count=1, on=LIST | ITERATOR, action="none", rune="a `for` loop"),
    Foreign(name="includes", count=1, on=STRING, action="rename", rune="contains", certainly=True),
    Foreign(name="includes", count=1, on=LIST, action="item", rune="iter().any(..)", certainly=True),
    Foreign(name="includes", count=1, on=STRING | LIST, action="function", function="includes"),
    Foreign(name="indexOf", count=1, on=STRING, action="function", function="index_of", certainly=True),
    Foreign(name="indexOf", count=1, on=LIST, action="function", function="index_of_item", certainly=True),
    Foreign(name="indexOf", count=1, on=STRING | LIST, action="function", function="index_of_either"),
    Foreign(
        name="lastIndexOf", count=1, on=STRING, action="function", function="last_index_of", safe=False, hint=_READ_BOTH
    ),
    Foreign(name="get", count=2, on=JSON, action="text", rune=_GET, text=_DEFAULT, certainly=True, wrong_count=True),
    Foreign(name="get_or", count=2, on=OBJECT, action="text", rune=_GET, text=_DEFAULT),
    Foreign(name="getOrDefault", count=2, on=OBJECT, action="text", rune=_GET, text=_DEFAULT),
    # --- parts and order ---
    Foreign(name="slice", count=1, on=LIST, action="function", function="slice_from", certainly=True),
    Foreign(name="slice", count=2, on=LIST, action="function", function="slice", certainly=True),
    Foreign(name="slice", count=1, on=STRING, action="function", function="slice_text_from", certainly=True),
    Foreign(name="slice", count=2, on=STRING, action="function", function="slice_text", certainly=True),
    Foreign(name="slice", count=1, on=STRING | LIST, action="function", function="slice_either_from"),
    Foreign(name="slice", count=2, on=STRING | LIST, action="function", function="slice_either"),
    Foreign(name="reverse", count=0, on=LIST, action="statement", function="reverse"),
    Foreign(
        name="sort", count=1, on=LIST, action="function", function="sort_by_difference", rune="sort_by", closure=2,
        wrong_count=True, safe=False, hint="`sort_by(|a, b| a.cmp(b))` takes a function that gives an Ordering",
    ),
    _function(LIST, "retain", 1),
    _function(LIST, "dedup", 0),
    _function(LIST, "truncate", 1),
    _function(LIST, "swap", 2),
    _function(LIST, "sort_by_key", 1),
    _function(LIST, "sort_unstable_by_key", 1, "sort_by_key"),
)  # fmt: skip
