"""What authors call host functions by the names of other libraries, and which ones they mean."""

from __future__ import annotations

from typing import Final

SAME: Final = {
    "json::parse": "json::from_string",
    "json::stringify": "json::to_string",
    "json::decode": "json::from_string",
    "json::encode": "json::to_string",
    "json::from_str": "json::from_string",
    "json::to_str": "json::to_string",
    "json::loads": "json::from_string",
    "json::dumps": "json::to_string",
    "crucible::log": "crucible::log_info",
    "serde_json::from_str": "json::from_string",
    "serde_json::to_string": "json::to_string",
    "std::fs::read_to_string": "fs::read_to_string",
    "std::fs::write": "fs::write_file",
    "std::fs::copy": "fs::copy",
    "std::fs::rename": "fs::rename",
    "toml::parse": "toml::from_string",
    "toml::from_str": "toml::from_string",
    "toml::stringify": "toml::to_string",
    "crucible::json_decode": "crucible::json_parse",
    "crucible::json_encode": "crucible::json_stringify",
    "crucible::parse_json": "crucible::json_parse",
    "crucible::to_json": "crucible::json_stringify",
    "crucible::read_file": "crucible::file_read",
    "crucible::write_file": "crucible::file_write",
    "crucible::http_get_json": "crucible::http_json_get",
}
"""Those that take and give the same."""

ALIKE: Final = {
    "serde_json::to_string_pretty": "json::to_string",
    "fs::read": "fs::read_to_string",
    "fs::read_file": "fs::read_to_string",
    "fs::read_text": "fs::read_to_string",
    "fs::write": "fs::write_file",
    "fs::write_text": "fs::write_file",
    "fs::append": "fs::append_file",
    "fs::delete": "fs::remove",
    "fs::remove_file": "fs::remove",
    "fs::unlink": "fs::remove",
    "fs::create_dir": "fs::mkdir",
    "fs::create_dir_all": "fs::mkdir",
    "fs::read_dir": "fs::list_dir",
    "fs::readdir": "fs::list_dir",
    "fs::ls": "fs::list_dir",
    "std::fs::read": "fs::read_to_string",
    "std::fs::read_dir": "fs::list_dir",
    "std::fs::create_dir_all": "fs::mkdir",
    "std::fs::remove_file": "fs::remove",
    "http::fetch": "http::get",
    "http::request": "http::get",
    "reqwest::get": "http::get",
    "reqwest::Client::new": "http::Client::new",
    "shell::run": "shell::exec",
    "shell::execute": "shell::exec",
    "shell::spawn": "shell::exec",
    "regex::test": "regex::is_match",
    "regex::matches": "regex::is_match",
    "regex::search": "regex::find",
    "regex::findall": "regex::find_all",
    "regex::sub": "regex::replace_all",
    "time::now": "crucible::time_now",
    "date::now": "crucible::time_now",
    "datetime::now": "crucible::time_now",
    "chrono::Utc::now": "crucible::time_now",
    "chrono::Local::now": "crucible::time_now",
    "log::info": "crucible::log_info",
    "log::warn": "crucible::log_warn",
    "log::error": "crucible::log_error",
    "log::debug": "crucible::log_debug",
    "crucible::print": "crucible::log_info",
    "crucible::info": "crucible::log_info",
    "crucible::debug": "crucible::log_debug",
    "crucible::warn": "crucible::log_warn",
    "crucible::error": "crucible::log_error",
    "crucible::fetch": "crucible::http_get",
    "crucible::http_fetch": "crucible::http_get",
    "crucible::http_request": "crucible::http_get",
    "crucible::get_json": "crucible::http_json_get",
    "crucible::fs_read": "crucible::file_read",
    "crucible::fs_write": "crucible::file_write",
    "crucible::file_append": "fs::append_file",
    "crucible::append_file": "fs::append_file",
    "crucible::file_delete": "fs::remove",
    "crucible::file_remove": "fs::remove",
    "crucible::delete_file": "fs::remove",
    "crucible::file_copy": "fs::copy",
    "crucible::file_move": "fs::rename",
    "crucible::file_rename": "fs::rename",
    "crucible::mkdir": "fs::mkdir",
    "crucible::create_dir": "fs::mkdir",
    "crucible::list_dir": "crucible::file_list_dir",
    "crucible::list_files": "crucible::file_list_dir",
    "crucible::file_list": "crucible::file_list_dir",
    "crucible::split": "crucible::string_split",
    "crucible::join": "crucible::string_join",
    "crucible::trim": "crucible::string_trim",
    "crucible::abs": "crucible::math_abs",
    "crucible::round": "crucible::math_round",
    "crucible::time": "crucible::time_now",
    "crucible::timestamp": "crucible::time_now",
    "crucible::format_time": "crucible::time_format",
    "crucible::format_date": "crucible::time_format",
    "crucible::date_format": "crucible::time_format",
    "crucible::exec": "shell::exec",
    "crucible::shell": "shell::exec",
    "crucible::shell_exec": "shell::exec",
    "crucible::run_command": "shell::exec",
    "crucible::regex_match": "regex::is_match",
    "crucible::regex_test": "regex::is_match",
    "crucible::regex_find": "regex::find",
    "crucible::regex_find_all": "regex::find_all",
    "crucible::regex_replace": "regex::replace_all",
    "process::exec": "shell::exec",
    "process::run": "shell::exec",
    "path::join": "paths::join",
    "oq::get": "oq::query",
    "yaml::parse": "oq::parse_with_format",
    "yaml::from_string": "oq::parse_with_format",
    "yaml::to_string": "oq::format_to",
}
"""Those that are called in another way, or give something else."""

BARE: Final = {
    "readFile": "fs::read_to_string",
    "readFileSync": "fs::read_to_string",
    "read_file": "fs::read_to_string",
    "writeFile": "fs::write_file",
    "writeFileSync": "fs::write_file",
    "write_file": "fs::write_file",
    "append_file": "fs::append_file",
    "exec": "shell::exec",
    "execSync": "shell::exec",
    "system": "shell::exec",
    "shell": "shell::exec",
    "shell_exec": "shell::exec",
    "run_command": "shell::exec",
    "log": "crucible::log_info",
    "now": "crucible::time_now",
    "time": "crucible::time_now",
    "timestamp": "crucible::time_now",
    "http_get_json": "crucible::http_json_get",
    "http_fetch": "crucible::http_get",
    "regex_match": "regex::is_match",
    "regex_replace": "regex::replace_all",
    "parse_json": "json::from_string",
    "to_json": "json::to_string",
}
"""Functions without a module, and the host function that is probably meant."""

_ENVIRONMENT: Final = "the environment is closed to tools: take it as an argument, or as a header that the policy adds"
_WAITING: Final = "a tool cannot wait: its time is limited, and the caller decides when to call again"
_RANDOM: Final = "`random::number()` gives a float from 0 to below 1, `random::integer(low, high)?` a whole number"
_IDENTIFIER: Final = "no host makes identifiers: take one as an argument"
_DIGEST: Final = "no host computes it: take it as an argument, or call a program with `shell::exec`"
_DATE: Final = "`crucible::time_now().await?` gives the time, `crucible::time_format(t, format).await?` writes it"
_NUMBERS: Final = "numbers have methods: `a.max(b)`, `a.min(b)`, `x.pow(n)`, `(x as f64).floor()`, `.ceil()`, `.sqrt()`"
_STRINGS: Final = "texts have methods: `len()`, `to_uppercase()`, `to_lowercase()`, `replace(a, b)`, `contains(part)`"
_CLIENT: Final = "a client has it: `http::Client::new().put(url).send().await?`"
_FOLDER: Final = "`fs::list_dir(path)?` lists one folder, `fs::is_dir(path)` says what is one"
_TOOLS: Final = "a tool calls no other tool: its caller does"
_CSV: Final = "no host reads it: split the text at line ends and commas"

_NOWHERE: Final = {
    _ENVIRONMENT: """
        env env::var env::get env::vars env::args std::env::var std::env::args std::env::vars process::env getenv
        get_env crucible::env crucible::get_env crucible::env_get crucible::env_var
    """,
    _WAITING: """
        sleep sleep_ms delay setTimeout time::sleep thread::sleep std::thread::sleep std::time::sleep
        tokio::time::sleep crucible::sleep crucible::sleep_ms crucible::delay
    """,
    _RANDOM: "random randint rand rand::random rand::thread_rng std::random crucible::random crucible::rand",
    _IDENTIFIER: """
        uuid uuid4 uuidv4 uuid::new_v4 uuid::v4 Uuid::new_v4 uuid::Uuid::new_v4 crucible::uuid crucible::new_id
    """,
    _DIGEST: """
        sha1 sha256 md5 hash::sha256 hash::md5 crypto::sha256 crucible::hash crucible::sha256 crucible::md5
        base64_encode base64_decode base64::encode base64::decode crucible::base64_encode crucible::base64_decode
    """,
    _DATE: "date::today today crucible::date crucible::current_date crucible::current_time",
    _NUMBERS: """
        crucible::math_floor crucible::math_ceil crucible::math_max crucible::math_min crucible::math_sqrt
        crucible::math_pow
    """,
    _STRINGS: """
        crucible::string_upper crucible::string_lower crucible::string_to_upper crucible::string_to_lower
        crucible::string_length crucible::string_len crucible::string_replace crucible::string_contains
    """,
    _CLIENT: "http::put http::delete http::patch http::head crucible::http_put crucible::http_delete",
    _FOLDER: "glob fs::glob fs::walk fs::walk_dir fs::metadata fs::stat crucible::file_stat crucible::glob",
    _TOOLS: "call_tool tools::call tool::call crucible::call_tool crucible::list_tools crucible::invoke",
    _CSV: "csv::parse csv::from_string crucible::csv_parse",
}

NOWHERE: Final = {name: hint for hint, names in _NOWHERE.items() for name in names.split()}
"""Those that nobody has, and what to do instead."""


def meant(name: str) -> str | None:
    """The host function that a name of another library stands for, written below `crucible` or not."""
    inner = name.removeprefix("crucible::")
    return SAME.get(name) or ALIKE.get(name) or SAME.get(inner) or (ALIKE.get(inner) if "::" in inner else None)
