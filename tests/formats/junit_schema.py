"""What the schema of Jenkins' xUnit plugin (`junit-10.xsd`) asks of JUnit XML, as far as our documents go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element


@dataclass(frozen=True)
class Kind:
    """What an element must have, may have, and may hold."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    text: bool = False


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MESSAGE = Kind(optional=names("type message"), text=True)
_OUTPUT = Kind(text=True)

KINDS = {
    "testsuites": Kind(optional=names("name time tests failures errors"), children=names("testsuite")),
    "testsuite": Kind(
        required=names("name tests failures errors"),
        optional=names("group time skipped timestamp hostname id package file log url"),
        children=names("testsuite properties testcase system-out system-err"),
    ),
    "testcase": Kind(
        required=names("name"),
        optional=names("time classname group"),
        children=names("skipped error failure system-out system-err"),
    ),
    "failure": _MESSAGE,
    "error": _MESSAGE,
    "skipped": _MESSAGE,
    "system-out": _OUTPUT,
    "system-err": _OUTPUT,
}


def violations(element: Element) -> Iterator[str]:
    """Where the element or one below it breaks the schema."""
    kind = KINDS.get(element.tag)
    if kind is None:
        yield f"<{element.tag}> is unknown"
        return
    present = frozenset(element.attrib)
    for name in kind.required - present:
        yield f"<{element.tag}> lacks {name}"
    for name in present - kind.required - kind.optional:
        yield f"<{element.tag}> has {name}"
    # Surefire's pattern: digits, and a fraction.
    if "time" in present and not re.fullmatch(r"[0-9,]*(\.[0-9]*)?", element.attrib["time"]):
        yield f"<{element.tag}> has the time {element.attrib['time']}"
    if not kind.text and (element.text or "").strip():
        yield f"<{element.tag}> has text"
    for child in element:
        if child.tag not in kind.children:
            yield f"<{element.tag}> holds <{child.tag}>"
        yield from violations(child)
