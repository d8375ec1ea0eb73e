"""What is different between two texts, for people and for `patch`."""

import difflib


def unified_diff(before: str, after: str, from_name: str, to_name: str) -> str:
    """A unified diff; empty when the texts are the same.

    Args:
        before, after: the texts.
        from_name, to_name: what the diff calls them.
    """
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), from_name, to_name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
