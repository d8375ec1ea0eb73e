"""Pages out of templates: whatever stands in them is escaped, and what can't be seen is made visible."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from crucible_tools import __version__
from crucible_tools.formats.text import json_text, markable
from crucible_tools.model.access import Scope, names_of
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.servers.access.caller import CALLER, Caller
from crucible_tools.servers.page.assets import Assets

MOST_SHOWN: Final = 50_000
"""Characters of one text that a page shows; the interface has all of it."""

_HEADERS: Final = {"Referrer-Policy": "same-origin"}
"""With `no-referrer`, which other answers say, browsers send the forms of a page as if nobody's page had sent them."""

_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")


@dataclass(frozen=True, slots=True)
class _Link:
    path: str
    title: str
    needs: Scope | None = None
    everything: bool = False


_LINKS: Final = (
    _Link("/", "Tools"),
    _Link("/ui/calls", "Calls"),
    _Link("/ui/events", "Events", Scope.READ),
    _Link("/ui/runs", "Runs", Scope.READ, everything=True),
    _Link("/ui/hooks", "Hooks", Scope.READ, everything=True),
    _Link("/ui/health", "Health", Scope.READ, everything=True),
)


class Renderer:
    """Renders the templates of this package.

    Args:
        assets: style and scripts.
    """

    def __init__(self, assets: Assets) -> None:
        environment = Environment(
            loader=PackageLoader("crucible_tools.servers.page"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_visible,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {  # pyright: ignore[reportUnknownMemberType] - jinja2 leaves it open
            "clip": clip,
            "duration": duration,
            "json": shown_json,
            "pairs": pairs,
            "part": _path_part,
            "size": size,
            "utc": utc,
        }
        environment.globals |= {"asset": assets.url, "version": __version__}  # pyright: ignore[reportUnknownMemberType]
        self._environment = environment

    def fragment(self, template: str, facts: Mapping[str, Any]) -> str:
        """A part of a page."""
        return self._environment.get_template(template).render(facts)

    async def page(
        self,
        request: Request,
        template: str,
        facts: Mapping[str, Any],
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A whole page, rendered beside the event loop: thousands of rows take a while, in which calls run."""
        text = await asyncio.to_thread(self.fragment, template, {**_frame(request), **facts})
        return Response(text.encode("utf-8", "replace"), status, {**_HEADERS, **(headers or {})}, "text/html")


def _frame(request: Request) -> dict[str, Any]:
    """What every page shows: where one is, and as whom."""
    caller: Caller | None = request.scope.get(CALLER)
    return {
        "path": request.url.path,
        "caller": caller,
        "csrf": caller.csrf if caller else None,
        "scopes": names_of(caller.token.scopes) if caller else [],
        "links": [link for link in _LINKS if caller and _opens(caller, link)],
        "may_call": caller is not None and caller.may(Scope.CALL),
        "may_read": caller is not None and caller.may(Scope.READ),
        "may_read_all": caller is not None and caller.may(Scope.READ) and caller.all_tools,
    }


def _opens(caller: Caller, link: _Link) -> bool:
    return (link.needs is None or caller.may(link.needs)) and (caller.all_tools or not link.everything)


def _visible(value: object) -> object:
    """What a template puts out: nothing in it reorders the text around it, or is there and not seen."""
    if value is None:
        return ""
    return markable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _path_part(text: object) -> str:
    """A text as one part of an address, whatever is in it."""
    return quote(str(text).encode("utf-8", "replace"), safe="")


def clip(text: object, most: int = MOST_SHOWN) -> str:
    """The beginning of a text, and how much is left out."""
    whole = str(text)
    if len(whole) <= most:
        return whole
    return f"{whole[:most]}… ({len(whole) - most:,} more characters)"


def shown_json(value: Json) -> str:
    """A value as JSON for people, as far as it is shown."""
    return clip(json_text(value))


def pairs(facts: JsonObject) -> str:
    """`reason finished · seconds 0.0125`: what an event tells, in a line; `events.js` writes the same."""
    return " · ".join(f"{name} {_short(value)}" for name, value in facts.items())


def _short(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.3g}"
    return json_text(value, compact=True)


def duration(seconds: float) -> str:
    """`0.8 ms`, `12 ms`, `3.2 s`, `2 min 5 s`."""
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    return f"{int(seconds // 60):,} min {int(seconds % 60)} s"


def size(count: int) -> str:
    """`512 bytes`, `1.1 MiB`."""
    number, unit = float(count), 0
    while number >= 1024 and unit < len(_UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 10 else f"{number:.1f} {_UNITS[unit]}"


def utc(time: datetime) -> str:
    """`2026-11-29 16:05:10`, in UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
