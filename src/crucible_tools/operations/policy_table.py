"""The `[policy]` table of a configuration file: a level's policy with some limits and grants named."""

import difflib
import os.path
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.grants import ALL, HTTP_METHODS, Names, SecretHeader, split_port
from crucible_tools.model.json import Json
from crucible_tools.model.policy import MIB, Policy


def policy_from_table(
    table: Mapping[str, Json],
    base: Policy,
    origin: str,
    *,
    may_raise: bool,
    folder: Path | None = None,
    name: str = "policy",
) -> Policy:
    """A policy that starts from a level and names what differs.

    Args:
        table: names as in docs/policy.md.
        base: the level's policy, or what all tools have.
        origin: the file, for messages.
        may_raise: whether a value may allow more than `base`; else the stricter one holds.
        folder: what relative folders are relative to; the working directory when None.
        name: of the table, for messages.

    Raises:
        ConfigurationError: a name is unknown or a value is wrong.
    """
    changes: dict[str, dict[str, Any]] = {"": {}, "http": {}, "files": {}, "programs": {}}
    for key, value in table.items():
        if key not in _FIELDS:
            near = difflib.get_close_matches(key, _FIELDS, n=1)
            raise ConfigurationError(
                f"{origin}: [{name}] has no setting {key!r}",
                hint=f"did you mean {near[0]!r}?" if near else f"it has {', '.join(sorted(_FIELDS))}",
            )
        grant, field, read = _FIELDS[key]
        try:
            changes[grant][field] = read(_below(folder or Path(), value) if key in _FOLDERS else value)
        except ValueError as error:
            raise ConfigurationError(f"{origin}: [{name}] {key}: {error}") from None
    limits = changes.pop("")
    limits |= {grant: replace(getattr(base, grant), **fields) for grant, fields in changes.items() if fields}
    return replace(base, **limits) if may_raise else base.narrowed(**limits)


def useless_modules(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Modules that a policy has and allows nothing to do, each with the settings that would."""
    if policy.capabilities is ALL:
        return ()
    files = policy.files.read or policy.files.write
    uses = (
        ("http", policy.http.hosts, "http_hosts"),
        ("file", files, "read_folders or write_folders"),
        ("process", policy.programs.programs, "programs"),
    )
    return tuple((name, setting) for name, named, setting in uses if name in policy.capabilities and not named)


def _positive(value: Json) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < float("inf"):
        raise ValueError(f"{value!r} is no number above 0")
    return value


def _seconds(value: Json) -> float:
    return float(_positive(value))


def _whole(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no whole number, 0 or more")
    return value


def _count(value: Json) -> int:
    if not _whole(value):
        raise ValueError("it must be at least 1")
    return value


def _modules(value: Json) -> frozenset[str]:
    """Names of modules, `crucible::json` or just `json`; what a policy holds is the last part."""
    return frozenset(name.rpartition("::")[2] for name in texts(value))


def texts(value: Json) -> list[str]:
    """A list of texts.

    Raises:
        ValueError: it is something else.
    """
    items: list[Json] = cast("list[Json]", value) if isinstance(value, list) else [None]
    if not all(isinstance(item, str) for item in items):
        raise ValueError(f"{value!r} is no list of texts")
    return items


def _names(read: Callable[[str], str]) -> Callable[[Json], Names]:
    """A list of names; `*` alone is all there are."""

    def names(value: Json) -> Names:
        items = texts(value)
        if items == ["*"]:
            return ALL
        if "*" in items:
            raise ValueError("'*' stands for all, and then alone")
        return frozenset(read(item) for item in items)

    return names


_HOST: Final = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_SECRETS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Headers that decide where a request goes and where it ends."""
_PORTS: Final = {"http": "80", "https": "443"}


def _host(text: str) -> str:
    """A host as URLs are compared with it: `api.example.com`, `*.example.com`, `127.0.0.1`, `[::1]:8080`."""
    from ipaddress import ip_address  # only for whoever names hosts

    host, port = split_port(text.lower())
    if port and not (port.isdecimal() and 1 <= int(port) <= 65535):
        raise ValueError(f"{text!r} has a port that is no number from 1 to 65535")
    try:
        address = ip_address(host.strip("[]"))
        host = f"[{address}]" if address.version == 6 else str(address)
    except ValueError:
        if not _HOST.fullmatch(host) or host.rpartition(".")[2].isdecimal():
            raise ValueError(
                f"{text!r} is no host: write it as api.example.com, *.example.com or 127.0.0.1, with or without a port"
            ) from None
    return f"{host}:{int(port)}" if port else host


def _network(text: str) -> str:
    from ipaddress import ip_network  # only for whoever names networks

    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no address and no network: {error}") from None


def _method(text: str) -> str:
    if text.upper() not in HTTP_METHODS:
        raise ValueError(f"{text!r} is none of {', '.join(sorted(HTTP_METHODS))}")
    return text.upper()


def _program(text: str) -> str:
    if not text or "\0" in text or ("/" in text and not text.startswith("/")):
        raise ValueError(f"{text!r} is neither the name of a program nor an absolute path")
    return text


def _variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text):
        raise ValueError(f"{text!r} is no name of an environment variable")
    return text


def _below(folder: Path, value: Json) -> list[str]:
    """Folders as absolute paths; the file's own folder is what relative ones start from."""
    return [text if text == "*" else str(folder.absolute() / _at_home(text)) for text in texts(value)]


def _at_home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{text!r} is nowhere: {str(error).rstrip('.')}") from error


def _folder(text: str) -> str:
    if "\0" in text:
        raise ValueError(f"{text!r} is no path")
    return os.path.normpath(text)


def _headers(value: Json) -> tuple[SecretHeader, ...]:
    """`{host = {name = {env = "VARIABLE", prefix = "Bearer "}}}`."""
    found: list[SecretHeader] = []
    for host, headers in _table(value, "of hosts").items():
        scheme, separator, rest = host.lower().partition("://")
        if separator and scheme not in _PORTS:
            raise ValueError(f"{host!r} begins with neither http:// nor https://")
        place = _host(rest if separator else host)
        if place.startswith("*"):
            raise ValueError(f"{host!r}: a secret goes to one host, not to all of a kind")
        place = place.removesuffix(f":{_PORTS[scheme if separator else 'https']}")
        place = f"{scheme}://{place}" if separator else place
        found += (_secret(place, name, given) for name, given in _table(headers, f"of headers of {host}").items())
    return tuple(found)


def _secret(host: str, name: str, given: Json) -> SecretHeader:
    if not _TOKEN.fullmatch(name) or name.lower() in _NO_SECRETS:
        raise ValueError(f"{name!r} is no name of a header that a policy may add")
    if (
        not isinstance(given, dict)
        or "env" not in given
        or not set(cast("dict[str, Json]", given)) <= {"env", "prefix"}
    ):
        raise ValueError(
            f"{name} of {host}: a secret is not written here; name the environment variable that holds it: "
            '{env = "NAME"}, or {env = "NAME", prefix = "Bearer "}'
        )
    values = cast("dict[str, Json]", given)
    variable, prefix = values["env"], values.get("prefix", "")
    if not isinstance(variable, str) or not isinstance(prefix, str) or not prefix.isascii() or "\n" in prefix:
        raise ValueError(f"{name} of {host}: env and prefix are plain texts")
    return SecretHeader(host, name, _variable(variable), prefix)


def _table(value: Json, what: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no table {what}")
    return cast("dict[str, Json]", value)


_FOLDERS: Final = frozenset({"read_folders", "write_folders"})

_FIELDS: Final[dict[str, tuple[str, str, Callable[[Json], object]]]] = {
    "memory_mb": ("", "memory_bytes", lambda value: int(_positive(value) * MIB)),
    "time_s": ("", "timeout_s", _seconds),
    "compile_time_s": ("", "compile_timeout_s", _seconds),
    "source_bytes": ("", "max_source_bytes", _count),
    "argument_bytes": ("", "max_argument_bytes", _count),
    "output_bytes": ("", "max_result_bytes", _count),
    "log_bytes": ("", "max_log_bytes", _whole),
    "host_calls": ("", "max_host_calls", _whole),
    "concurrent_calls": ("", "concurrent_calls", _count),
    "modules": ("", "capabilities", _modules),
    "http_hosts": ("http", "hosts", _names(_host)),
    "http_private": ("http", "private", _names(_network)),
    "http_methods": ("http", "methods", _names(_method)),
    "http_headers": ("http", "headers", _headers),
    "http_bytes": ("http", "max_bytes", _count),
    "http_time_s": ("http", "timeout_s", _seconds),
    "http_redirects": ("http", "max_redirects", _whole),
    "read_folders": ("files", "read", _names(_folder)),
    "write_folders": ("files", "write", _names(_folder)),
    "file_bytes": ("files", "max_bytes", _count),
    "folder_entries": ("files", "max_entries", _count),
    "programs": ("programs", "programs", _names(_program)),
    "program_variables": ("programs", "environment", _names(_variable)),
    "program_time_s": ("programs", "timeout_s", _seconds),
    "program_output_bytes": ("programs", "max_output_bytes", _count),
}
"""Setting: which grant it is part of (none: the policy itself), its field there, and how it is read."""

SETTINGS: Final = tuple(_FIELDS)
"""Names of all settings of a policy's table."""
