"""A report as SARIF 2.1.0: what keeps tools from being migrated, for code hosts and editors."""

import hashlib
from typing import Final

from crucible_tools.formats.sarif import artifact, log, region
from crucible_tools.formats.text import json_text
from crucible_tools.migration.formats.outcomes import Remark, remarks
from crucible_tools.migration.formats.summary import endings
from crucible_tools.model.enums import MigrationErrorType, MigrationPhase
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.locations import Location
from crucible_tools.model.migration import MigrationReport
from crucible_tools.rune.rules.registry import by_code

_STEPS: Final = {
    MigrationErrorType.DISCOVERY_FAILED: "The file can't be read.",
    MigrationErrorType.COMPILATION_FAILED: "The source does not compile.",
    MigrationErrorType.REGISTRATION_FAILED: "The engine does not take the tool, or its name is taken.",
    MigrationErrorType.VALIDATION_FAILED: "The tool is not what it has to be to go into service.",
    MigrationErrorType.CONFIGURATION_ERROR: "The configuration does not let the tool be migrated.",
    MigrationErrorType.SERVICE_ERROR: "The service that the tool needs could not be used.",
    MigrationErrorType.UNKNOWN: "The tool was not migrated.",
}


def sarif(report: MigrationReport) -> str:
    """The whole report, as one run; its own warnings are notifications, since they have no place."""
    found = [remark for remark in remarks(report) if remark.tool is not None]
    codes = sorted({remark.code for remark in found})
    index = {code: number for number, code in enumerate(codes)}
    return json_text(
        log(
            rules=[_rule(code) for code in codes],
            results=[_result(remark, index) for remark in found],
            warnings=[*endings(report), *report.state.warnings],
            successful=report.state.phase is not MigrationPhase.FAILED,
        )
    )


def _rule(code: str) -> JsonObject:
    rule = by_code().get(code)
    if rule is not None:
        return {
            "id": code,
            "name": rule.name,
            "shortDescription": {"text": rule.summary},
            "fullDescription": {"text": f"{rule.summary} {rule.why}"},
            "help": {"text": f"`crucible rule {code}` explains it."},
        }
    steps = {step.value: text for step, text in _STEPS.items()}
    return {"id": code, "shortDescription": {"text": steps.get(code, f"What migrating a tool came to: {code}.")}}


def _result(remark: Remark, index: dict[str, int]) -> JsonObject:
    about = f"{remark.tool}: {remark.message}"
    known: JsonObject = {
        "ruleId": remark.code,
        "ruleIndex": index[remark.code],
        "level": remark.severity,
        "message": {"text": f"{about}; {remark.hint}" if remark.hint else about},
        "partialFingerprints": {"crucible/v1": _fingerprint(remark)},
        "properties": {"tool": remark.tool},
    }
    if remark.path:
        known["locations"] = [{"physicalLocation": _place(remark.path, remark.place)}]
        if related := _related(remark, remark.path):
            known["relatedLocations"] = related
    return known


def _related(remark: Remark, path: str) -> list[Json]:
    """What the compiler says, each at its place."""
    return [
        {
            "id": number,
            "physicalLocation": _place(path, diagnostic.location),
            "message": {"text": diagnostic.message},
        }
        for number, diagnostic in enumerate(remark.diagnostics, 1)
        if diagnostic.location is not None
    ]


def _place(path: str, place: Location | None) -> JsonObject:
    location: JsonObject = {"artifactLocation": artifact(path)}
    if place is not None:
        end = place.column + (place.length or 0)
        location["region"] = region((place.line, place.column), (place.line, end))
        if place.source_line is not None:
            location["contextRegion"] = {"startLine": place.line, "snippet": {"text": place.source_line}}
    return location


def _fingerprint(remark: Remark) -> str:
    """The same whichever line it is on: a tool of a file has one reason of a kind."""
    known = "\0".join((remark.path or "", remark.tool or "", remark.code))
    return hashlib.sha256(known.encode("utf-8", "backslashreplace")).hexdigest()[:32]
