"""Checking a call's arguments against its tool's schema, and putting them into the form that the entry takes."""

from __future__ import annotations

import json
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, cast

import jsonschema_rs

from crucible_tools.engine import protocol
from crucible_tools.engine.bulk import depth_of, first_error, undisturbed
from crucible_tools.engine.outcome import Stop
from crucible_tools.engine.protocol import Calling, oversized_integer, refuse_constant
from crucible_tools.errors import InvalidArguments, RegistrationError, Violation
from crucible_tools.model.enums import StopReason
from crucible_tools.rune.schema_expansion import expansion, weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crucible_tools.model.policy import Policy
    from crucible_tools.model.tools import ToolDefinition

DISPATCH: Final = "dispatch"
"""The method of a plugin's instance that is called with a tool's name and its arguments."""

_MOST_VIOLATIONS: Final = 20
_MOST_WORK: Final = 2_000_000
"""Alternatives times values that a validation may try: some tens of milliseconds."""
_MOST_EXPLAINED: Final = 10_000
"""The same for the explanation of what is wrong, which costs some 15 µs each."""
_MOST_LISTED: Final = 1000
"""Values of which each one that is wrong is told; of more, the first that is."""
_MOST_SCHEMA: Final = 64 << 10
"""Characters of a schema that are told in full where they are broken."""
_READ: Final = partial(json.loads, parse_constant=refuse_constant)


class Arguments:
    """The way into one tool: validates, fills in defaults, encodes.

    Args:
        tool: whose arguments; its schema comes from a script and is hostile until it was checked here.
        policy: limits of the result, part of each request.

    Raises:
        RegistrationError: the schema is no valid JSON Schema.
    """

    def __init__(self, tool: ToolDefinition, policy: Policy) -> None:
        self._name = tool.name
        # The validator's own work grows with the expanded schema: 27 doubled references hold it for seconds.
        too_large = expansion(tool.input_schema)
        if too_large is not None:
            raise RegistrationError(f"the input schema of {tool.name} is refused: {too_large}")
        try:
            # `offline`: a schema never makes the host fetch anything.
            self._validator: Any = jsonschema_rs.Draft202012Validator(tool.input_schema, offline=True)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            raise RegistrationError(f"the input schema of {tool.name} is not valid: {_first_line(error)}") from error
        plugin = tool.calling == "plugin"
        self._prefix = b"[%b," % protocol.to_json(tool.name) if plugin else None
        positional = tool.calling == "positional"
        self._positional = frozenset(tool.positional) if positional else None
        calling = (Calling.NAMED if tool.positional else Calling.NOTHING) if positional else Calling.OBJECT
        if plugin:
            calling = Calling.METHOD
        self._schema = tool.input_schema
        output = json.dumps(tool.output_schema) if tool.output_schema else ""
        self.head: Final = protocol.call_head(
            tool.entry,
            calling,
            (DISPATCH,) if plugin else tool.positional,
            policy.max_depth,
            policy.max_result_bytes,
            base64='"contentEncoding": "base64"' in output,
        )
        self._most_bytes = policy.max_argument_bytes
        self._most_depth = policy.max_depth

    @cached_property
    def _weight(self) -> int:
        """See `weight`; found out at the first call, which a migration of a thousand tools never makes."""
        return weight(self._schema)

    @cached_property
    def _is_long(self) -> bool:
        """Whether the schema itself has room for very many errors, of names that it requires for instance."""
        return len(json.dumps(self._schema)) > _MOST_SCHEMA

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return _defaults(self._schema)

    def encode(self, arguments: dict[str, Any] | bytes) -> bytes:
        """The arguments of a call as JSON text.

        Args:
            arguments: an object, or its JSON text in UTF-8.

        Raises:
            InvalidArguments: they are no JSON or break the schema; each violation with its path.
            Stop: they are too large or nested too deep.
        """
        text = self._encode(arguments)
        return text if self._prefix is None else b"%b%b]" % (self._prefix, text)

    def checked(self, arguments: dict[str, Any] | bytes) -> dict[str, Any]:
        """The arguments as an object, with defaults filled in. Arguments and errors are those of `encode`."""
        return _parse(self._encode(arguments))

    def _encode(self, arguments: dict[str, Any] | bytes) -> bytes:
        if isinstance(arguments, bytes):
            self._check_size(arguments)
            self._check_depth(arguments)
            arguments = _parse(arguments)
            # Text of the caller's is written anew: what passes here is JSON to the letter, whoever reads it.
            text = _encode(arguments, self._most_depth)
        else:
            text = _encode(arguments, self._most_depth)
            self._check_depth(text)
        self._check_size(text)
        number = oversized_integer(text)
        if number is not None:
            raise InvalidArguments(f"the arguments of {self._name}: the integer {number} does not fit 64 bits")
        self._validate(arguments, text)
        if self._positional is not None:
            unknown = sorted(set(arguments) - self._positional)
            if unknown:
                raise self._unknown(unknown)
        if self._defaults and any(name not in arguments for name in self._defaults):
            return _encode({**self._defaults, **arguments}, self._most_depth)
        return text

    def _validate(self, arguments: dict[str, Any], text: bytes) -> None:
        if self._weight > 1:
            # The validator holds the interpreter while it works, so its work is bounded before it begins.
            values = _values(text)
            if self._weight * values > _MOST_WORK:
                message = f"{values:,} values are too many for a schema with {self._weight:,} alternatives"
                raise Stop(
                    StopReason.LIMIT, f"the arguments of {self._name}: {message}", limit="validation", most=_MOST_WORK
                )
        try:
            if self._validator.is_valid(arguments):
                return
            raise self._broken(self._errors(arguments, _values(text)))
        except ValueError as error:
            raise InvalidArguments(f"the arguments of {self._name} are no JSON: {_first_line(error)}") from error

    def _errors(self, arguments: dict[str, Any], values: int) -> Iterable[Any]:
        """What breaks the schema, as far as it does not take too long to say so: `iter_errors` finds all at once."""
        if self._weight > 1:
            # Every alternative of every value is tried again, with words.
            return self._validator.iter_errors(arguments) if self._weight * values <= _MOST_EXPLAINED else ()
        if values <= _MOST_LISTED and not self._is_long:
            return self._validator.iter_errors(arguments)
        first = first_error(self._validator, arguments)
        return () if first is None else (first,)

    def _check_size(self, text: bytes) -> None:
        if len(text) > self._most_bytes:
            message = f"the arguments have {len(text):,} bytes as JSON, the limit is {self._most_bytes:,}"
            raise Stop(StopReason.LIMIT, message, limit="arguments", most=self._most_bytes)

    def _check_depth(self, text: bytes) -> None:
        most = self._most_depth
        # Few brackets cannot nest deep: most calls are not scanned.
        if text.count(b"[") + text.count(b"{") > most and depth_of(text) > most:
            raise too_deep(most)

    def _broken(self, errors: Iterable[Any]) -> InvalidArguments:
        violations: list[Violation] = []
        for error in errors:
            kind = str(error.schema_path[-1]) if error.schema_path else ""
            violations.append(Violation(_path(error.instance_path), str(error.message)[:500], kind))
            if len(violations) == _MOST_VIOLATIONS:
                break
        if not violations:
            violations.append(Violation("$", "it breaks the schema; there is too much of both to say where"))
        first = violations[0]
        return InvalidArguments(
            f"the arguments of {self._name} break its schema: {first.path}: {first.message}", violations=violations
        )

    def _unknown(self, names: list[str]) -> InvalidArguments:
        known = ", ".join(sorted(self._positional or ())) or "none"
        return InvalidArguments(
            f"{self._name} has no parameter {names[0]!r}",
            violations=[Violation("$", f"unknown parameter {name!r}", "additionalProperties") for name in names],
            hint=f"its parameters: {known}",
        )


def too_deep(most: int) -> Stop:
    """The refusal of arguments that nest deeper than the limit."""
    return Stop(
        StopReason.LIMIT, f"the arguments are nested more than {most} levels deep", limit="arguments", most=most
    )


def _values(text: bytes) -> int:
    """At least how many values there are in a JSON text."""
    return text.count(b",") + text.count(b"[") + text.count(b"{") + 1


def _encode(arguments: dict[str, Any], most: int) -> bytes:
    try:
        return protocol.to_json(arguments)
    except RecursionError:
        raise too_deep(most) from None
    except (TypeError, ValueError) as error:
        raise InvalidArguments(f"the arguments are no JSON: {_first_line(error)}") from error


def _parse(text: bytes) -> dict[str, Any]:
    try:
        # Strictly UTF-8: `json.loads` alone would take UTF-16 and a byte-order mark, too.
        value = undisturbed(_READ, text.decode())
    except (ValueError, RecursionError) as error:
        raise InvalidArguments(f"the arguments are no JSON: {_first_line(error)}") from error
    if not isinstance(value, dict):
        raise InvalidArguments("the arguments must be a JSON object")
    return cast("dict[str, Any]", value)


def _defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """Defaults of the optional parameters. One that breaks its own schema is a finding, and is not passed on."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    found: dict[str, Any] = {}
    required = cast("list[str]", schema.get("required") or [])
    for name, part in cast("dict[str, Any]", properties).items():
        if not isinstance(part, dict) or "default" not in part or name in required:
            continue
        alone = {key: value for key, value in schema.items() if key in ("$defs", "definitions")}
        try:
            validator: Any = jsonschema_rs.Draft202012Validator({**alone, **cast("dict[str, Any]", part)}, offline=True)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            continue
        if validator.is_valid(part["default"]):
            found[name] = part["default"]
    return found


def _path(parts: Iterable[str | int]) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
