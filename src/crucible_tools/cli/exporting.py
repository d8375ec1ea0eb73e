"""`crucible export`: one JSON document."""

from crucible_tools.cli.running import finished
from crucible_tools.cli.settings import configured
from crucible_tools.cli.terminal import Terminal
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.export import Catalogue, export, exported_names


def run_export(terminal: Terminal, flags: Flags, target: str, *, names: bool) -> int:
    """`crucible export`."""
    place, wanted = configured(terminal, flags).state.value, Catalogue(target)
    if names:
        terminal.document(finished(exported_names(place, wanted)))
        return 0
    exported = finished(export(place, wanted))
    terminal.document(exported.document)
    for name, why in exported.left_out.items():
        terminal.warn(f"{name} is left out: {why}")
    return 0
