"""A report as JSON; its schema is published in `docs/migration-report.schema.json`."""

from crucible_tools.formats.text import json_text
from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import MigrationReport


def document(report: MigrationReport) -> str:
    """The whole report; `MigrationReport.model_validate_json` reads it back."""
    return json_text(report.model_dump(mode="json"))


def json_schema() -> JsonObject:
    """JSON Schema 2020-12 of what `document` writes."""
    schema = MigrationReport.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
