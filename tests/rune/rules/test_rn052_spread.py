"""RN052: `...rest` in an object: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "lists",
        body(
            "let a = [...args.l, 4, { id: 0 }];",
            "let b = [1, ...a.filter(|x| x > 1), 3, ...args.o.keys(), ];",
            "[...b]",
        ),
        body(
            "let a = args.l.iter().chain([4, { id: 0 }].iter()).collect::<Vec>();",
            "let b = [1].iter().chain(a.filter(|x| x > 1).iter()).chain([3].iter()).chain(args.o.keys())"
            ".collect::<Vec>();",
            "b.iter().collect::<Vec>()",
        ),
        (2, 3, 4),
    ),
    Case(
        "lists of what has to be worked out",
        body("[...a + b, ...(args.l)]"),
        body("(a + b).iter().chain((args.l).iter()).collect::<Vec>()"),
        (2,),
    ),
    Case(
        "lists with comments between",
        body("[...args.l, // more", "    4]"),
        None,
        (2,),
    ),
    Case(
        "of all kinds",
        body('let a = { ...args.o, y: 2, "z": 3, ...f(1) };', "let b = #{ ..a };", "b"),
        """\
pub async fn call(args) {
    let a = merged([ args.o, #{ y: 2, "z": 3 }, f(1) ]);
    let b = merged([ a ]);
    b
}

fn merged(parts) {
    let whole = #{};
    for part in parts {
        for (key, value) in part {
            whole.insert(key, value);
        }
    }
    whole
}
""",
        (2, 3),
    ),
    Case(
        "nested, on lines",
        body("#{", "    a: 1,", "    // the rest", "    ...args.o,", "    q: #{ ..args.o },", "}"),
        """\
pub async fn call(args) {
    merged([
        #{ a: 1 },
        // the rest
        args.o,
        #{ q: merged([ args.o ]) },
    ])
}

fn merged(parts) {
    let whole = #{};
    for part in parts {
        for (key, value) in part {
            whole.insert(key, value);
        }
    }
    whole
}
""",
        (5, 6),
    ),
    Case(
        "of a struct",
        body("P { x: 1, ..args }"),
        None,
        (2,),
    ),
)

RUNE = (
    body("[0..3, ..4]"),
    body("let #{ a, .. } = args;", "a"),
    body("match args { #{ a, .. } => a, _ => 1 }"),
    body("match args.l { [a, ..] => a, _ => 1 }"),
    body("args.l[..1]"),
    body("#{ a: 1..2 }"),
    body('"{ ...a }"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("let a = [...args.l, 4];", "[...a, ...[], 5]"), [1, 2, 4, 5]),
    (
        body('let a = { ...args.o, y: 2, "k": 3, ...#{ q: 9 } };', "let b = #{ z: 1, ..a };", "[a, b, args.o]"),
        [{"k": 3, "q": 9, "y": 2}, {"k": 3, "q": 9, "y": 2, "z": 1}, {"k": 1}],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN052")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN052") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


def test_functions_that_are_added_have_one_blank_line_between_them_whatever_the_source_ends_with() -> None:
    source = body("let a = { ...args.o };", 'args.s.find("x")').rstrip("\n")
    made = repaired(source)
    assert made.count("\nfn ") == 2
    assert "\n\n\n" not in made
    assert made == repaired(source + "\n")
