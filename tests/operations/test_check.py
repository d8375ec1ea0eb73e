"""Checking folders: what is left after comments, baseline and repairs, and what is written where."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crucible_tools import ConfigurationError, DirectoryNotFound, UsageError
from crucible_tools.migration.progress import Progress
from crucible_tools.operations.check import CheckResult, check
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.rune.rules.registry import rules

MUT = "pub async fn call(args) {\n    let mut n = args.a;\n    n\n}\n"
MENDED = MUT.replace("mut ", "")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a folder for tools in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tools").mkdir()
    return tmp_path


def source(name: str, content: str | bytes) -> Path:
    file = Path("tools") / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


async def run(
    *paths: str,
    select: str = "RN001",
    baseline: str | None = None,
    write: bool = False,
    unsafe: bool = False,
    write_baseline: bool = False,
) -> CheckResult:
    flags = Flags(
        directories=tuple(map(Path, paths)),
        select=(select,) if select else None,
        baseline=Path(baseline) if baseline else None,
    )
    return await check(read_configuration(flags, {}), write=write, unsafe=unsafe, write_baseline=write_baseline)


def places(result: CheckResult) -> list[tuple[str, int, str]]:
    return [(file.path, item.line, item.finding.code) for file in result.files for item in file.findings]


async def test_findings_are_told_with_paths_from_the_working_directory(folder: Path) -> None:
    source("deep/a.rn", MUT)
    source("b.rn", MENDED)
    wanted = [("tools/deep/a.rn", 2, "RN001")]
    assert places(await run()) == wanted
    assert places(await run("tools/deep")) == wanted
    assert places(await run(str(folder / "tools"))) == wanted
    assert places(await run("tools/deep/a.rn")) == wanted
    assert [path for path, _, _ in places(await run("."))] == ["tools/deep/a.rn"]


async def test_the_numbers_are_those_of_what_is_left() -> None:
    source("a.rn", MUT)
    source("b.rn", MENDED)
    summary = (await run()).summary
    assert (summary.files, summary.files_with_findings, summary.errors, summary.fixable_safe) == (2, 1, 1, 1)


async def test_nothing_is_written_unless_that_is_wanted() -> None:
    file = source("a.rn", MUT)
    result = await run()
    assert result.files[0].repaired == MENDED
    assert file.read_text() == MUT


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (MUT.encode(), MENDED.encode()),
        (b"\xef\xbb\xbf" + MUT.encode(), b"\xef\xbb\xbf" + MENDED.encode()),
        (MUT.replace("\n", "\r\n").encode(), MENDED.replace("\n", "\r\n").encode()),
    ],
    ids=["plain", "with a byte-order mark", "with CRLF"],
)
async def test_a_repair_changes_only_what_it_is_about(before: bytes, after: bytes) -> None:
    file = source("a.rn", before)
    result = await run(write=True)
    assert file.read_bytes() == after
    assert places(result) == []
    assert (result.repaired, result.summary.repaired) == ({"tools/a.rn"}, 1)
    assert [repair.code for repair in result.files[0].repairs] == ["RN001"]


async def test_what_is_left_after_a_repair_has_its_new_place() -> None:
    unused = "// crucible: allow RN006"
    file = source("a.rn", f"pub async fn call(args) {{ let mut n = args.a; n }} {unused}\n")
    result = await run(select="RN0", write=True)
    ((path, _, code),) = places(result)
    assert (path, code) == ("tools/a.rn", "suppression")
    (item,) = result.files[0].findings
    assert item.column - 1 == file.read_text().index(unused)


async def test_an_unsafe_repair_needs_to_be_asked_for() -> None:
    rule = next(rule for rule in rules() if rule.fix == "unsafe" and rule.kind == "certain")
    file = source("a.rn", rule.before)
    result = await run(select=rule.code, write=True)
    assert file.read_text() == rule.before
    assert (result.summary.fixable_safe, result.summary.fixable_unsafe) == (0, 1)
    result = await run(select=rule.code, write=True, unsafe=True)
    assert file.read_text() != rule.before
    assert places(result) == []


async def test_a_file_that_changes_under_our_hands_is_left_alone_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    file = source("a.rn", MUT)
    real = Path.read_bytes

    def changed(path: Path) -> bytes:
        return real(path) + b"// changed" if path.name == "a.rn" else real(path)

    monkeypatch.setattr(Path, "read_bytes", changed)
    result = await run(write=True)
    assert file.read_text() == MUT
    assert "changed since" in result.unwritten["tools/a.rn"]
    assert places(result) == [("tools/a.rn", 2, "RN001")]


async def test_a_comment_allows_a_finding_which_is_not_repaired_then() -> None:
    allowed = MUT.replace("args.a;", "args.a; // crucible: allow RN001")
    file = source("a.rn", allowed)
    result = await run(write=True)
    assert (places(result), result.summary.suppressed) == ([], 1)
    assert file.read_text() == allowed


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("RN305", '"echo"', '"e cho"'),
        ("RN306", '"string"', '"str"'),
        ("RN201", "args.a", "crucible::read_note(args.a)"),
        ("RN001", "args.a", "let mut n = args.a; n"),
        ("compile", "args.a", "let = args.a; n"),
    ],
)
async def test_a_tool_that_can_not_be_migrated_is_told_whatever_is_allowed(code: str, before: str, after: str) -> None:
    tool = (
        'pub fn NAME() { "echo" }\npub fn DESCRIPTION() { "x" }\npub async fn call(args) { args.a }\n'
        'pub fn INPUT_SCHEMA() { #{ type: "object", properties: #{ a: #{ type: "string" } }, required: ["a"] } }\n'
    )
    source("good.rn", tool.replace("echo", "other"))
    source("bad.rn", f"// crucible: allow-file {code}\n{tool.replace(before, after)}")
    result = await run("tools/bad.rn", "tools/good.rn", select="")
    assert places(result) == []
    assert [(file.path, blocked.state) for file, blocked in result.blocked] == [("tools/bad.rn", "failed")]


async def test_a_comment_that_allows_nothing_is_a_warning() -> None:
    source("a.rn", MENDED.replace("args.a;", "args.a; // crucible: allow RN001"))
    result = await run()
    assert places(result) == [("tools/a.rn", 2, "suppression")]
    assert (result.summary.errors, result.summary.warnings) == (0, 1)


async def test_only_what_the_baseline_does_not_know_is_left(folder: Path) -> None:
    source("a.rn", MUT)
    first = await run(baseline="known.json", write_baseline=True)
    assert (first.recorded, places(first)) == (1, [])
    source("a.rn", f"// moved\n{MUT}pub fn f() {{ let mut new = 1; new }}\n")
    second = await run(baseline="known.json")
    assert places(second) == [("tools/a.rn", 6, "RN001")]
    assert second.summary.baselined == 1
    assert json.loads((folder / "known.json").read_text())["findings"][0]["path"] == "tools/a.rn"


async def test_a_baseline_holds_wherever_the_command_is_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source("a.rn", MUT)
    await run(baseline="known.json", write_baseline=True)
    monkeypatch.chdir(folder / "tools")
    assert places(await run(".", baseline="../known.json")) == []


async def test_what_vanished_from_the_baseline_is_told_and_forgotten() -> None:
    file, gone = source("a.rn", MUT), source("b.rn", MUT)
    source("c.rn", MUT)
    await run(baseline="known.json", write_baseline=True)
    file.write_text(MENDED)
    gone.unlink()
    result = await run("tools/a.rn", baseline="known.json")
    assert [path for path, _, _ in result.vanished] == ["tools/a.rn", "tools/b.rn"]
    assert (await run("tools/a.rn", select="RN005", baseline="known.json")).vanished == ()
    again = await run("tools/a.rn", baseline="known.json", write_baseline=True)
    assert (again.recorded, again.vanished) == (1, ())
    assert places(await run(baseline="known.json")) == []


async def test_a_baseline_that_is_missing_or_damaged_says_what_to_do(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        await run(baseline="known.json")
    (folder / "known.json").write_text("damaged")
    with pytest.raises(ConfigurationError, match="is damaged"):
        await run(baseline="known.json")
    assert (await run(baseline="known.json", write_baseline=True)).recorded == 0
    assert (await run(baseline="known.json")).files == ()


async def test_a_baseline_needs_a_file_that_can_be_written() -> None:
    with pytest.raises(UsageError, match="needs a file"):
        await run(write_baseline=True)
    with pytest.raises(ConfigurationError, match="can't be written"):
        await run(baseline="nowhere/known.json", write_baseline=True)


async def test_an_unknown_code_and_a_missing_folder_are_refused() -> None:
    with pytest.raises(UsageError, match="there is no rule 'RN9999'"):
        await run(select="RN9999")
    with pytest.raises(DirectoryNotFound):
        await run("nowhere")


async def test_whoever_watches_is_told_of_each_file() -> None:
    source("a.rn", MENDED)
    source("b.rn", MENDED)
    seen: list[Progress] = []
    await check(read_configuration(Flags(select=("RN001",)), {}), watch=seen.append)
    assert [(step.subject, step.done, step.total) for step in seen] == [
        ("tools/a.rn", 1, 2),
        ("tools/b.rn", 2, 2),
    ]


async def test_a_file_that_cannot_be_read_is_a_finding() -> None:
    source("latin.rn", b"// caf\xe9\n")
    (file,) = (await run(select="")).files
    assert [item.finding.code for item in file.findings] == ["RN901"]
    assert replace(file, findings=()).text is None


async def test_a_name_that_two_files_use_is_told_in_the_second_one() -> None:
    tool = 'pub fn NAME() { "same" }\npub fn DESCRIPTION() { "x" }\npub fn INPUT_SCHEMA() { #{} }\n' + MENDED
    source("a.rn", tool)
    source("b.rn", tool)
    assert places(await run(select="RN905")) == [("tools/b.rn", 1, "RN905")]
    assert places(await run()) == []
    source("b.rn", tool.replace("\n", " // crucible: allow RN905\n", 1))
    allowed = await run(select="RN905")
    assert (places(allowed), [file.path for file, _ in allowed.blocked]) == ([], ["tools/b.rn"])


async def test_many_files_come_back_in_their_order_whoever_checks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(61):
        source(f"{number:02}.rn", MUT if number % 7 == 0 else MENDED)
    many = await run()
    assert [file.path for file in many.files] == [f"tools/{number:02}.rn" for number in range(61)]
    assert [path for path, _, _ in places(many)] == [f"tools/{number:02}.rn" for number in range(0, 61, 7)]
    monkeypatch.setattr("sys.executable", "nowhere/python")
    assert (await run()).files == many.files
