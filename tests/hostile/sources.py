"""Scripts that cannot even be loaded: they attack the lexer, the parser, constant evaluation and the compiler.

Native Rune dies of most of the nested ones (engine.md, "Why not Rune natively in the process").
"""

from collections.abc import Callable
from functools import partial

from crucible_tools.model.enums import StopReason
from tests.hostile.case import Case, Limit

S = StopReason
L = Limit

MIB = 2**20

# Most of them must end before there is anything to call.
loading = partial(Case, stage="compile")


def nested(opening: str, middle: str, closing: str, depth: int) -> Callable[[], str]:
    """A function whose body is `middle` between `depth` pairs of brackets."""
    return lambda: f"pub fn f(a) {{ {opening * depth}{middle}{closing * depth} }}"


def body(text: str) -> str:
    """A function with this body."""
    return f"pub fn f(a) {{ {text} }}"


NESTED = [
    loading("nest-parens", L.STACK, nested("(", "1", ")", 100_000), S.STACK_EXHAUSTED),
    loading("nest-arrays", L.STACK, nested("[", "", "]", 20_000), S.STACK_EXHAUSTED),
    loading("nest-blocks", L.STACK, nested("if true {", "1", "}", 20_000), S.STACK_EXHAUSTED),
    loading("nest-objects", L.STACK, nested("#{a: ", "1", "}", 20_000), S.STACK_EXHAUSTED),
    loading("nest-closures", L.STACK, nested("|x| ", "1", "", 20_000), S.STACK_EXHAUSTED),
    loading("nest-matches", L.STACK, nested("match a { _ => ", "1", "}", 20_000), S.STACK_EXHAUSTED),
    loading("nest-loops-with-labels", L.STACK, nested("'l: loop { ", "break 'l", "}", 20_000), S.STACK_EXHAUSTED),
    loading("nest-async-blocks", L.STACK, nested("async { ", "1", "}", 20_000), S.STACK_EXHAUSTED),
    loading("nest-index", L.STACK, nested("a[", "0", "]", 50_000), S.STACK_EXHAUSTED),
    loading("nest-calls", L.STACK, nested("f(", "1", ")", 50_000), S.STACK_EXHAUSTED),
    loading(
        "nest-patterns",
        L.STACK,
        nested("", "let " + "(" * 30_000 + "x" + ")" * 30_000 + " = 1;", "", 1),
        S.STACK_EXHAUSTED,
    ),
    loading("nest-templates", L.MEMORY, nested("`${", "1", "}`", 3_000), S.OUT_OF_MEMORY),
    loading("nest-format-macros", L.MEMORY, nested('format!("{}", ', "1", ")", 20_000), S.OUT_OF_MEMORY),
    loading("nest-not", L.STACK, nested("!", "true", "", 200_000), S.STACK_EXHAUSTED),
    loading("chain-additions", L.MEMORY, nested("1+", "1", "", 200_000), S.OUT_OF_MEMORY),
    loading("chain-else-if", L.MEMORY, nested("if false { 1 } else ", "{ 1 }", "", 30_000), S.OUT_OF_MEMORY),
    loading("chain-fields", L.STACK, nested("a", "", ".b", 200_000), S.STACK_EXHAUSTED),
    loading("nest-modules", L.STACK, lambda: "mod m { " * 20_000 + "}" * 20_000, S.STACK_EXHAUSTED),
    loading("open-parens-only", L.STACK, lambda: "pub fn f(a) { " + "(" * 200_000, S.STACK_EXHAUSTED),
    loading("open-braces-only", L.STACK, lambda: "pub fn f(a) " + "{" * 200_000, S.STACK_EXHAUSTED),
]

LARGE = [
    loading("source-of-2-mib", L.SOURCE_SIZE, lambda: body('"' + "x" * 2 * MIB + '"'), S.LIMIT),
    loading("comments-of-2-mib", L.SOURCE_SIZE, lambda: "// nothing\n" * (2 * MIB // 11 + 1) + body("1"), S.LIMIT),
    loading(
        "source-in-wide-characters", L.SOURCE_SIZE, lambda: body('"' + "\N{SNOWMAN}" * (MIB // 3 + 1) + '"'), S.LIMIT
    ),
    loading(
        "forty-thousand-match-arms",
        L.COMPILE_TIME,
        lambda: body("match a { " + "".join(f"{i} => {i}, " for i in range(40_000)) + "_ => 0 }"),
        S.TIMED_OUT,
    ),
    loading(
        "long-array-literal",
        L.COMPILE_TIME,
        lambda: body("[" + "0," * 400_000 + "].len()"),
        S.TIMED_OUT,
    ),
    loading(
        "object-literal-of-50000-keys",
        L.COMPILE_TIME,
        lambda: body("#{" + "".join(f"k{i}: {i}," for i in range(50_000)) + "}.len()"),
        S.TIMED_OUT,
    ),
    loading(
        "fifty-thousand-functions",
        L.COMPILE_TIME,
        lambda: "".join(f"fn g{i}(){{}}\n" for i in range(50_000)) + body("1"),
        S.TIMED_OUT,
    ),
    loading("half-a-million-statements", L.COMPILE_TIME, lambda: body("1;" * 500_000), S.TIMED_OUT),
    loading("integer-of-a-million-digits", L.COMPILE_TIME, lambda: body("9" * 1_000_000), S.TIMED_OUT),
    loading(
        "format-with-100000-arguments",
        L.COMPILE_TIME,
        lambda: body('format!("' + "{}" * 100_000 + '", ' + "1," * 100_000 + ")"),
        S.TIMED_OUT,
    ),
    loading(
        "attribute-bomb",
        L.COMPILE_TIME,
        lambda: '#[tool(desc = "x", tags = ["y"])]\n' * 30_000 + body("1"),
        S.TIMED_OUT,
    ),
    Case(
        "attribute-of-a-megabyte",
        L.NONE,
        lambda: "#[tool(tags = [" + '"y",' * 200_000 + "])]\n" + body("1"),
        S.FINISHED,
    ),
    loading("doc-comment-bomb", L.COMPILE_TIME, lambda: "/// x\n" * 30_000 + body("1"), S.TIMED_OUT),
    loading(
        "enum-of-50000-variants",
        L.COMPILE_TIME,
        lambda: "enum E { " + "".join(f"V{i}," for i in range(50_000)) + " }" + body("1"),
        S.TIMED_OUT,
    ),
    loading(
        "glob-imports-in-a-ring",
        L.NONE,
        lambda: (
            "".join(f"mod m{i} {{ pub use super::m{(i + 1) % 300}::*; }}\n" for i in range(300)) + body("m0::nothing()")
        ),
        S.SCRIPT_ERROR,
    ),
]

CONSTANTS = [
    loading(
        "const-endless-loop",
        L.NONE,
        "const X = { let n = 0; while true { n += 1; } n }; " + body("X"),
        S.SCRIPT_ERROR,
    ),
    loading(
        "const-doubled-40-times",
        L.MEMORY,
        lambda: (
            'const C0 = ["x", "x"];\n'
            + "".join(f"const C{i} = [C{i - 1}, C{i - 1}];\n" for i in range(1, 40))
            + body("C39")
        ),
        S.OUT_OF_MEMORY,
    ),
    loading(
        "const-string-doubled-in-a-loop",
        L.MEMORY,
        'const X = { let s = "xxxxxxxx"; let n = 0; while n < 40 { s = `${s}${s}`; n += 1; } s }; ' + body("X"),
        S.OUT_OF_MEMORY,
    ),
    loading("const-in-a-ring", L.NONE, "const A = B; const B = A; " + body("A"), S.SCRIPT_ERROR),
    loading(
        "const-fn-recursion",
        L.NONE,
        "const fn g(n) { g(n + 1) } const X = g(1); " + body("X"),
        S.SCRIPT_ERROR,
    ),
    loading(
        "const-nested-50000",
        L.STACK,
        lambda: "const X = " + "(" * 50_000 + "1" + ")" * 50_000 + "; " + body("X"),
        S.STACK_EXHAUSTED,
    ),
    loading("import-in-a-ring", L.NONE, "use self::b as a; use self::a as b; " + body("a()"), S.SCRIPT_ERROR),
]

ODD = [
    Case("empty-source", L.NONE, "", S.SCRIPT_ERROR),
    Case("nul-bytes", L.NONE, body('"a\0b".len()'), S.FINISHED, result=3),
    loading("nul-bytes-between-tokens", L.NONE, "pub fn f(a)\0{\0 1 }", S.SCRIPT_ERROR),
    loading("lone-surrogate", L.NONE, body('"\ud800"'), S.SCRIPT_ERROR),
    Case("right-to-left-override", L.NONE, body('"\N{RIGHT-TO-LEFT OVERRIDE}abc".len()'), S.FINISHED, result=6),
    loading("emoji-identifier", L.NONE, body("let \N{PILE OF POO} = 1; 1"), S.SCRIPT_ERROR),
    loading("identifier-of-900-kb", L.NONE, lambda: body("let " + "x" * 900_000 + " = 1; 2"), S.SCRIPT_ERROR),
    loading("unterminated-string", L.NONE, 'pub fn f(a) { "', S.SCRIPT_ERROR),
    loading("unterminated-template", L.NONE, "pub fn f(a) { `${`${`", S.SCRIPT_ERROR),
    loading("unterminated-comments", L.NONE, lambda: "/*" * 300_000, S.SCRIPT_ERROR),
    loading("escape-out-of-range", L.NONE, body(r'"\u{FFFFFFFFFFFFFFFF}"'), S.SCRIPT_ERROR),
    loading(
        "ten-thousand-diagnostics",
        L.NONE,
        lambda: "".join(f"fn g{i}() {{ nothing{i}() }}\n" for i in range(10_000)) + body("1"),
        S.SCRIPT_ERROR,
    ),
]

CASES = [*NESTED, *LARGE, *CONSTANTS, *ODD]
