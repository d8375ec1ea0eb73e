"""Telling clients that the list of tools has changed: those of both generations."""

from __future__ import annotations

from collections import Counter
from typing import Final

import mcp_types as types
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError

from crucible_tools.operations.serving import Serving
from crucible_tools.servers.access.places import counted
from crucible_tools.servers.mcp.caller import Access
from crucible_tools.servers.mcp.calling import Context

MOST_LISTENERS: Final = 2_000
"""Clients that may listen at the same time."""

MOST_OF_ONE: Final = 200
"""Of them, those of one caller."""


class Changes:
    """Tells of every newer revision of the list, whatever made it: a migration, a rollback, another process.

    Args:
        serving: has the list.
        access: who listens.
    """

    def __init__(self, serving: Serving, access: Access) -> None:
        self._serving = serving
        self._access = access
        self._listening: Counter[str | None] = Counter()
        self._bus = InMemorySubscriptionBus()
        self._listen = ListenHandler(self._bus, max_subscriptions=MOST_LISTENERS)
        self._followers: set[int] = set()

    async def follow(self) -> None:
        """Tells those who listen (2026-07-28); has no end of its own."""
        revision = self._serving.revision
        while True:
            revision = await self._serving.changed(revision)
            await self._bus.publish(ToolsListChanged())

    async def listen(
        self, context: Context, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """`subscriptions/listen`: as long as the client listens. Nothing but the list of tools changes here.

        Raises:
            MCPError: as many listen as may.
        """
        user = self._access(context.request).user
        if user is not None and self._listening[user] >= MOST_OF_ONE:
            raise MCPError(types.INTERNAL_ERROR, f"{MOST_OF_ONE} clients of this token listen already")
        asked = types.SubscriptionFilter(tools_list_changed=params.notifications.tools_list_changed)
        with counted(self._listening, user):
            return await self._listen(context, params.model_copy(update={"notifications": asked}))

    async def initialized(self, context: Context, _: types.NotificationParams | None) -> None:
        """`notifications/initialized` of an older client: it is told as long as its connection lasts.

        The package runs this among the tasks of the connection, and cancels them with it.
        """
        client = context.session.client_params
        if client is None or id(client) in self._followers:
            return  # a client that says so twice is still told once
        self._followers.add(id(client))
        try:
            revision = self._serving.revision
            while True:
                revision = await self._serving.changed(revision)
                await context.session.send_tool_list_changed()
        finally:
            self._followers.discard(id(client))

    def close(self) -> None:
        """Ends every stream of those who listen, as the protocol has it."""
        self._listen.close()
