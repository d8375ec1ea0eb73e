"""The page of a state with ordinary and hostile tools, served as `crucible serve` does."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import httpx2

from crucible_tools.config import RecordConfig, ScriptEngineConfig
from crucible_tools.errors import CallNotFound
from crucible_tools.model.access import Scope
from crucible_tools.operations.replay import read_call
from crucible_tools.operations.serving import Serving
from crucible_tools.servers.app import AppSettings
from crucible_tools.servers.page.page import Page
from tests.servers.http.conftest import QUICK, Served, serve
from tests.servers.mcp.conftest import Project
from tests.servers.mcp.legacy_tools import SOURCES, source

PAGED = replace(QUICK, app=AppSettings(page=Page))

HTML = {"Accept": "text/html,application/xhtml+xml"}

HOSTILE = (
    '</textarea></title></style></pre><script>window.ran=1</script><img src=x onerror="window.ran=2">'
    "<svg onload='window.ran=3'><a href=\"javascript:window.ran=4\">a</a>{{ 7*7 }}{% raw %} "
    "' \" &lt; \x1b[2J\u202egnp\u2066"
)
"""Text that wants to be more than text."""

FORM = """#{ type: "object", required: ["title", "count"], properties: #{
    title: #{ type: "string", title: "Title", description: "What it is called", maxLength: 50 },
    body: #{ type: "string", description: "Several lines" },
    count: #{ type: "integer", minimum: 1, maximum: 9 },
    factor: #{ type: "number", "default": 1.5 },
    loud: #{ type: "boolean" },
    kind: #{ "enum": ["one", "two", 3], "default": "two" },
    tags: #{ type: "array", items: #{ type: "string" } }
} }"""

DICE = "random::integer(1, 6).unwrap() + random::integer(1, 6).unwrap()"

LOGS = "crucible::log_warn(text); progress::report(0.5, text); "


def rune(text: str) -> str:
    """A literal of Rune."""
    quoted = json.dumps(text, ensure_ascii=False).replace("\\u001b", "\x1b")
    return "".join(f"\\u{{{ord(each):x}}}" if not each.isprintable() else each for each in quoted)


def hostile_sources() -> dict[str, str]:
    """Tools all of whose texts are hostile, by the names of their files."""
    text = rune(HOSTILE)
    schema = f"""#{{ type: "object", title: {text}, properties: #{{
        {text}: #{{ type: "string", title: {text}, description: {text}, "default": {text} }},
        pick: #{{ "enum": [{text}, "b"], description: {text} }}
    }} }}"""
    head = f"pub fn DESCRIPTION() {{ {text} }}\npub fn TAGS() {{ [{text}] }}\npub fn AUTHOR() {{ {text} }}\n"
    tool = f"pub fn INPUT_SCHEMA() {{ {schema} }}\n{head}pub fn CATEGORY() {{ {text} }}\n"
    says = f"let text = {text}; {LOGS}"
    return {
        "hostile<img src=x onerror=window.ran=5>": (
            f'pub fn NAME() {{ "hostile" }}\n{tool}pub fn call(args) {{ {says} #{{ text, args }} }}\n'
        ),
        "hostile-error": f'pub fn NAME() {{ "hostile.error" }}\n{tool}pub fn call(args) {{ {says} Err(text) }}\n',
        "huge": (
            f'pub fn NAME() {{ "huge" }}\npub fn DESCRIPTION() {{ {rune(HOSTILE + "long " * 100_000)} }}\n'
            f'pub fn INPUT_SCHEMA() {{ #{{ type: "object" }} }}\n'
            f"pub fn call(args) {{ let text = {text}; "
            "while text.len() < 1000000 { text = `${text}${text}`; } text }\n"
        ),
    }


class PageProject(Project):
    """A folder whose calls are recorded."""

    def serving(self) -> Serving:
        recorded = ScriptEngineConfig(record=RecordConfig(enabled=True))
        return Serving.open(self.state, trusted=True, migration=self.config, engine=recorded, poll_s=0.02)


async def prepared(root: Path) -> PageProject:
    """A state with all tools."""
    project = PageProject(root)
    sources = {name: SOURCES[name] for name in ("greet", "steps", "endless", "fails", "notes.list")}
    for name, text in {
        **sources,
        "form": source("form", "args", FORM),
        "dice": source("dice", DICE),
        **hostile_sources(),
    }.items():
        project.write(name, text)
    await project.migrate()
    project.write("greet", f"{SOURCES['greet']}// another version\n")
    await project.migrate()
    return project


def served_page(project: Project) -> contextlib.AbstractAsyncContextManager[Served]:
    """The state, with its page."""
    return serve(project, PAGED)


async def recorded(served: Served, call_id: str) -> str:
    """Waits until the record of a call is written, which is after its answer; gives its id."""
    async with asyncio.timeout(60):
        while True:
            try:
                return (await read_call(served.project.state, call_id)).call_id
            except CallNotFound:
                await asyncio.sleep(0.01)


_NUMBERS = itertools.count(1)


async def token_of(served: Served, *scopes: Scope, tools: Sequence[str] = ("*",)) -> str:
    """A token of these scopes, with a name of its own."""
    return await served.secret(*scopes, tools=tools, name=f"visitor {next(_NUMBERS)}")


@contextlib.asynccontextmanager
async def visitor(served: Served, token: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without scripts; with a token it is signed in."""
    async with httpx2.AsyncClient(base_url=served.url, headers=HTML, timeout=60, follow_redirects=True) as browser:
        if token is not None:
            response = await browser.get(f"/?token={token}")
            assert response.status_code == 200, response.text
        yield browser
