"""What two versions of a tool are compared by, beside the digest of the file's bytes (`content_hash`)."""

import hashlib
import json
from collections.abc import Iterable

from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.syntax.lexer import lex


def code_digest(text: str) -> str:
    """SHA-256 of a source without its comments and the blank space between tokens.

    Args:
        text: the source as it is in the file, without a byte-order mark.

    Returns:
        The digest, hexadecimal. Comments can matter nonetheless: some forms read descriptions out of them.
    """
    return tokens_digest(lex(text).texts)


def tokens_digest(texts: Iterable[str]) -> str:
    """The same of a source that was read already, from the texts of its significant tokens."""
    return _digest("\n".join(texts))


def resolved_digest(definition: ToolDefinition, policy: Policy, engine: JsonObject) -> str:
    """SHA-256 of what callers of a tool see, what it runs under and what compiles it.

    Args:
        definition: as it is recorded.
        policy: what the tool runs under.
        engine: versions of the engine, as `engine_versions` gives them.

    Returns:
        The digest of the three as canonical JSON (sorted names, no blanks), hexadecimal.
    """
    parts: JsonObject = {"definition": definition.to_json(), "policy": policy.to_json(), "engine": engine}
    return _digest(json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
