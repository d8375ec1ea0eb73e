"""Bombs for the pure modules of the guest: patterns, queries and documents that are larger than they look."""

from crucible_tools.model.enums import StopReason
from tests.hostile.case import Case, Limit

S = StopReason
L = Limit


def body(text: str) -> str:
    """A function with this body."""
    return f"pub fn f(a) {{ {text} }}"


def query(program: str) -> str:
    """A function that runs a jq program."""
    return body(f'oq::query(#{{ a: 1 }}, "{program}")')


REGEX = [
    Case(
        "regex-nested-quantifiers",
        L.NONE,
        body('regex::is_match("(a*)*b", a.s)'),
        S.FINISHED,
        arguments={"s": "a" * 5000},
        result=False,
    ),
    Case("regex-too-large", L.NONE, body('regex::is_match("((a{100}){100}){100}", "x")'), S.SCRIPT_ERROR),
    Case(
        "regex-nested-groups",
        L.NONE,
        body("regex::is_match(a.p, a.p)"),
        S.SCRIPT_ERROR,
        arguments={"p": "(" * 50_000 + ")" * 50_000},
    ),
    Case(
        "regex-replacement-of-gigabytes",
        L.MEMORY,
        body('let s = "xxxxxxxx"; for i in 0..14 { s = s + s; } regex::replace_all("x", s, s).len()'),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "regex-for-ever",
        L.NATIVE_TIME,
        body('let s = "a"; for i in 0..18 { s = s + s; } loop { regex::find_all("a.*?b", s); }'),
        S.TIMED_OUT,
    ),
    Case(
        "regex-unicode-classes",
        L.NONE,
        body('regex::is_match("(\\\\w{1000}){10}", "x")'),
        S.SCRIPT_ERROR,
    ),
]

JQ = [
    Case("jq-range", L.MEMORY, query("[range(1e12)] | length"), S.OUT_OF_MEMORY),
    Case("jq-last-of-range", L.NATIVE_TIME, query("last(range(1e12))"), S.TIMED_OUT),
    Case("jq-until-never", L.NATIVE_TIME, query("until(false; .)"), S.TIMED_OUT),
    Case("jq-endless-recursion", L.STACK, query("def f: 1 + f; f"), S.STACK_EXHAUSTED),
    Case("jq-endless-tail-recursion", L.NATIVE_TIME, query("def f: f; f"), S.TIMED_OUT),
    Case("jq-collect-repeat", L.MEMORY, query("[repeat(1)]"), S.OUT_OF_MEMORY),
    Case(
        "jq-string-times-100-million",
        L.MEMORY,
        body('oq::query("xxxxxxxxxx", ". * 100000000 | length")'),
        S.OUT_OF_MEMORY,
    ),
    # More than an address of 32 bits can name: a panic of Rust's own, contained like any other.
    Case(
        "jq-string-times-a-billion",
        L.NONE,
        body('oq::query("xxxxxxxxxx", ". * 1000000000 | length")'),
        (S.CRASHED, S.OUT_OF_MEMORY),
    ),
    Case(
        "jq-value-doubled",
        L.MEMORY,
        query("reduce range(40) as $i (.; [., .])"),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "jq-nested-program",
        L.STACK,
        body("oq::query(1, a.p)"),
        S.STACK_EXHAUSTED,
        arguments={"p": "(" * 100_000 + "1" + ")" * 100_000},
    ),
]

DOCUMENTS = [
    Case(
        "json-nested",
        L.NONE,
        body("json::from_string(a.t)"),
        S.TOOL_ERROR,
        arguments={"t": "[" * 500_000},
    ),
    Case(
        "json-nested-by-the-script",
        L.NONE,
        body('let t = "["; for i in 0..20 { t = t + t; } json::from_string(t)'),
        S.TOOL_ERROR,
    ),
    Case(
        "json-long-number",
        L.NONE,
        body("json::from_string(a.t)"),
        S.TOOL_ERROR,
        arguments={"t": "9" * 1_000_000},
    ),
    Case(
        "json-of-a-cyclic-value",
        L.NONE,
        body("let v = []; v.push(v); json::to_string(v)"),
        S.TOOL_ERROR,
    ),
    Case(
        "toml-nested",
        L.NONE,
        body("toml::from_string(a.t)"),
        S.TOOL_ERROR,
        arguments={"t": "a = " + "[" * 200_000},
    ),
    Case(
        "toml-dotted-keys",
        L.NONE,
        body("toml::from_string(a.t)"),
        S.TOOL_ERROR,
        arguments={"t": "a." * 100_000 + "b = 1"},
    ),
    Case(
        "yaml-billion-laughs",
        L.NONE,
        body('oq::parse_with_format(a.t, "yaml")'),
        S.TOOL_ERROR,
        arguments={
            "t": "a0: &a0 [x, x, x, x, x, x, x, x]\n"
            + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 8)}]\n" for i in range(1, 12))
        },
    ),
    Case(
        "yaml-nested",
        L.NONE,
        body('oq::parse_with_format(a.t, "yaml")'),
        S.TOOL_ERROR,
        arguments={"t": "[" * 100_000},
    ),
    Case(
        "split-with-an-empty-separator",
        L.NONE,
        'pub async fn f(a) { crucible::string_split(a.t, "").await?.len() }',
        S.FINISHED,
        arguments={"t": "x" * 100_000},
    ),
]

CASES = [*REGEX, *JQ, *DOCUMENTS]
