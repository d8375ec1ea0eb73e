"""The OpenAPI 3.1 document of a server: the fixed paths, and an operation of its own for every tool."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from crucible_tools import __version__
from crucible_tools.model.enums import ReportFormat
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.operations.serving import ServedTool

_LITERAL: Final = frozenset({"const", "enum", "default", "examples", "example"})
"""Keywords whose values are data, in which `$ref` is none."""

_MAPS: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords whose values are schemas by name, of which one may be called as a keyword is."""

_PROBLEM: Final[JsonObject] = {
    "description": "What is wrong: compare `code`.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

_NAME: Final[JsonObject] = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "A tool's name, or its alias.",
    "schema": {"type": "string", "minLength": 1},
}
_ID: Final[JsonObject] = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}

_CALL_HEADERS: Final[list[JsonObject]] = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body get the same answer, for 24 hours; the call is made once, and goes on "
        "if the client goes away.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    },
    {
        "name": "Crucible-Call-Id",
        "in": "header",
        "description": "The client's own name of the call, by which it can be stopped.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,128}$"},
    },
    {
        "name": "timeout",
        "in": "query",
        "description": "Seconds; the policy's limit holds where it is shorter.",
        "schema": {"type": "number", "exclusiveMinimum": 0, "maximum": 86400},
    },
]


def openapi_document(tools: Iterable[ServedTool], aliases: Mapping[str, str], server: str | None = None) -> JsonObject:
    """The document.

    Args:
        tools: which have operations.
        aliases: what each tool is known by where its name is refused.
        server: its URL, where it is known.
    """
    schemas: dict[str, Json] = dict(_SCHEMAS)
    paths: dict[str, Json] = dict(_paths())
    for tool in tools:
        alias = aliases.get(tool.name, tool.name)
        schemas[f"{alias}.input"] = relocated(tool.definition.input_schema, f"#/components/schemas/{alias}.input")
        if tool.definition.output_schema is not None:
            output = f"#/components/schemas/{alias}.output"
            schemas[f"{alias}.output"] = relocated(tool.definition.output_schema, output)
        paths[f"/tools/{tool.name}"] = {"post": _call(tool, alias)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Migrated tools",
            "version": __version__,
            "description": "Every tool runs in a sandbox, under the policy that it was migrated to.",
        },
        **({"servers": [{"url": server}]} if server else {}),
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "`crucible token create` makes one."}
            },
            "schemas": schemas,
        },
    }


def relocated(schema: JsonObject, pointer: str) -> JsonObject:
    """A schema that means the same inside of another document: its references to itself lead to where it is now.

    Args:
        schema: a document of its own.
        pointer: where it will be, `#/components/schemas/x`.
    """
    moved = _moved(schema, pointer)
    return {name: value for name, value in moved.items() if name not in ("$schema", "$id")}


def _moved(value: Any, pointer: str) -> Any:
    if isinstance(value, list):
        return [_moved(item, pointer) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    moved: dict[str, Any] = {}
    for name, part in cast("dict[str, Any]", value).items():
        if name == "$ref" and isinstance(part, str) and part.startswith("#"):
            moved[name] = f"{pointer}{part[1:]}"
        elif name in _LITERAL:
            moved[name] = part
        elif name in _MAPS and isinstance(part, dict):
            moved[name] = {key: _moved(each, pointer) for key, each in cast("dict[str, Any]", part).items()}
        else:
            moved[name] = _moved(part, pointer)
    return moved


def _call(tool: ServedTool, alias: str) -> JsonObject:
    definition = tool.definition
    result: JsonObject = {"$ref": "#/components/schemas/CallResult"}
    if definition.output_schema is not None:
        output = {"$ref": f"#/components/schemas/{alias}.output"}
        result = {"allOf": [result, {"properties": {"result": output}}]}
    return {
        "operationId": f"call_{alias}",
        "summary": definition.description.partition("\n")[0][:120],
        "description": definition.description,
        "tags": [definition.category, *(tag for tag in definition.tags if tag != definition.category)],
        "parameters": _CALL_HEADERS,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{alias}.input"}}},
        },
        "responses": {
            "200": {
                "description": "What the tool gave; for who takes `text/event-stream`, what it tells meanwhile, too.",
                "headers": {"Crucible-Call-Id": {"schema": {"type": "string"}}},
                "content": {
                    "application/json": {"schema": result},
                    "text/event-stream": {"schema": {"type": "string"}},
                },
            },
            "422": {**_PROBLEM, "description": "The arguments break the schema, or the tool gave an error."},
            "default": _PROBLEM,
        },
        "x-crucible": {
            "name": tool.name,
            "level": tool.level.value,
            "capabilities": list(tool.capabilities),
            "version": tool.version,
        },
    }


def _paths() -> dict[str, JsonObject]:
    """The fixed paths."""
    limit = _number("limit", "How many at most.", least=1)
    after = _query("after", "Those after this name.", {"type": "string"})
    versions = [_number(name, "The number of a version.") for name in ("from", "to")]
    formats = _query("format", "For whom.", {"enum": [each.value for each in ReportFormat], "default": "json"})
    wanted = [
        _number("after", "Those after this number."),
        _query("type", "Only of this type; may come several times.", {"type": "string"}),
        _query("tool", "Only of tools with such names; * is any text.", {"type": "string"}),
        {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "Where a stream goes on.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        },
        limit,
    ]
    return {
        "/tools": {"get": _get("listTools", "The tools that the token is for, by name.", "ToolPage", [limit, after])},
        "/tools/{name}": {"get": _get("showTool", "One tool.", "Tool", [_NAME])},
        "/tools/{name}/versions": {
            "get": _get("listVersions", "Every version and change of a tool.", "Object", [_NAME])
        },
        "/tools/{name}/diff": {
            "get": _get("diffVersions", "What is different between two versions.", "Diff", [_NAME, *versions])
        },
        "/calls": {"get": _get("listCalls", "The calls that run, and the last that ended.", "CallPage", [limit])},
        "/calls/{id}": {
            "get": _get("showCall", "One call.", "Call", [_ID]),
            "delete": {**_get("cancelCall", "Stops a call.", "Cancelled", [_ID], status="202")},
        },
        "/runs": {"get": _get("listRuns", "Migrations, rollbacks and so on, the newest first.", "RunPage", [limit])},
        "/runs/{id}": {
            "get": _answers("showRun", "The report of a migration; `last` is the newest.", [_ID, formats], _REPORTS)
        },
        "/events": {
            "get": _answers(
                "listEvents",
                "The events of the state: a stream that goes on where it was left for who takes one, else a page.",
                wanted,
                {"application/json": _ref("EventPage"), "text/event-stream": {"type": "string"}},
            )
        },
        "/session": {"get": _get("showSession", "What the token is for.", "Session", [])},
        "/health": {"get": _get("showHealth", "How the service does.", "Health", [])},
        "/metrics": {"get": _answers("showMetrics", "Metrics for Prometheus.", [], {"text/plain": {"type": "string"}})},
        "/livez": {"get": _probe("showLiveness", "Whether the process can do its work at all.")},
        "/readyz": {"get": _probe("showReadiness", "Whether calls are let in.")},
    }


def _probe(operation: str, what: str) -> JsonObject:
    return {**_get(operation, what, "Object", []), "security": []}


def _get(operation: str, what: str, schema: str, parameters: list[JsonObject], status: str = "200") -> JsonObject:
    return _answers(operation, what, parameters, {"application/json": _ref(schema)}, status)


def _answers(
    operation: str, what: str, parameters: list[JsonObject], content: Mapping[str, JsonObject], status: str = "200"
) -> JsonObject:
    bodies = {media_type: {"schema": schema} for media_type, schema in content.items()}
    return {
        "operationId": operation,
        "summary": what,
        "tags": ["server"],
        "parameters": parameters,
        "responses": {status: {"description": what, "content": bodies}, "default": _PROBLEM},
    }


def _ref(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}


def _query(name: str, description: str, schema: JsonObject) -> JsonObject:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _number(name: str, description: str, least: int = 0) -> JsonObject:
    return _query(name, description, {"type": "integer", "minimum": least})


def _object(required: Mapping[str, JsonObject], **optional: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


_TEXT: Final[JsonObject] = {"type": "string"}
_MAYBE_TEXT: Final[JsonObject] = {"type": ["string", "null"]}
_WHOLE: Final[JsonObject] = {"type": "integer"}
_TIME: Final[JsonObject] = {"type": "string", "format": "date-time"}
_ANY: Final[JsonObject] = {"type": "object"}


def _list(of: JsonObject) -> JsonObject:
    return {"type": "array", "items": of}


_REPORTS: Final[Mapping[str, JsonObject]] = {
    "application/json": _ANY,
    "text/html": _TEXT,
    "application/xml": _TEXT,
    "application/sarif+json": _ANY,
    "text/plain": _TEXT,
    "text/markdown": _TEXT,
}

_SCHEMAS: Final[Mapping[str, JsonObject]] = {
    "Object": _ANY,
    "Problem": _object(
        {"type": _TEXT, "title": _TEXT, "status": _WHOLE, "detail": _TEXT, "code": _TEXT},
        hint=_MAYBE_TEXT,
        location={"type": ["object", "null"]},
        violations=_list(_object({"path": _TEXT, "message": _TEXT}, kind=_TEXT)),
    ),
    "CallResult": _object(
        {
            "success": {"const": True},
            "result": {},
            "error": {"type": "null"},
            "execution_time": {"type": "number"},
            "tool_name": _TEXT,
            "metadata": _ANY,
        }
    ),
    "Tool": _object(
        {
            "name": _TEXT,
            "alias": _TEXT,
            "description": _TEXT,
            "category": _TEXT,
            "tags": _list(_TEXT),
            "input_schema": _ANY,
            "output_schema": {"type": ["object", "null"]},
            "level": _TEXT,
            "capabilities": _list(_TEXT),
            "version": _WHOLE,
            "migrated_at": _TIME,
            "last_good": {"type": "boolean"},
        }
    ),
    "ToolPage": _object({"tools": _list(_ref("Tool")), "next": _MAYBE_TEXT, "revision": _WHOLE}),
    "Diff": _object({"tool": _TEXT, "from": {"type": ["integer", "null"]}, "to": _WHOLE, "diff": _TEXT}),
    "Call": _object(
        {
            "id": _TEXT,
            "tool": _TEXT,
            "user": _MAYBE_TEXT,
            "started": _TIME,
            "ended": _MAYBE_TEXT,
            "duration": {"type": "number"},
            "outcome": _TEXT,
        }
    ),
    "CallPage": _object({"live": _list(_ref("Call")), "recent": _list(_ref("Call"))}),
    "Cancelled": _object({"id": _TEXT, "cancelled": {"const": True}}),
    "RunPage": _object({"runs": _list(_ANY), "total": _WHOLE}),
    "EventPage": _object({"events": _list(_ref("Event")), "next": _WHOLE, "forgotten": _WHOLE}),
    "Event": _object({"sequence": _WHOLE, "at": _TIME, "type": _TEXT, "identifier": _TEXT, "data": _ANY}),
    "Session": _object(
        {"token": _TEXT, "name": _TEXT, "scopes": _list(_TEXT), "tools": _list(_TEXT), "csrf_token": _MAYBE_TEXT}
    ),
    "Health": _object({"status": {"enum": ["healthy", "degraded", "unhealthy"]}, "details": _list(_ANY)}),
}
