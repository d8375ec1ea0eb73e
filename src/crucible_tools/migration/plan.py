"""What a migration would do: a pure function of sources, recorded state and target.

It reads nothing and changes nothing, so a dry run, a plan and a real run can't disagree about it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from crucible_tools.errors import ToolNotFound
from crucible_tools.migration import refusals
from crucible_tools.migration.allowing import policy_snippet
from crucible_tools.migration.differences import policy_diff, schema_diff
from crucible_tools.migration.hooks import HookChange
from crucible_tools.migration.sources import Broken, SourceFile
from crucible_tools.model.enums import FileKind, PlanAction, SecurityLevel
from crucible_tools.model.host_functions import KNOWN
from crucible_tools.model.migration import Need, PlannedTool, SkippedFile
from crucible_tools.model.near import near
from crucible_tools.model.policy import Policy, lowest_level
from crucible_tools.model.tools import Repair, ToolDefinition
from crucible_tools.store.records import StoredTool


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What tools are migrated to.

    Args:
        policy_of: what a tool of this name will run under.
        level: that of the run, whatever the policies of single tools are.
        missing_functions: those of some host functions that no registered module has.
        files_elsewhere: recorded files outside of this run's folders that are still there.
        roots: the run's folders and files, as the state records them.
    """

    policy_of: Callable[[str], Policy]
    level: SecurityLevel
    missing_functions: Callable[[Iterable[str]], tuple[str, ...]]
    files_elsewhere: Collection[str] = ()
    roots: tuple[str, ...] = ()

    def covers(self, file: str) -> bool:
        """Whether this run looks where the file is, or was."""
        return any(root == "." or file == root or file.startswith(f"{root}/") for root in self.roots)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """One tool of the plan, with what is needed to carry it out.

    Args:
        planned: the public part.
        source: its file; None for a tool that vanished.
        definition: what would be recorded; None when it can't be migrated.
        stored: what the state has under this name.
    """

    planned: PlannedTool
    source: SourceFile | None = None
    definition: ToolDefinition | None = None
    stored: StoredTool | None = None

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.planned.name

    @property
    def action(self) -> PlanAction:
        """What would be done."""
        return self.planned.action

    def refused(self, refusal: refusals.Refusal) -> "PlanEntry":
        """This entry, found to be impossible after all (its loading failed)."""
        return replace(self, planned=self.planned.model_copy(update={"action": PlanAction.BLOCKED, **refusal.fields()}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run would do, in the order in which it does it: files by path, then what vanished, then hooks."""

    entries: tuple[PlanEntry, ...]
    skipped: tuple[SkippedFile, ...]
    warnings: tuple[str, ...] = ()
    hooks: tuple[HookChange, ...] = ()

    def only(self, names: Collection[str]) -> "Plan":
        """The part of the plan that is about tools of these names.

        Raises:
            ToolNotFound: no file defines one of them; near names are in the hint.
        """
        known = list(dict.fromkeys(entry.name for entry in self.entries))
        for name in names:
            if name not in known:
                raise ToolNotFound(name, near=near(name, known))
        return Plan(entries=tuple(entry for entry in self.entries if entry.name in names), skipped=())


@dataclass(frozen=True, slots=True)
class _Claim:
    """A file that defines a tool of this name, or means to."""

    source: SourceFile
    tool: ToolDefinition | Broken

    @property
    def name(self) -> str:
        return self.tool.name

    @property
    def is_guess(self) -> bool:
        """Whether the name is a guess: that takes no name from a file that says its name."""
        return isinstance(self.tool, Broken) and self.tool.guessed


def make_plan(sources: Sequence[SourceFile], stored: Sequence[StoredTool], target: Target) -> Plan:
    """The plan for these sources.

    Args:
        sources: every file that was found, in path order.
        stored: every tool of the state.
        target: what tools are migrated to.
    """
    known = {tool.name: tool for tool in stored}
    by_source = [(source, _claims(source, stored)) for source in sources]
    claims = [claim for _, of_source in by_source for claim in of_source]
    owners = _owners(claims, known, target)
    entries: list[PlanEntry] = []
    seen: set[tuple[str, str]] = set()
    for claim in claims:
        again = (claim.name, claim.source.file) in seen
        seen.add((claim.name, claim.source.file))
        owner = owners.get(claim.name, claim.source.file)
        entries.append(_plan_claim(claim, owner, known.get(claim.name), target, again=again))
    named = {claim.name for claim in claims}
    entries += [_vanished(tool, target) for tool in stored if _has_vanished(tool, named, target)]
    return Plan(
        entries=tuple(entries),
        skipped=tuple(_skipped(source) for source, of_source in by_source if not of_source),
        warnings=tuple(_warnings(sources)),
    )


_NO_TOOL: Final = {
    FileKind.HOOK: "it defines hooks, which are no tools",
    FileKind.PLUGIN: "it is a plugin that names no tools",
    FileKind.LIBRARY: "it defines no tool",
}


def _skipped(source: SourceFile) -> SkippedFile:
    why = _NO_TOOL.get(source.kind)
    reasons = (*([why] if why else []), *source.reasons)
    return SkippedFile(path=source.path, directory=source.directory, kind=source.kind, reasons=reasons)


def _claims(source: SourceFile, stored: Sequence[StoredTool]) -> list[_Claim]:
    """The tools that a file defines or means to define (contract.md, "What counts").

    A file that shows none is skipped, with two exceptions: one that could not be looked at may define
    anything, and counts under its stem; and the tools that a now broken file had are broken, not gone.
    """
    shown: list[ToolDefinition | Broken] = [*source.tools, *source.broken]
    names: list[str] = []
    if source.is_broken:
        known = {tool.name for tool in shown}
        before = (tool.name for tool in stored if tool.active and source.has(tool.version.file))
        names = [name for name in before if name not in known]
        # A tool that does not say its name now is one that said it before: one failure a tool.
        for number, tool in enumerate(shown):
            unsaid = isinstance(tool, Broken) and (tool.guessed or tool.name == source.stem)
            if names and unsaid and not _is_known(tool.name, source, stored):
                shown[number] = replace(tool, name=names.pop(0))
    if source.unseen and not shown and not names:
        names = [source.stem]
    reason = "; ".join(source.reasons) or "its file does not show it any more"
    shown += [Broken(name=name, guessed=True, reason=reason) for name in names]
    return [_Claim(source, tool) for tool in shown]


def _is_known(name: str, source: SourceFile, stored: Sequence[StoredTool]) -> bool:
    return any(tool.active and tool.name == name and source.has(tool.version.file) for tool in stored)


def _owners(claims: Sequence[_Claim], known: dict[str, StoredTool], target: Target) -> dict[str, str]:
    """Which file a name belongs to: the one that it was migrated from, else the first in path order (RN905)."""
    owners: dict[str, str] = {}
    claiming = {(claim.name, claim.source.file) for claim in claims}
    for claim in claims:
        if claim.is_guess:
            continue
        tool = known.get(claim.name)
        if tool is not None and (
            (claim.name, tool.version.file) in claiming or (tool.active and _still_elsewhere(tool, target))
        ):
            owners[claim.name] = tool.version.file
        owners.setdefault(claim.name, claim.source.file)
    return owners


def _still_elsewhere(tool: StoredTool, target: Target) -> bool:
    return not target.covers(tool.version.file) and tool.version.file in target.files_elsewhere


def _has_vanished(tool: StoredTool, named: set[str], target: Target) -> bool:
    return tool.active and tool.name not in named and target.covers(tool.version.file)


def _vanished(tool: StoredTool, target: Target) -> PlanEntry:
    version = tool.version
    planned = PlannedTool(
        name=tool.name,
        action=PlanAction.VANISHED,
        reason=f"{version.file} no longer defines it",
        path=version.path,
        directory=version.directory,
        capabilities=version.definition.capabilities,
        missing_capabilities=target.policy_of(tool.name).missing(version.definition.capabilities),
        lowest_level=lowest_level(version.definition.capabilities),
        previous_hash=version.original_hash,
    )
    return PlanEntry(planned=planned, stored=tool)


def _plan_claim(claim: _Claim, owner: str, stored: StoredTool | None, target: Target, *, again: bool) -> PlanEntry:
    source, tool = claim.source, claim.tool
    unknown = target.missing_functions(source.host_functions)
    policy = target.policy_of(claim.name)
    missing = policy.missing(tool.capabilities)
    taken = again or (owner != source.file and not claim.is_guess)
    allowable = isinstance(tool, ToolDefinition) and not unknown and not taken  # else no policy would help
    no_level = not source.readable or any(name not in KNOWN for name in unknown)
    planned = PlannedTool(
        name=claim.name,
        action=PlanAction.NEW,
        path=source.path,
        directory=source.directory,
        kind=source.kind,
        capabilities=tool.capabilities,
        missing_capabilities=missing,
        unknown_functions=unknown,
        lowest_level=None if no_level else lowest_level(tool.capabilities),
        diagnostics=source.diagnostics,
        repairs=source.repairs,
        diff=source.diff if source.repairs else None,
        needs=tuple(Need(capability=need[0], function=need[1], line=need[2]) for need in source.needs),
        policy_snippet=policy_snippet(claim.name, policy, missing, source.text) if allowable else None,
        source_hash=source.content_hash or None,
        previous_hash=stored.version.original_hash if stored else None,
    )
    entry = PlanEntry(planned=planned, source=source, stored=stored)
    if taken:
        refusal = refusals.name_taken(claim.name, source.file, owner)
        return replace(entry, planned=planned.model_copy(update={"action": PlanAction.CONFLICTING, **refusal.fields()}))
    if refusal := refusals.of_tool(source, tool, policy, unknown, target.level):
        if not _is_adopted(source, stored, policy):
            return entry.refused(refusal)
        return replace(entry, planned=planned.model_copy(update={"action": PlanAction.UNCHANGED, "reason": "adopted"}))
    assert isinstance(tool, ToolDefinition), "a broken tool is always refused"
    action, reason = _compare(source, tool, stored, policy)
    update: dict[str, object] = {"action": action, "reason": reason}
    if stored is not None and action is not PlanAction.UNCHANGED:
        update["schema_diff"] = schema_diff(stored, tool)
        update["policy_diff"] = policy_diff(stored, policy)
    return replace(entry, definition=tool, planned=planned.model_copy(update=update))


def _is_adopted(source: SourceFile, stored: StoredTool | None, policy: Policy) -> bool:
    """Whether the file is accepted as it is, also if it could not be migrated: what is in service stays there."""
    return (
        stored is not None
        and stored.active
        and stored.adopted_hash is not None
        and stored.adopted_hash == source.content_hash
        and stored.version.file == source.file
        and stored.version.policy == policy
    )


def _compare(
    source: SourceFile, definition: ToolDefinition, stored: StoredTool | None, policy: Policy
) -> tuple[PlanAction, str]:
    """New, changed, repaired or unchanged, and what changed."""
    repaired = _told_repairs(source.repairs)
    if stored is None:
        return (PlanAction.REPAIRED, f"it is new; {repaired}") if repaired else (PlanAction.NEW, "")
    version = stored.version
    adopted = stored.adopted_hash == source.content_hash
    changes = [
        text
        for changed, text in (
            (not stored.active, f"it was inactive ({stored.inactive_reason})"),
            (version.file != source.file, f"it moved here from {version.file}"),
            (version.original_hash != source.content_hash and not adopted, "its source changed"),
            (
                version.original_hash == source.content_hash and version.migrated_hash != source.migrated_hash,
                "its source is repaired differently now",
            ),
            (version.policy != policy, f"its policy changes from {version.policy.level} to {policy.level}"),
        )
        if changed
    ]
    if not changes and not adopted and version.definition != definition:
        changes = ["the same source is read differently by this version"]
    if changes and repaired:
        return PlanAction.REPAIRED, "; ".join((*changes, repaired))
    if changes:
        return PlanAction.CHANGED, "; ".join(changes)
    return PlanAction.UNCHANGED, "adopted" if adopted else ""


def _told_repairs(repairs: Sequence[Repair]) -> str:
    """What is repaired, by the rules' codes; empty when nothing is."""
    if not repairs:
        return ""
    codes = ", ".join(sorted({repair.code for repair in repairs}))
    unsafe = "" if all(repair.safe for repair in repairs) else ", which may change what it does"
    return f"its source is repaired ({codes}){unsafe}"


def _warnings(sources: Sequence[SourceFile]) -> Iterable[str]:
    for source in sources:
        if source.is_folder:
            yield f"{'; '.join(source.reasons)}; what is in it was not looked at"
        if source.tools and source.kind is FileKind.HOOK:
            yield f"{source.file} also defines hooks, which do nothing until they are enabled"
