"""What compiled a tool: recorded with each version, so that an upgrade of the engine can be told, and is."""

import functools
import hashlib
from dataclasses import replace
from importlib import resources
from typing import Final

from crucible_tools.model.json import JsonObject
from crucible_tools.model.tools import MigratedTool
from crucible_tools.store.records import StoredTool

RUNE: Final = "0.14.2"
"""The version of Rune inside the guest, as `guest/Cargo.toml` pins it."""


@functools.cache
def engine_versions() -> JsonObject:
    """`{rune, guest}`; the guest by the first 16 digits of its SHA-256."""
    # Not by the engine's own name of the file: who lists tools need not load the engine.
    guest = resources.files("crucible_tools").joinpath("engine", "guest.wasm").read_bytes()
    return {"rune": RUNE, "guest": hashlib.sha256(guest).hexdigest()[:16]}


def is_to_be_revalidated(tool: StoredTool) -> bool:
    """Whether an active tool is not known to work with this engine; it can be called all the same."""
    return tool.active and tool.engine != engine_versions()


def migrated(tool: StoredTool) -> MigratedTool:
    """The public view of a recorded tool, which also says whether it is to be revalidated."""
    view = tool.to_migrated()
    return replace(view, metadata={**view.metadata, "to_be_revalidated": is_to_be_revalidated(tool)})
