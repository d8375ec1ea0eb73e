"""Signs as HTML writes them, `&lt;` for `<`, where code stands."""

from __future__ import annotations

import re
from typing import Final

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.script import Script

SIGNS: Final = {
    "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&#34;": '"', "&#x27;": "'",
    "&#x60;": "`", "&#96;": "`", "&nbsp;": " ", "&#123;": "{", "&#125;": "}",
}  # fmt: skip
ENTITY: Final = re.compile("|".join(map(re.escape, SIGNS)))


@remembered
def entities(script: Script) -> tuple[tuple[int, int], ...]:
    """The extents of signs of HTML, one character more in front: in the code, and everywhere if all of it was escaped.

    A text of code that was escaped has no `<` and no `&` but those of entities.
    """
    text = script.text
    if script.compiles or "&" not in text or (found := ENTITY.search(text)) is None:
        return ()
    tokens = script.tree.tokens
    starts = set(tokens.starts)
    inside = [match.span() for match in ENTITY.finditer(text, found.start())]
    code = [(start, end) for start, end in inside if start in starts]
    if not code:
        return ()
    rest = ENTITY.sub("", text)
    return tuple((start - 1, end) for start, end in (code if "<" in rest or "&" in rest else inside))
