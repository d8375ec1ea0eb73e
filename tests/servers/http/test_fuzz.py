"""Requests made up out of the document: none fails the server, and every answer is what the document says."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any
from unittest import SkipTest

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crucible_tools.servers.running import HttpServer, Listening
from tests.servers.http.conftest import QUICK
from tests.servers.mcp.conftest import Project
from tests.servers.mcp.legacy_tools import SOURCES, source

TOOLS = ("echo", "greet", "either", "fails", "breaks", "notes.list")
"""Tools that end, whatever they are called with."""

TYPED = source(
    "typed",
    "#{ total: args.a }",
    '#{ type: "object", required: ["a"], properties: #{ a: #{ type: "integer", minimum: 0, maximum: 9 }, '
    'tags: #{ type: "array", items: #{ type: "string" }, maxItems: 3 } }, additionalProperties: false }',
    '#{ type: "object", required: ["total"], properties: #{ total: #{ type: "integer" } } }',
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """The tools, served on a thread: who makes requests up is no coroutine."""
    project = Project(tmp_path_factory.mktemp("fuzzed"))
    for name in TOOLS:
        project.write(name, SOURCES[name])
    project.write("typed", TYPED)
    begun, found = threading.Event(), list[Any]()

    async def run() -> None:
        await project.migrate()
        ended = asyncio.Event()
        async with project.serving() as serving, HttpServer(serving, QUICK).listening() as listening:
            found.extend((listening, asyncio.get_running_loop(), ended))
            begun.set()
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert begun.wait(60)
    yield found[0]
    found[1].call_soon_threadsafe(found[2].set)
    thread.join(60)


@pytest.fixture(scope="module")
def document(listening: Listening) -> Any:
    """The document, with a token that may do everything."""
    assert listening.own is not None
    headers = {"Authorization": f"Bearer {listening.own.secret.text}"}
    config = SchemathesisConfig.from_dict({"headers": headers})
    return schemathesis.openapi.from_url(f"{listening.url}/openapi.json", headers=headers, config=config)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_answers_as_the_document_says(document: Any, mode: GenerationMode) -> None:
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > len(TOOLS) + 10
    for operation in operations:
        answers_as_it_says(operation, mode)


def answers_as_it_says(operation: Any, mode: GenerationMode) -> None:
    """Requests that keep to the document, or that break it, for one operation."""

    # What they find is a fault of the server, and is printed as a request that shows it.
    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def examine(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    # What can't be broken, such as an operation without parameters, has no such requests.
    with contextlib.suppress(Unsatisfiable, SkipTest):
        examine()


def test_every_edge_of_the_document_is_answered_as_it_says(document: Any) -> None:
    """Its examples, the bounds of each parameter and what is just beyond them, what is missing, other methods."""
    edges = HypothesisTestConfig(
        project=document.config,
        modes=[HypothesisTestMode.EXAMPLES, HypothesisTestMode.COVERAGE],
        settings=settings(
            phases=[Phase.explicit], deadline=None, database=None, suppress_health_check=list(HealthCheck)
        ),
    )
    asked = list[str]()

    def examine(case: Any) -> None:
        asked.append(case.operation.label)
        case.call_and_validate(checks=CHECKS)

    operations = [found.ok() for found in document.get_all_operations()]
    for operation in operations:
        create_test(operation=operation, test_func=examine, config=edges)()
    assert set(asked) == {operation.label for operation in operations}
    assert len(asked) > 10 * len(operations)
