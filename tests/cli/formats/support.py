"""The result of a check, made by hand: a file with errors and repairs, a clean one, and one that can't be read."""

from __future__ import annotations

from crucible_tools.model.enums import FileKind
from crucible_tools.model.tools import Repair
from crucible_tools.operations.check import CheckResult
from crucible_tools.rune.check.report import CheckedFile, ToolOutcome, summarize
from crucible_tools.rune.rules.rule import Addition, Edit, Fix
from tests.rune.check.support import checked, found

SOURCE = "pub fn call(args) {\n\tlet mut ünï = args.a;\n    ünï\n}\n"
START = SOURCE.index("mut")


def broken(path: str = "tools/a.rn", **facts: object) -> CheckedFile:
    """A file with an error that can be repaired, and a warning that offers choices."""
    fix = Fix(True, "Delete `mut`", (Edit(START, START + 4, ""),), (Addition(0, "// added\n"),))
    last = SOURCE.rindex("ünï")
    known: dict[str, object] = {
        "tools": (ToolOutcome("a", "repaired"),),
        "repaired": SOURCE.replace("mut ", ""),
        "repaired_compiles": True,
        "repairs": (Repair("RN001", 2, "Delete `mut`", True),),
        **facts,
    }
    return checked(
        SOURCE,
        found(SOURCE, START, START + 3, fix=fix, repairable="safe", verified="every call fails"),
        found(
            SOURCE,
            last,
            last + 3,
            code="RN103",
            message="`ünï` is no condition",
            severity="warning",
            hint="say what you mean",
            choices=("ünï.is_some()", "ünï > 0"),
        ),
        path=path,
        **known,
    )


def clean(path: str = "tools/b.rn") -> CheckedFile:
    """A file without findings."""
    return checked("pub fn f() { 1 }\n", path=path, compiles=True, kind=FileKind.LIBRARY)


def unreadable(path: str = "tools/c.rn") -> CheckedFile:
    """A file whose bytes are no text."""
    item = found("", 0, 0, code="RN901", message="is not UTF-8")
    return checked(None, item, path=path, kind=FileKind.UNREADABLE)


def result(*files: CheckedFile, **facts: object) -> CheckResult:
    """The result of a check of these files."""
    return CheckResult(files=files, summary=summarize(files), **facts)
