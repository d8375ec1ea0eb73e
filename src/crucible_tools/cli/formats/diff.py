"""What `--fix` would do, as a unified diff that `patch -p0` takes."""

import re
from collections.abc import Iterable, Iterator

from crucible_tools.formats.diffs import unified_diff
from crucible_tools.formats.text import Colour, Paint, line
from crucible_tools.rune.check.report import CheckedFile

_QUOTED = re.compile(r'[\x00-\x1f\x7f"\\]')
"""What cannot stand in the name of a file in a diff as it is."""

_COLOURS: dict[str, Colour] = {"+": "green", "-": "red", "@": "dim"}


def diff(files: Iterable[CheckedFile]) -> str:
    """The differences, byte for byte: line ends and byte-order marks are those of the files."""
    return "".join(part for file in files for part in _file(file))


def painted(text: str, paint: Paint) -> str:
    """A diff for a terminal: coloured, and without anything that could move the cursor."""
    lines: list[str] = []
    for row in text.split("\n"):
        colour = "bold" if row.startswith(("--- ", "+++ ")) else _COLOURS.get(row[:1])
        shown = line(row.removesuffix("\r").replace("\t", "    "))
        lines.append(paint(shown, colour) if colour else shown)
    return "\n".join(lines)


def differs(file: CheckedFile) -> bool:
    """Whether a repair would change the file."""
    return file.repaired is not None and file.text is not None and file.repaired != file.text


def _file(file: CheckedFile) -> Iterator[str]:
    if not differs(file) or file.text is None or file.repaired is None:
        return
    mark = "\ufeff" if file.bom else ""
    name = named(file.path)
    yield unified_diff(f"{mark}{file.text}", f"{mark}{file.repaired}", name, name)


def named(path: str) -> str:
    """The name of a file as git and GNU patch write it: in quotes, or with a tab behind a name that has blanks."""
    if _QUOTED.search(path):
        signs = (
            f"\\{sign}" if sign in '"\\' else f"\\{ord(sign):03o}" if sign < " " or sign == "\x7f" else sign
            for sign in path
        )
        return f'"{"".join(signs)}"'
    return f"{path}\t" if " " in path else path
