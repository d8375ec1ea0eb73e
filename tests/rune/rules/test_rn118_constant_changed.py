"""RN118: changing a constant."""

from __future__ import annotations

import pytest

from tests.rune.rules.runtime_cases import findings, spots


@pytest.mark.parametrize(
    ("change", "spot"),
    [
        ("SEEN.push(1)", "push"),
        ("SEEN[0] = 1", "="),
        ("SEEN.a.b = 1", "="),
        ("SEEN += 1", "+="),
        ("SEEN = [1]", "="),
        ("SEEN.list.insert(0, 1)", "insert"),
    ],
)
def test_what_changes_a_constant_changes_nothing(change: str, spot: str) -> None:
    source = f"const SEEN = [];\npub fn call(args) {{\n    {change};\n    SEEN\n}}\n"
    assert spots(source, "RN118") == [spot]
    assert all(item.fix is None for item in findings(source, "RN118"))


@pytest.mark.parametrize(
    "source",
    [
        "const SEEN = [];\npub fn call(args) { let seen = SEEN; seen.push(1); seen }",
        "const N = 1;\npub fn call(args) { N + 1 }",
        "const L = [1];\npub fn call(args) { L.iter().map(|x| x).collect::<Vec>() }",
        "let seen = [];\npub fn call(args) { seen.push(1) }",
        "pub fn call(args) { const values = args.values; values.sort(); values }",
    ],
)
def test_what_changes_no_constant_is_left_alone(source: str) -> None:
    assert findings(source, "RN118") == []
