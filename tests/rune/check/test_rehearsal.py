"""What rehearsals say: classes of failures, sentences about them, comparisons, and the finding that explains one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from crucible_tools.model.enums import StopReason
from crucible_tools.model.locations import Location
from crucible_tools.model.tools import ErrorKind, ToolDefinition, ToolErrorInfo
from crucible_tools.rune.check.application import application_functions
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.comparing import Verdict, Version, compare, rehearse_repair
from crucible_tools.rune.check.problems import explain, problems
from crucible_tools.rune.check.rehearsal import Effect, Failure, Part, Rehearsal, Trial, failure_of, parts, tell
from crucible_tools.rune.rules.rule import Finding
from tests.engine.support import tool


def error(message: str, kind: ErrorKind = "script", at: tuple[int, int, int, str] | None = None, **data: Any) -> Any:
    location = Location("tool.rn", at[0], at[1], at[2], at[3]) if at else None
    return ToolErrorInfo(kind, message, data or None, location)


def variant(words: str = "with all arguments", **fields: Any) -> Variant:
    return Variant(fields.pop("arguments", {"words": words}), words, **fields)


def trial(result: Any = None, failed: ToolErrorInfo | None = None, called: Variant | None = None, **more: Any) -> Trial:
    values: dict[str, Any] = {"tool": "list", "variant": called or variant(), "result": result, "error": failed, **more}
    return Trial(**values)


def rehearsal(*trials: Trial, loaded: bool = True) -> Rehearsal:
    return Rehearsal(loaded=loaded, trials=trials)


MISSING = error("Missing index by static string slot `3`", at=(12, 5, 11, "    args.folder"))
COUNT = error("Wrong number of arguments 2, expected 3", at=(14, 15, 20, "    let out = exec(..)"))


@pytest.mark.parametrize(
    ("message", "kind", "failure", "told"),
    [
        ("Missing field `a` on `::std::object::Object`", "script", Failure.MISSING_FIELD, "missing field `a`"),
        ("Missing field `x` on `::std::i64`", "script", Failure.WRONG_TYPE, "missing field `x` on `i64`"),
        ("Missing entry `call` with hash `0x13`", "script", Failure.MISSING_FUNCTION, None),
        ("Wrong number of arguments 2, expected 3", "script", Failure.WRONG_COUNT, None),
        (
            "Missing instance function `0x57` for `::std::i64`",
            "script",
            Failure.MISSING_FUNCTION,
            "`i64` has no such method, or is no sequence",
        ),
        (
            "Unsupported binary operation `PARTIAL_EQ` on `::std::i64` and `::std::string::String`",
            "script",
            Failure.WRONG_TYPE,
            "`==` does not work on `i64` and `String`",
        ),
        (
            "Missing protocol function `DISPLAY_FMT` for `::std::object::Object`",
            "script",
            Failure.WRONG_TYPE,
            "`Object` cannot be put into a text",
        ),
        ("Type `::std::i64` cannot be called since it's not a function", "script", Failure.WRONG_TYPE, None),
        ("Expected number type, but found `::std::f64`", "script", Failure.WRONG_TYPE, None),
        ("Panicked: no", "script", Failure.PANIC, "panicked: no"),
        ("Division by zero", "script", Failure.OTHER, "division by zero"),
        ("a value of type ::std::future::Future has no JSON form", "bad_value", Failure.BAD_VALUE, None),
        ("the call took longer than 1 s", "timed_out", Failure.TIMED_OUT, None),
        ("the memory limit was reached", "out_of_memory", Failure.MEMORY, None),
        ("too many host calls", "limit_exceeded", Failure.LIMIT, None),
        ("", "crashed", Failure.CRASHED, ""),
        ("list has no parameter", "invalid_arguments", Failure.REFUSED, None),
    ],
)
def test_errors_have_a_class_and_are_told_without_hashes(
    message: str, kind: ErrorKind, failure: Failure, told: str | None
) -> None:
    assert failure_of(error(message, kind)) is failure
    if told is not None:
        assert tell(error(message, kind)) == told


def test_a_missing_method_is_told_by_its_name() -> None:
    note = "`foo` is no method of `::std::string::String`"
    failed = error("Missing instance function `0x7a` for `::std::string::String`", note=note)
    assert tell(failed) == "`foo` is no method of `String`"


def test_a_missing_field_is_told_by_the_name_at_its_place() -> None:
    assert tell(MISSING) == "missing field `folder`"
    assert tell(error(MISSING.message, at=(12, 5, 90, "    args"))) == "a field is missing"
    assert tell(error(MISSING.message)) == "a field is missing"


def test_an_err_of_the_tool_is_no_failure() -> None:
    gives = trial(failed=error("no such note", "tool"))
    assert gives.runs
    assert gives.failure is None
    assert not gives.inconclusive
    assert problems([gives]) == ()


def test_what_is_missing_or_had_to_be_stopped_is_fatal() -> None:
    assert {failure for failure in Failure if failure.fatal} == {
        Failure.MISSING_FUNCTION,
        Failure.WRONG_COUNT,
        Failure.TIMED_OUT,
        Failure.MEMORY,
        Failure.CRASHED,
    }


# Doubt


def test_a_failure_behind_a_stand_in_is_inconclusive() -> None:
    failed = trial(failed=MISSING, effects=(Effect("http::get", ("https://example.com/",)),))
    assert failed.inconclusive
    [problem] = problems([failed])
    assert str(problem) == (
        "every rehearsed call of `list` fails at line 12: missing field `folder` "
        "(inconclusive: `http::get` was answered by a stand-in)"
    )


def test_a_stand_in_that_answers_nothing_is_not_to_blame() -> None:
    assert not trial(failed=MISSING, effects=(Effect("fs::mkdir", ("a",), answered=False),)).inconclusive


def test_a_wrong_number_of_arguments_is_wrong_whatever_was_answered() -> None:
    assert not trial(failed=COUNT, effects=(Effect("http::get", ("a",)),)).inconclusive


def test_a_failure_with_guessed_arguments_counts_only_if_no_guess_runs() -> None:
    by_name = variant(guessed=("notes",))
    as_list = variant("with an array where the type is open", guessed=("notes",), kind="array")
    failed = trial(failed=MISSING, called=by_name)
    assert failed.inconclusive
    assert "the schema does not say what `notes` must be" in str(problems([failed])[0])
    assert problems([failed, trial(1, called=as_list)]) == ()


def test_a_failure_that_every_guess_runs_into_is_certain() -> None:
    failing = [
        trial(failed=MISSING, called=variant(kind or "by name", guessed=("notes",), kind=kind))
        for kind in (None, "array", "object")
    ]
    [problem] = problems(failing)
    assert problem.conclusive
    assert str(problem) == "every rehearsed call of `list` fails at line 12: missing field `folder`"


# Sentences


def test_the_parameter_whose_absence_decides_is_named() -> None:
    trials = [
        trial(failed=MISSING, called=variant("with the smallest arguments", without=("folder", "limit"))),
        trial(1, called=variant()),
        trial(failed=MISSING, called=variant("without `folder`", without=("folder",))),
        trial(1, called=variant("without `limit`", without=("limit",))),
    ]
    [problem] = problems(trials)
    assert problem.missing == "folder"
    assert str(problem) == "calls of `list` without `folder` fail at line 12: missing field `folder`"


def test_calls_that_have_no_parameter_in_common_are_named_by_their_arguments() -> None:
    trials = [trial(failed=MISSING, called=variant("with `a` null")), trial(1, called=variant())]
    assert str(problems(trials)[0]) == "calls of `list` with `a` null fail at line 12: missing field `folder`"


def test_a_repair_is_summed_up_in_one_sentence() -> None:
    calls = [variant("one"), variant("two"), variant("three")]
    before = rehearsal(*(trial(failed=COUNT, called=call) for call in calls))
    after = rehearsal(*(trial(1, called=call) for call in calls))
    assert compare(before, after).summary("list") == (
        "before the repair every call failed at line 14 (wrong number of arguments 2, expected 3); "
        "now 3 of 3 rehearsed calls run"
    )


def test_a_repair_of_what_did_not_compile_is_summed_up_too() -> None:
    comparison = compare(rehearsal(loaded=False), rehearsal(trial(1), trial(failed=MISSING, called=variant("two"))))
    assert comparison.summary("list") == (
        "before the repair it did not compile; now 1 of 2 rehearsed calls runs; "
        "calls of `list` two fail at line 12: missing field `folder`"
    )
    assert [pair.verdict for pair in comparison.pairs] == [Verdict.MENDED, Verdict.FAILS]


# Comparison


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ({"result": 1}, {"result": 1}, Verdict.SAME),
        ({"result": 20}, {"result": 20.0}, Verdict.SAME),
        ({"result": [1]}, {"result": [True]}, Verdict.CHANGED),
        ({"result": {"a": 1, "b": 2}}, {"result": {"b": 2, "a": 1}}, Verdict.SAME),
        ({"result": 1}, {"result": 2}, Verdict.CHANGED),
        ({"result": 1}, {"failed": MISSING}, Verdict.BROKEN),
        ({"failed": MISSING}, {"result": 1}, Verdict.MENDED),
        ({"failed": MISSING}, {"failed": error("no", "tool")}, Verdict.MENDED),
        ({"failed": MISSING}, {"failed": COUNT}, Verdict.FAILS),
        ({"result": 1, "effects": (Effect("fs::mkdir", ("a",)),)}, {"result": 1}, Verdict.CHANGED),
        ({"failed": error("no", "tool", why=1)}, {"failed": error("no", "tool", why=1)}, Verdict.SAME),
        ({"failed": error("no", "tool", why=1)}, {"result": {"why": 1}}, Verdict.CHANGED),
    ],
)
def test_calls_are_compared_by_result_and_effects(before: Any, after: Any, verdict: Verdict) -> None:
    comparison = compare(rehearsal(trial(**before)), rehearsal(trial(**after)))
    assert [pair.verdict for pair in comparison.pairs] == [verdict]
    assert bool(comparison.violations) == (verdict in (Verdict.CHANGED, Verdict.BROKEN))
    assert str(comparison.pairs[0])


def test_a_call_that_ran_and_cannot_be_made_any_more_is_broken() -> None:
    comparison = compare(rehearsal(trial(1)), rehearsal(loaded=False))
    assert [pair.verdict for pair in comparison.violations] == [Verdict.BROKEN]


def test_a_call_that_was_left_out_on_one_side_is_unknown() -> None:
    comparison = compare(rehearsal(trial(1)), rehearsal())
    assert [pair.verdict for pair in comparison.pairs] == [Verdict.UNKNOWN]
    assert comparison.violations == ()


class Scripted:
    """A rehearser whose answers are given, one a rehearsal; it keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, tuple[Part, ...]]] = []

    async def rehearse(self, text: str, path: str, parts: Sequence[Part]) -> Rehearsal:
        self.asked.append((text, tuple(parts)))
        gives = self.answers.pop(0)
        return rehearsal(*(trial(gives, called=call, tool=part.tool.name) for part in parts for call in part.variants))


def typed(kind: str) -> ToolDefinition:
    return tool("list", input_schema={"type": "object", "properties": {"a": {"type": kind}}, "required": ["a"]})


async def test_both_sides_are_called_with_the_same_arguments() -> None:
    rehearser = Scripted(1, 1)
    before, after = Version("old", [typed("string")]), Version("new", [typed("integer")])
    comparison = await rehearse_repair(rehearser, "tool.rn", before, after)
    [(_, [first]), (_, [second])] = rehearser.asked
    assert first.variants == second.variants
    assert first.variants[0].arguments == {"a": "a"}
    assert {pair.verdict for pair in comparison.pairs} == {Verdict.SAME}


async def test_a_tool_that_gives_something_else_each_time_proves_nothing() -> None:
    version = Version("text", [typed("string")])
    fickle = await rehearse_repair(Scripted(1, 2, 3, 2), "tool.rn", version, version)
    assert fickle.fickle == {"list"}
    assert fickle.violations == ()
    late = await rehearse_repair(Scripted(1, 2, 1, 1), "tool.rn", version, version)
    assert late.violations == ()
    changed = await rehearse_repair(Scripted(1, 2, 1, 2), "tool.rn", version, version)
    assert [pair.verdict for pair in changed.violations] == [Verdict.CHANGED]


def test_parts_are_made_of_the_schemas_of_tools() -> None:
    [part] = parts([typed("integer")])
    assert [variant.arguments for variant in part.variants] == [{"a": 0}, {"a": 1}]


# Findings


def finding(text: str, what: str, code: str = "RN101", severity: Any = "error") -> Finding:
    start = text.index(what)
    return Finding(code, start, start + len(what), "message", severity)


SOURCE = "pub fn call(args) {\n    let a = args.list.first(x.size());\n    inner(a)\n}\nfn inner(a) { a.folder }\n"


def test_the_finding_at_the_place_of_a_failure_explains_it() -> None:
    findings = [finding(SOURCE, "first"), finding(SOURCE, "size"), finding(SOURCE, "folder")]
    at = (2, 13, 25, "    let a = args.list.first(x.size());")
    failed = trial(failed=error("Missing instance function", at=at, note="`first` is no method of `::std::vec::Vec`"))
    assert explain(failed, findings, SOURCE) == findings[0]


def test_a_finding_of_the_same_line_explains_a_failure_if_there_is_no_better_one() -> None:
    findings = [finding(SOURCE, "let"), finding(SOURCE, "folder")]
    failed = trial(failed=error("Division by zero", at=(2, 30, 3, "")))
    assert explain(failed, findings, SOURCE) == findings[0]


def test_a_failure_further_down_is_explained_by_the_call_that_led_there() -> None:
    findings = [finding(SOURCE, "inner(a)")]
    frames = [{"line": 5, "column": 15, "length": 8}, {"line": 3, "column": 5, "length": 8}, {"line": "x"}]
    failed = trial(failed=error("Missing field", at=(5, 15, 8, ""), backtrace=frames))
    assert explain(failed, findings, SOURCE) == findings[0]


def test_what_runs_or_stopped_elsewhere_has_no_explanation() -> None:
    findings = [finding(SOURCE, "first")]
    assert explain(trial(1), findings, SOURCE) is None
    assert explain(trial(failed=error("Panicked", at=(5, 1, 1, ""))), findings, SOURCE) is None
    assert explain(trial(failed=error("Panicked", at=(99, 1, 1, ""))), findings, SOURCE) is None
    assert explain(trial(failed=error("no place")), findings, SOURCE) is None


# Functions of an application


def test_functions_of_an_application_are_read_off_their_calls() -> None:
    text = """
    use graph::walk;
    pub async fn call(args) {
        let a = graph::find(args.a, 1).await?;
        let b = walk(a);
        cru::mcp::notes::list().unwrap();
        db::query("select 1", []);
        crucible::http_get("x").await?;
        graph::find(1);
    }"""
    found = application_functions(text)
    told = {name: (len(info.params), info.awaited, info.gives) for name, info in found.items()}
    assert told == {
        "graph::find": (2, True, "result"),
        "graph::walk": (1, False, "value"),
        "cru::mcp::notes::list": (0, False, "result"),
    }


def test_a_source_without_an_application_is_not_even_parsed() -> None:
    assert application_functions("pub fn call(args) { args }") == {}


def test_a_trial_knows_why_it_stopped() -> None:
    failed = trial(failed=MISSING, reason=StopReason.SCRIPT_ERROR)
    assert (failed.line, failed.told, failed.failure) == (12, "missing field `folder`", Failure.MISSING_FIELD)
