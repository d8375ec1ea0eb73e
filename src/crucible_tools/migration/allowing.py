"""The smallest policy that allows a tool, as lines of a `crucible.toml` that are usable where the source says it."""

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crucible_tools.model.policy import ALL, Policy
from crucible_tools.rune.asking import Asked, asked_of

_URL: Final = re.compile(
    r"https?://(?P<host>[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?P<port>:[0-9]{1,5})?(?P<rest>[/?#].*)?", re.I
)
_LOCAL: Final = ("127.0.0.1", "::1")
"""Addresses of `localhost`."""

_OF_FOLDERS: Final = frozenset(
    ("crucible::file_list_dir", "crucible::file_is_dir", "fs::list_dir", "fs::mkdir", "fs::is_dir")
)
"""Functions whose path is that of a folder."""

_READS: Final = frozenset(
    (
        *("crucible::file_read", "crucible::file_exists", "crucible::file_is_dir", "crucible::file_is_file"),
        *("crucible::file_list_dir", "fs::read_to_string", "fs::exists", "fs::is_file", "fs::is_dir", "fs::list_dir"),
    )
)


@dataclass(frozen=True, slots=True)
class _Use:
    """A setting that says what a module may be used for.

    Args:
        setting: its name (docs/policy.md).
        example: a value.
        what: what its values are, in words.
        concerns: whether an argument is about this setting.
        known: the value that allows an argument; None where the source does not say enough.
    """

    setting: str
    example: str
    what: str
    concerns: Callable[[Asked], bool]
    known: Callable[[Asked], str | None]


def policy_snippet(name: str, policy: Policy, missing: Iterable[str], text: str) -> str | None:
    """The smallest policy that allows a tool and no other one; None when this one does.

    What a module may be used for (hosts, folders, programs) is named as far as the source says it; for what it does
    not say, comments name the setting and the lines.

    Args:
        name: of the tool.
        policy: the one that does not.
        missing: the capabilities that it lacks.
        text: the source of the tool.
    """
    lacking = set(missing)
    if not lacking or policy.capabilities is ALL:
        return None
    modules = [f"crucible::{module}" for module in sorted(policy.capabilities | lacking)]
    lines = [f"[tool.{_toml(name)}.policy]", f"modules = {_list(modules)}"]
    asked = asked_of(text) if lacking & _USES.keys() else ()
    for module in sorted(lacking & _USES.keys()):
        for use in _USES[module]:
            lines += _settings(use, [item for item in asked if use.concerns(item)], always=len(_USES[module]) == 1)
    return "".join(f"{line}\n" for line in lines)


def _settings(use: _Use, asked: Sequence[Asked], *, always: bool) -> list[str]:
    """The lines about one use of a module: what is known, and what its owner has to say."""
    if not asked and not always:
        return []
    values = {item: use.known(item) for item in asked}
    known = sorted({value for value in values.values() if value is not None})
    unknown = sorted({item.line for item, value in values.items() if value is None})
    lines = [f"{use.setting} = {_list(known)}"] if known else []
    if use.setting == "http_hosts" and (private := _private(known)):
        lines.append(f"http_private = {_list(private)}")
    if unknown and known:
        numbers = ", ".join(str(line) for line in unknown)
        where = f"line {numbers} asks" if len(unknown) == 1 else f"lines {numbers} ask"
        lines.append(f"# {use.setting}: add what {where} for, which is not written out there")
    elif not known:
        lines.append(f"# {use.setting} = {use.example}   {use.what}; none without this")
    return lines


def _host(asked: Asked) -> str | None:
    found = _URL.fullmatch(asked.text)
    if found is None or (found["rest"] is None and not asked.whole):  # the host may go on
        return None
    return f"{found['host']}{found['port'] or ''}".lower()


def _private(hosts: Iterable[str]) -> list[str]:
    """Addresses among hosts that are not public, which have to be named a second time."""
    from ipaddress import ip_address  # only for whoever names hosts

    found: set[str] = set()
    for host in hosts:
        name = re.sub(r":[0-9]+\Z", "", host).strip("[]")
        if name == "localhost":
            found |= set(_LOCAL)
            continue
        try:
            address = ip_address(name)
        except ValueError:
            continue
        if not address.is_global:
            found.add(str(address))
    return sorted(found)


def _folder(asked: Asked) -> str | None:
    text = asked.text
    if not text or text.startswith("~") or "\0" in text:  # a script's `~` is a name, a policy's is a home
        return None
    folder = text if asked.whole and asked.function in _OF_FOLDERS else posixpath.dirname(text)
    if not asked.whole and not folder:
        return None
    folder = posixpath.normpath(folder or ".")
    if folder.strip("/") == "":
        return None  # everything is never the smallest
    return "./*" if folder == "*" else folder  # `*` alone would be everything


def _program(asked: Asked) -> str | None:
    text = asked.text
    fine = asked.whole and text and text != "*" and "\0" not in text and ("/" not in text or text.startswith("/"))
    return text if fine else None


def _reads(asked: Asked) -> bool:
    return asked.function in _READS or (asked.function == "fs::copy" and asked.parameter == "from")


def _writes(asked: Asked) -> bool:
    return asked.parameter in ("path", "from", "to") and not _reads(asked)


_USES: Final = {
    "http": (
        _Use(
            "http_hosts", '["api.example.com"]', "hosts that it may ask", lambda asked: asked.parameter == "url", _host
        ),
    ),
    "file": (
        _Use("read_folders", '["data"]', "folders that it may read", _reads, _folder),
        _Use("write_folders", '["out"]', "folders that it may change", _writes, _folder),
    ),
    "process": (
        _Use("programs", '["git"]', "programs that it may run", lambda asked: asked.parameter == "program", _program),
    ),
}
"""What each module may be used for (docs/policy.md)."""


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(_toml(item) for item in items)}]"


def _toml(text: str) -> str:
    """A basic string (TOML 1.0): as in JSON, but escapes of half characters are none, and DEL has to be escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
