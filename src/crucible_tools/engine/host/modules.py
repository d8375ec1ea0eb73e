"""All modules that touch the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.engine.host.files import file_modules
from crucible_tools.engine.host.http import http_modules
from crucible_tools.engine.host.processes import process_modules

if TYPE_CHECKING:
    from crucible_tools.engine.host.world import World
    from crucible_tools.engine.registry import HostModule


def host_modules(world: World) -> list[HostModule]:
    """The modules `http`, `file` and `process` stand for, in a world."""
    return [*http_modules(world), *file_modules(world), *process_modules(world)]
