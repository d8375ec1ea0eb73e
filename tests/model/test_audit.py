"""The audit's chain: whatever is done to what was written is found, and where."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.model.audit import AuditRecord, Head, body_of, link, verify
from crucible_tools.model.enums import AuditKind

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def chain(*bodies: str) -> list[AuditRecord]:
    made: list[AuditRecord] = []
    head = Head()
    for body in bodies:
        made.append(link(head, body))
        head = Head(made[-1].number, made[-1].digest)
    return made


def head_of(records: list[AuditRecord]) -> Head:
    return Head(records[-1].number, records[-1].digest) if records else Head()


chains = st.lists(st.text(), min_size=1, max_size=8).map(lambda bodies: chain(*bodies))
fields = st.sampled_from(["number", "body", "digest"])


@given(st.lists(st.text(), max_size=8))
def test_a_chain_that_nobody_touched_is_intact(bodies: list[str]) -> None:
    records = chain(*bodies)
    checked = verify(records, last=head_of(records), known=head_of(records))
    assert (checked.flaw, checked.records, checked.head) == (None, len(bodies), head_of(records))


@given(chains, st.data())
def test_any_change_of_any_field_of_any_record_is_found_at_or_after_it(records: list[AuditRecord], data: Any) -> None:
    """Law: one changed field of one record breaks the chain there."""
    at = data.draw(st.integers(0, len(records) - 1))
    old = records[at]
    changed = {
        "number": lambda: AuditRecord(data.draw(st.integers().filter(lambda n: n != old.number)), old.body, old.digest),
        "body": lambda: AuditRecord(old.number, data.draw(st.text().filter(lambda t: t != old.body)), old.digest),
        "digest": lambda: AuditRecord(old.number, old.body, data.draw(st.text().filter(lambda t: t != old.digest))),
    }[data.draw(fields)]()
    told = verify([*records[:at], changed, *records[at + 1 :]], last=head_of(records))
    assert told.flaw is not None
    assert told.flaw.number == at + 1
    assert told.head.number == at


@given(chains, st.data())
def test_a_record_that_was_written_anew_with_its_digest_is_found(records: list[AuditRecord], data: Any) -> None:
    at = data.draw(st.integers(0, len(records) - 1))
    before = head_of(records[:at])
    forged = link(before, data.draw(st.text().filter(lambda t: t != records[at].body)))
    told = verify([*records[:at], forged, *records[at + 1 :]], last=head_of(records))
    assert told.flaw is not None
    # The forged record is intact in itself: what does not fit it is the one after, or the recorded end.
    assert told.flaw.number in {at + 1, at + 2}


@given(chains, st.data())
def test_removed_records_are_found(records: list[AuditRecord], data: Any) -> None:
    first = data.draw(st.integers(0, len(records) - 1))
    after = data.draw(st.integers(first + 1, len(records)))
    told = verify([*records[:first], *records[after:]], last=head_of(records))
    assert told.flaw is not None
    assert told.flaw.number == first + 1
    assert told.flaw.what == ("truncated" if after == len(records) else "removed")


@given(st.lists(st.text(), min_size=2, max_size=8), st.data())
def test_records_in_another_order_are_found(bodies: list[str], data: Any) -> None:
    records = chain(*bodies)
    order = data.draw(st.permutations(range(len(records))).filter(lambda it: list(it) != sorted(it)))
    told = verify([records[at] for at in order], last=head_of(records))
    assert told.flaw is not None


@given(st.lists(st.text(), min_size=2, max_size=8, unique=True), st.data())
def test_bodies_that_changed_places_are_found(bodies: list[str], data: Any) -> None:
    records = chain(*bodies)
    one, other = data.draw(st.permutations(range(len(records))))[:2]
    swapped = list(records)
    swapped[one] = AuditRecord(records[one].number, records[other].body, records[one].digest)
    swapped[other] = AuditRecord(records[other].number, records[one].body, records[other].digest)
    assert verify(swapped, last=head_of(records)).flaw is not None


@given(chains, st.data())
def test_a_head_that_was_kept_elsewhere_finds_a_chain_that_was_rewritten_or_cut_as_a_whole(
    records: list[AuditRecord], data: Any
) -> None:
    known = head_of(records)
    cut = records[: data.draw(st.integers(0, len(records) - 1))]
    assert verify(cut, last=head_of(cut)).flaw is None  # nothing that is stored tells
    told = verify(cut, last=head_of(cut), known=known)
    assert told.flaw is not None
    assert told.flaw.what == "truncated"
    forged = chain(*(f"{record.body} and more" for record in records))
    assert verify(forged, last=head_of(forged)).flaw is None
    assert verify(forged, last=head_of(forged), known=known).flaw is not None


@given(chains, st.text())
def test_what_is_added_later_leaves_a_kept_head_valid(records: list[AuditRecord], body: str) -> None:
    known = head_of(records)
    longer = [*records, link(known, body)]
    assert verify(longer, last=head_of(longer), known=known).flaw is None


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none(), st.booleans())))
def test_the_body_of_the_same_facts_is_the_same_and_ascii(facts: dict[str, Any]) -> None:
    body = body_of(AuditKind.DENIAL, AT, {"facts": facts})
    assert body == body_of(AuditKind.DENIAL, AT, {"facts": dict(reversed(facts.items()))})
    assert body.isascii()
    told = link(Head(), body).to_json()
    assert (told["kind"], told["facts"]) == ("denial", facts)


def test_a_body_cannot_pretend_to_be_another_record() -> None:
    told = link(Head(), '{"number":9,"digest":"x","kind":"denial"}').to_json()
    assert (told["number"], told["kind"]) == (1, "denial")
    assert told["digest"] != "x"


@given(st.integers(0, 10**12), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_head_is_read_as_it_was_written(number: int, digest: str) -> None:
    assert Head.parse(str(Head(number, digest))) == Head(number, digest)


@pytest.mark.parametrize("text", ["", "1", "1:", "x:" + "0" * 64, "1:" + "g" * 64, "-1:" + "0" * 64, "1:" + "0" * 63])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NUMBER:DIGEST"):
        Head.parse(text)
