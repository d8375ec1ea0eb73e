"""What `--fix` would do, as a unified diff that `patch -p0` takes."""

import difflib
from collections.abc import Iterable, Iterator

from crucible_tools.formats.text import Colour, Paint, line
from crucible_tools.rune.check.report import CheckedFile

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
    name = line(file.path)
    before, after = (_lines(f"{mark}{text}") for text in (file.text, file.repaired))
    for row in difflib.unified_diff(before, after, name, name):
        yield row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Lines with their ends; only line feeds end a line, as for `patch`."""
    parts = text.split("\n")
    return [*(f"{part}\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]
