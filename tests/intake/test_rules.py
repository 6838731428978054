"""The pure rules of intake: triage, the concern machine, suppression, buckets, PINs, cursors, codes."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_contracts.values import Urgency
from lotse_intake.domain import buckets, coding, contacts, cursors, files, machine, pins, receipts, release, statistics
from lotse_intake.domain.triage import DUE_HOURS, triage
from lotse_intake.providers.wordlist import read_words

WORDS = read_words()
NEUTRAL = (
    "Добрий день, підкажіть, будь ласка, де можна вивчати німецьку мову?",
    "Здравствуйте, хочу записаться на курс немецкого языка.",
    "Guten Tag, ich suche einen Sprachkurs und einen Kitaplatz für meine Tochter.",
    "Hello, I would like to learn German and find a volunteer group.",
    "Шукаю лікаря для дитини, дякую за допомогу.",
    "Как признать мой диплом инженера?",
)
URGENT = (
    "Нас виселяють з квартири!",
    "У нас немає їжі.",
    "Меня уволили с работы",
    "получил повестку в суд",
    "Ich habe eine Kündigung bekommen",
    "Die Frist endet morgen",
    "We will be evicted",
    "my visa expires tomorrow",
)
EMERGENCY = (
    "Мені ніде ночувати сьогодні",
    "Я не хочу жити",
    "нам негде  ночевать",
    "Ich bin obdachlos",
    "heute Nacht habe ich keinen Schlafplatz",
    "We have nowhere to sleep tonight",
    "I want to DIE",
)
VIOLENT = (
    "мій чоловік б’є мене",
    "муж бьёт меня",
    "Er schlägt mich",
    "my husband hits me and threatens me",
    "мене б\u200bʼють",
)


def judged(text: str = "", flags: tuple[str, ...] = (), codes: tuple[str, ...] = ()) -> tuple[Urgency, bool]:
    found = triage(flags=flags, codes=codes, text=text, words=WORDS)
    return found.urgency, found.contact_safe


@pytest.mark.parametrize("text", NEUTRAL)
def test_a_neutral_text_is_normal(text: str) -> None:
    assert judged(text) == ("normal", True)


@pytest.mark.parametrize("text", URGENT)
def test_urgent_words_in_four_languages_are_found(text: str) -> None:
    assert judged(text) == ("urgent", True)


@pytest.mark.parametrize("text", EMERGENCY)
def test_words_of_an_emergency_are_found(text: str) -> None:
    assert judged(text) == ("emergency", True)


@pytest.mark.parametrize("text", VIOLENT)
def test_words_of_violence_make_the_contact_unsafe(text: str) -> None:
    assert judged(text) == ("emergency", False)


def test_flags_and_codes_raise_the_urgency() -> None:
    assert judged(flags=("danger",)) == ("emergency", False)
    assert judged(flags=("homeless_tonight",)) == ("emergency", True)
    assert judged(flags=("deadline_near",)) == ("urgent", True)
    assert judged(codes=("violence",)) == ("urgent", False)
    assert judged(flags=("nobody_knows_this",), codes=("housing",)) == ("normal", True)


@given(st.text(max_size=200), st.sampled_from(URGENT + EMERGENCY + VIOLENT), st.text(max_size=200))
def test_more_text_never_lowers_the_urgency(before: str, phrase: str, after: str) -> None:
    assert DUE_HOURS[judged(f"{before} {phrase} {after}")[0]] <= DUE_HOURS[judged(phrase)[0]]


@given(st.lists(st.sampled_from([*sorted(coding.CONCERN_CODES), "unknown_a", "unknown_b"]), max_size=10))
def test_every_enquiry_has_a_concern_and_no_code_twice(codes: list[str]) -> None:
    found = coding.concerns_of(tuple(codes))
    names = [one.code for one in found]
    assert names
    assert len(names) == len(set(names))
    assert set(names) <= coding.CONCERN_CODES
    assert any(one.unknown for one in found) == any(code.startswith("unknown_") for code in codes)
    assert set(codes) & coding.CONCERN_CODES <= set(names)


MACHINE = """
state,accept,answer,write_again,refer,complete
received,accepted,answered,received,referred,closed
answered,accepted,answered,received,referred,closed
accepted,,accepted,accepted,referred,closed
referred,,referred,referred,referred,closed
closed,,closed,received,referred,closed
"""


def test_every_cell_of_the_concern_machine_is_as_written_down() -> None:
    expected = {row.pop("state"): row for row in csv.DictReader(io.StringIO(MACHINE.strip()))}
    assert set(expected) == set(machine.STATES)
    for state in machine.STATES:
        for action in machine.ACTIONS:
            assert (machine.next_state(state, action) or "") == expected[state][action]


@given(st.lists(st.sampled_from(machine.STATES), min_size=1, max_size=5), st.integers(0, 3))
def test_an_enquiry_is_closed_only_when_all_its_concerns_are(states: list[machine.State], answers: int) -> None:
    assert (machine.public_state(states, answers) == "closed") == (set(states) == {"closed"})


# Suppression: whoever knows the total and the shown cells learns no hidden one to less than three values.


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 30), max_size=8))
def test_no_hidden_count_can_be_recomputed(counts: dict[str, int]) -> None:
    shown = statistics.suppressed(counts)
    assert shown.keys() == counts.keys()
    assert all(value is None or value == counts[name] for name, value in shown.items())
    assert all(not 0 < value < statistics.COUNT_MIN for value in shown.values() if value is not None)
    hidden = [counts[name] for name, value in shown.items() if value is None]
    if hidden and any(shown.values()):
        total = sum(counts.values()) - sum(value for value in shown.values() if value is not None)
        highest = total - (len(hidden) - 1)
        assert len(hidden) >= 2
        assert highest >= statistics.COUNT_MIN


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 9), max_size=6))
def test_the_same_counts_are_hidden_the_same_way(counts: dict[str, int]) -> None:
    assert statistics.suppressed(counts) == statistics.suppressed(dict(reversed(counts.items())))


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
