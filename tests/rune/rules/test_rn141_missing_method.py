"""RN141: methods that a receiver certainly does not have."""

from __future__ import annotations

import pytest

from tests.rune.rules.method_cases import found_codes, found_lines, source
from tests.rune.rules.support import found

MISSING = [
    'let names = ["b", "a"];\nnames.shuffle();\nnames',
    'let text = "a1";\ntext.encode()',
    "let n = 5;\nn.count_ones()",
    "let o = #{ a: 1 };\no.freeze(#{ b: 2 })",
    'let flag = true;\nflag.toggle(|| "yes")',
    "let x = args.n;\nx.isNaN()",
    'let found = args.get("n");\nfound.unwrap_unchecked()',
]

FINE = [
    "let x = [1];\nx.len()",
    "struct A { n }\nimpl A {\n    fn shuffle(self) { self.n }\n}\n"
    "pub async fn call(args) {\n    A { n: 1 }.shuffle()\n}\n",
    "fn mix(list) { list.shuffle() }\npub async fn call(args) {\n    args\n}\n",
    'args.get("n").unwrap()',
    "(1, 2).len()",
    "args.keys().count()",
    "1.5.floor()",
    "7.5.to::<i64>()",
    "'a'.is_alphanumeric()",
    "use std::collections::HashMap;\npub async fn call(args) {\n    let m = HashMap::new();\n"
    "    m.extend([]);\n    m.len()\n}\n",
]


@pytest.mark.parametrize("body", MISSING)
def test_a_method_that_no_kind_of_the_receiver_has_is_found(body: str) -> None:
    assert found_lines(body, "RN141") == (2,)
    assert found_codes(body) == ["RN141"]


@pytest.mark.parametrize("body", FINE)
def test_nothing_is_found_in_what_may_work(body: str) -> None:
    assert found_codes(body) == []


def test_the_message_names_the_kind_and_the_method() -> None:
    (finding,) = found(source('let names = ["b"];\nnames.sortd();\nnames'), "RN141")
    assert finding.message == "a list has no `sortd`"
    assert finding.choices == ("sort", "sort_by")
    assert finding.hint is not None
    assert "`push`" in finding.hint
    assert finding.fix is None


def test_what_another_rule_can_mend_is_said_once() -> None:
    assert found_codes('["a"].join("-")') == ["RN120"]
    assert found_codes("[1].map(|x| x)") == ["RN122"]
    assert found_codes('"a".lines()') == ["RN124"]
    assert found_codes("[1].length()") == ["RN140"]


def test_few_methods_are_told_and_none_where_there_are_none() -> None:
    [finding] = found(source("let n = 5;\nn.count_ones()"), "RN141")
    assert finding.message == "an integer has no `count_ones`"
    assert finding.hint is not None
    assert finding.hint.startswith("an integer has `")
    assert finding.hint.count("`") == 10
    assert [item.hint for item in found(source("let b = true;\nb.frob()"), "RN141")] == [None]


def test_a_number_that_is_to_begin_as_a_float_has_the_methods_of_one() -> None:
    assert found(source("let t = 0;\nfor x in args.list { t += x.price * 1.5; }\nt.round()"), "RN141") == []
