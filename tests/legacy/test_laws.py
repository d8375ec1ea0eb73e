"""Laws of the original service: however folders change, a reloaded service is what a fresh one would be."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools import CrucibleError, RuneService, RuneServiceConfig
from tests.migration.conftest import tool

FILES = ("a.rn", "b.rn", "deep/c.rn")
NAMES = ("one", "two")

SOURCES = st.one_of(
    st.builds(lambda name, number: tool(name, str(number)), st.sampled_from(NAMES), st.integers(0, 3)),
    st.sampled_from([tool("one", "let let"), "", "pub fn helper(x) { x }", "pub mod m { pub fn f(args) { 1 } }"]),
)
CHANGES = st.tuples(st.sampled_from(FILES), st.none() | SOURCES)


@settings(max_examples=25)
@given(st.lists(st.lists(CHANGES, max_size=3), max_size=4))
def test_a_reloaded_service_is_what_a_fresh_one_would_be(rounds: list[list[tuple[str, str | None]]]) -> None:
    with tempfile.TemporaryDirectory() as root:
        asyncio.run(check(Path(root), rounds))


async def check(root: Path, rounds: list[list[tuple[str, str | None]]]) -> None:
    config = RuneServiceConfig(directories=(root,))
    async with RuneService(config) as service:
        for changes in rounds:
            before = await answers(service)
            for path, source in changes:
                change(root / path, source)
            report = await service.reload()
            async with RuneService(config) as fresh:
                assert service.files == fresh.files
                after = await answers(service)
                assert after == await answers(fresh)
            assert report.files == service.files
            told = changed(report)
            assert all(before[name] == after[name] or name in told for name in NAMES if called(before, after, name))


def changed(report: Any) -> set[str]:
    """Names of which the report says that something about them changed, or that can't be called."""
    broken = {problem.tool for file in report.broken for problem in file.problems}
    return {*report.added, *report.changed, *report.removed, *broken}


def called(before: dict[str, Any], after: dict[str, Any], name: str) -> bool:
    """Whether a name could be called before or can be now; of others, only why not may have changed."""
    return any(not isinstance(answers[name], str) for answers in (before, after))


def change(file: Path, source: str | None) -> None:
    if source is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(exist_ok=True)
    file.write_text(source)


async def answers(service: RuneService) -> dict[str, Any]:
    """What each name gives, or why it can't be called."""
    found: dict[str, Any] = {}
    for name in NAMES:
        try:
            found[name] = (await service.execute_tool(name, {})).result
        except CrucibleError as error:
            found[name] = str(error)
    return found
