"""What is different between two texts, for people and for `patch`."""

import difflib


def unified_diff(before: str, after: str, from_name: str, to_name: str) -> str:
    """A unified diff; empty when the texts are the same.

    Args:
        before, after: the texts.
        from_name, to_name: what the diff calls them.
    """
    rows = difflib.unified_diff(_lines(before), _lines(after), from_name, to_name)
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


def _lines(text: str) -> list[str]:
    """Lines with their ends; only line feeds end a line, as for `patch`."""
    parts = text.split("\n")
    return [*(f"{part}\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]
