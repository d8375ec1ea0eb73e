"""Every field of `RuneServiceConfig` changes what the original service does."""

from dataclasses import fields

import pytest

from crucible_tools import RuneServiceConfig, SecurityLevel
from tests.legacy.conftest import Folder, names, value
from tests.migration.conftest import tool


async def test_directories_are_searched_in_their_order_and_may_be_single_files(folder: Folder) -> None:
    folder.write("a/one.rn", tool("one", "1"))
    folder.write("b/one.rn", tool("one", "2"))
    folder.write("b/two.rn", tool("two", "2"))
    a, b = folder.tools / "a", folder.tools / "b"
    async with folder.service(directories=(b, a)) as service:
        assert await names(service) == ["one", "two"]
        assert await value(service, "one") == 2
        assert [file.directory for file in service.files] == [b, b, a]
    async with folder.service(directories=(b / "two.rn",)) as service:
        assert await names(service) == ["two"]


async def test_a_file_that_two_directories_lead_to_is_loaded_once(folder: Folder) -> None:
    folder.write("a/one.rn", tool("one", "1"))
    async with folder.service(directories=(folder.tools, folder.tools / "a")) as service:
        assert [(file.path, file.problems) for file in service.files] == [("a/one.rn", ())]


@pytest.mark.parametrize(("recursive", "found"), [(True, ["deep", "top"]), (False, ["top"])])
async def test_recursive_decides_on_subfolders(folder: Folder, recursive: bool, found: list[str]) -> None:
    folder.write("top.rn", tool("top"))
    folder.write("a/b/deep.rn", tool("deep"))
    async with folder.service(recursive=recursive) as service:
        assert await names(service) == found


async def test_extensions_decide_which_files_are_sources(folder: Folder) -> None:
    folder.write("a.rn", tool("a"))
    folder.write("b.rune", tool("b"))
    folder.write("c.txt", tool("c"))
    async with folder.service() as service:
        assert await names(service) == ["a", "b"]
    async with folder.service(extensions=(".txt",)) as service:
        assert await names(service) == ["c"]


async def test_excluded_folders_are_left_out_beside_those_that_always_are(folder: Folder) -> None:
    folder.write("a.rn", tool("a"))
    folder.write("deep/old/b.rn", tool("b"))
    folder.write("target/c.rn", tool("c"))
    async with folder.service() as service:
        assert await names(service) == ["a", "b"]
    async with folder.service(excluded=("old",)) as service:
        assert await names(service) == ["a"]


async def test_a_file_above_the_maximum_size_is_listed_with_its_problem_and_not_read(folder: Folder) -> None:
    folder.write("small.rn", tool("small"))
    folder.write("large.rn", tool("large") + "// " + "x" * 1000)
    async with folder.service(max_file_size=1000) as service:
        assert await names(service) == ["small"]
        [large] = [file for file in service.files if file.problems]
    assert large.path == "large.rn"
    assert "1,000" in large.problems[0].message
    async with folder.service() as service:
        assert await names(service) == ["large", "small"]


async def test_the_level_decides_what_tools_may_use(folder: Folder) -> None:
    folder.write("parse.rn", tool("parse", "json::from_string(args.text)?"))
    async with folder.service() as service:
        assert await value(service, "parse", text="[1]") == [1]
    async with folder.service(security_level=SecurityLevel.SAFE) as service:
        result = await service.execute_tool("parse", {"text": "[1]"})
        validation = await service.validate_tool("parse")
    assert result.error is not None
    assert result.error.kind == "denied"
    assert "needs the capability json" in validation.errors[0]
    async with folder.service(security_level=SecurityLevel.PRODUCTION) as service:
        assert await value(service, "parse", text="[1]") == [1]


async def test_the_level_decides_on_memory(folder: Folder) -> None:
    # 80 MiB: more than SAFE has, less than PRODUCTION.
    grow = "let text = `0123456789abcdef`; for _ in 0..22 { text = text + text; } text.len()"
    folder.write("grow.rn", tool("grow", grow))
    found: dict[SecurityLevel, str] = {}
    for level in SecurityLevel:
        async with folder.service(security_level=level) as service:
            result = await service.execute_tool("grow", {})
            found[level] = result.error.kind if result.error else str(result.result)
    assert found[SecurityLevel.SAFE] == "out_of_memory"
    assert found[SecurityLevel.DEVELOPMENT] == str(16 << 22)


def test_the_defaults_are_those_of_the_contract_and_every_field_has_a_test() -> None:
    config = RuneServiceConfig()
    assert config.security_level is SecurityLevel.DEVELOPMENT
    assert config.max_file_size == 10 * 2**20
    tested = {"directories", "recursive", "extensions", "excluded", "max_file_size", "security_level"}
    assert {field.name for field in fields(RuneServiceConfig)} == tested
