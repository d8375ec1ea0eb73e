"""Where fuzzing begins: every idiom, every construct, every file of the corpus, and what once failed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.rune.syntax.snippets import FILES, STATEMENTS
from tests.rune.syntax.support import PIECES

CORPUS = Path(__file__).parent.parent / "corpus"

FOUND = Path(__file__).parent / "found"
"""Inputs that broke a law once. A new one goes here, under a name that says what it was."""

LONGEST = 4096
"""Bytes of a seed, and of what is made of them; more only makes fuzzing slow."""


def seeds() -> dict[str, bytes]:
    """All seeds by name."""
    found: dict[str, bytes] = {}
    for case in json.loads((CORPUS / "idiom-cases.json").read_text(encoding="utf-8")):
        found[f"{case['id']} before"] = case["before"].encode()
        found[f"{case['id']} after"] = case["after"].encode()
    for name, text in STATEMENTS.items():
        found[name] = f"pub fn main(a) {{ {text} }}".encode()
    found |= {f"file: {name}": text.encode() for name, text in FILES.items()}
    for path in [*sorted(CORPUS.rglob("*.rn")), *sorted(FOUND.glob("*"))]:
        if path.is_file() and path.stat().st_size <= LONGEST:
            found[str(path.relative_to(CORPUS.parent))] = path.read_bytes()
    return found


def write_seeds(folder: Path) -> None:
    """Writes the seeds as the files that libFuzzer reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds().values()):
        (folder / f"seed_{number:04}").write_bytes(data)


def write_words(path: Path) -> None:
    """Writes the words of Rune, and of what people take for it, as a dictionary that libFuzzer reads."""
    words = [word.encode("utf-8", "surrogateescape") for word in PIECES]
    lines = ['"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words]
    path.write_text("".join(lines), encoding="ascii")
