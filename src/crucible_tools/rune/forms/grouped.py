"""The module form, `pub mod file { pub async fn list(args) {..} }`, and plain functions, `pub async fn f(args)`."""

from __future__ import annotations

from crucible_tools.rune import schemas
from crucible_tools.rune.facts import Function
from crucible_tools.rune.forms.reading import ARGUMENTS, Draft, Reading, takes_object
from crucible_tools.rune.report import Form

_NO_TOOLS = ("call", "main")
"""Entries of other forms, no tools of their own where those forms have no use for them."""


def read(reading: Reading) -> None:
    """Finds a tool for each public function of a public module that takes `args`, and each async one outside.

    Functions with other parameters, or without `pub`, are no tools; nor are tests, hooks and what else was claimed.
    """
    public = {module.path for module in reading.facts.modules if module.public}
    for function in reading.facts.functions:
        if function.path in reading.taken or not function.public or not takes_object(function) or function.impl:
            continue
        if function.marked("test", "bench"):
            continue
        if function.module:
            prefixes = (function.module[: depth + 1] for depth in range(len(function.module)))
            if all(prefix in public for prefix in prefixes):
                _add(reading, function, "module")
        elif function.is_async and function.name not in _NO_TOOLS:
            _add(reading, function, "function")


def _add(reading: Reading, function: Function, form: Form) -> None:
    reading.claim(function, form)
    reading.drafts.append(
        Draft(
            name=".".join(function.path),
            form=form,
            entry=function.entry,
            function=function,
            description=function.description,
            input_schema=schemas.inferred(function, ARGUMENTS, reading.facts.by_path),
        )
    )
