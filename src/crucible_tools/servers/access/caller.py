"""Who sends a request, and what for: the token as the routes see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, cast

from starlette.types import Scope as AsgiScope

from crucible_tools.events import Pattern
from crucible_tools.model.access import ANY_TOOL, Scope, Token
from crucible_tools.servers.refusals import Forbidden, Unauthorized

CALLER: Final = "crucible.caller"
"""Where a request's scope has its caller."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever presented a token.

    Args:
        token: which, without its secret.
        digest: of the secret that it came by: when that opens nothing any more, neither does this.
        csrf: of a browser's session: what a request that changes something has to repeat; None for a bearer's.
    """

    token: Token
    digest: str = field(repr=False)
    csrf: str | None = None
    _patterns: tuple[Pattern, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Reads the patterns."""
        object.__setattr__(self, "_patterns", tuple(Pattern(text) for text in self.token.tools))

    @property
    def user(self) -> str:
        """On whose behalf its calls are made: the token's name and id, unique."""
        return f"{self.token.name}/{self.token.id}"

    @property
    def all_tools(self) -> bool:
        """Whether it may know of every tool, and so of what concerns them all."""
        return ANY_TOOL in self.token.tools

    def may(self, scope: Scope) -> bool:
        """Whether the token has this scope; admin has each."""
        return scope in self.token.scopes or Scope.ADMIN in self.token.scopes

    def allows(self, tool: str) -> bool:
        """Whether the token is for this tool."""
        return any(pattern.matches(tool) for pattern in self._patterns)

    def need(self, scope: Scope) -> None:
        """Refuse a token without this scope.

        Raises:
            Forbidden: it lacks it.
        """
        if not self.may(scope):
            has = " and ".join(sorted(one.value for one in self.token.scopes))
            raise Forbidden(
                f"the token {self.token.id} is for {has}, and this needs {scope.value}",
                hint=f"make one for it: crucible token create --scope {scope.value}",
            )

    def need_each(self, tool: str, shown: Iterable[str]) -> None:
        """Refuse a token that is not for every tool that a file defines: its source has all of them.

        Args:
            tool: whose source is asked for.
            shown: the tools that it may show.

        Raises:
            Forbidden: it is not for one of them, which is not told.
        """
        if not all(self.allows(each) for each in shown):
            raise Forbidden(
                f"the source of {tool} stands in a file with tools that the token {self.token.id} is not for, and "
                "would show them",
                hint="use a token for every tool of the file, or put the tool into a file of its own",
            )

    def need_everything(self, scope: Scope) -> None:
        """Refuse a token without this scope, or one that is not for every tool.

        Raises:
            Forbidden: what concerns all tools would tell it of others than its own.
        """
        self.need(scope)
        if not self.all_tools:
            raise Forbidden(
                f"the token {self.token.id} is for {' '.join(self.token.tools)} only, and this tells of all tools",
                hint="use a token for every tool",
            )


def caller_of(scope: AsgiScope) -> Caller:
    """The caller of a request that the access layer has let in.

    Raises:
        Unauthorized: it has none.
    """
    caller: object = scope.get(CALLER)
    if caller is None:
        raise Unauthorized("this needs a token", hint="send `Authorization: Bearer TOKEN`; crucible token create")
    return cast("Caller", caller)
