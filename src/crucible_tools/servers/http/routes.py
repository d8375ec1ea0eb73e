"""Every path of the HTTP interface, and what needs no token (docs/serving.md has the same as a table)."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.routing import BaseRoute

from crucible_tools.operations.serving import Serving
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.access.layer import Openings
from crucible_tools.servers.access.sessions import Sessions
from crucible_tools.servers.http.answers import Answers
from crucible_tools.servers.http.calling import Calling
from crucible_tools.servers.http.calls import CallRoutes
from crucible_tools.servers.http.documents import DocumentRoutes
from crucible_tools.servers.http.events import EventRoutes
from crucible_tools.servers.http.health import HealthRoutes
from crucible_tools.servers.http.resource import resource
from crucible_tools.servers.http.runs import RunRoutes
from crucible_tools.servers.http.sessions import SessionRoutes
from crucible_tools.servers.http.tools import ToolRoutes
from crucible_tools.servers.problems import ERRORS_PATH

ASSETS: Final = "/assets/"
"""Below it is what the page needs before anybody has presented a token: style and scripts, no data."""

PAGES: Final = "/ui/"
"""The page itself sends those who have no token to the form that asks for one."""

SIGN_IN: Final = f"{PAGES}sign-in"

OPENINGS: Final = Openings(
    paths=frozenset({"/", "/session", ERRORS_PATH}),
    prefixes=(ASSETS, PAGES),
    any_host=frozenset({"/livez", "/readyz"}),
    begins=frozenset({"/session", SIGN_IN}),
)


@dataclass(frozen=True, slots=True)
class Interface:
    """The routes, and what has to be settled before the server ends.

    Args:
        routes: of every path.
        calling: makes the calls.
        sessions: answer `/session`, and the link that a server prints.
    """

    routes: list[BaseRoute]
    calling: Calling
    sessions: SessionRoutes


def interface(
    serving: Serving, doorman: Doorman, sessions: Sessions, answers: Answers, ending: asyncio.Event
) -> Interface:
    """The HTTP interface of a state.

    Args:
        serving: the state being served.
        doorman: knows the tokens.
        sessions: of browsers.
        answers: keeps answers for requests that come again.
        ending: is set when the server is being stopped.
    """
    tools, calls, runs = ToolRoutes(serving), CallRoutes(serving), RunRoutes(serving)
    calling, health = Calling(serving, doorman, answers), HealthRoutes(serving)
    browser, documents = SessionRoutes(doorman, sessions), DocumentRoutes(serving)
    routes: list[BaseRoute] = [
        resource("/tools", GET=tools.list_tools),
        resource("/tools/{name}", GET=tools.show, POST=calling.call),
        resource("/tools/{name}/versions", GET=tools.versions),
        resource("/tools/{name}/diff", GET=tools.diff),
        resource("/calls", GET=calls.list_calls),
        resource("/calls/{id}", GET=calls.show, DELETE=calls.cancel),
        resource("/runs", GET=runs.list_runs),
        resource("/runs/{id}", GET=runs.report),
        resource("/events", GET=EventRoutes(serving, ending).events),
        resource("/openapi.json", GET=documents.openapi),
        resource("/session", GET=browser.show, POST=browser.begin, DELETE=browser.end),
        resource("/health", GET=health.health),
        resource("/metrics", GET=health.metrics),
        resource("/livez", GET=health.live),
        resource("/readyz", GET=health.ready),
        resource(ERRORS_PATH, GET=health.errors),
    ]
    return Interface(routes, calling, browser)
