"""What other languages call the methods of texts, characters, numbers and booleans, and more of lists and objects."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.rules.foreign_names import Foreign, renamed
from crucible_tools.rune.types.values import BOOL, CHAR, FLOAT, INT, ITERATOR, JSON, LIST, NUMBER, OBJECT, STRING


def _function(
    on: int, count: int, function: str, *names: str, certainly: bool = False, safe: bool = True
) -> tuple[Foreign, ...]:
    return tuple(
        Foreign(name=name, count=count, on=on, action="function", function=function, certainly=certainly, safe=safe)
        for name in names or (function,)
    )


def _text(on: int, count: int, name: str, text: str, *, certainly: bool = False) -> Foreign:
    return Foreign(name=name, count=count, on=on, action="text", rune=text, text=text, certainly=certainly)


_ASCII: Final = (
    "is_ascii_digit", "is_ascii_lowercase", "is_ascii_uppercase", "is_ascii_alphabetic", "is_ascii_alphanumeric",
    "is_ascii_hexdigit", "is_ascii_punctuation", "is_ascii_whitespace",
)  # fmt: skip
_OF_PYTHON: Final = {
    "isalpha": ("is_letters", "is_alphabetic"),
    "isalnum": ("is_letters_or_digits", "is_alphanumeric"),
    "isdigit": ("is_digits", "is_numeric"),
    "isnumeric": ("is_digits", "is_numeric"),
    "isdecimal": ("is_digits", "is_numeric"),
    "isspace": ("is_blank", "is_whitespace"),
    "isupper": ("is_upper", "is_uppercase"),
    "islower": ("is_lower", "is_lowercase"),
}
"""Python's questions to a text, and the same of one character."""

FOREIGN_VALUES: Final[tuple[Foreign, ...]] = (
    # --- characters ---
    *(entry for name in _ASCII for entry in _function(CHAR, 0, name)),
    *_function(CHAR, 0, "is_ascii_char", "is_ascii"),
    *_function(CHAR, 0, "ascii_lowercase", "to_ascii_lowercase", certainly=True),
    *_function(CHAR, 0, "ascii_uppercase", "to_ascii_uppercase", certainly=True),
    *_function(CHAR, 0, "lowercase_of", "lower", "toLowerCase", certainly=True),
    *_function(CHAR, 0, "uppercase_of", "upper", "toUpperCase", certainly=True),
    *_function(CHAR, 0, "utf8_length", "len_utf8"),
    _text(CHAR, 1, "is_digit", "to_digit($0).is_some()"),
    *(entry for name, (_, rune) in _OF_PYTHON.items() for entry in renamed(CHAR, rune, 0, name, certainly=True)),
    # --- values of JSON, as serde of Rust asks for them ---
    *_function(JSON, 0, "as_integer", "as_i64", "as_u64"),
    *_function(JSON, 0, "as_float", "as_f64"),
    *_function(JSON, 0, "as_boolean", "as_bool"),
    *_function(JSON, 0, "as_list", "as_array"),
    *_function(JSON, 0, "as_object"),
    *_function(JSON, 0, "is_number"),
    *_function(JSON, 0, "is_integer", "is_i64", "is_u64"),
    *_function(JSON, 0, "is_boolean"),
    *_function(JSON, 0, "is_text", "is_string"),
    *_function(JSON, 0, "is_list", "is_array"),
    *_function(JSON, 0, "is_object"),
    *_function(JSON, 0, "is_null"),
    # --- texts ---
    *(entry for name, (of, _) in _OF_PYTHON.items() for entry in _function(STRING, 0, of, name)),
    *_function(STRING, 0, "capitalize", safe=False),
    *_function(STRING, 0, "title_case", "title", "titlecase", certainly=True, safe=False),
    *_function(STRING, 0, "swap_case", "swapcase"),
    *_function(STRING, 1, "fill_zeros", "zfill"),
    *_function(STRING, 1, "count_text", "count", certainly=True),
    *_function(STRING, 0, "lines_of", "splitlines"),
    *_function(STRING, 3, "replace_first", "replacen"),
    *_function(STRING, 1, "parts_around", "partition", certainly=True),
    *_function(STRING, 2, "insert_text", "insert_str"),
    *_function(STRING, 2, "insert_text", "insert", certainly=True),
    *_function(STRING, 0, "pop_char", "pop", certainly=True),
    *_function(STRING, 1, "truncate_text", "truncate", certainly=True),
    *_function(STRING, 1, "remove_char", "remove", certainly=True),
    *_function(STRING, 1, "part_from", "substr"),
    *_function(STRING, 2, "part_of", "substr"),
    *_function(STRING, 1, "sign_at", "at", certainly=True),
    *_function(STRING, 1, "code_at", "charCodeAt", "codePointAt"),
    *_function(STRING, 1, "compare_texts", "localeCompare"),
    *_function(STRING, 2, "index_of_from", "indexOf", certainly=True),
    *_function(STRING, 1, "index_of", "search", certainly=True),
    _text(STRING, 0, "reverse", "chars().rev().collect::<String>()", certainly=True),
    # --- texts of Ruby, Go, Java, C#, Kotlin and Swift ---
    *renamed(STRING, "to_uppercase", 0, "upcase", "ToUpper", "ToUpperInvariant", "uppercased", "uppercase"),
    *renamed(STRING, "to_lowercase", 0, "downcase", "ToLower", "ToLowerInvariant", "lowercased", "lowercase"),
    *renamed(STRING, "starts_with", 1, "start_with", "StartsWith", "hasPrefix", "HasPrefix"),
    *renamed(STRING, "ends_with", 1, "end_with", "EndsWith", "hasSuffix", "HasSuffix"),
    *renamed(STRING, "trim", 0, "Trim"),
    *renamed(STRING, "replace", 2, "Replace", "gsub"),
    *renamed(STRING, "split", 1, "Split"),
    *renamed(STRING, "eq", 1, "equals", "Equals"),
    *renamed(STRING, "cmp", 1, "compareTo", "CompareTo"),
    *renamed(STRING, "is_empty", 0, "isBlank", certainly=True),
    _text(STRING, 0, "toInt", "parse::<i64>().unwrap()"),
    _text(STRING, 0, "toDouble", "parse::<f64>().unwrap()"),
    # --- lists of the same ---
    *renamed(LIST | ITERATOR, "filter", 1, "Where"),
    *renamed(LIST | ITERATOR, "map", 1, "Select"),
    *renamed(LIST | ITERATOR, "any", 1, "Any"),
    *renamed(LIST | ITERATOR, "all", 1, "All"),
    *renamed(LIST, "push", 1, "Add"),
    *renamed(LIST | STRING, "contains", 1, "Contains"),
    *renamed(LIST | ITERATOR, "sum", 0, "Sum"),
    *renamed(LIST, "len", 0, "Count", certainly=True),
    *renamed(LIST, "join", 1, "joinToString"),
    *renamed(LIST, "first", 0, "First"),
    *renamed(LIST, "last", 0, "Last"),
    *renamed(LIST | ITERATOR, "to_list", 0, "ToList", "ToArray"),
    *renamed(LIST, "iter", 0, "stream"),
    _text(LIST, 0, "withIndex", "iter().enumerate()"),
    *_function(LIST | ITERATOR, 0, "unique", "Distinct"),
    # --- numbers and booleans ---
    _text(NUMBER, 2, "clamp", "max($0).min($1)"),
    *_function(INT, 1, "abs_diff"),
    *_function(NUMBER, 1, "rem_euclid"),
    *_function(INT, 1, "div_euclid"),
    *_function(FLOAT, 0, "trunc"),
    *_function(FLOAT, 0, "fract"),
    *_function(BOOL, 1, "then", certainly=True),
    *_function(BOOL, 1, "then_some"),
    # --- lists ---
    *_function(LIST, 1, "windows"),
    *_function(LIST, 1, "chunks"),
    *_function(LIST, 0, "concat_all", "concat", certainly=True),
    *_function(LIST | STRING, 1, "concat_either", "concat"),
    *_function(LIST, 2, "splice"),
    *renamed(LIST | STRING, "clone", 0, "slice"),
    *(_text(ITERATOR, 0, name, "collect::<Vec>()") for name in ("to_list", "toList", "to_array", "toArray")),
    Foreign(
        name="sort_by", count=1, on=LIST, action="function", function="sort_by_key", closure=1, wrong_count=True,
        rune="sort_by",
    ),
    *_function(LIST, 0, "flat"),
    *_function(LIST, 1, "item_at", "at", certainly=True),
    *_function(LIST, 0, "split_first"),
    *_function(LIST, 0, "split_last"),
    *_function(LIST, 1, "fill", certainly=True),
    *_function(LIST, 1, "swap_remove"),
    *_function(LIST, 0, "is_sorted"),
    *_function(LIST | ITERATOR, 0, "unique", "unique", "uniq", "distinct"),
    *_function(LIST | ITERATOR, 0, "sorted_list", "sorted", "toSorted"),
    *_function(LIST, 0, "reversed_list", "reversed", "toReversed"),
    *_function(LIST, 1, "count_item", "count", certainly=True),
    *_function(LIST, 1, "index_of_item", "index_of", certainly=True),
    *_function(STRING, 1, "position_of", "index_of", certainly=True),
    *renamed(LIST, "clone", 0, "slice", certainly=True),
    *renamed(LIST | OBJECT, "clone", 0, "copy", certainly=True),
    Foreign(name="pop", count=1, on=LIST, action="rename", rune="remove", certainly=True, wrong_count=True, taking=INT),
    # --- objects ---
    *_function(OBJECT, 1, "merged", "merge", "merged", certainly=True),
    *_function(OBJECT, 1, "take_over", "update", certainly=True),
    *_function(OBJECT, 1, "take_over", "extend", certainly=True),
    *_function(OBJECT, 2, "set_default", "setdefault", "get_or_insert"),
    _text(OBJECT, 1, "pop", "remove($0).unwrap()", certainly=True),
    _text(OBJECT, 2, "pop", "remove($0).unwrap_or($1)", certainly=True),
)  # fmt: skip
