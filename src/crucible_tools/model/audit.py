"""The audit's chain: records that each carry a digest of themselves and of all before them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, cast

from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import Json, JsonObject


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record as it is stored.

    Args:
        number: its place, from 1 without a gap.
        body: canonical JSON in ASCII: `at`, `kind`, and what there is to say.
        digest: of the record before, the number and the body (see `link`), in hexadecimal.
    """

    number: int
    body: str
    digest: str

    def to_json(self) -> JsonObject:
        """`{number, at, kind, …, digest}`; a body that is no JSON object is given as text."""
        try:
            fields: Any = json.loads(self.body)
        except (ValueError, TypeError, RecursionError):  # a database may give what is no text
            fields = None
        read = cast("JsonObject", fields) if isinstance(fields, dict) else {"body": str(self.body)}
        told = {name: value for name, value in read.items() if name not in ("number", "digest")}
        return {"number": self.number, **told, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a chain; that of an empty one has the number 0."""

    number: int = 0
    digest: str = "0" * 64

    @staticmethod
    def parse(text: str) -> Head:
        """A head as `str` writes it, `NUMBER:DIGEST`.

        Raises:
            ValueError: it is none.
        """
        number, _, digest = text.strip().partition(":")
        if not number.isdecimal() or not number.isascii() or len(digest) != _DIGITS or not set(digest) <= _HEX:
            raise ValueError(f"{text!r} is no head of an audit: NUMBER:DIGEST")
        return Head(int(number), digest)

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


_DIGITS: Final = 64
_HEX: Final = frozenset("0123456789abcdef")


def body_of(kind: AuditKind, at: datetime, facts: Mapping[str, Json]) -> str:
    """The body of a record: the same for the same facts, in ASCII so that no database stores it otherwise."""
    fields = {"at": at.astimezone(UTC).isoformat(timespec="microseconds"), "kind": kind.value, **facts}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def link(before: Head, body: str) -> AuditRecord:
    """The record that comes after a head."""
    number = before.number + 1
    return AuditRecord(number, body, _digest(before.digest, number, body))


def _digest(before: str, number: int, body: str) -> str:
    return sha256(f"{before}\n{number}\n{body}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Where a chain is broken.

    Args:
        number: of the first record that is not as it was written.
        what: what was done to it: `changed`, `removed` or `truncated`.
        message: the same in one sentence.
    """

    number: int
    what: str
    message: str

    def to_json(self) -> JsonObject:
        """`{number, what, message}`."""
        return {"number": self.number, "what": self.what, "message": self.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What checking a chain came to.

    Args:
        records: how many there are.
        head: the last one that is intact.
        flaw: where it is broken; None if it is intact.
    """

    records: int
    head: Head
    flaw: Flaw | None = None

    def to_json(self) -> JsonObject:
        """`{valid, records, head, flaw}`."""
        return {
            "valid": self.flaw is None,
            "records": self.records,
            "head": str(self.head),
            "flaw": self.flaw.to_json() if self.flaw is not None else None,
        }


def verify(records: Iterable[AuditRecord], *, last: Head, known: Head | None = None) -> Verification:
    """Checks a chain from its first record to its last one.

    Args:
        records: in the order of their numbers.
        last: the head that is stored beside them.
        known: a head of before, kept elsewhere: it must still be part of the chain.
    """
    head, count, flaw = Head(), 0, None
    for record in records:
        count += 1
        if flaw is None:
            flaw = _flaw_of(record, head, known)
        if flaw is None:
            head = Head(record.number, record.digest)
    if flaw is None and head != last:
        flaw = _flaw_of_end(head, last)
    if flaw is None and known is not None and known.number > head.number:
        flaw = Flaw(
            number=head.number + 1,
            what="truncated",
            message=f"the last record is {head.number:,}, but there was a record {known.number:,}",
        )
    return Verification(records=count, head=head, flaw=flaw)


def _flaw_of(record: AuditRecord, before: Head, known: Head | None) -> Flaw | None:
    expected = before.number + 1
    if record.number != expected:
        return Flaw(
            number=expected,
            what="removed",
            message=f"record {expected:,} is missing: record {record.number:,} comes after {before.number:,}",
        )
    if record.digest != _digest(before.digest, record.number, record.body):
        return Flaw(
            number=expected,
            what="changed",
            message=f"record {expected:,}, or its digest, is not what was written",
        )
    if known is not None and known.number == record.number and known.digest != record.digest:
        return Flaw(
            number=expected,
            what="changed",
            message=f"record {expected:,} is another one than the head that was kept: the chain was written anew",
        )
    return None


def _flaw_of_end(head: Head, last: Head) -> Flaw:
    if last.number > head.number:
        return Flaw(
            number=head.number + 1,
            what="truncated",
            message=f"the last record is {head.number:,}, but {last.number:,} were written",
        )
    return Flaw(
        number=head.number,
        what="changed",
        message=f"the end of the chain is recorded as {last.number:,}, with another digest than record {head.number:,}",
    )
