"""The plan is a pure function of sources, state and target."""

from collections.abc import Iterable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.migration.plan import Plan, Target, make_plan
from crucible_tools.migration.sources import Broken, SourceFile
from crucible_tools.model.enums import FileKind, MigrationErrorType, PlanAction, SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.store.records import StoredTool, ToolVersion, content_hash

SAFE = Policy.for_level(SecurityLevel.SAFE)


def definition(name: str, *capabilities: str) -> ToolDefinition:
    return ToolDefinition(
        name=name, description="", input_schema={}, form="direct", entry="call", capabilities=capabilities
    )


def source(path: str, *names: str, text: str = "text", broken: Iterable[Broken] = ()) -> SourceFile:
    return SourceFile(
        directory="tools",
        path=path,
        kind=FileKind.TOOL,
        tools=tuple(definition(name) for name in names),
        broken=tuple(broken),
        text=text,
        original=text,
        content_hash=text,
    )


def unseen(path: str) -> SourceFile:
    return SourceFile(
        directory="tools", path=path, kind=FileKind.UNREADABLE, readable=False, unseen=True, reasons=("is too large",)
    )


def stored(name: str, path: str, *, text: str = "text", active: bool = True) -> StoredTool:
    version = ToolVersion(
        tool=name,
        script_id=name,
        migrated_at=datetime(2026, 11, 24, tzinfo=UTC),
        original_hash=text,
        migrated_hash=content_hash(text.encode()),
        directory="tools",
        path=path,
        definition=definition(name),
        policy=SAFE,
        engine={},
    )
    return StoredTool(version_id=1, version=version, active=active, inactive_reason=None if active else "vanished")


def plan(sources: list[SourceFile], state: Iterable[StoredTool] = (), policy: Policy = SAFE) -> Plan:
    return make_plan(
        sources,
        list(state),
        Target(policy_of=lambda _: policy, level=policy.level, missing_functions=lambda names: (), roots=("tools",)),
    )


def actions(made: Plan) -> list[tuple[str, str, PlanAction]]:
    return [(entry.planned.path, entry.name, entry.action) for entry in made.entries]


def test_a_guessed_name_neither_takes_a_name_nor_conflicts_with_it() -> None:
    made = plan([unseen("a/same.rn"), source("b/same.rn", "same")])
    assert actions(made) == [("a/same.rn", "same", PlanAction.BLOCKED), ("b/same.rn", "same", PlanAction.NEW)]
    assert made.entries[0].planned.error_type is MigrationErrorType.DISCOVERY_FAILED


def test_a_broken_tool_that_says_its_name_takes_it() -> None:
    broken = Broken(name="same", guessed=False, reason="it does not compile")
    made = plan([source("a.rn", broken=[broken]), source("b.rn", "same")])
    assert actions(made) == [("a.rn", "same", PlanAction.BLOCKED), ("b.rn", "same", PlanAction.CONFLICTING)]


def test_one_file_that_defines_a_name_twice_is_a_conflict_with_itself() -> None:
    made = plan([source("a.rn", "same", "same")])
    assert [action for _, _, action in actions(made)] == [PlanAction.NEW, PlanAction.CONFLICTING]
    assert "defines it twice" in made.entries[1].planned.reason


def test_an_unseen_file_stands_for_the_tools_that_it_had() -> None:
    made = plan([unseen("many.rn")], [stored("one", "many.rn"), stored("two", "many.rn"), stored("x", "other.rn")])
    assert actions(made) == [
        ("many.rn", "one", PlanAction.BLOCKED),
        ("many.rn", "two", PlanAction.BLOCKED),
        ("other.rn", "x", PlanAction.VANISHED),
    ]


def test_tools_that_vanished_before_do_not_vanish_again() -> None:
    assert actions(plan([], [stored("gone", "gone.rn", active=False)])) == []


def test_only_keeps_the_named_tools() -> None:
    made = plan([source("a.rn", "one", "two")]).only(["two"])
    assert [entry.name for entry in made.entries] == ["two"]


NAMES = st.sampled_from(["a", "b", "c"])
SOURCES = st.lists(
    st.builds(source, st.sampled_from([f"{n}.rn" for n in range(6)]), NAMES, text=st.sampled_from(["1", "2"])),
    unique_by=lambda item: item.path,
).map(lambda items: sorted(items, key=lambda item: item.path))
STORED = st.lists(
    st.builds(
        stored,
        NAMES,
        st.sampled_from([f"{n}.rn" for n in range(6)]),
        text=st.sampled_from(["1", "2"]),
        active=st.booleans(),
    ),
    unique_by=lambda item: item.name,
)


@given(SOURCES, STORED)
def test_every_source_is_planned_and_each_name_has_one_owner(
    sources: list[SourceFile], state: list[StoredTool]
) -> None:
    made = plan(sources, state)
    assert {entry.planned.path for entry in made.entries if entry.source} == {item.path for item in sources}
    owners = [e.name for e in made.entries if e.action in (PlanAction.NEW, PlanAction.CHANGED, PlanAction.UNCHANGED)]
    assert len(owners) == len(set(owners))
    assert set(owners) == {item.tools[0].name for item in sources}


@given(SOURCES, STORED)
def test_after_a_plan_is_carried_out_the_next_one_has_nothing_to_do(
    sources: list[SourceFile], state: list[StoredTool]
) -> None:
    after = {tool.name: tool for tool in state}
    for entry in plan(sources, state).entries:
        if entry.action in (PlanAction.NEW, PlanAction.CHANGED) and entry.source:
            after[entry.name] = stored(entry.name, entry.source.path, text=entry.source.content_hash)
        elif entry.action is PlanAction.VANISHED and entry.stored:
            old = entry.stored.version
            after[entry.name] = stored(entry.name, old.path, text=old.original_hash, active=False)
    again = {entry.action for entry in plan(sources, after.values()).entries}
    assert again <= {PlanAction.UNCHANGED, PlanAction.CONFLICTING}


def broken(path: str, *guesses: str) -> SourceFile:
    found = tuple(Broken(name=name, guessed=True, reason="it does not compile") for name in guesses)
    return SourceFile(directory="tools", path=path, kind=FileKind.INVALID, broken=found)


def test_a_tool_whose_name_is_a_guess_now_fails_once_under_the_name_that_it_had() -> None:
    made = plan([broken("d.rn", "d")], [stored("bar2", "d.rn")])
    assert actions(made) == [("d.rn", "bar2", PlanAction.BLOCKED)]
    assert made.entries[0].planned.reason == "it does not compile"
    two = plan([broken("d.rn", "d")], [stored("one", "d.rn"), stored("two", "d.rn")])
    assert [entry.name for entry in two.entries] == ["one", "two"]
    fresh = plan([broken("d.rn", "d", "e")], [stored("one", "d.rn")])
    assert [entry.name for entry in fresh.entries] == ["one", "e"]
    kept = plan([broken("d.rn", "d", "e")], [stored("d", "d.rn"), stored("x", "d.rn")])
    assert [entry.name for entry in kept.entries] == ["d", "x"]


def folder(path: str) -> SourceFile:
    return SourceFile(
        directory="tools",
        path=path,
        kind=FileKind.UNREADABLE,
        readable=False,
        is_folder=True,
        reasons=(f"{path} can't be listed",),
    )


def test_a_folder_that_cannot_be_listed_is_a_problem_and_no_tool() -> None:
    made = plan([folder("closed"), source("a.rn", "a")])
    assert [entry.name for entry in made.entries] == ["a"]
    assert [(file.path, file.kind) for file in made.skipped] == [("closed", FileKind.UNREADABLE)]
    assert made.warnings == ("closed can't be listed; what is in it was not looked at",)


def test_tools_below_a_folder_that_cannot_be_listed_are_broken_and_not_gone() -> None:
    state = [stored("in", "closed/in.rn"), stored("out", "closed2/out.rn")]
    assert actions(plan([folder("closed")], state)) == [
        ("closed", "in", PlanAction.BLOCKED),
        ("closed2/out.rn", "out", PlanAction.VANISHED),
    ]
    assert {action for *_, action in actions(plan([folder(".")], state))} == {PlanAction.BLOCKED}
