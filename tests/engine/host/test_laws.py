"""Laws of what judges paths, URLs and addresses, for whatever hypothesis thinks of."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.engine.host.addresses import why_no_address, why_not_public
from crucible_tools.engine.host.headers import HeaderRefused, check_headers
from crucible_tools.engine.host.paths import PathRefused, Walker
from crucible_tools.engine.host.urls import NoUrl, UrlRefused, read_url
from crucible_tools.model.grants import HttpGrant

LINKS = {
    "to_a": "a",
    "up": "..",
    "a/up": "..",
    "a/far": "../../..",
    "a/b/root": "../..",
    "out": "../outside",
    "everything": "/",
    "a/ring": "ring",
    "a/b/dots": "../../to_a/./b/..",
}
PARTS = ["a", "b", "..", ".", "", "file", "missing", *(name.rpartition("/")[2] for name in LINKS), "outside", "root"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("laws")
    root = base / "root"
    (root / "a" / "b").mkdir(parents=True)
    (base / "outside" / "a").mkdir(parents=True)
    for folder in (root, root / "a", root / "a" / "b", base / "outside"):
        (folder / "file").write_text(str(folder))
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    return root.resolve()


@settings(max_examples=400)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=8), absolute=st.booleans())
def test_a_path_leads_into_the_folder_and_to_what_the_kernel_says_or_nowhere(
    root: Path, parts: list[str], absolute: bool
) -> None:
    path = "/".join(parts) or "."
    if absolute:
        path = f"{root}/{path}"
    try:
        with Walker(frozenset({str(root)}), str(root)).at(path) as place:
            folder = Path(os.readlink(f"/proc/self/fd/{place.folder}"))
            found = folder if place.name == "." else folder / place.name
            exists = place.status() is not None
    except (PathRefused, OSError, ValueError):
        return
    assert found.is_relative_to(root)
    if exists:
        assert found == Path(os.path.realpath(root / path, strict=True))


@settings(max_examples=400)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=8))
def test_a_path_whose_every_step_stays_inside_is_not_refused(root: Path, parts: list[str]) -> None:
    here = root
    for part in parts:
        here = here / part
        try:
            here.stat()  # the kernel refuses `file/..`, which `realpath` does not
            inside = Path(os.path.realpath(here, strict=True)).is_relative_to(root)
        except OSError:
            return
        # Links that lead out and in again have been out: they may be refused.
        if not inside or part in ("far", "everything", "out"):
            return
    with Walker(frozenset({str(root)}), str(root)).at("/".join([".", *parts])) as place:
        assert place.status() is not None


HOSTS = st.sampled_from(
    ["a.test", "A.test.", "127.0.0.1", "[::1]", "0x7f.1", "bücher.test", "１.test", "a@b", "a%2eb", ""]
)
URLS = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTP://", "http:/", "ftp://", "//", ""]),
    st.sampled_from(["", "user@", "u:p@", "\\", " "]),
    HOSTS,
    st.sampled_from(["", ":80", ":", ":0", ":99999", ":8 0", ":٨"]),
    st.text(max_size=12) | st.sampled_from(["/", "/a b?c#d", "?x", "#f", "/../..", "/\u0000", "\\x"]),
)


@settings(max_examples=500)
@given(URLS | st.text(max_size=40))
def test_a_url_that_is_read_reads_the_same_again_and_as_other_readers_read_it(text: str) -> None:
    try:
        target = read_url(text)
    except (NoUrl, UrlRefused):
        return
    written = target.origin + target.path
    assert read_url(written) == target
    other = urlsplit(written)
    assert (other.scheme, other.hostname, other.username) == (target.scheme, target.host, None)
    assert (other.port or {"http": 80, "https": 443}[target.scheme]) == target.port
    assert written.isascii()
    assert not any(char <= " " for char in written)


@settings(max_examples=1000)
@given(st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(0, 2**128 - 1).map(IPv6Address))
def test_what_is_called_public_is_global_to_pythons_registry_too(address: IPv4Address | IPv6Address) -> None:
    if why_not_public(address) is None:
        assert address.is_global
        assert not any((address.is_multicast, address.is_reserved, address.is_link_local, address.is_loopback))


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_refused_in_every_wrapping_of_ipv6(number: int) -> None:
    four = IPv4Address(number)
    wrapped = [
        IPv6Address(f"::ffff:{four}"),
        IPv6Address(f"::{four}"),
        IPv6Address(f"64:ff9b::{four}"),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),
    ]
    assert all(why_not_public(address) is not None for address in wrapped)


@given(st.integers(0, 2**32 - 1).map(IPv4Address), st.integers(0, 32))
def test_a_named_network_opens_itself_and_nothing_else(address: IPv4Address, length: int) -> None:
    network = ip_network((int(address) >> (32 - length) << (32 - length), length))
    grant = HttpGrant(private=frozenset({str(network)}))
    assert why_no_address(str(address), "a.test", grant) is None
    outside = IPv4Address(int(address) ^ (1 << (32 - length))) if length else None
    if outside is not None and why_not_public(outside) is not None:
        assert why_no_address(str(outside), "a.test", grant) is not None


@settings(max_examples=300)
@given(st.text(max_size=12), st.text(max_size=12))
def test_a_header_that_is_let_through_is_one_line(name: str, value: str) -> None:
    try:
        check_headers([(name, value)])
    except HeaderRefused:
        return
    line = f"{name}: {value}".encode("latin-1")
    assert b"\r" not in line
    assert b"\n" not in line
    assert b"\0" not in line
