"""The methods that values have in Rune 0.14.2, and what they give, in the notation of `notation.py`.

Every name here was found by asking the engine, and tests ask it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    BYTES,
    CHAR,
    FLOAT,
    FUNCTION,
    FUTURE,
    INT,
    ITERATOR,
    LIST,
    OBJECT,
    OPTION,
    OTHER,
    RANGE,
    RESULT,
    STRING,
    TUPLE,
    UNIT,
    Value,
)  # fmt: skip


def _table(text: str) -> dict[str, str]:
    """Reads lines of `name name: what they give`."""
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        names, _, gives = line.partition(": ")
        found.update((name, gives.strip()) for name in names.split())
    return found


_EQUAL: Final = "eq ne: bool\n"
_ORDERED: Final = "eq ne lt le gt ge: bool\ncmp: Ordering\npartial_cmp: Option<Ordering>\nmin max: same\n"
_SAME: Final = "clone: same\n"

_INTEGER: Final = """
    checked_add checked_sub checked_mul checked_div checked_rem: Option<int>
    saturating_add saturating_sub saturating_mul saturating_pow: int
    wrapping_add wrapping_sub wrapping_mul wrapping_div wrapping_rem: int
    pow: int
    to_string: string
"""

_EVERY_ITERATOR: Final = """
    next nth find reduce: Option<item>
    count: count
    all any: bool
    into_iter: same
    chain: Chain<item|each>
    skip: Skip<item>
    take: Take<item>
    filter: Filter<item>
    peekable: Peekable<item>
    enumerate: Enumerate<(count, item)>
    map: Map<call>
    filter_map: FilterMap<some>
    flat_map: FlatMap<each>
    fold: call
    size_hint: (int, Option<int>)
    collect sum product: to
"""
_FROM_BEHIND: Final = "next_back nth_back: Option<item>\nrev: Rev<item>\n"
_WITH_LENGTH: Final = "len: count\n"

_UNIT: Final = _ORDERED + _SAME + "is_empty: bool\nlen: count\nget: Option<any>\niter: Iter<never>\n"

RETURNS: Final[Mapping[int, Mapping[str, str]]] = {
    UNIT: _table(_UNIT),
    BOOL: {},
    INT: _table(_ORDERED + _SAME + _INTEGER + "abs signum saturating_abs: int\nis_positive is_negative: bool\n"),
    FLOAT: _table(
        _ORDERED
        + _SAME
        + """
        abs ceil floor round sqrt powf powi: float
        is_finite is_infinite is_nan is_normal is_subnormal: bool
        """
    ),
    CHAR: _table(
        """
        is_alphabetic is_alphanumeric is_control is_lowercase is_numeric is_uppercase is_whitespace: bool
        to_digit: Option<int>
        to_i64: int
        """
    ),
    STRING: _table(
        _ORDERED
        + _SAME
        + """
        as_bytes into_bytes: bytes
        capacity len: count
        char_at: Option<char>
        chars: Chars<char>
        clear push push_str reserve reserve_exact shrink_to_fit: unit
        contains starts_with ends_with is_empty: bool
        get: Option<string>
        parse: to
        replace to_lowercase to_uppercase trim trim_end: string
        split split_str: Split<string>
        split_once: Option<(string, string)>
        """
    ),
    LIST: _table(
        _ORDERED
        + _SAME
        + """
        capacity len: count
        clear extend insert push resize sort sort_by: unit
        get: Option<item>
        is_empty: bool
        iter: Iter<item>
        pop: Option<item>
        remove: item
        """
    ),
    OBJECT: _table(
        _EQUAL
        + _SAME
        + """
        clear: unit
        contains_key is_empty: bool
        get insert remove: Option<item>
        iter: ObjectIter<(string, item)>
        keys: Keys<string>
        len: count
        values: Values<item>
        """
    ),
    TUPLE: _table(_ORDERED + _SAME + "is_empty: bool\nlen: count\nget: Option<item>\niter: Iter<item>\n"),
    OPTION: _table(
        _ORDERED
        + _SAME
        + """
        and_then: call
        expect unwrap: item
        is_none is_some: bool
        iter: OptionIter<item>
        map: Option<call>
        ok_or ok_or_else: Result<item, any>
        take: same
        transpose: Result<any, any>
        unwrap_or unwrap_or_else: item|call
        """
    ),
    RESULT: _table(
        _ORDERED
        + _SAME
        + """
        and_then: call|Result<never, error>
        expect unwrap: item
        is_err is_ok: bool
        map: Result<call, error>
        ok: Option<item>
        unwrap_or unwrap_or_else: item|call
        """
    ),
    RANGE: _table(_ORDERED + "contains: bool\niter: RangeIter<item>\n"),
    FUTURE: {},
    FUNCTION: _table(_SAME),
    BYTES: _table(
        _ORDERED
        + _SAME
        + """
        as_vec into_vec: List<int>
        capacity len: count
        clear extend extend_str insert push reserve reserve_exact shrink_to_fit: unit
        first last pop: Option<int>
        is_empty: bool
        remove: int
        """
    ),
    # What no iterator has is in none of these; `ITERATORS` has them one by one.
    ITERATOR: _table(_EVERY_ITERATOR + _FROM_BEHIND + _WITH_LENGTH + "peek: Option<item>\nclone: same\n"),
}
"""For each kind its methods, with what they give. `OTHER` is not here: it may have any."""

METHODS: Final[Mapping[int, frozenset[str]]] = {kind: frozenset(methods) for kind, methods in RETURNS.items()}
"""For each kind the names of its methods."""


def _having() -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, names in METHODS.items():
        for name in names:
            found[name] = found.get(name, 0) | kind
    return found


HAVING: Final = _having()
"""For each name the kinds that have a method of it: a mask."""

_FORWARD: Final = frozenset(_table(_EVERY_ITERATOR))
_BOTH_WAYS: Final = _FORWARD | frozenset(_table(_FROM_BEHIND))
_COUNTED: Final = _BOTH_WAYS | {"len"}

ITERATORS: Final[Mapping[str, frozenset[str]]] = {
    "Iter": _BOTH_WAYS,
    "Chars": _BOTH_WAYS,
    "Filter": _BOTH_WAYS,
    "FilterMap": _BOTH_WAYS,
    "FlatMap": _BOTH_WAYS,
    "Map": _COUNTED,
    "Rev": _COUNTED,
    "Enumerate": _COUNTED,
    "Skip": _COUNTED,
    "Take": _COUNTED,
    "Chain": _COUNTED,
    "RangeIter": _COUNTED,
    "OptionIter": _BOTH_WAYS | {"clone"},
    "Peekable": _COUNTED | {"peek"},
    "Keys": _FORWARD | {"len"},
    "Values": _FORWARD | {"len"},
    "ObjectIter": _FORWARD | {"len"},
    "Split": _FORWARD,
}
"""The methods of each iterator whose exact type is known."""

OTHERS: Final[Mapping[str, Mapping[str, str]]] = {
    "Ordering": _table(_EQUAL),
    "HashMap": _table(
        _EQUAL
        + _SAME
        + """
        capacity len: count
        clear extend: unit
        contains_key is_empty: bool
        get insert remove: Option<item>
        iter: MapIter<(any, item)>
        keys: MapIter<any>
        values: MapIter<item>
        """
    ),
    "HashSet": _table(
        _EQUAL
        + _SAME
        + """
        capacity len: count
        clear extend: unit
        contains insert is_empty remove: bool
        difference intersection union iter: MapIter<item>
        """
    ),
    "VecDeque": _table(
        _ORDERED
        + """
        capacity len: count
        extend insert push_back push_front reserve rotate_left rotate_right: unit
        pop_back pop_front remove: Option<item>
        iter: MapIter<item>
        """
    ),
    "Regex": _table(
        """
        is_match: bool
        find: Option<string>
        find_all split: List<string>
        captures: Option<List<Option<string>>>
        replace replace_all pattern: string
        """
    ),
    "Response": _table(
        """
        status: Status
        header: Option<string>
        text: Future<Result<string, any>>
        json: Future<Result<json, any>>
        bytes: Future<Result<bytes, any>>
        """
    ),
    "Status": _table(
        """
        as_u16: int
        as_str: string
        canonical_reason: Option<string>
        is_success is_client_error is_server_error is_informational is_redirection eq ne: bool
        """
    ),
}
"""The methods of other types whose exact name is known."""

GIVEN: Final[Mapping[str, Mapping[str, str]]] = {"Context": {"get": "Option<any>"}}
"""The methods of what hosts hand to hooks: only those whose result is known."""

VAGUE: Final = frozenset(
    {"get", "post", "put", "delete", "patch", "head", "header", "bearer_auth", "body", "body_bytes", "json", "send"}
)
"""Methods of HTTP clients and requests, which give what no kind stands for."""

MEANT: Final[Mapping[int, Mapping[str, str]]] = {
    STRING: _table(
        """
        lines split_whitespace splitn rsplit: Split<string>
        bytes: Iterator<int>
        char_indices: Iterator<(int, char)>
        find rfind: Option<int>
        index_of indexOf lastIndexOf search: int
        strip_prefix strip_suffix: Option<string>
        trim_start trim_left trim_right trim_matches trim_start_matches trim_end_matches repeat: string
        to_string to_owned as_str to_upper to_lower toUpperCase toLowerCase substring substr slice: string
        includes startsWith endsWith: bool
        """
    ),
    INT: _table("to_owned: int"),
    FLOAT: _table("to_string: string"),
    BOOL: _table("to_string: string\nclone: same"),
    CHAR: _table("to_string: string\nclone: same"),
    LIST: _table(
        """
        map: List<call>
        filter skip take rev into_iter iter_mut: same
        filter_map: List<some>
        flat_map: List<each>
        enumerate: List<(int, item)>
        contains includes any all: bool
        find first last max min: Option<item>
        join: string
        fold: call
        """
    ),
    OBJECT: _table(
        """
        entries items into_iter: ObjectIter<(string, item)>
        has contains has_key: bool
        """
    ),
    ITERATOR: _table(
        """
        max min last: Option<item>
        position: Option<int>
        join: string
        zip: Iterator<(item, any)>
        for_each: unit
        skip_while take_while step_by cloned copied: same
        """
    ),
    RESULT: _table(
        """
        map_err: Result<item, call>
        err: Option<error>
        unwrap_err expect_err: error
        unwrap_or_default: item
        """
    ),
    OPTION: _table("unwrap_or_default: item\nfilter or: same\nor_else: same\nmap_or: call|any\ncloned copied: same"),
}
"""What methods that do not exist were meant to give: so that what is done with their results is understood too."""


MEANT_OF_ALL: Final[Mapping[str, str]] = _table(
    """
    unwrap_or unwrap_or_else: same|call
    unwrap expect: same
    ok_or ok_or_else: Result<same, any>
    is_some is_none is_ok is_err: bool
    """
)
"""The same for methods of an Option on a value that is none."""


def has_method(kinds: int, name: str) -> int:
    """Which of these kinds have a method: a mask. `OTHER` may have any."""
    return kinds & (HAVING.get(name, 0) | OTHER)


def lacks(value: Value, name: str) -> bool:
    """Whether calling a method of a value certainly fails: it is known well enough, and nothing it may be has that."""
    if not value.kinds or value.kinds == ANY:
        return False
    having = has_method(value.kinds, name)
    if having & OTHER and value.name in OTHERS and name not in OTHERS[value.name]:
        having &= ~OTHER
    if having & ITERATOR and value.name in ITERATORS and name not in ITERATORS[value.name]:
        having &= ~ITERATOR
    return not having
