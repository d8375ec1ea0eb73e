"""Digests say which changes of a tool matter: not comments and blank space, and not the order of names in JSON."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.migration.digests import code_digest, resolved_digest
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.syntax.lexer import lex

SOURCE = """\
//! what it is
pub fn NAME() { "a  b" }
pub async fn call(args) {
    let text = `x ${args.n + 1} y`; // why
    /* how */
    text
}
"""

DEFINITION = ToolDefinition(
    name="a", description="A", input_schema={"type": "object", "required": ["n"]}, form="direct", entry="call"
)
SAFE = Policy.for_level(SecurityLevel.SAFE)


def laid_out(text: str, fillers: list[str]) -> str:
    """The tokens of a text with something else between them, where no template is cut."""
    tokens = lex(text)
    assert not any(kind == "text" for kind in tokens.kinds)
    return "".join(f"{token}{fillers[at % len(fillers)]}" for at, token in enumerate(tokens.texts))


FILLER = st.sampled_from([" ", "\n", "\t\r\n", " // a comment\n", "/* another */", "\n/// of an item\n", " /* // */ "])


@given(st.lists(FILLER, min_size=1, max_size=9))
def test_comments_and_blank_space_do_not_change_the_digest_of_the_code(fillers: list[str]) -> None:
    plain = 'pub fn NAME() { "a  b" }\npub fn call(args) { args.n + 1 }\n'
    assert code_digest(laid_out(plain, fillers)) == code_digest(plain)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"a  b"', '"a b"'), ("+ 1", "+ 2"), ("async fn", "fn"), (" y`", "  y`"), ("text\n}", "text;\n}")],
    ids=["blank in a string", "number", "word", "blank in a template", "sign"],
)
def test_any_other_change_does(old: str, new: str) -> None:
    assert old in SOURCE
    assert code_digest(SOURCE.replace(old, new)) != code_digest(SOURCE)


def test_a_source_that_is_no_rune_has_a_digest_too() -> None:
    assert code_digest('"never closed') != code_digest("") == code_digest("// nothing\n")


@pytest.mark.parametrize(
    "changed",
    [
        (replace(DEFINITION, description="B"), SAFE, {"rune": "1"}),
        (DEFINITION, Policy.for_level(SecurityLevel.PRODUCTION), {"rune": "1"}),
        (DEFINITION, SAFE, {"rune": "2"}),
    ],
    ids=["definition", "policy", "engine"],
)
def test_each_of_definition_policy_and_engine_is_in_the_resolved_digest(
    changed: tuple[ToolDefinition, Policy, dict[str, str]],
) -> None:
    assert resolved_digest(*changed) != resolved_digest(DEFINITION, SAFE, {"rune": "1"})


def test_the_order_of_names_is_not_in_the_resolved_digest() -> None:
    turned = replace(DEFINITION, input_schema={"required": ["n"], "type": "object"})
    assert resolved_digest(turned, SAFE, {"b": 1, "a": 2}) == resolved_digest(DEFINITION, SAFE, {"a": 2, "b": 1})
