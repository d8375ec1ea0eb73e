"""RN170: what stands around the code of a file that was copied out of a chat or a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.wrapping import Wrapping, wrapping

_MESSAGES: Final = {
    "fence": "this is a fence of Markdown, no Rune: a file holds the code alone",
    "front matter": "these are fields of a document, no Rune: a file holds the code alone",
    "prose": "this is a sentence, no Rune: what is said about the code stands in comments",
    "tags": "this is a tag of a page, no Rune: a file holds the code alone",
    "changes": "these are changes as `diff` shows them, no Rune: a file holds the newer version alone",
    "data": "this is an object of JSON, no Rune: a file holds the code alone",
    "numbers": "the lines have their numbers in front: a file holds the code alone",
}


def check(script: Script) -> Iterator[Finding]:
    """Finds fences, sentences, tags and numbers of lines."""
    around = around_the_code(script)
    if around is None:
        return
    edits = tuple(
        Edit(part.start, part.end, "") if part.way == "delete" else Edit(part.start, part.start, "// ")
        for part in around.around
    )
    fix = Fix(True, "Leave the code, and make comments of sentences", edits) if edits else None
    hint = None if fix else "there are several pieces: keep the one that is the tool"
    yield Finding("RN170", *around.first, _MESSAGES[around.what], hint=hint, fix=fix)


@remembered
def around_the_code(script: Script) -> Wrapping | None:
    """What stands around the code; of a source that compiles nothing does."""
    return None if script.compiles else wrapping(script.text)


RULE = Rule(
    code="RN170",
    name="around-the-code",
    summary="A fence of Markdown, a sentence in front, tags or numbers of lines: the file holds more than the code.",
    why="""\
Code that was copied out of a chat, a page or a listing brings along what stood around it there. Rune reads all of it
as code.

The repair deletes fences, tags, the numbers of lines and what `diff` writes in front of them. Sentences, data and the
fields of front matter become comments.
""",
    before="""\
Here is the tool:

```rune
pub async fn call(args) {
    args.a
}
```
""",
    after="""\
// Here is the tool:

pub async fn call(args) {
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
)
