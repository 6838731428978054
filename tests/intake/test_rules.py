"""The pure rules of intake: the concern machine, buckets, PINs, cursors."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis import buckets, pins
from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_intake.domain import contacts, cursors, files, machine, receipts, release


@given(st.lists(st.sampled_from(machine.STATES), min_size=1, max_size=5), st.integers(0, 3))
def test_an_enquiry_is_closed_only_when_all_its_concerns_are(states: list[machine.State], answers: int) -> None:
    assert (machine.public_state(states, answers) == "closed") == (set(states) <= set(machine.ENDS))


@given(st.lists(st.floats(0, 5), max_size=60))
def test_a_bucket_never_gives_more_than_its_rate(pauses: list[float]) -> None:
    bucket = buckets.Buckets(buckets.Rate(per_second=2.0, burst=5.0))
    second, given_out = 0.0, 0
    for pause in pauses:
        second += pause
        given_out += bucket.wait_seconds("a", second) == 0
    assert given_out <= 5 + 2 * second + 1e-6


def test_a_bucket_knows_its_addresses_apart_and_says_how_long_to_wait() -> None:
    bucket = buckets.Buckets(buckets.Rate(per_second=0.5, burst=1.0))
    assert bucket.wait_seconds("a", 0.0) == 0
    assert bucket.wait_seconds("b", 0.0) == 0
    assert bucket.wait_seconds("a", 0.0) == pytest.approx(2.0)
    assert bucket.wait_seconds("a", 2.1) == 0


@given(st.from_regex(r"[0-9]{4,12}", fullmatch=True), st.from_regex(r"[0-9]{4,12}", fullmatch=True))
def test_only_the_right_pin_fits(pin: str, other: str) -> None:
    kept = pins.hashed(pin, bytes(16))
    assert pins.fits(pin, kept)
    assert pins.fits(other, kept) == (other == pin)
    assert pin.encode() not in kept


def test_guessing_gets_slower_up_to_a_day() -> None:
    locks = [pins.lock_after(failures) for failures in range(100)]
    assert locks[:5] == [timedelta(0)] * 5
    assert locks[5] == timedelta(minutes=1)
    assert locks == sorted(locks)
    assert locks[-1] == timedelta(hours=24)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.booleans())
def test_a_cursor_comes_back_as_it_was_and_for_its_own_order_only(at: datetime, id: UUID, newest: bool) -> None:
    place = cursors.Place(at, id)
    text = cursors.cursor_of(place, newest_first=newest)
    assert cursors.place_of(text, newest_first=newest) == place
    with pytest.raises(cursors.BadCursor):
        cursors.place_of(text, newest_first=not newest)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    with pytest.raises(cursors.BadCursor):
        cursors.place_of(text, newest_first=False)


@given(st.binary(max_size=40))
def test_bytes_are_one_type_or_none(head: bytes) -> None:
    assert files.sniffed(head) in {*files.MEDIA_TYPES, None}


@given(st.text(min_size=16, max_size=60), st.text(min_size=16, max_size=60))
def test_an_idempotency_key_gives_one_code_that_only_we_can_make(key: str, other: str) -> None:
    first, code = receipts.derived(b"secret", key)
    assert (first, code) == receipts.derived(b"secret", key)
    assert len(code) == 26
    assert set(code) <= set(receipts.ALPHABET)
    assert receipts.derived(b"other", key)[1] != code
    assert (receipts.derived(b"secret", other)[1] == code) == (other == key)


@given(st.lists(st.sampled_from(["uk", "ru-UA", "de", "en-GB", "fa", "pl"]), max_size=6))
def test_everybody_has_a_language_that_we_write(languages: list[str]) -> None:
    found = contacts.recipient_languages(tuple(languages))
    assert 1 <= len(found) <= 4
    assert set(found) <= {"uk", "ru", "de", "en"}


GROUPS = ("identity", "contact", "status", "need_summary", "health", "documents")
FIELDS = st.builds(
    PersonFields,
    identity=st.none() | st.dictionaries(st.just("name"), st.text(max_size=5)),
    contact=st.none() | st.just(ContactPoint(kind="email", value="x@example.org")),
    status=st.none() | st.just({"value": "p24_title"}),
    need_summary=st.none() | st.text(max_size=5),
    health=st.none() | st.text(max_size=5),
    documents=st.none() | st.just(("a",)),
)


@given(FIELDS, st.frozensets(st.sampled_from(GROUPS)))
def test_what_is_selected_is_what_was_named_and_unchanged(fields: PersonFields, groups: frozenset[str]) -> None:
    found = release.selected(fields, groups)
    for name in GROUPS:
        assert getattr(found, name) == (getattr(fields, name) if name in groups else None)


@given(FIELDS, FIELDS)
def test_merging_keeps_what_the_newer_does_not_know(held: PersonFields, newer: PersonFields) -> None:
    found = release.merged(held, newer)
    for name in GROUPS:
        value = getattr(newer, name)
        assert getattr(found, name) == (value if value is not None else getattr(held, name))
