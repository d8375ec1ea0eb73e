"""Writes LICENSES.txt: the crates that are linked into guest.wasm, with version, licence and the licences' texts.

    python guest/licenses.py            write guest/LICENSES.txt
    python guest/licenses.py --check    exit 1 when guest/LICENSES.txt is not what would be written

Fails on a crate whose licence is not in ALLOWED. Standard library only; needs cargo and the fetched crates.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import patched

GUEST = Path(__file__).resolve().parent
OUTPUT = GUEST / "LICENSES.txt"
TARGET = "wasm32-unknown-unknown"
# Permissive licences, the preferred first: of "A OR B" the earlier one is chosen.
ALLOWED = [
    "MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "BSL-1.0",
    "Unicode-3.0", "Unicode-DFS-2016", "MIT-0", "0BSD", "CC0-1.0", "Unlicense",
]  # fmt: skip
# Linked by the compiler, not by cargo: https://github.com/rust-lang/rust
STANDARD_LIBRARY = "Rust's standard library (core, alloc, std, dlmalloc, hashbrown): MIT OR Apache-2.0, used under MIT"


class LicenceError(Exception):
    """A crate's licence is not allowed, or cannot be told."""


def choose(expression: str) -> list[str]:
    """The licences that an SPDX expression lets us use the crate under: of each OR one, of each AND all."""
    words = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    position = 0

    def peek() -> str:
        return words[position] if position < len(words) else ""

    def take() -> str:
        nonlocal position
        position += 1
        return words[position - 1]

    def term() -> list[str] | None:
        if peek() == "(":
            take()
            inner = alternatives()
            if not peek() or take() != ")":
                raise LicenceError(f"cannot read the licence {expression!r}")
            return inner
        name = take() if peek() else ""
        if peek() == "WITH":
            take()
            name = f"{name} WITH {take()}"
        return [name] if name in ALLOWED else None

    def together() -> list[str] | None:
        parts = [term()]
        while peek() == "AND":
            take()
            parts.append(term())
        if any(part is None for part in parts):
            return None
        return [name for part in parts if part for name in part]

    def alternatives() -> list[str] | None:
        parts = [together()]
        while peek() == "OR":
            take()
            parts.append(together())
        usable = [part for part in parts if part]
        return min(usable, key=lambda part: max(ALLOWED.index(name) for name in part), default=None)

    chosen = alternatives()
    if position < len(words):
        raise LicenceError(f"cannot read the licence {expression!r}")
    if chosen is None:
        raise LicenceError(f"the licence {expression!r} is not allowed")
    return sorted(set(chosen))


def linked() -> list[dict[str, Any]]:
    """The packages that end up in the wasm: reached by normal dependencies, without procedural macros."""
    patched.prepare()
    command = ["cargo", "metadata", "--format-version=1", "--locked", "--filter-platform", TARGET]
    metadata = json.loads(subprocess.run(command, cwd=GUEST, stdout=subprocess.PIPE, check=True).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    reached: set[str] = set()
    waiting = [root]
    while waiting:
        current = waiting.pop()
        if any("proc-macro" in target["kind"] for target in packages[current]["targets"]) or current in reached:
            continue
        reached.add(current)
        for dependency in nodes[current]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    reached.discard(root)
    return sorted((packages[name] for name in reached), key=lambda package: (package["name"], package["version"]))


def texts(package: dict[str, Any], names: list[str]) -> list[str]:
    """The licence files of a crate, those of the chosen licences if their names tell."""
    folder = Path(package["manifest_path"]).parent
    files = sorted(
        path for path in folder.iterdir() if path.is_file() and re.match(r"(?i)(licen[cs]e|copying|notice)", path.name)
    )
    words = [name.split("-")[0].lower() for name in names]
    told = [path for path in files if any(word in path.name.lower() for word in words)]
    notices = [path for path in files if path.name.lower().startswith("notice")]
    read = [path.read_text(encoding="utf-8", errors="replace").strip() for path in (told or files)]
    return read + [path.read_text(encoding="utf-8").strip() for path in notices if path not in (told or files)]


def render() -> str:
    """The whole file."""
    lines = ["Crates linked into guest.wasm. Written by guest/licenses.py.", "", STANDARD_LIBRARY, ""]
    uses: dict[str, list[str]] = {}
    problems: list[str] = []
    for package in linked():
        label = f"{package['name']} {package['version']}"
        expression = package["license"] or ""
        try:
            chosen = choose(expression)
        except LicenceError as problem:
            problems.append(f"{label}: {problem}")
            continue
        used = " AND ".join(chosen)
        lines.append(f"{label}: {expression}" + ("" if used == expression else f", used under {used}"))
        for text in texts(package, chosen):
            uses.setdefault(text, []).append(label)
    if problems:
        raise LicenceError("\n".join(problems))
    for text, labels in uses.items():
        lines += ["", "-" * 100, "Of " + ", ".join(labels) + ":", "", text]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    try:
        content = render()
    except LicenceError as problem:
        print(problem, file=sys.stderr)
        return 1
    if arguments == ["--check"]:
        if not OUTPUT.exists() or OUTPUT.read_text(encoding="utf-8") != content:
            print(f"{OUTPUT} is stale: run guest/licenses.py", file=sys.stderr)
            return 1
        return 0
    if arguments:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    OUTPUT.write_text(content, encoding="utf-8")
    print(f"{OUTPUT}: {content.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
