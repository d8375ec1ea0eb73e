"""What the tests of reading share: trees, what could not be read, and texts that look like code."""

from __future__ import annotations

from hypothesis import strategies as st

from crucible_tools.rune.facts import Facts
from crucible_tools.rune.syntax.nodes import (
    Attribute,
    File,
    Function,
    Impl,
    Macro,
    Module,
    Node,
    Param,
    Skipped,
    Unread,
)
from crucible_tools.rune.syntax.parser import Tree, parse

PIECES = (
    "a", "b", "r", "br", "Foo", "fn ", "pub ", "async ", "let ", "mut ", "if ", "else ", "match ", "for ", "in ",
    "while ", "loop ", "return ", "break ", "select ", "const ", "struct ", "enum ", "impl ", "mod ", "use ", "is ",
    "not ", "as ", "new ", "function ", "class ", "catch ", "throw ", "typeof ", "var ", "elif ", "yield ", "await",
    "(", ")", "[", "]", "{", "}", "${", "`", '"', "'", "\\", "#{", "#[", "#![", "#", "!", "?", "??", "?.", "::", "::<",
    "<", ">", ">>", "=", "==", "===", "=>", "->", "+", "++", "-", "--", "+=", "*", "**", "/", "%", "&", "&&", "|", "||",
    ".", "..", "..=", "...", ",", ";", ":", "@", "$", "~", "1", "1.", "1.5", "0xff", "1e3", "1_000", "'a'", "'a",
    "b'a'", 'b"', 'r#"', '"#', "//", "///", "//!", "/*", "*/", "/**", "#!", " ", "\n", "\r\n", "\t", "\ufeff", "é",
    "ा", "²", "\x00", "\u2028", "\udc80", "🦀",
)  # fmt: skip

SOUP = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
"""Texts of pieces of Rune, Rust and JavaScript."""

ANY_BYTES = st.binary(max_size=200).map(lambda data: data.decode("utf-8", "surrogateescape"))
"""Any file's text."""


def check_tree(text: str) -> Tree:
    """Reads a text and holds the tree against its laws: kids lie inside their parents, in order, and each is found."""
    tree = parse(text)
    seen: list[Node] = []
    for node in tree.file.walk():
        seen.append(node)
        at = node.first
        for kid in node.kids:
            assert kid.parent is node
            if isinstance(kid, Attribute):
                continue  # those of an item stand in front of it
            assert node.first <= kid.first <= kid.last <= node.last, f"{kid} is not inside {node}"
            assert kid.first >= at, f"{kid} of {node} is out of order"
            at = kid.first
    assert sum(len(nodes) for nodes in tree.by_class.values()) == len(seen) == len({id(node) for node in seen})
    for kind, nodes in tree.by_class.items():
        assert nodes == [node for node in seen if type(node) is kind]
    return tree


def shown(text: str, kind: type[Node]) -> list[str]:
    """The texts of all nodes of a class."""
    tree = parse(text)
    return [tree.text(node) for node in tree.of(kind)]


def unreadable(tree: Tree) -> list[str]:
    """What the parser could not read, but for the arguments of macros, which are any tokens."""
    nodes = [*tree.of(Skipped), *tree.of(Unread)]
    return [tree.text(node) for node in nodes if not any(isinstance(up, Macro) for up in node.up())]


def declared(tree: Tree) -> list[dict[str, object]]:
    """The functions that are no one's private matter, as `described` has them."""
    words = tree.tokens.texts
    found: list[dict[str, object]] = []
    for function in tree.of(Function):
        around = [up for up in function.up() if not isinstance(up, File)]
        if not all(isinstance(up, Module | Impl) for up in around):
            continue
        found.append(
            {
                "name": words[function.name] if function.name is not None else None,
                "module": tuple(words[up.name or 0] for up in reversed(around) if isinstance(up, Module)),
                "impl": next((up.target for up in around if isinstance(up, Impl)), None),
                "public": function.pub is not None and words[function.pub + 1] != "(",
                "async": function.is_async,
                "params": [name for param in function.params if (name := _name(tree, param)) != "self"],
                "attributes": [attribute.name for attribute in function.attributes],
            }
        )
    return found


def _name(tree: Tree, param: Param) -> str | None:
    """The name of a parameter; None for a pattern."""
    first, last = param.pattern.first, param.pattern.last
    word = tree.tokens.texts[first]
    return word if first == last and tree.tokens.kinds[first] == "name" and word != "_" else None


def described(facts: Facts) -> list[dict[str, object]]:
    """The functions as Rune's own parser has them."""
    return [
        {
            "name": function.name,
            "module": function.module,
            "impl": function.impl,
            "public": function.public,
            "async": function.is_async,
            "params": [parameter.name for parameter in function.params],
            "attributes": [attribute.name for attribute in function.attributes],
        }
        for function in facts.functions
    ]
