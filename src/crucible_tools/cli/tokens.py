"""`crucible token`: a secret is printed when it is made, and never again."""

from datetime import UTC, datetime

from crucible_tools.cli.running import finished
from crucible_tools.cli.settings import configured
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.model.access import Limits, Token, TokenStatus, names_of
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.tokens import (
    MadeToken,
    NewToken,
    create_token,
    list_tokens,
    revoke_token,
    rotate_token,
)


def run_create(terminal: Terminal, flags: Flags, wanted: NewToken) -> int:
    """`crucible token create`."""
    _tell(terminal, finished(create_token(configured(terminal, flags).state.value, wanted)))
    return 0


def run_rotate(terminal: Terminal, flags: Flags, wanted: str, grace: str | None) -> int:
    """`crucible token rotate`."""
    _tell(terminal, finished(rotate_token(configured(terminal, flags).state.value, wanted, grace)))
    return 0


def run_revoke(terminal: Terminal, flags: Flags, wanted: str) -> int:
    """`crucible token revoke`."""
    token = finished(revoke_token(configured(terminal, flags).state.value, wanted))
    if terminal.json:
        terminal.document(token.to_json())
    else:
        terminal.result(f"the token {token.id} ({line(token.name)}) opens nothing any longer.")
    return 0


def run_list(terminal: Terminal, flags: Flags) -> int:
    """`crucible token list`."""
    tokens = finished(list_tokens(configured(terminal, flags).state.value))
    now = datetime.now(UTC)
    if terminal.json:
        terminal.document([{**token.to_json(), "status": token.status(now).value} for token in tokens])
    elif tokens:
        terminal.result("\n".join(_line(terminal, token, now) for token in tokens))
    else:
        terminal.note("there is no token; `crucible token create` makes one")
    return 0


def _tell(terminal: Terminal, made: MadeToken) -> None:
    if terminal.json:
        terminal.document({**made.token.to_json(), "token": made.secret.text})
        return
    terminal.result(made.secret.text)
    token = made.token
    until = f"until {_day(token.expires_at)}" if token.expires_at else "without an end"
    scopes, tools = ", ".join(names_of(token.scopes)), " ".join(token.tools)
    terminal.note(f"token {token.id} ({line(token.name)}): {scopes} on {tools}, {until}")
    terminal.note("keep it now: it is not shown again. Send it as `Authorization: Bearer TOKEN`")


def _line(terminal: Terminal, token: Token, now: datetime) -> str:
    status = token.status(now)
    told = [
        token.id,
        terminal.paint(f"{status.value:<7}", "green" if status is TokenStatus.ACTIVE else "dim"),
        f"{line(token.name):<16}",
        f"{','.join(names_of(token.scopes)):<10}",
        line(" ".join(token.tools)),
        f"made {_day(token.created_at)}",
        f"ends {_day(token.expires_at)}" if token.expires_at else "",
        f"used {_day(token.last_used_at)}" if token.last_used_at else "never used",
        _limits(token.limits),
    ]
    return "  ".join(part for part in told if part)


def _limits(limits: Limits) -> str:
    told = {"minute": limits.per_minute, "day": limits.per_day}
    return ", ".join(f"{most:,} calls a {span}" for span, most in told.items() if most is not None)


def _day(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
