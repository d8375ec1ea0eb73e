"""RN170: what stands around the code: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "a fence with a language",
        "```rune\npub fn call(args) { 1 }\n```\n",
        "pub fn call(args) { 1 }\n",
        (1,),
    ),
    Case(
        "sentences in front and behind",
        "Sure! Here it is:\n\n```\nfn f() { 1 }\n```\nIt gives one.\n",
        "// Sure! Here it is:\n\nfn f() { 1 }\n// It gives one.\n",
        (3,),
    ),
    Case(
        "tags",
        "<pre>\nfn f() { 1 }\n</pre>\n",
        "fn f() { 1 }\n",
        (1,),
    ),
    Case(
        "numbers of lines",
        "1 fn f() {\n2     1\n3 }\n",
        "fn f() {\n    1\n}\n",
        (1,),
    ),
    Case(
        "changes",
        "@@ -1,2 +1,2 @@\n fn f() {\n-    1\n+    2\n }\n",
        "fn f() {\n    2\n}\n",
        (1,),
    ),
    Case(
        "data in front",
        '{\n  "name": "x"\n}\nfn f() { 1 }\n',
        '// {\n//   "name": "x"\n// }\nfn f() { 1 }\n',
        (1,),
    ),
    Case(
        "front matter",
        "---\nname: x\n---\nfn f() { 1 }\n",
        "// ---\n// name: x\n// ---\nfn f() { 1 }\n",
        (1,),
    ),
    Case(
        "line ends of Windows",
        "```\r\nfn f() { 1 }\r\n```\r\n",
        "fn f() { 1 }\r\n",
        (1,),
    ),
)

RUNE = (
    body("`", "```", "@@ -1 +1 @@", "`"),
    '// Here it is:\nfn f() {\n    "\nSure! Here:\n```\n"\n}\n',
    "/*\n---\nname: x\n---\n*/\nfn f() { 1 }\n",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN170")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN170") == []
