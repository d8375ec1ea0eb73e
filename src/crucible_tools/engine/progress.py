"""`progress::report`: how a script tells how far it is, to whoever follows the call as a stream."""

from __future__ import annotations

from typing import Final

from crucible_tools.engine.registry import HostModule

PROGRESS: Final = "progress::report"
"""Its canonical name. On every level: it reaches nothing outside."""


def report(fraction: float, message: str) -> None:
    """Tells how far the call is; calls that nobody follows tell nobody (the VM passes it on, see `HostCalls`).

    Args:
        fraction: done so far, 0 to 1.
        message: what is being done.
    """


def progress_module() -> HostModule:
    """The module; an application may register a `progress::report` of its own in its place."""
    module = HostModule("progress", capability="basic")
    module.add("report", report, params={"fraction": "number", "message": "string"}, inline=True)
    return module
