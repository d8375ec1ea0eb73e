"""What functions of Rune and of hosts give, in the notation of `notation.py`, and which names need no import."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.types.values import BYTES, CHAR, FLOAT, INT, LIST, OBJECT, OPTION, RESULT, STRING, TUPLE

PRELUDE: Final = frozenset(
    {
        "Type", "assert_eq", "assert_ne", "assert", "bool", "f64", "i64", "u64", "char", "dbg", "drop", "clone",
        "Err", "file", "format", "is_readable", "is_writable", "line", "None", "Tuple", "Object", "Ok", "Option",
        "panic", "print", "println", "Result", "Some", "String", "stringify", "Vec", "Bytes",
    }
)  # fmt: skip
"""What every Rune source knows without `use` (`compile/prelude.rs`; its `u8` leads nowhere)."""

MACROS: Final = {
    "format": "string",
    "println": "unit",
    "print": "unit",
    "dbg": "unit",
    "panic": "never",
    "assert": "unit",
    "assert_eq": "unit",
    "assert_ne": "unit",
    "stringify": "string",
    "line": "int",
    "file": "string",
}
"""The macros that every source knows, with what they give."""

MEANT_MACROS: Final = {
    "todo": "never",
    "unimplemented": "never",
    "unreachable": "never",
    "matches": "bool",
    "eprintln": "unit",
    "eprint": "unit",
}
"""What macros of Rust that Rune lacks were meant to give."""

FUNCTIONS: Final = {
    "println": "unit",
    "print": "unit",
    "dbg": "unit",
    "drop": "unit",
    "panic": "never",
    "is_readable": "bool",
    "is_writable": "bool",
    "None": "Option<never>",
    "Option::None": "Option<never>",
    "String::new": "string",
    "String::from": "string",
    "String::from_str": "string",
    "String::with_capacity": "string",
    "String::from_utf8": "Result<string, any>",
    "Vec::new": "list",
    "Vec::with_capacity": "list",
    "Object::new": "object",
    "Object::with_capacity": "object",
    "Bytes::new": "bytes",
    "Bytes::from_vec": "bytes",
    "i64::parse": "Result<int, ParseError>",
    "f64::parse": "Result<float, ParseError>",
    "char::from_i64": "Option<char>",
    "std::iter::range": "RangeIter<int>",
    "std::any::type_name_of_val": "string",
    "std::collections::HashMap::new": "HashMap",
    "std::collections::HashMap::from_iter": "HashMap",
    "std::collections::HashMap::with_capacity": "HashMap",
    "std::collections::HashSet::new": "HashSet",
    "std::collections::HashSet::from_iter": "HashSet",
    "std::collections::HashSet::with_capacity": "HashSet",
    "std::collections::VecDeque::new": "VecDeque",
    "std::collections::VecDeque::from_iter": "VecDeque",
    "regex::Regex::new": "Regex",
    "http::Client::new": "Client",
}
"""What functions that are no methods give."""

CONSTANTS: Final = {
    "i64::MAX": "int",
    "i64::MIN": "int",
    "u64::MAX": "int",
    "u64::MIN": "int",
    "f64::MAX": "float",
    "f64::MIN": "float",
    "f64::NAN": "float",
    "f64::INFINITY": "float",
    "f64::NEG_INFINITY": "float",
    "f64::EPSILON": "float",
    "None": "Option<never>",
    "Option::None": "Option<never>",
    "std::option::Option::None": "Option<never>",
    "null": "unit",
    "nil": "unit",
    "undefined": "unit",
    "self": "other",
    "this": "any",
}
"""What names that are no variables stand for, `null` of other languages too."""

OWNERS: Final = {
    "String": STRING,
    "Vec": LIST,
    "Object": OBJECT,
    "Tuple": TUPLE,
    "Option": OPTION,
    "Result": RESULT,
    "Bytes": BYTES,
    "i64": INT,
    "u64": INT,
    "f64": FLOAT,
    "char": CHAR,
}
"""Types whose methods are called as functions, too: `Object::keys(o)`."""

HOSTS: Final = {
    "crucible::log_info": "unit",
    "crucible::log_debug": "unit",
    "crucible::log_warn": "unit",
    "crucible::log_error": "unit",
    "crucible::string_split": "List<string>",
    "crucible::string_join": "string",
    "crucible::string_trim": "string",
    "crucible::math_abs": "int",
    "crucible::math_round": "number",
    "crucible::validate_email": "bool",
    "crucible::validate_url": "bool",
    "crucible::json_parse": "json",
    "crucible::json_stringify": "string",
    "crucible::http_get": "json",
    "crucible::http_post": "json",
    "crucible::http_json_get": "json",
    "crucible::file_read": "string",
    "crucible::file_exists": "bool",
    "crucible::file_is_dir": "bool",
    "crucible::file_is_file": "bool",
    "crucible::file_list_dir": "List<any>",
    "crucible::time_format": "string",
    "regex::is_match": "bool",
    "regex::find": "Option<string>",
    "regex::find_all": "List<string>",
    "regex::replace": "string",
    "regex::replace_all": "string",
    "regex::Regex::new": "Regex",
    "json::from_string": "json",
    "json::from_bytes": "json",
    "json::to_string": "string",
    "json::to_bytes": "bytes",
    "toml::from_string": "json",
    "toml::from_bytes": "json",
    "toml::to_string": "string",
    "toml::to_bytes": "bytes",
    "oq::query": "json",
    "oq::parse": "json",
    "oq::parse_with_format": "json",
    "oq::format": "string",
    "oq::format_to": "string",
    "http::get": "Response",
    "http::post": "Response",
    "http::Client::new": "Client",
    "fs::read_to_string": "string",
    "fs::exists": "bool",
    "fs::is_file": "bool",
    "fs::is_dir": "bool",
    "paths::join": "string",
    "shell::exec": "{stdout: string, stderr: string, exit_code: int}",
}
"""What host functions give: the value, or the Ok of the Result that `host_functions.KNOWN` speaks of."""
