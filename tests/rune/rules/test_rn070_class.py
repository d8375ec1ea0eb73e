"""RN070: classes: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of JavaScript",
        "class Counter {\n    constructor(start) { this.value = start; this.step = 1; }\n}\n"
        "pub async fn call(args) { args.a }\n",
        "struct Counter { value, step }\n\nimpl Counter {\n"
        "    pub fn new(start) { let this = Counter { value: (), step: () }; this.value = start; this.step = 1; this }"
        "\n}\n"
        "pub async fn call(args) { args.a }\n",
        (1,),
    ),
    Case(
        "with fields, methods and functions",
        """\
class Names {
    // what is kept
    list = [];
    static of(name) {
        return name;
    }
    async add(name) {
        this.list.push(name);
    }
}
pub async fn call(args) { Names.of(args.a) }
""",
        """\
struct Names { list }

impl Names {
    pub fn new() { Names { list: [] } }
    // what is kept
    pub fn of(name) {
        return name;
    }
    pub async fn add(self, name) {
        self.list.push(name);
    }
}
pub async fn call(args) { Names::of(args.a) }
""",
        (1,),
    ),
    Case(
        "of Python, with braces",
        "class N {\n    fn __init__(self, a) {\n        self.a = a;\n    }\n}\nfn f() { N(1) }\n",
        "struct N { a }\n\nimpl N {\n    pub fn new(a) {\n        let this = N { a: () };\n"
        "        this.a = a;\n        this\n    }\n}\nfn f() { N::new(1) }\n",
        (1,),
    ),
    Case(
        "whose getter is read",
        "class A {\n    get size() { return 1; }\n}\nfn f(a) { a.size }\n",
        None,
        (1,),
    ),
    Case("that inherits", "class Counter extends Base {\n}\npub async fn call(args) { args.a }\n", None, (1,)),
    Case("of Python", "class Counter:\n    def __init__(self):\n        self.value = 1\n", None, (1,)),
)

RUNE = (
    body("let class = 1;", "class + 1"),
    body("#{ class: 1 }"),
    body("args.class"),
    "fn class(x) { x }\n",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN070")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN070") == []
