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
}
"""Those that are called in another way, or give something else."""

NOWHERE: Final = {
    "env::var": "the environment is closed to tools: take it as an argument, or as a header that the policy adds",
    "std::env::var": "the environment is closed to tools: take it as an argument, or as a header that the policy adds",
    "date::today": "`crucible::time_now().await?` gives the time, `crucible::time_format(t, format).await?` writes it",
    "rand::random": "there are no random numbers: take one as an argument",
}
"""Those that nobody has, and what to do instead."""


def meant(name: str) -> str | None:
    """The host function that a name of another library stands for."""
    return SAME.get(name) or ALIKE.get(name)
