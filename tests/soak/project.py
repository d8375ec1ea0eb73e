"""The sources that are served while they are edited: good tools, hostile ones, and those that come, go and break."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

OBJECT = '#{ type: "object" }'

GOOD: dict[str, tuple[str, dict[str, Any], Any]] = {
    "echo": ("args", {"name": "x", "n": 3}, {"name": "x", "n": 3}),
    "total": ("let s = 0; for i in 0..1000 { s += i; } s", {}, 499_500),
    "texts": ("let v = []; for i in 0..args.n { v.push(`item ${i}`); } v", {"n": 3}, ["item 0", "item 1", "item 2"]),
    "long": ('let s = ""; for i in 0..2000 { s.push_str("abcdefgh"); } s', {}, "abcdefgh" * 2000),
}
"""Tools that are never edited: body, arguments, and what a call must give."""

HOSTILE = {
    "loops": "loop {}",
    "native": "(0..100000000000).iter().count()",
    "eats": 'let s = "x"; loop { s = `${s}${s}`; }',
    "deep": "fn f(n) { f(n + 1) } f(0)",
    "panics": 'panic!("no")',
    "noisy": "loop { crucible::log_info(`again and again and again and again`); }",
    "huge": 'let v = []; for i in 0..10000000 { v.push("xxxxxxxxxxxxxxxx"); } v',
}

ENDLESS = "waits"
"""A tool that runs until its caller goes away, or its limit of a second."""

EDITED = "edited"
COMING = tuple(f"coming_{number}" for number in range(4))

POLICY = "time_s = 60\nmemory_mb = 24\nlog_bytes = 65536\n"


def source(name: str, body: str) -> str:
    """A tool of the direct form; functions that a body defines are beside it."""
    beside, _, inner = body.rpartition("} ") if body.startswith("fn ") else ("", "", body)
    return (
        (f"{beside}}}\n" if beside else "")
        + f'pub fn NAME() {{ "{name}" }}\npub fn DESCRIPTION() {{ "The tool {name}" }}\n'
        + f"pub fn INPUT_SCHEMA() {{ {OBJECT} }}\npub fn call(args) {{ {inner} }}\n"
    )


class Sources:
    """The folder, and the edits of it.

    Args:
        root: of the project.
        chance: chooses.
    """

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root, self.tools = root, root / "tools"
        self.tools.mkdir()
        self._chance = chance
        self.version = 0
        """The newest that `edited` may give: each edit gives one more."""
        for name, (body, _, _) in GOOD.items():
            self._write(name, body)
        for name, body in {**HOSTILE, ENDLESS: "loop {}"}.items():
            self._write(name, body)
        self.edit()
        limits = "".join(f'[tool."{name}".policy]\ntime_s = 0.05\n' for name in HOSTILE)
        limits += f'[tool."{ENDLESS}".policy]\ntime_s = 1\n'
        # Trial calls of tools without an end would refuse them.
        (root / "crucible.toml").write_text(f'validation = "skip"\n[policy]\n{POLICY}{limits}', "utf-8")

    def _write(self, name: str, body: str) -> None:
        new = self.tools / f"{name}.new"
        new.write_text(source(name, body), "utf-8")
        new.replace(self.tools / f"{name}.rn")

    def edit(self) -> None:
        """One more version of a tool that is called all the time."""
        self.version += 1
        self._write(EDITED, str(self.version))

    def spoil(self) -> None:
        """Breaks it; the last good version has to go on serving."""
        (self.tools / f"{EDITED}.rn").write_text("pub fn call( {", "utf-8")

    def come_and_go(self) -> None:
        """A tool comes, or goes."""
        name = self._chance.choice(COMING)
        file = self.tools / f"{name}.rn"
        if file.exists():
            file.unlink()
        else:
            self._write(name, str(self._chance.randrange(1000)))

    def step(self) -> str:
        """One edit of some kind; gives which."""
        kind = self._chance.choice(("edit", "edit", "spoil", "come_and_go"))
        getattr(self, kind)()
        return kind
