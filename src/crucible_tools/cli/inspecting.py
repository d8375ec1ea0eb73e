"""`crucible list`, `show`, `status` and `doctor`: what is there, and how it is."""

import json
from pathlib import Path
from typing import Final

from crucible_tools.cli.running import finished
from crucible_tools.cli.terminal import Terminal, body, json_text, line
from crucible_tools.formats.text import count
from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import MigrationStats
from crucible_tools.model.tools import MigratedTool
from crucible_tools.operations import inspect
from crucible_tools.operations.configuration import Configuration, Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.store.records import StoredRun

_MOST_SHOWN: Final = 100
"""Characters of a description in a list; `show` has all of them."""

_TO_REVALIDATE: Final = "another one than migrated it, so it is to be revalidated: crucible validate"


def run_list(terminal: Terminal, state: str | None, config: Path | None) -> int:
    """`crucible list`."""
    place = _configuration(state, config).state.value
    tools = finished(inspect.list_tools(place))
    if terminal.json:
        terminal.document([tool.to_json() for tool in tools])
    elif tools:
        terminal.result("\n".join(_line(tool, max(len(tool.original_name) for tool in tools)) for tool in tools))
    else:
        terminal.note(f"no tool was migrated to {line(place)} yet: run `crucible migrate` first")
    return 0


def run_show(terminal: Terminal, state: str | None, config: Path | None, name: str) -> int:
    """`crucible show TOOL`."""
    tool = finished(inspect.show(_configuration(state, config).state.value, name))
    if terminal.json:
        terminal.document(tool.to_json())
    else:
        terminal.result(_details(terminal, tool))
    return 0


def run_status(terminal: Terminal, flags: Flags, *, drift: bool) -> int:
    """`crucible status`."""
    configuration = read_configuration(flags)
    if not drift:
        _show_status(terminal, configuration.state.value, None)
        return 0
    from crucible_tools.cli.drifting import drift_exit_code, drift_text, find  # only where asked for: needs the engine

    found = find(configuration)
    _show_status(terminal, configuration.state.value, [item.to_json() for item in found])
    if not terminal.json:
        terminal.result(drift_text(terminal, found))
        if any(item.severity == "error" for item in found):
            terminal.note("`crucible reload` takes changes up, `crucible adopt` accepts sources as they are")
    return drift_exit_code(terminal, found)


def _show_status(terminal: Terminal, place: str, drift: list[JsonObject] | None) -> None:
    stats, last, failures = finished(inspect.status(place))
    if terminal.json:
        run = None if last is None else {**_run_json(last), "failures": failures}
        terminal.document({"stats": stats.model_dump(mode="json"), "drift": drift, "last_run": run})
    else:
        terminal.result(_status_text(place, stats, last, len(failures)))


def run_doctor(terminal: Terminal, state: str | None, config: Path | None) -> int:
    """`crucible doctor`."""
    from crucible_tools.operations.doctor import doctor

    diagnosis = finished(doctor(_configuration(state, config)))
    if terminal.json:
        terminal.document(diagnosis.to_json())
    else:
        lines = [terminal.paint("Settings", "bold")]
        lines += [
            f"  {it['name']:<14} {line(_short(it['value']))}  ({line(it['origin'])})" for it in diagnosis.settings
        ]
        lines += ["", terminal.paint("Checks", "bold")]
        for finding in diagnosis.findings:
            mark = terminal.paint("ok  ", "green") if finding.ok else terminal.paint("FAIL", "red")
            lines.append(f"  {mark} {line(finding.check)}: {line(finding.detail)}")
        lines += [f"{terminal.paint('warning:', 'yellow')} {line(warning)}" for warning in diagnosis.warnings]
        terminal.result("\n".join(lines))
    if diagnosis.ok:
        return 0
    terminal.reason("the state is damaged" if diagnosis.state_damaged else "a check failed")
    return 5 if diagnosis.state_damaged else 1


def _configuration(state: str | None, config: Path | None) -> Configuration:
    return read_configuration(Flags(state=state, config=config))


def _line(tool: MigratedTool, width: int) -> str:
    what = line(tool.definition.description.partition("\n")[0])
    if len(what) > _MOST_SHOWN:
        what = f"{what[: _MOST_SHOWN - 3]}..."
    level = tool.metadata["security_level"] if tool.active else "inactive"
    mark = "  (to be revalidated)" if tool.metadata["to_be_revalidated"] else ""
    return f"{line(tool.original_name):<{width}}  {line(level):<11}  {what}{mark}".rstrip()


def _details(terminal: Terminal, tool: MigratedTool) -> str:
    definition, metadata = tool.definition, tool.metadata
    rows = [
        ("version", f"{definition.version}, {definition.category}"),
        ("tags", ", ".join(definition.tags)),
        ("author", definition.author or ""),
        ("active", "yes" if tool.active else f"no: it {metadata['inactive_reason']}"),
        ("engine", _TO_REVALIDATE if metadata["to_be_revalidated"] else ""),
        ("level", metadata["security_level"]),
        ("needs", ", ".join(definition.capabilities) or "nothing"),
        ("from", f"{metadata['migration_directory']}/{metadata['original_file_path']} ({definition.form})"),
        ("source", f"sha256 {metadata['source_sha256']}"),
        ("migrated", tool.migrated_at.isoformat(timespec="seconds")),
        ("id", tool.migrated_script_id),
    ]
    lines = [terminal.paint(line(definition.name), "bold"), body(definition.description), ""]
    lines += [f"  {name:<9} {line(value)}" for name, value in rows if value]
    lines += ["", "Arguments (JSON Schema):", json_text(definition.input_schema)]
    if definition.output_schema:
        lines += ["Result (JSON Schema):", json_text(definition.output_schema)]
    return "\n".join(lines)


def _status_text(place: str, stats: MigrationStats, last: StoredRun | None, failures: int) -> str:
    lines = [f"{stats.active_tools} active and {stats.inactive_tools} inactive tools in {line(place)}."]
    if stats.to_be_revalidated:
        lines.append(
            f"{count(stats.to_be_revalidated, 'tool is', 'tools are')} to be revalidated, since the engine was "
            "upgraded: `crucible validate`."
        )
    if last is None:
        lines.append("Nothing was migrated yet.")
    else:
        when = (last.ended_at or last.started_at).isoformat(timespec="seconds")
        kind = "" if last.kind == "migrate" else f" ({last.kind})"
        lines.append(f"Last run {last.id}{kind}: {last.status} at {when}, {count(failures, 'failure')}.")
    return "\n".join(lines)


def _run_json(run: StoredRun) -> dict[str, object]:
    return {
        "id": run.id,
        "kind": run.kind,
        "status": run.status,
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "report": run.report,
    }


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
