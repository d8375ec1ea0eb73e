"""What `Default` of Rust gives, by the name of a type."""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = re.compile(r"&?\s*(?:'\w+\s+)?(?:mut\s+)?(?:\w+\s*::\s*)*(\w+|\[)")
_DEFAULTS: Final = {
    **dict.fromkeys(("String", "str", "string"), '""'),
    **dict.fromkeys(
        ("i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "int"), "0"
    ),
    **dict.fromkeys(("f32", "f64", "float"), "0.0"),
    **dict.fromkeys(("Vec", "["), "[]"),
    **dict.fromkeys(("Object",), "#{}"),
    "bool": "false",
    "Option": "None",
}


def default_of(written: str) -> str | None:
    """The default of a type as it is written; None when it is not known."""
    found = _HEAD.match(written.strip())
    return _DEFAULTS.get(found[1]) if found else None
