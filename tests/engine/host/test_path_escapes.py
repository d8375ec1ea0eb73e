"""No script touches a file outside of the folders that the policy names: by no path, link, race or special file."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.host.support import Heard, Stage
from tests.engine.host.tree import OPERATIONS, SECRET, Tree

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Ways out. `link` names what is made in the root before: its place and where it points.
PATHS = [
    "../outside/secret.txt",
    "a/../../outside/secret.txt",
    "./a/b/../../../outside/secret.txt",
    "{outside}/secret.txt",
    "{root}/../outside/secret.txt",
    "{root}//..//outside//secret.txt",
    "{root}/./a/./../../outside/secret.txt",
    "{base}/rootbeside/secret.txt",
    "{root}beside/secret.txt",
    "/etc/passwd",
    "/proc/self/root{outside}/secret.txt",
    "missing/../../outside/secret.txt",
]
LINKS = {
    "a link to a folder": ("way", "{outside}", "way/secret.txt"),
    "a relative link to a folder": ("a/way", "../../outside", "a/way/secret.txt"),
    "a link to a file": ("way.txt", "{outside}/secret.txt", "way.txt"),
    "a relative link to a file": ("way.txt", "../outside/secret.txt", "way.txt"),
    "a link to everything": ("way", "/", "way{outside}/secret.txt"),
    "a link over the kernel's": ("way", "/proc/self/root", "way{outside}/secret.txt"),
    "a link out and in again": ("way", "../outside/../root", "way/inside.txt"),
    "a link to a name beside": ("way", "{root}beside", "way/secret.txt"),
    "dots behind a link": ("way", "a/b", "way/../../../outside/secret.txt"),
    "a link to the root's parent": ("way", "..", "way/outside/secret.txt"),
    "a link to an absolute path with dots": ("way", "{root}/../outside", "way/secret.txt"),
}
OF_THE_LINK_ITSELF = ("remove", "rename_from", "rename_to")
"""Operations on a name: a link at the end of the path is what they are about, not what it points to."""


@pytest.fixture
def tree(stage: Stage, tmp_path: Path) -> Tree:
    return Tree.make(stage, tmp_path)


async def refused(tree: Tree, operation: str, path: str, **given: Any) -> None:
    """Does something, and checks that it was denied, reported, and changed nothing outside."""
    before, heard = tree.outside_now(), Heard()
    result = await tree.do(operation, path, heard=heard, **given)
    assert result.error is not None
    assert (result.error.kind, result.error.data["capability"]) == ("denied", "file"), result.error
    assert SECRET not in repr(result)
    assert tree.outside_now() == before
    assert [effect.allowed for effect in heard.effects] == [False]
    assert heard.denied[0].reason


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("path", PATHS)
async def test_no_path_leads_out(tree: Tree, operation: str, path: str) -> None:
    if path.startswith("missing") and operation not in ("exists", "file_exists", "is_file", "is_dir", "mkdir"):
        # The missing folder comes first: the path leads nowhere.
        before = tree.outside_now()
        result = await tree.do(operation, path)
        assert result.error is not None
        assert (result.error.kind, tree.outside_now()) == ("tool", before)
    elif path.startswith("missing") and operation != "mkdir":
        assert (await tree.do(operation, path)).result is False
    else:
        await refused(tree, operation, path)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("way", LINKS)
async def test_no_link_leads_out(tree: Tree, operation: str, way: str) -> None:
    place, target, path = LINKS[way]
    (tree.root / place).symlink_to(tree.path(target))
    if place == path and operation in OF_THE_LINK_ITSELF:
        before = tree.outside_now()
        assert (await tree.do(operation, path)).error is None
        assert tree.outside_now() == before
    else:
        await refused(tree, operation, path)


@pytest.mark.parametrize("operation", ["write", "append", "copy_to", "mkdir"])
async def test_a_link_that_points_at_nothing_outside_makes_nothing_there(tree: Tree, operation: str) -> None:
    (tree.root / "way").symlink_to(tree.outside / "new.txt")
    await refused(tree, operation, "way")


@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/outside/secret.txt",
        "..%2foutside%2fsecret.txt",
        "..\\\\outside\\\\secret.txt",
        "..;/outside/secret.txt",
        "....//outside/secret.txt",
        "‥/outside/secret.txt",
        "．．/outside/secret.txt",
        "~/secret.txt",
        "~root/secret.txt",
        "$HOME/secret.txt",
        "${HOME}/secret.txt",
        "file:///etc/passwd",
        "C:\\\\Windows\\\\win.ini",
        "..\u2215outside\u2215secret.txt",
    ],
)
async def test_what_only_looks_like_a_way_out_is_a_name_like_any_other(tree: Tree, path: str) -> None:
    result = await tree.run(f'fs::read_to_string("{path}")?')
    assert result.error is not None
    assert (result.error.kind, result.error.data.rpartition(": ")[2]) == ("tool", "there is no such file or folder")


async def test_reading_is_not_writing_and_writing_is_not_reading(tree: Tree) -> None:
    named = frozenset({str(tree.root)})
    await refused(tree, "write", "new.txt", policy=tree.policy(read=named, write=frozenset()))
    await refused(tree, "read", "inside.txt", policy=tree.policy(read=frozenset(), write=named))
    await refused(tree, "copy_from", "inside.txt", policy=tree.policy(read=frozenset(), write=named))
    await refused(tree, "rename_from", "inside.txt", policy=tree.policy(read=named, write=frozenset()))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("kept/secret.txt", "shown/now.txt"),
        ("kept/secret.txt", "a/../shown/./now.txt"),
        ("kept/secret.txt", "again/now.txt"),
        ("kept/folder", "shown/folder"),
        ("kept/folder", "made"),
    ],
    ids=["a file", "by another way", "through a link", "a folder", "around a folder that may be read"],
)
async def test_moving_makes_nothing_readable_that_was_not(tree: Tree, source: str, target: str) -> None:
    for folder in ("kept/folder/inner", "shown"):
        (tree.root / folder).mkdir(parents=True)
    (tree.root / "again").symlink_to("shown")
    for name in ("kept/secret.txt", "kept/folder/inner/secret.txt"):
        (tree.root / name).write_text(SECRET)
    policy = tree.policy(read=frozenset({str(tree.root / "shown"), str(tree.root / "made" / "inner")}))
    heard = Heard()
    result = await tree.run(f'fs::rename("{source}", "{target}")?', policy=policy, heard=heard)
    assert result.error is not None
    assert (result.error.kind, result.error.data["setting"]) == ("denied", "read_folders")
    assert len(heard.denied) == 1
    assert (tree.root / source).exists()


@pytest.mark.parametrize(("source", "target"), [("shown/a.txt", "kept/a.txt"), ("kept/b.txt", "kept/c.txt")])
async def test_what_may_be_read_may_be_moved_anywhere_and_what_may_not_within_what_may_not(
    tree: Tree, source: str, target: str
) -> None:
    for name in ("shown/a.txt", "kept/b.txt"):
        (tree.root / name).parent.mkdir()
        (tree.root / name).write_text("moved")
    policy = tree.policy(read=frozenset({str(tree.root / "shown")}))
    result = await tree.run(f'fs::rename("{source}", "{target}")?', policy=policy)
    assert result.error is None
    assert (tree.root / target).read_text() == "moved"


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_policy_that_names_no_folder_shows_none(tree: Tree, operation: str) -> None:
    await refused(tree, operation, "inside.txt", policy=tree.policy(read=frozenset(), write=frozenset()))


@pytest.mark.parametrize("operation", ["write", "remove", "rename_from", "mkdir"])
@pytest.mark.parametrize("path", [".", "a/..", "{root}"])
async def test_the_named_folder_itself_is_not_written_removed_or_renamed(tree: Tree, operation: str, path: str) -> None:
    result = await tree.do(operation, path)
    if operation == "mkdir":
        assert result.error is None
    else:
        assert result.error is not None
    assert (tree.root / "inside.txt").read_text() == "inside"


# Hard links and special files


@pytest.mark.parametrize("operation", ["read", "file_read", "write", "append", "copy_from", "copy_to"])
async def test_a_file_with_a_second_name_is_refused_since_that_may_be_outside(tree: Tree, operation: str) -> None:
    (tree.root / "hard.txt").hardlink_to(tree.outside / "secret.txt")
    await refused(tree, operation, "hard.txt")


@pytest.mark.parametrize("operation", ["read", "file_read", "write", "append", "copy_from", "copy_to"])
@pytest.mark.parametrize("kind", ["pipe", "socket"])
async def test_what_is_no_file_is_refused_and_nobody_waits_for_it(tree: Tree, operation: str, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(tree.root / "odd")
        await refused(tree, operation, "odd")
        return
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(tree.root)  # paths of sockets are short
        try:
            listening.bind("odd")
        finally:
            os.chdir(here)
        await refused(tree, operation, "odd")


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/tty", "/proc/self/fd/0"])
async def test_devices_are_refused_where_every_folder_is_named_too(tree: Tree, path: str) -> None:
    everything = frozenset({"/"})
    heard = Heard()
    result = await tree.do("read", path, policy=tree.policy(read=everything), heard=heard)
    assert result.error is not None
    assert result.error.kind in ("denied", "tool")
    assert result.result is None


# Races: something is swapped at the very moment before it is opened


def swapping(name: str, swap: Callable[[], object]) -> Callable[..., int]:
    """An `open` that swaps something right before the first opening of `name`."""
    done = False

    def opener(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        nonlocal done
        if path == name and not done:
            done = True
            swap()
        return os.open(path, flags, *arguments, **named)

    return opener


READERS = ["read", "file_read", "copy_from"]
WRITERS = ["write", "file_write", "append", "copy_to"]


@pytest.mark.parametrize("operation", [*READERS, *WRITERS, "list", "exists", "mkdir", "remove", "rename_to"])
async def test_a_folder_that_is_swapped_for_a_link_leads_nowhere(tree: Tree, operation: str) -> None:
    def swap() -> None:
        (tree.root / "a").rename(tree.root / "kept")
        (tree.root / "a").symlink_to(tree.outside)

    await refused(tree, operation, "a/secret.txt", opener=swapping("a", swap))


@pytest.mark.parametrize("operation", [*READERS, "append"])
@pytest.mark.parametrize("by", ["link", "file", "hard link", "pipe"])
async def test_a_file_that_is_swapped_between_looking_and_opening_is_not_used(
    tree: Tree, operation: str, by: str
) -> None:
    file = tree.root / "inside.txt"

    def swap() -> None:
        file.rename(tree.root / "kept")
        match by:
            case "link":
                file.symlink_to(tree.outside / "secret.txt")
            case "hard link":
                file.hardlink_to(tree.outside / "secret.txt")
            case "pipe":
                os.mkfifo(file)
            case _:
                file.write_text(SECRET)

    if by == "pipe" and operation == "append":
        # Nobody reads the pipe: opening it for writing fails at once.
        result = await tree.do(operation, "inside.txt", opener=swapping("inside.txt", swap))
        assert result.error is not None
    else:
        await refused(tree, operation, "inside.txt", opener=swapping("inside.txt", swap))


@pytest.mark.parametrize("operation", ["write", "file_write", "copy_to"])
async def test_a_link_that_takes_the_place_of_a_file_being_written_is_replaced_and_not_followed(
    tree: Tree, operation: str
) -> None:
    target = tree.root / "a" / "one.txt"

    def swap() -> None:
        target.unlink()
        target.symlink_to(tree.outside / "secret.txt")

    before = tree.outside_now()
    opener = swapping(".crucible-token.tmp", swap)
    result = await tree.do(operation, "a/one.txt", opener=opener, token=lambda: "token")
    assert result.error is None, result.error
    assert tree.outside_now() == before
    assert target.is_symlink() is False
    assert target.read_text() in ("new", "inside")


async def test_a_folder_that_is_swapped_for_a_link_before_it_is_listed_is_not_followed(tree: Tree) -> None:
    calls = 0

    def opener(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        nonlocal calls
        calls += 1
        if path == "b" and flags & os.O_DIRECTORY:
            (tree.root / "a" / "b").rmdir()
            (tree.root / "a" / "b").symlink_to(tree.outside)
        return os.open(path, flags, *arguments, **named)

    result = await tree.do("list", "a/b", opener=opener)
    assert result.error is not None
    assert "secret.txt" not in repr(result)
    assert calls > 1


async def test_a_folder_that_is_moved_while_it_is_walked_does_not_shift_the_way_up(tree: Tree) -> None:
    # `..` goes to the folder that was walked through, not to where the moved folder hangs now.
    def swap() -> None:
        (tree.root / "a" / "b").rename(tree.outside / "deep" / "b")

    (tree.root / "a" / "b" / "c").mkdir()
    opener = swapping("c", swap)
    result = await tree.do("read", "a/b/c/../../one.txt", opener=opener)
    assert result.result == "one"
