"""Files that a policy allows: what each function does, that writing is all or nothing, and where limits are."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.engine.host.support import Heard, Stage
from tests.engine.host.tree import Tree
from tests.engine.support import level

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def tree(stage: Stage, tmp_path: Path) -> Tree:
    return Tree.make(stage, tmp_path)


async def value(tree: Tree, expression: str, **given: Any) -> Any:
    """What an expression gives, or the tool's own error as `{"error": ..}`."""
    result = await tree.run(expression, **given)
    return result.result if result.error is None else {result.error.kind: result.error.data}


async def test_each_function_does_what_it_says(tree: Tree) -> None:
    found = await value(
        tree,
        """{
            fs::mkdir("x/y/z")?;
            fs::mkdir("x/y/z")?;
            fs::write_file("x/one.txt", "1")?;
            crucible::file_write("x/two.txt", "zwö").await?;
            fs::append_file("x/one.txt", "+")?;
            fs::append_file("x/three.txt", "new")?;
            fs::copy("x/two.txt", "x/y/copy.txt")?;
            fs::rename("x/three.txt", "x/y/moved.txt")?;
            fs::remove("x/y/z")?;
            let listed = [fs::list_dir("x")?, crucible::file_list_dir("x/y").await?];
            fs::remove("x/y/moved.txt")?;
            [
                listed,
                fs::read_to_string("x/one.txt")?,
                crucible::file_read("x/y/copy.txt").await?,
                [fs::exists("x"), fs::exists("x/y/moved.txt"), crucible::file_exists("x/no/way").await?],
                [fs::is_file("x/one.txt"), fs::is_file("x"), crucible::file_is_file("x/one.txt").await?],
                [fs::is_dir("x"), fs::is_dir("x/one.txt"), crucible::file_is_dir("x/y").await?],
            ]
        }""",
    )
    assert found == [
        [["one.txt", "two.txt", "y"], ["copy.txt", "moved.txt"]],
        "1+",
        "zwö",
        [True, False, False],
        [True, False, True],
        [True, False, True],
    ]


@pytest.mark.parametrize(
    ("place", "target", "path"),
    [
        ("way", "a", "way/one.txt"),
        ("way.txt", "a/one.txt", "way.txt"),
        ("a/way", "../a/b/..", "a/way/one.txt"),
        ("way", "{root}/a", "way/one.txt"),
        ("way", "{root}", "way/a/one.txt"),
        ("way", "./a/.", "way/./one.txt"),
        ("way", "a/b/../", "way/one.txt"),
    ],
)
async def test_links_within_the_folder_are_followed(tree: Tree, place: str, target: str, path: str) -> None:
    (tree.root / place).symlink_to(tree.path(target))
    assert await value(tree, f'fs::read_to_string("{path}")?') == "one"
    assert await value(tree, f'fs::write_file("{path}", "two")?') is None
    assert (tree.root / "a" / "one.txt").read_text() == "two"
    assert (tree.root / place).is_symlink()


async def test_a_ring_of_links_is_an_error(tree: Tree) -> None:
    (tree.root / "one").symlink_to("two")
    (tree.root / "two").symlink_to("one")
    assert "too many links" in (await value(tree, 'fs::read_to_string("one")?'))["tool"]


async def test_a_named_folder_may_be_a_link_itself_and_both_its_names_lead_in(tree: Tree) -> None:
    alias = tree.root.parent / "alias"
    alias.symlink_to(tree.root)
    policy = tree.policy(read=frozenset({str(alias)}))
    for path in (f"{alias}/inside.txt", f"{tree.root}/inside.txt", "inside.txt"):
        assert await value(tree, f'fs::read_to_string("{path}")?', policy=policy) == "inside"


async def test_the_longest_named_folder_counts(tree: Tree) -> None:
    policy = tree.policy(read=frozenset({str(tree.root), f"{tree.root}/a"}))
    assert await value(tree, 'fs::read_to_string("a/one.txt")?', policy=policy) == "one"
    result = await value(tree, 'fs::read_to_string("a/../inside.txt")?', policy=policy)
    assert "denied" in result


async def test_development_uses_the_whole_file_system(tree: Tree) -> None:
    (tree.root / "way").symlink_to(tree.outside)
    (tree.root / "hard.txt").hardlink_to(tree.outside / "secret.txt")
    found = await value(
        tree,
        f"""[
            fs::read_to_string("way/secret.txt")?,
            fs::read_to_string("../outside/secret.txt")?,
            fs::read_to_string("/../..{tree.root}/hard.txt")?,
            fs::exists("/"),
        ]""",
        policy=level("development"),
    )
    assert found == ["what lies outside"] * 3 + [True]


async def test_writing_keeps_the_files_permissions_and_leaves_no_other_file(tree: Tree) -> None:
    (tree.root / "inside.txt").chmod(0o640)
    assert await value(tree, 'fs::write_file("inside.txt", "new")?') is None
    assert stat.S_IMODE((tree.root / "inside.txt").stat().st_mode) == 0o640
    assert sorted(os.listdir(tree.root)) == ["a", "inside.txt"]


@pytest.mark.parametrize("broken", ["opening", "writing"])
async def test_a_write_that_fails_leaves_the_old_file_and_no_other(tree: Tree, broken: str) -> None:
    def opener(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        if path != ".crucible-token.tmp":
            return os.open(path, flags, *arguments, **named)
        if broken == "opening":
            raise OSError(28, "No space left on device")
        made = os.open(path, flags, *arguments, **named)
        os.close(made)
        return os.open(path, os.O_RDONLY, dir_fd=named["dir_fd"])

    found = await value(tree, 'fs::write_file("inside.txt", "new")?', opener=opener, token=lambda: "token")
    assert "tool" in found
    assert (tree.root / "inside.txt").read_text() == "inside"
    assert sorted(os.listdir(tree.root)) == ["a", "inside.txt"]


@pytest.mark.parametrize(
    ("expression", "fields", "says"),
    [
        ('fs::read_to_string("inside.txt")?', {"max_bytes": 5}, "the limit is 5"),
        ('fs::copy("inside.txt", "x")?', {"max_bytes": 5}, "the limit is 5"),
        ('fs::write_file("x", "123456")?', {"max_bytes": 5}, "the limit for a file is 5"),
        ('fs::write_file("x", "üüü")?', {"max_bytes": 5}, "has 6 bytes"),
        ('fs::append_file("inside.txt", "1")?', {"max_bytes": 6}, "would have 7 bytes"),
        ('fs::list_dir(".")?', {"max_entries": 1}, "more than 1 entries"),
    ],
)
async def test_limits_are_the_tools_own_errors(tree: Tree, expression: str, fields: dict[str, int], says: str) -> None:
    heard = Heard()
    found = await value(tree, expression, policy=tree.policy(**fields), heard=heard)
    assert says in found["tool"]
    assert sorted(os.listdir(tree.root)) == ["a", "inside.txt"]
    assert all(effect.allowed for effect in heard.effects)


async def test_a_file_that_is_longer_than_it_says_is_limited_too(tree: Tree) -> None:
    # What the kernel makes up says that it has no length.
    policy = tree.policy(read=frozenset({"/"}), max_bytes=10)
    found = await value(tree, 'fs::read_to_string("/proc/self/maps")?', policy=policy)
    assert "more than 10 bytes" in found["tool"]


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ('fs::read_to_string("nothing")?', "there is no such file or folder"),
        ('fs::read_to_string("nothing/at/all")?', "there is no such file or folder"),
        ('fs::read_to_string("inside.txt/x")?', "not a directory"),
        ('fs::read_to_string("a")?', "is a folder"),
        ('fs::read_to_string("")?', "the path is empty"),
        ('fs::read_to_string("a\\0b")?', "NUL"),
        ('fs::write_file("a", "x")?', "is a folder"),
        ('fs::mkdir("inside.txt")?', "file exists"),
        ('fs::remove("a")?', "not empty"),
        ('fs::remove("nothing")?', "there is no such file or folder"),
        ('fs::list_dir("inside.txt")?', "not a directory"),
        ('fs::rename("nothing", "x")?', "there is no such file or folder"),
        ('fs::read_to_string("latin")?', "no UTF-8 text (byte 1)"),
    ],
)
async def test_what_cannot_be_done_is_the_tools_own_error(tree: Tree, expression: str, says: str) -> None:
    (tree.root / "latin").write_bytes(b"a\xff")
    assert says in (await value(tree, expression))["tool"]


async def test_a_path_of_very_many_parts_is_refused_before_it_is_walked(tree: Tree) -> None:
    assert "more than 64 parts" in (await value(tree, f'fs::mkdir("{"d/" * 65}")?'))["tool"]


async def test_a_path_without_end_is_refused_before_it_is_cut_up(tree: Tree) -> None:
    long = 'let path = "d/"; while path.len() < 1000000 { path = path + path; }'
    assert "more than 4,096 characters" in (await value(tree, f"{{ {long} fs::read_to_string(path)? }}"))["tool"]


async def test_names_that_are_no_unicode_are_listed_with_marks(tree: Tree) -> None:
    with open(os.fsencode(tree.root / "a" / "b") + b"/\xff.txt", "w"):
        pass
    assert await value(tree, 'fs::list_dir("a/b")?') == ["�.txt"]


async def test_no_descriptor_stays_open(tree: Tree) -> None:
    expressions = ['fs::read_to_string("a/b/../one.txt")?', 'fs::write_file("x", "1")?', 'fs::list_dir("a")?']
    expressions += ['fs::read_to_string("../outside/secret.txt")?', 'fs::read_to_string("nothing/x")?']
    await value(tree, expressions[0])
    before = len(os.listdir("/proc/self/fd"))
    for expression in expressions * 3:
        await value(tree, expression)
    assert len(os.listdir("/proc/self/fd")) == before


async def test_effects_say_who_did_what(tree: Tree) -> None:
    heard = Heard()
    await value(tree, 'fs::read_to_string("a/one.txt")?', heard=heard)
    effect = heard.effects[0]
    assert (effect.tool, effect.function, effect.capability, effect.target, effect.allowed) == (
        "tool",
        "fs::read_to_string",
        "file",
        "read a/one.txt",
        True,
    )
    assert effect.call_id
    assert effect.at.tzinfo is not None


async def test_folders_of_the_application_are_told_if_it_has_set_them(tree: Tree) -> None:
    assert await value(tree, '[paths::kiln()?, paths::join(paths::kiln()?, ["a"])]') == ["/the/kiln", "/the/kiln/a"]
    assert "has set no session folder" in (await value(tree, "paths::session()?"))["tool"]
