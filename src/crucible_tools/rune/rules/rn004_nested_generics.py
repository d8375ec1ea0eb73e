"""RN004: generic arguments inside a turbofish."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.angles import closing_angle
from crucible_tools.rune.rules.cutting import cut
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.rule import Addition, Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.std_names import missing_import
from crucible_tools.rune.syntax.nodes import Cast, Generics, Is, MethodCall, Path


def check(script: Script) -> Iterator[Finding]:
    """Finds `::<Vec<_>>`, `::<_>` of a `collect`, `Vec::<T>::new()` and `Vec<T>::new()`."""
    found = [*_turbofish(script), *_of_paths(script), *_of_tests(script), *_without_colons(script)]
    yield from sorted(found, key=lambda item: item.start)


def _turbofish(script: Script) -> Iterator[Finding]:
    for call in script.tree.of(MethodCall):
        whole = _of_results(script, call)
        if whole is not None:
            yield whole
            continue
        for arg in call.generics.args if call.generics else ():
            if arg.generics is not None:
                yield _finding(script, arg.generics, _import(script, call, script.word(arg.first)))
            elif script.word(arg.first) == "_" and arg.first == arg.last and script.word(call.name) == "collect":
                start, end = script.start(arg), script.end(arg)
                fix = Fix(True, "Collect a list", (Edit(start, end, "Vec"),))
                yield Finding("RN004", start, end, "Rune infers no types: say what to collect", fix=fix)


_HOLDING: Final = {"Result": "results_of", "Option": "options_of"}


def _of_results(script: Script, call: MethodCall) -> Finding | None:
    """`collect::<Result<Vec<_>, _>>()`, which Rune cannot collect, and `partition::<Vec<_>, _>(..)`."""
    args = call.generics.args if call.generics else []
    if not args or call.generics is None:
        return None
    name, start, end = script.word(call.name), script.start(call.generics), script.end(call.generics)
    if name in _ONE_FORM:
        while script.text[start - 1] == ":" or script.text[start - 1].isspace():
            start -= 1
        fix = Fix(True, f"Delete `{script.text[start:end]}`", cut(script, start, end))
        return Finding("RN004", start, end, f"`{name}` of Rune takes no types", fix=fix)
    word = script.word(args[0].first)
    if name != "collect" or word not in _HOLDING or call.args.items:
        return None
    inner = script.text[script.start(args[0]) : script.end(args[0])]
    message = f"Rune collects no `{word}`: each is to be taken apart by itself"
    if not inner.replace(" ", "").startswith((f"{word}<Vec", f"{word}<_")):
        return Finding("RN004", start, end, message, hint="`?` in a loop gives the first error back")
    function, additions = inserted(script, call, _HOLDING[word])
    begin = script.start(call.base)
    edits = (Edit(begin, begin, f"{function}("), Edit(script.end(call.base), script.end(call), ")"))
    fix = Fix(True, f"Call a function `{function}` that the repair adds", edits, additions)
    return Finding("RN004", start, end, message, fix=fix)


_ONE_FORM: Final = frozenset({"partition", "unzip", "into", "try_into"})


def _of_paths(script: Script) -> Iterator[Finding]:
    for path in script.tree.of(Path):
        last = path.tokens[-1]
        for generics in path.generics:
            # `parse::<i64>` as a function has its own argument, and is fine without more inside.
            if generics.first > last and script.types.function(path) is not None:
                yield _of_function(script, path, generics)
                continue
            if generics.first > last:
                for arg in generics.args:
                    if arg.generics is not None:
                        yield _finding(script, arg.generics, ())
                continue
            name = script.word(generics.first - 1)
            yield _finding(script, generics, _import(script, path, name))


def _of_function(script: Script, path: Path, generics: Generics) -> Finding:
    """`f::<i64>(x)` of a function of the source, which has no type parameters."""
    start, end = script.tree.tokens.ends[path.tokens[-1]], script.end(generics)
    text = script.text[start:end]
    message = f"functions of Rune have no type parameters: `{text}` makes another name of it"
    return Finding("RN004", start, end, message, fix=Fix(True, f"Delete `{text}`", cut(script, start, end)))


def _of_tests(script: Script) -> Iterator[Finding]:
    for node in (*script.tree.of(Is), *script.tree.of(Cast)):
        if node.type.generics is not None:
            yield _finding(script, node.type.generics, ())


def _finding(script: Script, generics: Generics, additions: tuple[Addition, ...]) -> Finding:
    start, end = script.start(generics), script.end(generics)
    fix = Fix(True, f"Delete `{script.text[start:end]}`", cut(script, start, end), additions)
    message = f"types of Rune have no arguments of their own: `{script.text[start:end]}` does not parse"
    return Finding("RN004", start, end, message, fix=fix)


def _import(script: Script, node: Path | MethodCall, name: str) -> tuple[Addition, ...]:
    addition = missing_import(script, node, name)
    return (addition,) if addition else ()


def _without_colons(script: Script) -> Iterator[Finding]:
    """`Vec<T>::new()`: comparisons for the parser, and a type with arguments for who wrote it."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "<" or i == 0 or tokens.kinds[i - 1] != "name" or not tokens.texts[i - 1][0].isupper():
            continue
        end = closing_angle(script, i)
        if end is None or script.word(end + 1) != "::" or tokens.ends[i - 1] != tokens.starts[i]:
            continue
        start, stop = tokens.starts[i], tokens.ends[end]
        fix = Fix(True, f"Delete `{script.text[start:stop]}`", cut(script, start, stop))
        message = f"types of Rune have no arguments: `{script.text[start:stop]}` reads as comparisons"
        yield Finding("RN004", start, stop, message, fix=fix)


RULE = Rule(
    code="RN004",
    name="nested-generics",
    summary="`collect::<Vec<_>>()`, `Vec::<i64>::new()`: the types of Rune have no arguments of their own.",
    why="""\
A list holds anything in Rune, so there is no `Vec<String>`, only `Vec`. The type between `::<` and `>` says which
variant of a method is meant (`collect::<Vec>()`, `parse::<i64>()`); a `<` inside it ends the parse.

The repair deletes the inner arguments. What `collect::<Result<Vec<_>, _>>()` does, a private function does: a list of
the values, or the first error. A `HashMap` needs an import as well, which is added when it is missing.
""",
    before="""\
pub async fn call(args) {
    args.a.iter().map(|x| x + 1).collect::<Vec<_>>()
}
""",
    after="""\
pub async fn call(args) {
    args.a.iter().map(|x| x + 1).collect::<Vec>()
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("<",),
)
