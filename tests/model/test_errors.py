"""Errors tell programs a stable code and people what to do."""

from collections.abc import Iterator

from crucible_tools import errors
from crucible_tools.errors import CrucibleError, InvalidArguments, LockHolder, StateLocked, ToolNotFound, Violation
from crucible_tools.model.locations import Location


def all_errors(kind: type[CrucibleError] = CrucibleError) -> Iterator[type[CrucibleError]]:
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from all_errors(below)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in all_errors()]
    assert len(codes) == len(set(codes))
    assert all(code == code.lower() and " " not in code for code in codes)


def test_every_error_has_an_exit_code_of_the_contract() -> None:
    assert {kind.exit_code for kind in all_errors()} == {1, 2, 4, 5}
    assert all(kind.exit_code == 2 for kind in all_errors(errors.UsageError))
    assert all(kind.exit_code == 1 for kind in all_errors(errors.ToolError))


def test_the_tree_in_the_modules_docstring_names_every_error() -> None:
    drawn = errors.__doc__ or ""
    assert [kind.__name__ for kind in all_errors() if kind.__name__ not in drawn] == []


def test_an_error_as_json_has_code_message_hint_and_location() -> None:
    error = CrucibleError("it broke", hint="mend it", location=Location("a.rn", 3, 7, 2, "let x = 1;"))
    assert error.to_json() == {
        "code": "error",
        "message": "it broke",
        "hint": "mend it",
        "location": {"path": "a.rn", "line": 3, "column": 7, "length": 2, "source_line": "let x = 1;"},
    }


def test_errors_with_facts_tell_them_as_json_too() -> None:
    assert ToolNotFound("ecoh", near=["echo"]).to_json()["near"] == ["echo"]
    violation = InvalidArguments("no", violations=[Violation("$.a", "is no number")]).to_json()["violations"]
    assert violation == [{"path": "$.a", "message": "is no number"}]
    holder = StateLocked("locked", holder=LockHolder(1, "here", "r", "now")).to_json()["holder"]
    assert holder == {"pid": 1, "host": "here", "run_id": "r", "since": "now"}
