"""How much of a conversation the tools take: agents are told of all of them before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crucible_tools.operations.serving.tool import ServedTool

CHARACTERS_A_TOKEN: Final = 4
"""What tokenizers make of English and of JSON on average; each model has another one, so this is an estimate."""


@dataclass(frozen=True, slots=True)
class CatalogueSize:
    """What a catalogue comes to.

    Args:
        tools: how many there are.
        tokens: of all, estimated.
        largest: the name of the largest one; None when there is none.
        largest_tokens: of that one.
    """

    tools: int
    tokens: int
    largest: str | None
    largest_tokens: int

    def __str__(self) -> str:
        """The same in words, and how it was estimated."""
        if self.largest is None:
            return "no tools"
        what = "1 tool" if self.tools == 1 else f"{self.tools:,} tools"
        return (
            f"{what}, some {self.tokens:,} tokens of an agent's conversation (estimated: JSON of name, description and "
            f"input schema, {CHARACTERS_A_TOKEN} characters a token); the largest is {self.largest} "
            f"with {self.largest_tokens:,}"
        )


def tokens_of(tool: ServedTool) -> int:
    """What a model is told of one tool, in tokens, estimated."""
    told = [tool.name, tool.definition.description, tool.input_schema]
    return -(-len(json.dumps(told, separators=(",", ":"), ensure_ascii=False)) // CHARACTERS_A_TOKEN)


def size_of(tools: Iterable[ServedTool]) -> CatalogueSize:
    """What these tools come to."""
    tokens = {tool.name: tokens_of(tool) for tool in tools}
    largest = max(tokens, key=lambda name: tokens[name], default=None)
    return CatalogueSize(len(tokens), sum(tokens.values()), largest, tokens[largest] if largest is not None else 0)
