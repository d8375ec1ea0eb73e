"""What a capability may be used for: which hosts, which folders, which programs.

A capability (`http`, `file`, `process`) lets a script ask; a grant says for what. Grants only hold texts: the
host functions (`engine/host/`) give them meaning when a script asks, and are the only place that does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Final, TypeAlias, cast

from crucible_tools.errors import ConfigurationError

_MIB: Final = 2**20


class Everything(Enum):
    """Everything there is, whatever an application adds later."""

    ALL = "all"

    def __repr__(self) -> str:
        """`ALL`, as it is written."""
        return "ALL"


ALL: Final = Everything.ALL

HTTP_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
"""What may be asked of a server at all: CONNECT and TRACE make tunnels and echoes."""

Names: TypeAlias = frozenset[str] | Everything
"""Some names, or ALL."""


@dataclass(frozen=True, slots=True)
class SecretHeader:
    """A header that the host adds to requests to one host; the script never sees it.

    Args:
        host: `api.example.com` or `api.example.com:8443`: sent over https alone. `http://127.0.0.1:8080` allows http.
        name: of the header.
        variable: the environment variable that its value is read from when a request is made.
        prefix: what stands before that value, `Bearer `.
    """

    host: str
    name: str
    variable: str
    prefix: str = ""

    def to_json(self) -> dict[str, str]:
        """`{host, name, variable, prefix}`: the value itself is in no policy."""
        return {"host": self.host, "name": self.name, "variable": self.variable, "prefix": self.prefix}


@dataclass(frozen=True, slots=True)
class HttpGrant:
    """Which requests a script may make; none unless hosts are named.

    Args:
        hosts: hosts of URLs: `api.example.com`, `*.example.com` (not the name itself), a literal address; with
            `:port`, that port alone.
        private: addresses and networks that are not public and may be connected to all the same.
        methods: `GET` and so on.
        headers: secret headers.
        max_bytes: length of one response's body, and of one request's.
        timeout_s: time for one request with its redirects, in seconds.
        max_redirects: redirects that are followed.
    """

    hosts: Names = frozenset()
    private: Names = frozenset()
    methods: Names = ALL
    headers: tuple[SecretHeader, ...] = ()
    max_bytes: int = 4 * _MIB
    timeout_s: float = 30.0
    max_redirects: int = 5

    def __post_init__(self) -> None:
        """Check and normalise the names."""
        _check_names(self, "hosts", "private", "methods")

    def narrowed(self, other: "HttpGrant") -> "HttpGrant":
        """What both allow."""
        return HttpGrant(
            hosts=_both(self.hosts, other.hosts, _common_host),
            private=_both(self.private, other.private, _common_network),
            methods=_both(self.methods, other.methods, _same),
            headers=tuple(header for header in self.headers if header in other.headers),
            max_bytes=min(self.max_bytes, other.max_bytes),
            timeout_s=min(self.timeout_s, other.timeout_s),
            max_redirects=min(self.max_redirects, other.max_redirects),
        )


@dataclass(frozen=True, slots=True)
class FileGrant:
    """Which files a script may touch; none unless folders are named.

    Args:
        read: absolute paths of folders whose files it may read and list.
        write: absolute paths of folders in which it may create, change and delete. Writing is not reading.
        max_bytes: length of a file that is read, written or copied.
        max_entries: names that listing a folder gives.
    """

    read: Names = frozenset()
    write: Names = frozenset()
    max_bytes: int = 4 * _MIB
    max_entries: int = 10_000

    def __post_init__(self) -> None:
        """Check and normalise the names."""
        _check_names(self, "read", "write")

    def narrowed(self, other: "FileGrant") -> "FileGrant":
        """What both allow."""
        return FileGrant(
            read=_both(self.read, other.read, _common_folder),
            write=_both(self.write, other.write, _common_folder),
            max_bytes=min(self.max_bytes, other.max_bytes),
            max_entries=min(self.max_entries, other.max_entries),
        )


@dataclass(frozen=True, slots=True)
class ProcessGrant:
    """Which programs a script may run; none unless they are named.

    Args:
        programs: names that are looked up (`git`), or absolute paths. A named program may be given any arguments.
        environment: variables that the script may set for it.
        timeout_s: how long a program may run, in seconds.
        max_output_bytes: how much of its output is kept, and the same of its errors.
    """

    programs: Names = frozenset()
    environment: Names = frozenset()
    timeout_s: float = 60.0
    max_output_bytes: int = _MIB

    def __post_init__(self) -> None:
        """Check and normalise the names."""
        _check_names(self, "programs", "environment")

    def narrowed(self, other: "ProcessGrant") -> "ProcessGrant":
        """What both allow."""
        return ProcessGrant(
            programs=_both(self.programs, other.programs, _same),
            environment=_both(self.environment, other.environment, _same),
            timeout_s=min(self.timeout_s, other.timeout_s),
            max_output_bytes=min(self.max_output_bytes, other.max_output_bytes),
        )


Grant: TypeAlias = HttpGrant | FileGrant | ProcessGrant


def grant_to_json(grant: Grant) -> dict[str, Any]:
    """A grant as a JSON object: names as a sorted list or `"all"`."""
    return {field.name: _plain(getattr(grant, field.name)) for field in fields(grant)}


def http_grant(data: Mapping[str, Any]) -> HttpGrant:
    """The grant that `grant_to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: the object is not one that it wrote.
    """
    values = _read(data, "hosts", "private", "methods")
    values["headers"] = tuple(SecretHeader(**header) for header in data["headers"])
    return HttpGrant(**values)


def file_grant(data: Mapping[str, Any]) -> FileGrant:
    """As `http_grant`."""
    return FileGrant(**_read(data, "read", "write"))


def process_grant(data: Mapping[str, Any]) -> ProcessGrant:
    """As `http_grant`."""
    return ProcessGrant(**_read(data, "programs", "environment"))


def _check_names(grant: object, *fields_with_names: str) -> None:
    """Make any collection of texts a frozen set; a single text would be read as its letters, so it is refused.

    Raises:
        ConfigurationError: a field holds neither texts nor ALL.
    """
    for name in fields_with_names:
        value: object = getattr(grant, name)
        if value is ALL or isinstance(value, frozenset):
            continue
        if not isinstance(value, list | tuple | set):
            raise ConfigurationError(f"{type(grant).__name__}.{name}: {value!r} is no collection of texts, nor ALL")
        texts = frozenset(cast("list[object] | tuple[object, ...] | set[object]", value))
        if not all(isinstance(text, str) for text in texts):
            raise ConfigurationError(f"{type(grant).__name__}.{name}: {value!r} holds something else than texts")
        object.__setattr__(grant, name, texts)


def _read(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**data, **{name: _names(data[name]) for name in names}}


def _names(value: object) -> Names:
    """As `_plain` wrote it; what does not hold texts was written by somebody else."""
    if value == "all":
        return ALL
    if not isinstance(value, list) or not all(isinstance(name, str) for name in cast("list[object]", value)):
        raise TypeError(f"{value!r} is no list of texts")
    return frozenset(cast("list[str]", value))


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(cast("frozenset[str]", value))
    if isinstance(value, tuple):
        return [header.to_json() for header in cast("tuple[SecretHeader, ...]", value)]
    return "all" if value is ALL else value


def _both(mine: Names, other: Names, common: Callable[[str, str], str | None]) -> Names:
    """What two sets of patterns both cover: two patterns' common part is a pattern or nothing, so pairs are enough.

    Mine that the other covers stay as they are: narrowing what is narrow enough changes nothing.
    """
    if mine is ALL or mine == other:
        return other
    if other is ALL:
        return mine
    kept = {one for one in mine if any(common(one, two) == one for two in other)}
    parts = {part for one in mine for two in other if (part := common(one, two)) is not None}
    return frozenset(kept | {part for part in parts if all(common(one, part) != part for one in kept)})


def _same(one: str, two: str) -> str | None:
    return one if one == two else None


def split_port(pattern: str) -> tuple[str, str]:
    """A host's pattern without its port, and the port (empty when it names none); IPv6 stands in brackets or bare."""
    host, colon, port = pattern.rpartition(":")
    if colon and not host.endswith(":") and (":" not in host or host.endswith("]")):
        return host, port
    return pattern, ""


def _common_host(one: str, two: str) -> str | None:
    (host, port), (other_host, other_port) = split_port(one), split_port(two)
    if port and other_port and port != other_port:
        return None
    found = _inner(host, other_host, covers_name)
    wanted = port or other_port
    return f"{found}:{wanted}" if found is not None and wanted else found


def covers_name(pattern: str, name: str) -> bool:
    """Whether a pattern without port covers a host name, or another pattern."""
    return pattern == name or (pattern.startswith("*.") and name.endswith(pattern[1:]))


def covers_path(folder: str, path: str) -> bool:
    """Whether a path is a folder or lies below it, as far as its text says. Both absolute and normal."""
    return folder == path or path.startswith(folder.rstrip("/") + "/")


def _common_folder(one: str, two: str) -> str | None:
    return _inner(one, two, covers_path)


def _common_network(one: str, two: str) -> str | None:
    # Not at the top: a call of a tool that makes no requests does not need it.
    from ipaddress import ip_network

    first, second = ip_network(one), ip_network(two)
    if first.version != second.version or not first.overlaps(second):
        return None
    return one if first.prefixlen >= second.prefixlen else two


def _inner(one: str, two: str, covers: Callable[[str, str], bool]) -> str | None:
    if covers(one, two):
        return two
    return one if covers(two, one) else None


NO_HTTP: Final = HttpGrant()
NO_FILES: Final = FileGrant()
NO_PROGRAMS: Final = ProcessGrant()
