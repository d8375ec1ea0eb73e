"""One OpenAPI document, which is valid, and which the server keeps to."""

from __future__ import annotations

import httpx2
from openapi_spec_validator import OpenAPIV31SpecValidator

from crucible_tools.model.access import Scope
from crucible_tools.operations.export import Catalogue, export
from crucible_tools.operations.openapi import relocated
from tests.servers.http.conftest import Served
from tests.servers.mcp.legacy_tools import SOURCES


async def test_the_document_is_valid_and_has_an_operation_for_each_tool(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    OpenAPIV31SpecValidator(document).validate()
    paths = document["paths"]
    assert {f"/tools/{name}" for name in SOURCES} <= set(paths)
    assert paths["/tools/notes.list"]["post"]["operationId"] == "call_notes_list"
    assert document["components"]["schemas"]["greet.input"]["required"] == ["name"]
    operations = [item["operationId"] for path in paths.values() for item in path.values()]
    assert len(operations) == len(set(operations))


async def test_a_token_for_some_tools_sees_their_operations_only(served: Served) -> None:
    document = (await (await served.member(Scope.CALL, tools=["notes.*"])).get("/openapi.json")).json()
    assert [path for path in document["paths"] if path.startswith("/tools/") and "{" not in path] == [
        "/tools/notes.list"
    ]


async def test_the_document_follows_the_tools(served: Served, client: httpx2.AsyncClient) -> None:
    assert "/tools/more" not in (await client.get("/openapi.json")).json()["paths"]
    served.project.add("more")
    await served.project.migrate()
    await served.serving.refresh()
    assert "/tools/more" in (await client.get("/openapi.json")).json()["paths"]


async def test_the_command_exports_the_document_that_the_server_gives(
    served: Served, client: httpx2.AsyncClient
) -> None:
    exported = await export(served.project.state, Catalogue.OPENAPI)
    assert exported.document == (await client.get("/openapi.json")).json()


def test_references_of_a_schema_lead_to_where_it_is_now() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/a"}, "$ref": {"type": "string"}, "whole": {"$ref": "#"}},
        "$defs": {"a": {"const": {"$ref": "#/$defs/a"}}},
    }
    assert relocated(schema, "#/x") == {
        "type": "object",
        "properties": {"a": {"$ref": "#/x/$defs/a"}, "$ref": {"type": "string"}, "whole": {"$ref": "#/x"}},
        "$defs": {"a": {"const": {"$ref": "#/$defs/a"}}},
    }
