"""What is no attack on a limit, but on whoever did not think of it: odd values, odd entries, odd texts."""

from crucible_tools.model.enums import StopReason
from tests.hostile.case import Case, Limit

S = StopReason
L = Limit


def body(text: str) -> str:
    """A function with this body."""
    return f"pub fn f(a) {{ {text} }}"


STOPPED = {
    "addition-overflows": "9223372036854775807 + 1",
    "product-overflows": "9223372036854775807 * 2",
    "division-by-zero": "1 / 0",
    "remainder-by-zero": "1 % 0",
    "shift-by-a-negative": "1 << -1",
    "index-below-zero": "[1][-1]",
    "index-far-outside": "[1][9223372036854775807]",
    "field-of-nothing": "#{}.nothing",
    "call-of-a-number": "let x = 1; x()",
    "closure-with-too-few-arguments": "let g = |x, y| x; g(1)",
    "unwrap-of-none": "None.unwrap()",
    "unwrap-of-an-error": "Err(1).unwrap()",
    "failed-assertion": "assert_eq!(1, 2)",
    "value-dropped-twice": "let v = [1]; drop(v); drop(v)",
    "value-dropped-while-read": "let v = [1]; for x in v.iter() { drop(v); }",
    "value-written-while-read": "let o = #{ a: 1 }; for x in o.iter() { o.b = 2; }",
    "kinds-compared": '1 < "x"',
    "pattern-that-does-not-match": "let [x] = [1, 2]; x",
    "panic-in-a-callback": '[1].iter().map(|x| panic!("no")).count()',
    "function-passed-out": "probe::echo(f)",
    "iterator-passed-out": "probe::echo([1].iter())",
    "deep-value-passed-out": "let v = []; for i in 0..1000 { v = [v]; } probe::echo(v)",
    "host-argument-of-another-kind": 'probe::text("x")',
    "host-argument-missing": "probe::text()",
    "closure-logged": "crucible::log_info(|x| x)",
    "cycle-logged": "let v = []; v.push(v); crucible::log_info(v)",
    "progress-beyond-the-end": 'progress::report(2.0, "x")',
    "progress-nan": 'progress::report(0.0 / 0.0, "x")',
    "regex-look-ahead": 'regex::is_match("(?=a)", "a")',
    "regex-backreference": 'regex::is_match("(a)\\\\1", "aa")',
    "regex-count": 'regex::is_match("a{9999999999}", "a")',
}

REFUSED = {
    "json-lone-surrogate": 'json::from_string("\\"\\\\ud800\\"")',
    "json-huge-exponent": 'json::from_string("1e999999999")',
    "json-integer-beyond-64-bits": 'json::from_string("123456789012345678901234567890")',
    "json-more-than-one": 'json::from_string("1 2")',
    "json-byte-order-mark": 'json::from_string("\\u{feff}1")',
    "toml-duplicate": 'toml::from_string("a=1\\na=2")',
    "toml-nan": 'toml::from_string("a=nan")',
    "yaml-alias-of-itself": 'oq::parse_with_format("a: &a [*a]", "yaml")',
    "jq-nonsense": 'oq::query(1, "}{")',
    "error-tried": "Err(#{ code: 1 })?",
}

NO_VALUE = {
    "function": "f",
    "type": "i64",
    "range": "0..10",
    "iterator": "[1].iter()",
    "value-that-was-dropped": "let v = [1]; drop(v); v",
    "function-deep-inside": "let v = []; v.push(|| v); v",
    "float-too-large": "1e400",
}

FINE = {
    "smallest-integer": ("-9223372036854775807 - 1", -(2**63)),
    "unsigned": ("18446744073709551615u64", 2**64 - 1),
    "odd-keys": ('#{ "\\0": 1, "__proto__": 2, "": 3 }', {"\0": 1, "__proto__": 2, "": 3}),
    "invisible-keys": ('#{ "\\u{200b}": 1, "\\u{202e}x": 2 }', {"\u200b": 1, "\u202ex": 2}),
    "nul-passed-out": ('probe::echo("a\\0b")', "a\0b"),
    "terminal-codes-logged": ('crucible::log_info("\\x1b[2J\\x1b]0;mine\\x07"); 1', 1),
    "yaml-tag-of-python": ('oq::parse_with_format("!!python/object/apply:os.system [id]", "yaml")', ["id"]),
    "jq-halt": ('oq::query(1, "halt"); 1', 1),
}

ENTRIES = {
    "constant": "pub const f = 1;",
    "struct": "pub struct f { x }",
    "module": "pub mod f { pub fn g(a) { 1 } }",
    "takes-nothing": "pub fn f() { 1 }",
    "takes-300": "pub fn f(" + ",".join(f"a{i}" for i in range(300)) + ") { 1 }",
    "generator": "pub fn f(a) { yield 1; }",
    "stream": "pub async fn f(a) { yield 1; }",
}


def nested(opening: str, middle: str, closing: str, depth: int) -> str:
    """`middle` between `depth` pairs, as the body of a function."""
    return body(opening * depth + middle + closing * depth)


NESTED = {
    "ifs": lambda: nested("if true { ", "1", " }", 20_000),
    "whiles": lambda: nested("while true { ", "", "}", 20_000),
    "fors": lambda: nested("for x in a { ", "", "}", 20_000),
    "functions": lambda: "fn g() { " * 20_000 + "}" * 20_000,
    "selects": lambda: "pub async " + nested("select { _ = ", "a", " => 1 }", 10_000).removeprefix("pub "),
    "generics": lambda: nested("a::<", "a", ">", 20_000),
    "ranges": lambda: nested("0..", "1", "", 50_000),
    "assignments": lambda: nested("a = ", "1", "", 50_000),
    "negations": lambda: nested("-", "1", "", 200_000),
}

SPELLED = {
    "two-entries": "pub fn f(a) { 1 } pub fn f(a) { 2 }",
    "comments": "/*" * 200_000 + "*/" * 200_000 + body("1"),
    "attributes": "#[a(" * 20_000 + ")]" * 20_000 + body("1"),
    "macros": body("vec![" * 20_000 + "]" * 20_000),
    "byte-order-mark": "\ufeff" + body("1"),
    "zero-width-space": "pub fn\u200bf(a) { 1 }",
    "homoglyph": "pub fn f(\u0430) { a }",
    "full-width-brackets": "pub fn f\uff08a\uff09 { 1 }",
    "integer-too-long": body("0xfffffffffffffffff"),
    "empty-character": body("''"),
    "half-a-token": body("1") + " 'x",
}

CASES = [
    *(Case(f"odd-{name}", L.NONE, body(text), S.SCRIPT_ERROR) for name, text in STOPPED.items()),
    *(Case(f"refused-{name}", L.NONE, body(text), S.TOOL_ERROR) for name, text in REFUSED.items()),
    *(Case(f"given-back-{name}", L.VALUE, body(text), S.BAD_VALUE) for name, text in NO_VALUE.items()),
    *(Case(f"fine-{name}", L.NONE, body(text), S.FINISHED, result=result) for name, (text, result) in FINE.items()),
    *(Case(f"entry-{name}", L.NONE, text, S.SCRIPT_ERROR) for name, text in ENTRIES.items()),
    *(Case(f"deep-{name}", L.STACK, text, S.STACK_EXHAUSTED, stage="compile") for name, text in NESTED.items()),
    *(Case(f"spelled-{name}", L.NONE, text, S.SCRIPT_ERROR, stage="compile") for name, text in SPELLED.items()),
    Case("object-that-contains-itself", L.RESULT_DEPTH, body("let o = #{}; o.me = o; o"), S.LIMIT),
    Case(
        "dbg-for-ever",
        L.LOG_SIZE,
        body('loop { dbg!("one more line"); }'),
        S.LIMIT,
        policy={"max_log_bytes": 4096},
    ),
    Case(
        "progress-for-ever",
        L.LOG_SIZE,
        body('loop { progress::report(0.5, "still here"); }'),
        S.LIMIT,
        policy={"max_log_bytes": 4096},
    ),
]
