"""Plugins: `#[plugin(name, watch, deps)] pub fn create()`, whose instance says itself what its tools are."""

from __future__ import annotations

from crucible_tools.rune.forms.reading import Reading
from crucible_tools.rune.report import Plugin, Reason


def read(reading: Reading) -> None:
    """Finds the plugin of a source: there is at most one.

    `create()` and `tools()` are not called here: they read files, which SAFE does not allow.
    """
    for function in reading.facts.functions:
        marks = function.marked("plugin")
        if not marks:
            continue
        reading.claim(function, "plugin")
        if reading.plugin:
            message = f"it has more than one plugin; `{function.name}` is left out"
            reading.reasons.append(Reason("plugin", "error", message, location=reading.at(function)))
            continue
        methods = {method.name for method in reading.facts.functions if method.impl and method.instance}
        # Sources that Rune refuses write `&self`; the name is what counts there.
        methods |= {method.name for method in reading.facts.functions if method.impl and not reading.facts.parsed}
        reading.plugin = Plugin(
            name=marks[0].text("name") or reading.stem,
            create=function.entry,
            watch=marks[0].texts("watch"),
            deps=marks[0].texts("deps"),
            description=function.description or None,
            watches="on_watch" in methods,
        )
        if function.impl or not function.public or function.params:
            message = f"the plugin's `{function.name}` can't be called: it must be public and take nothing"
            reading.reasons.append(Reason("plugin", "error", message, location=reading.at(function)))
        for name in ("tools", "dispatch"):
            if name not in methods:
                message = f"the plugin's instance has no `{name}`: no type in this file has a method of that name"
                reading.reasons.append(Reason("plugin", "warning", message, location=reading.at(function)))
