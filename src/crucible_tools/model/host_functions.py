"""The functions that legacy hosts offered to scripts, and those that scripts call and nobody ever had.

The table is what real scripts were written against: an engine answers those whose module is
registered and whose capability the policy has; migration uses it to say what a refused tool needs.
Names are canonical: the full spelling `crucible::http::http_get` and `crucible::json::from_string`
mean the same functions as `crucible::http_get` and `json::from_string`.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from crucible_tools.model.enums import SecurityLevel

Gives: TypeAlias = Literal["value", "result"]


@dataclass(frozen=True, slots=True)
class HostFunctionInfo:
    """One host function.

    Args:
        name: canonical name, as scripts write it.
        module: the module of the security table that it belongs to.
        capability: last segment of the module: what a policy must have.
        lowest_level: the lowest security level that has it.
        params: names of its arguments.
        awaited: whether a script must `.await` it.
        gives: a plain value, or a Result (`Ok` or `Err`).
    """

    name: str
    module: str
    capability: str
    lowest_level: SecurityLevel
    params: tuple[str, ...]
    awaited: bool
    gives: Gives

    @property
    def pure(self) -> bool:
        """Whether it only computes: the sandbox then does it itself (engine.md)."""
        return (self.capability in ("basic", "json") and self.name not in _HOST_ANSWERS) or self.name in _HARMLESS


_HOST_ANSWERS: Final = frozenset(
    f"crucible::{name}"
    for name in ("log_info", "log_debug", "log_warn", "log_error", "time_now", "time_format", "categorize_by_name")
)
"""Functions of harmless modules that need the world: the log, the clock, an application's categories."""

_HARMLESS: Final = frozenset({"paths::join", "http::Client::new"})
"""Functions of powerful modules that touch nothing themselves."""

_LOWEST: Final = {
    "crucible::basic": SecurityLevel.SAFE,
    "crucible::json": SecurityLevel.PRODUCTION,
    "crucible::http": SecurityLevel.PRODUCTION,
    "crucible::file": SecurityLevel.DEVELOPMENT,
    "crucible::process": SecurityLevel.DEVELOPMENT,
    "db": SecurityLevel.DEVELOPMENT,
}

# module: lines of `[async] name(params)[ -> result]`
_TABLE: Final = {
    "crucible::basic": """
        crucible::log_info(text)
        crucible::log_debug(text)
        crucible::log_warn(text)
        crucible::log_error(text)
        crucible::categorize_by_name(name)
        async crucible::string_split(text, delimiter) -> result
        async crucible::string_join(parts, delimiter) -> result
        async crucible::string_trim(text) -> result
        async crucible::math_abs(integer) -> result
        async crucible::math_round(float) -> result
        async crucible::validate_email(text) -> result
        async crucible::validate_url(text) -> result
        async crucible::time_now() -> result
        async crucible::time_format(timestamp, format) -> result
        regex::is_match(pattern, text)
        regex::find(pattern, text)
        regex::find_all(pattern, text)
        regex::replace(pattern, text, replacement)
        regex::replace_all(pattern, text, replacement)
        regex::Regex::new(pattern)
    """,
    "crucible::json": """
        async crucible::json_parse(text) -> result
        async crucible::json_stringify(value) -> result
        json::from_string(text) -> result
        json::to_string(value) -> result
        json::from_bytes(bytes) -> result
        json::to_bytes(value) -> result
        toml::from_string(text) -> result
        toml::to_string(value) -> result
        toml::from_bytes(bytes) -> result
        toml::to_bytes(value) -> result
        oq::query(text, expression) -> result
        oq::parse(text) -> result
        oq::parse_with_format(text, format) -> result
        oq::format(value) -> result
        oq::format_to(value, format) -> result
    """,
    "crucible::http": """
        async crucible::http_get(url) -> result
        async crucible::http_post(url, body) -> result
        async crucible::http_json_get(url) -> result
        async http::get(url) -> result
        async http::post(url, body) -> result
        http::Client::new()
    """,
    "crucible::file": """
        async crucible::file_read(path) -> result
        async crucible::file_write(path, text) -> result
        async crucible::file_exists(path) -> result
        async crucible::file_is_dir(path) -> result
        async crucible::file_is_file(path) -> result
        async crucible::file_list_dir(path) -> result
        fs::read_to_string(path) -> result
        fs::write_file(path, text) -> result
        fs::append_file(path, text) -> result
        fs::mkdir(path) -> result
        fs::exists(path)
        fs::is_file(path)
        fs::is_dir(path)
        fs::remove(path) -> result
        fs::list_dir(path) -> result
        fs::copy(from, to) -> result
        fs::rename(from, to) -> result
        paths::kiln() -> result
        paths::session() -> result
        paths::workspace() -> result
        paths::join(base, parts)
    """,
    "crucible::process": """
        shell::exec(program, arguments, options) -> result
    """,
    "db": """
        db::query(sql, params)
        db::query_simple(sql)
    """,
}


def _read_line(module: str, line: str) -> HostFunctionInfo:
    signature, _, gives = line.partition(" -> ")
    awaited = signature.startswith("async ")
    name, _, params = signature.removeprefix("async ").removesuffix(")").partition("(")
    return HostFunctionInfo(
        name=name,
        module=module,
        capability=module.rpartition("::")[2],
        lowest_level=_LOWEST[module],
        params=tuple(part.strip() for part in params.split(",") if part),
        awaited=awaited,
        gives="result" if gives == "result" else "value",
    )


KNOWN: Final[dict[str, HostFunctionInfo]] = {
    info.name: info
    for module, lines in _TABLE.items()
    for info in (_read_line(module, line.strip()) for line in lines.strip().splitlines())
}
"""Every function that some legacy host had, by canonical name."""

NEVER_IMPLEMENTED: Final = frozenset(
    {
        "crucible::read_note",
        "crucible::create_note",
        "crucible::update_frontmatter",
        "crucible::append_to_note",
        "crucible::search_by_properties",
        "crucible::search_by_tags",
        "crucible::semantic_search",
        "crucible::text_search",
        "crucible::today",
        "crucible::now",
        "crucible::is_act_mode",
        "crucible::kiln_path",
        "crucible::get_config",
        "crucible::get_context",
    }
)
"""Documented once, called by scripts, and never implemented in any host (legacy-tools.md)."""

APPLICATION_ROOTS: Final = frozenset({"db", "graph", "cru"})
"""First segments of modules that only an embedding application can register."""


def near_names(name: str, known: Iterable[str] = KNOWN, limit: int = 3) -> tuple[str, ...]:
    """Names of host functions that `name` may have been meant for, best first.

    Last segments are compared: the roots are few and alike, and a wrong root is a common mistake.

    Args:
        name: what a script called.
        known: the names to choose from.
        limit: how many at most.
    """
    by_last: dict[str, list[str]] = {}
    for other in sorted(known):
        by_last.setdefault(_last(other), []).append(other)
    close = difflib.get_close_matches(_last(name), by_last, n=limit, cutoff=0.7)
    return tuple(other for last in close for other in by_last[last])[:limit]


def _last(name: str) -> str:
    return name.rpartition("::")[2]
