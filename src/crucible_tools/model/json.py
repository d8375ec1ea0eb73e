"""What JSON looks like in Python.

Scripts decide the shape of their arguments and results, so the static type of such a value is
honestly "any JSON"; the two names say that it *is* JSON, and nothing else, that crosses there.
"""

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""None, bool, int, float, str, list of Json, or dict with str keys and Json values."""

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object."""
