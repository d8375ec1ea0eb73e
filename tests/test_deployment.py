"""What `deploy/` and its page say exists in the program: options, variables, paths, ports, files."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer.main
import yaml

from crucible_tools.cli.app import app
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.servers.http.routes import OPENINGS

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
CONTAINERFILE = DEPLOY / "Containerfile"
UNIT = DEPLOY / "crucible.service"
PAGE = ROOT / "docs" / "deploy.md"
PORT = 8765

NO_SETTINGS = {"CRUCIBLE_LOG_FORMAT", "CRUCIBLE_CONFIG", "CRUCIBLE_TOOLS"}
"""Variables that are no setting of a configuration: how logs are written, where it is, and one of the composition."""

ANALYZE = shutil.which("systemd-analyze")


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))


def instructions(name: str) -> list[str]:
    """What an instruction of the container file is given, each time that it comes."""
    text = re.sub(r"\\\n", " ", CONTAINERFILE.read_text("utf-8"))
    return [line.split(None, 1)[1] for line in text.splitlines() if line.split(None, 1)[:1] == [name]]


class Unit(RawConfigParser):
    """A unit file, in which a key may come several times; the last value counts here."""

    def __init__(self) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str  # type: ignore[assignment, method-assign]
        self.read(UNIT, "utf-8")


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command line of crucible in these files, and where it is."""
    (image,) = instructions("CMD")
    yield "Containerfile", yaml.safe_load(image)
    yield "compose.yml", compose()["services"]["crucible"]["command"]
    yield "crucible.service", shlex.split(Unit()["Service"]["ExecStart"])[1:]
    pattern = r"crucible (?:-tools )?((?:serve|token|migrate|audit)\b[^`\n>]*)"
    text = PAGE.read_text("utf-8").replace("crucible-tools token", "crucible token")
    for found in re.findall(pattern, text):
        if not found.strip().endswith("first") and found.strip() != "serve":
            yield "docs/deploy.md", shlex.split(found)


COMMANDS = list(commands())


@pytest.mark.parametrize(("place", "words"), COMMANDS, ids=[f"{place}: {' '.join(words)}" for place, words in COMMANDS])
def test_a_command_line_is_one_that_the_program_takes(place: str, words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    command.make_context("crucible", list(words))


def test_the_page_and_each_file_have_command_lines() -> None:
    assert {place for place, _ in COMMANDS} == {"Containerfile", "compose.yml", "crucible.service", "docs/deploy.md"}
    assert sum(place == "docs/deploy.md" for place, _ in COMMANDS) >= 5


def test_variables_are_settings_of_the_program() -> None:
    files = [*(path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".json"), PAGE]
    text = "\n".join(path.read_text("utf-8") for path in files)
    variables = set(re.findall(r"\bCRUCIBLE_[A-Z_]+\b", text))
    assert {"CRUCIBLE_STATE", "CRUCIBLE_DIRECTORIES"} <= variables
    for variable in variables - NO_SETTINGS:
        found = read_configuration(Flags(), {variable: "/srv/tools"}, DEPLOY)
        assert variable in {row["origin"] for row in found.to_json()}, variable


def test_paths_that_are_asked_exist_and_the_health_check_needs_no_token() -> None:
    (check,) = instructions("HEALTHCHECK")
    (url,) = re.findall(r"'(http://[^']+)'", check)
    assert urlsplit(url).path in OPENINGS.any_host
    assert urlsplit(url).port == PORT
    (scrape,) = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    assert f'resource("{scrape["metrics_path"]}"' in (
        ROOT / "src" / "crucible_tools" / "servers" / "http" / "routes.py"
    ).read_text("utf-8")
    for path in re.findall(r"`(/(?:readyz|livez|health|metrics)\w*)`", PAGE.read_text("utf-8")):
        assert f'resource("{path}"' in (ROOT / "src" / "crucible_tools" / "servers" / "http" / "routes.py").read_text(
            "utf-8"
        )


def test_ports_and_names_agree() -> None:
    services = compose()["services"]
    assert instructions("EXPOSE") == [str(PORT)]
    assert services["crucible"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    (scrape,) = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    (target,) = scrape["static_configs"][0]["targets"]
    name, port = target.split(":")
    assert (name in services, port) == (True, str(PORT))
    words = services["crucible"]["command"]
    assert words[words.index("--allow-host") + 1] == name
    source = yaml.safe_load((DEPLOY / "grafana" / "datasource.yml").read_text("utf-8"))["datasources"][0]
    assert urlsplit(source["url"]).hostname in services
    for place, words in COMMANDS:
        if "--port" in words:
            assert words[words.index("--port") + 1] == str(PORT), place


def test_nothing_is_published_beyond_this_machine() -> None:
    for name, service in compose()["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_mounted_files_exist_and_secrets_and_volumes_are_declared() -> None:
    found = compose()
    for name, service in found["services"].items():
        for volume in service["volumes"]:
            source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in found["volumes"], (name, source)
        assert set(service.get("secrets", ())) <= found["secrets"].keys()
    (scrape,) = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    secret = scrape["authorization"]["credentials_file"].removeprefix("/run/secrets/")
    assert secret in found["services"]["prometheus"]["secrets"]
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {str(Path(each["file"]).parent) for each in found["secrets"].values()} == {"secrets"}
    assert "/deploy/secrets/" in ignored


def test_rules_and_dashboard_are_mounted_where_they_are_looked_for() -> None:
    mounted = {
        target: (DEPLOY / source).resolve()
        for service in compose()["services"].values()
        for source, target in (volume.removesuffix(":ro").rsplit(":", 1) for volume in service["volumes"])
    }
    (rules,) = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))["rule_files"]
    assert mounted[f"/etc/prometheus/{rules}"] == DEPLOY / "alerts.yml"
    provider = yaml.safe_load((DEPLOY / "grafana" / "dashboards.yml").read_text("utf-8"))["providers"][0]
    dashboards = [path for target, path in mounted.items() if target.startswith(provider["options"]["path"] + "/")]
    assert dashboards == [DEPLOY / "grafana-dashboard.json"]


def test_what_the_image_keeps_is_what_the_server_writes() -> None:
    (volumes,) = instructions("VOLUME")
    environment = dict(word.split("=", 1) for word in shlex.split(" ".join(instructions("ENV"))))
    assert set(yaml.safe_load(volumes)) == {
        str(Path(environment["CRUCIBLE_STATE"]).parent),
        environment["XDG_CACHE_HOME"],
    }
    assert compose()["services"]["crucible"]["read_only"] is True
    targets = {volume.removesuffix(":ro").rsplit(":", 1)[1] for volume in compose()["services"]["crucible"]["volumes"]}
    assert targets == {*yaml.safe_load(volumes), environment["CRUCIBLE_DIRECTORIES"]}
    assert instructions("USER") == ["crucible"]


def test_the_wheel_is_built_of_what_the_image_copies(tmp_path: Path) -> None:
    allowed = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    for copied in instructions("COPY"):
        if copied.startswith("--from"):
            continue
        *sources, target = copied.split()
        for source in sources:
            assert f"!{source}" in allowed
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (tmp_path / target).mkdir(exist_ok=True)
                shutil.copy(ROOT / source, tmp_path / target)
    command = [sys.executable, "-c", "from hatchling.build import build_wheel; print(build_wheel('.'))"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert (tmp_path / built.stdout.strip().splitlines()[-1]).is_file()


def test_the_image_installs_an_extra_that_exists() -> None:
    (extra,) = re.findall(r"'\.\[(\w+)\]'", CONTAINERFILE.read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert extra in project["optional-dependencies"]


@pytest.mark.parametrize(("place", "words"), [each for each in COMMANDS if "--drain" in each[1]])
def test_who_stops_a_server_waits_longer_than_it_takes(place: str, words: list[str]) -> None:
    takes = sum(float(words[words.index(option) + 1]) for option in ("--notice", "--drain"))
    grace = compose()["services"]["crucible"]["stop_grace_period"].removesuffix("s")
    waits = {"compose.yml": grace, "crucible.service": Unit()["Service"]["TimeoutStopSec"]}
    assert float(waits[place]) >= takes + 10


def test_the_unit_does_not_start_again_after_errors_that_stay() -> None:
    assert Unit()["Service"]["RestartPreventExitStatus"].split() == ["2", "5"]


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not here")
def test_systemd_finds_the_unit_right_and_hardened(tmp_path: Path) -> None:
    assert ANALYZE is not None
    binary = Unit()["Service"]["ExecStart"].split()[0]
    unit = tmp_path / "crucible.service"
    unit.write_text(UNIT.read_text("utf-8").replace(binary, sys.executable), "utf-8")
    environment = {**os.environ, "SYSTEMD_COLORS": "0"}
    # Man pages are not looked for, and generators of this machine have nothing to say about a unit.
    verify = [ANALYZE, "verify", "--man=no", "--generators=no", str(unit)]
    verified = subprocess.run(verify, capture_output=True, text=True, check=False, env=environment)
    told = [line for line in verified.stderr.splitlines() if "crucible.service" in line]
    assert told == []
    security = [ANALYZE, "security", "--offline=true", "--threshold=20", str(unit)]
    judged = subprocess.run(security, capture_output=True, text=True, check=False, env=environment)
    assert judged.returncode == 0, judged.stdout[-500:] + judged.stderr
