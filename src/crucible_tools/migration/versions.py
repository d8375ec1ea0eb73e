"""What compiled a tool: recorded with each version, so that an upgrade of the engine can be told."""

import functools
import hashlib
from typing import Final

from crucible_tools.engine.cache import GUEST
from crucible_tools.model.json import JsonObject

RUNE: Final = "0.14.2"
"""The version of Rune inside the guest, as `guest/Cargo.toml` pins it."""


@functools.cache
def engine_versions() -> JsonObject:
    """`{rune, guest}`; the guest by the first 16 digits of its SHA-256."""
    return {"rune": RUNE, "guest": hashlib.sha256(GUEST.read_bytes()).hexdigest()[:16]}
