"""The findings that a project has decided to live with for now, so that checking fails on new ones only.

A finding is known by its file, its code and the text of its line, not by the line's number: code may move.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, cast

from crucible_tools.errors import ConfigurationError
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding

VERSION: Final = 1

Key: TypeAlias = tuple[str, str, str]
"""Path, code and fingerprint."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known findings, each with how often it is there."""

    counts: Counter[Key] = field(default_factory=Counter[Key])

    @property
    def size(self) -> int:
        """How many findings it knows."""
        return self.counts.total()

    def to_text(self) -> str:
        """The file's text; the same findings give the same text."""
        findings = [
            {"path": path, "code": code, "fingerprint": fingerprint, "count": count}
            for (path, code, fingerprint), count in sorted(self.counts.items())
            if count > 0
        ]
        return json.dumps({"version": VERSION, "findings": findings}, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings beside a baseline.

    Args:
        files: with the findings that the baseline does not know.
        known: how many findings it knows.
        vanished: what it knows and is not there any more, where this can be said.
    """

    files: tuple[CheckedFile, ...]
    known: int
    vanished: tuple[Key, ...]


def parse_baseline(text: str, name: str) -> Baseline:
    """A baseline file.

    Args:
        text: what is in it.
        name: of the file, for messages.

    Raises:
        ConfigurationError: it is damaged, or newer than this version.
    """
    try:
        data: Any = json.loads(text)
        version = data["version"]
        if isinstance(version, int) and version > VERSION:
            raise ConfigurationError(
                f"the baseline {name} was written by a newer version of crucible-tools",
                hint="use that version, or write it anew: --write-baseline",
            )
        if version != VERSION:
            raise ValueError(f"version {version!r}")
        counts: Counter[Key] = Counter()
        for entry in data["findings"]:
            counts[_key(entry)] += _count(entry)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else str(error)
        raise ConfigurationError(
            f"the baseline {name} is damaged: {reason}",
            hint="restore it, or write it anew: --write-baseline records what is found now",
        ) from error
    return Baseline(counts)


def compare(
    files: Iterable[CheckedFile],
    baseline: Baseline,
    *,
    path_of: Callable[[CheckedFile], str],
    answered: Callable[[str, str], bool],
) -> Compared:
    """Takes out of files what a baseline knows; of several alike, the first ones.

    Args:
        files: with all findings.
        baseline: what is known.
        path_of: a file's path as the baseline spells it.
        answered: whether this check would have found a finding of this path and code.
    """
    left = Counter(baseline.counts)
    compared: list[CheckedFile] = []
    known = 0
    for file in files:
        new: list[CheckedFinding] = []
        path = path_of(file)
        for item in file.findings:
            key = key_of(path, item)
            if left[key] > 0:
                left[key] -= 1
                known += 1
            else:
                new.append(item)
        compared.append(replace(file, findings=tuple(new)) if len(new) < len(file.findings) else file)
    vanished = [key for key, count in sorted(left.items()) for _ in range(count) if answered(key[0], key[1])]
    return Compared(tuple(compared), known, tuple(vanished))


def record(
    files: Iterable[CheckedFile],
    before: Baseline,
    *,
    path_of: Callable[[CheckedFile], str],
    answered: Callable[[str, str], bool],
) -> Baseline:
    """The baseline that knows all these findings, and what an earlier one knows of what was not looked at.

    Args:
        files: with all findings.
        before: the earlier one.
        path_of, answered: as for `compare`.
    """
    counts = Counter({key: count for key, count in before.counts.items() if not answered(key[0], key[1])})
    for file in files:
        path = path_of(file)
        counts.update(key_of(path, item) for item in file.findings)
    return Baseline(counts)


def key_of(path: str, item: CheckedFinding) -> Key:
    """What a finding is known by: neither the number of its line nor blanks around it count."""
    code = item.finding.code
    return path, code, _fingerprint(code, path, item.source_line)


@functools.lru_cache(maxsize=8)  # the findings of one long line come one after the other, and hold the same text
def _fingerprint(code: str, path: str, source_line: str) -> str:
    normal = " ".join(source_line.split())
    return hashlib.sha256("\0".join((code, path, normal)).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _key(entry: Any) -> Key:
    key = (entry["path"], entry["code"], entry["fingerprint"])
    if not all(isinstance(part, str) for part in key):
        raise ValueError("path, code and fingerprint of a finding are texts")
    return cast("Key", key)


def _count(entry: Any) -> int:
    count = entry["count"]
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError(f"the count of a finding is a number above 0, not {count!r}")
    return count
