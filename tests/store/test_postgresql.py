"""What only a state on a server has: a URL with a password, a driver, a session that holds the lock, other servers.

Tests that need a server run where the tests' states are on one (`make test-postgresql`).
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.config import MigrationManagerConfig
from crucible_tools.errors import (
    ConfigurationError,
    StateDamaged,
    StateLocked,
    StateNotWritable,
    StateUnreachable,
)
from crucible_tools.model.state_url import StateUrl
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.store import postgresql
from crucible_tools.store.lock import is_held, read_holder
from crucible_tools.store.place import ServerPlace, resolve
from crucible_tools.store.state import State
from crucible_tools.store.stored_text import restored, storable
from tests import on_server
from tests.store.conftest import add_tool, fill

needs_server = pytest.mark.skipif(on_server.URL is None, reason="needs a server: make test-postgresql")

URLS = [
    "postgresql://user:s3cret@host/db",
    "postgres://user:s3cret@host:5432/db?sslmode=require",
    "postgresql://user:s3cret/with@slash:and@host/db",
    "postgresql://host/db?user=u&password=s3cret&sslmode=require",
    "postgresql://user:s3cret@[::1]/db?sslpassword=s3cret",
    "postgresql://host/db?user=u&pass%77ord=s3cret",
    "postgresql://:s3cret@/db",
    "postgresql://user:s3cret?@host/db",
]


@pytest.mark.parametrize("url", URLS)
def test_what_shows_a_url_shows_no_password(url: str) -> None:
    place = resolve(url)
    assert isinstance(place, ServerPlace)
    config = MigrationManagerConfig(state=url)
    shown = [str(place), repr(place), place.given, place.name, str(place.damaged("x")), repr(config)]
    shown += [json.dumps(config.to_json()), f"{config.state}", "%s" % config.state]  # noqa: UP031 - as logs do it
    assert not [text for text in shown if "s3cret" in text]
    assert place.url.secret == url


@pytest.mark.parametrize("url", URLS)
def test_a_url_goes_through_settings_and_to_worker_processes_whole(url: str, tmp_path: Path) -> None:
    setting = read_configuration(Flags(state=url), {}, tmp_path).state.value
    assert isinstance(setting, StateUrl)
    assert pickle.loads(pickle.dumps(setting)).secret == url
    assert resolve(str(setting)) == resolve(url)


def test_a_url_without_a_password_stays_as_it_is() -> None:
    assert StateUrl("postgresql://user@host/db?sslmode=require") == "postgresql://user@host/db?sslmode=require"


def test_a_schema_of_ones_own_is_no_part_of_what_the_driver_is_told() -> None:
    place = resolve("postgresql://host/db?schema=mine&sslmode=require")
    assert isinstance(place, ServerPlace)
    assert (place.schema, place.url.secret) == ("mine", "postgresql://host/db?sslmode=require")
    assert resolve("postgresql://host/db").schema == "crucible"  # type: ignore[union-attr]


@pytest.mark.parametrize("schema", ["Mine", "pg_temp", "a-b", "1a", "", "a" * 64, "x%22%3bDROP"])
def test_a_schema_that_is_no_name_is_refused(schema: str) -> None:
    with pytest.raises(ConfigurationError, match="schema"):
        resolve(f"postgresql://host/db?schema={schema}")


def test_a_path_that_was_a_url_is_refused_and_makes_no_folder_that_tells_the_password() -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve(Path("postgresql://user:s3cret@host/db"))
    assert "s3cret" not in caught.value.message


def test_a_file_that_was_merely_found_puts_no_state_on_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crucible.toml").write_text('state = "postgresql://user:s3cret@host/db"\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="on a server") as caught:
        read_configuration(Flags(), {}, tmp_path)
    assert "s3cret" not in caught.value.message


def test_without_the_driver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match="psycopg") as caught, State("postgresql://host/db") as state:
        state.tools()
    assert "pip install 'crucible-tools[postgresql]'" in (caught.value.hint or "")
    assert caught.value.exit_code == 2


def test_a_server_that_does_not_answer_is_unreachable_and_its_password_stays_untold(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with State("postgresql://user:s3cret@127.0.0.1:1/db") as state, pytest.raises(StateUnreachable) as caught:
        state.tools()
    assert caught.value.exit_code == 2
    assert "127.0.0.1" in caught.value.message
    assert "s3cret" not in caught.value.message + caplog.text


@pytest.mark.parametrize("url", ["postgresql://user:s3cret%zz@host/db", "postgresql://host/db?s3cret"])
def test_a_url_that_can_not_be_read_is_not_quoted(url: str) -> None:
    with pytest.raises(ConfigurationError, match="can't be read") as caught:
        resolve(url), postgresql.exists(resolve(url))  # type: ignore[arg-type]
    assert "s3cret%zz" not in caught.value.message


@given(st.text(st.sampled_from("\0\x10@Pa\n"), max_size=12) | st.text())
def test_a_text_comes_back_from_how_it_is_stored(text: str) -> None:
    assert "\0" not in storable(text)
    assert restored(storable(text)) == text


@needs_server
def test_texts_with_nul_come_back_by_every_way(state: State) -> None:
    name = "a\0b\x10@"
    with state.run("run-1", {"nul": "\0"}) as run:
        add_tool(run, name)
        run.finish("completed", {"nul": "\0", "text": "\ud800"})
    assert state.names() == [name]
    last = state.last_run()
    assert last is not None
    assert (last.config, last.report) == ({"nul": "\0"}, {"nul": "\0", "text": "\ud800"})
    assert state.audit.verify().flaw is None


@needs_server
def test_names_sort_by_code_points_whatever_the_language(state: State) -> None:
    names = ["B", "a", "_", "é", "Z", "-"]
    fill(state, *names)
    assert state.names() == sorted(names)


@needs_server
def test_a_source_of_some_megabytes_comes_back(state: State) -> None:
    content = bytes(range(256)) * 40_000
    with state.run("run-1", {}) as run:
        add_tool(run, "large", content)
    [tool] = state.tools()
    assert state.blob(tool.version.original_hash) == content


@needs_server
def test_a_run_that_lost_its_session_changes_nothing_once_another_has_begun(state: State, folder: Path) -> None:
    fill(state, "before")
    with state.run("run-2", {}) as run:
        holder = read_holder(state.place)
        assert holder is not None
        assert holder.run_id == "run-2"
        on_server.execute(
            folder,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE ?",
            f"crucible {holder.pid} run-2 %",
        )
        on_server.settled(folder)
        assert not is_held(state.place)
        with State(folder) as other:
            fill(other, "of_another", run_id="run-3")
        with pytest.raises(StateLocked, match="lost the state's lock"):
            add_tool(run, "late")
    assert state.names() == ["before", "of_another"]


@needs_server
def test_sessions_that_the_server_ended_are_replaced(state: State, folder: Path) -> None:
    fill(state, "echo")
    assert state.names() == ["echo"]
    ended = on_server.execute(
        folder,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = ?",
        f"crucible {os.getpid()}",  # of this process alone: other tests may be using the server
    )
    assert ended
    assert state.names() == ["echo"]


@needs_server
def test_a_state_whose_tables_are_gone_is_damaged(state: State, folder: Path) -> None:
    fill(state, "echo")
    on_server.execute(folder, "ALTER TABLE tools RENAME TO other_tools")
    with pytest.raises(StateDamaged, match="tools"):
        state.names()


@needs_server
def test_a_user_who_may_make_nothing_is_told_so(folder: Path) -> None:
    place = resolve(folder)
    assert isinstance(place, ServerPlace)
    with closing(postgresql.connect(place)) as session:
        session.execute("DO $$ BEGIN CREATE ROLE looker LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    looker = replace(place, url=StateUrl(place.url.secret.replace("crucible@", "looker@", 1)))
    with State(looker) as state, pytest.raises(StateNotWritable, match="permission denied"):
        fill(state, "echo")
