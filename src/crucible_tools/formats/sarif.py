"""SARIF 2.1.0, which code hosts and editors read: the shapes that every log of ours has."""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

from crucible_tools import __version__
from crucible_tools.model.json import Json, JsonObject

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT: Final = "SRCROOT"
_NO_BYTES: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of surrogate pairs that stand for no byte of a file's name (PEP 383)."""


def log(
    *,
    rules: Sequence[JsonObject],
    results: Sequence[JsonObject],
    warnings: Sequence[str] = (),
    successful: bool = True,
) -> JsonObject:
    """A log of one run.

    Args:
        rules: `reportingDescriptor` objects, in the order of the results' `ruleIndex`.
        results: what was found.
        warnings: what there is to say of the run itself.
        successful: whether the run itself came to its end, whatever it found.
    """
    shown_rules: list[Json] = list(rules)
    shown_results: list[Json] = list(results)
    invocation: JsonObject = {"executionSuccessful": successful}
    if warnings:
        notes: list[Json] = [{"level": "warning", "message": {"text": warning}} for warning in warnings]
        invocation["toolExecutionNotifications"] = notes
    run: JsonObject = {
        "tool": {"driver": {"name": "crucible", "version": __version__, "rules": shown_rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder in which the command was run."}}},
        "invocations": [invocation],
        "results": shown_results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def artifact(path: str) -> JsonObject:
    """A file, relative to where the command was run, so that whoever shows it finds the file in a checkout."""
    # A name that is no text is still its bytes, which a URI can say.
    uri = quote(_NO_BYTES.sub("\ufffd", PurePath(path).as_posix()).encode("utf-8", "surrogateescape"))
    if PurePath(path).is_absolute():
        return {"uri": f"file://{uri if uri.startswith('/') else f'/{uri}'}"}
    return {"uri": uri, "uriBaseId": _ROOT}


def region(start: tuple[int, int], end: tuple[int, int]) -> JsonObject:
    """From a line and column up to the place behind the last character; both count from 1."""
    return {"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]}
