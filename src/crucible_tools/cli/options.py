"""Options that several commands share, each described once."""

from pathlib import Path
from typing import Annotated

import typer

from crucible_tools.cli.formats import CheckFormat
from crucible_tools.cli.terminal import Format
from crucible_tools.model.enums import ReportFormat, SecurityLevel, ValidationMode

State = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="DIR-or-URL",
        help="Where migrated tools are recorded: a folder, sqlite:///FILE or postgresql://USER@HOST/DATABASE. "
        "[CRUCIBLE_STATE; default: ./.crucible]",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings; a file named here is trusted. [CRUCIBLE_CONFIG; default: ./crucible.toml, not trusted]",
        show_default=False,
    ),
]
OutputFormat = Annotated[
    Format,
    typer.Option("--format", envvar="CRUCIBLE_FORMAT", show_envvar=False, help="Print text, or one JSON document."),
]
ReportOutputFormat = Annotated[
    ReportFormat,
    typer.Option("--format", envvar="CRUCIBLE_FORMAT", show_envvar=False, help="For whom the report is."),
]
Reports = Annotated[
    list[Path] | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Also write the report there, in the format of the file's ending; may be given several times.",
        show_default=False,
    ),
]
CheckOutputFormat = Annotated[
    CheckFormat,
    typer.Option("--format", envvar="CRUCIBLE_FORMAT", show_envvar=False, help="For whom the findings are."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors, nothing else.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tell each step on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Tell everything on stderr, with tracebacks.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; so does NO_COLOR.")]

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Folders of legacy tools, or single files. [CRUCIBLE_DIRECTORIES; default: ./tools and ./rune_tools]",
        show_default=False,
    ),
]
Tools = Annotated[
    list[str] | None,
    typer.Option("--tool", metavar="NAME", help="Only this tool; may be given several times.", show_default=False),
]
Level = Annotated[
    SecurityLevel | None,
    typer.Option("--level", help="What the tools may do. [CRUCIBLE_LEVEL; default: safe]", show_default=False),
]
NoRepair = Annotated[
    bool, typer.Option("--no-repair", help="Take the sources as they are. [CRUCIBLE_REPAIR=none|safe|unsafe]")
]
UnsafeFixes = Annotated[bool, typer.Option("--unsafe-fixes", help="Also use repairs that may change what a tool does.")]
Validation = Annotated[
    ValidationMode | None,
    typer.Option("--validation", help="What is checked. [CRUCIBLE_VALIDATION; default: basic]", show_default=False),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        metavar="N",
        min=1,
        help="How many tools are read and validated at the same time. [CRUCIBLE_JOBS]",
        show_default=False,
    ),
]
Atomic = Annotated[
    bool, typer.Option("--atomic", help="Migrate nothing when one tool can't be. [CRUCIBLE_ATOMIC=true|false]")
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="CODES",
        help="Only these rules: RN001, or RN0 for all that begin so; separated by commas. [CRUCIBLE_CHECK_SELECT]",
        show_default=False,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="CODES", help="Not these rules. [CRUCIBLE_CHECK_IGNORE]", show_default=False),
]
Fix = Annotated[bool, typer.Option("--fix", help="Repair the files, where no call can give another result.")]
Diff = Annotated[bool, typer.Option("--diff", help="Print what --fix would do; change nothing.")]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Known findings, which do not count. [CRUCIBLE_CHECK_BASELINE]",
        show_default=False,
    ),
]
WriteBaseline = Annotated[bool, typer.Option("--write-baseline", help="Record what is found in the baseline.")]
OutputFile = Annotated[
    Path | None, typer.Option("--output-file", metavar="FILE", help="Write the result there, not to stdout.")
]
