"""Her own chain of ways: what is kept of each, in which order they are tried, and what she ended stays ended."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.intake import SafeHours
from lotse_contracts.notify import ContactUnreachable, ErasePerson
from lotse_contracts.values import NoticeCategory, NoticeChannel
from lotse_notify.domain.channels import MAY_BE_OFF, Plan, plan_of
from lotse_notify.domain.contact import Choice, Contact, Point, PointHindrance, SafeWindow
from lotse_notify.domain.stops import ChannelStop
from lotse_notify.store import people, points
from lotse_notify.store.people import Person
from lotse_notify.store.tables import metadata
from tests.notify.given import NOW, House
from tests.notify.ways import MAIL, OTHER_PHONE, PHONE, by_ways, mail, phone

MINUTE = timedelta(minutes=1)
CATEGORIES: tuple[NoticeCategory, ...] = get_args(NoticeCategory)
HINDRANCES: list[PointHindrance | None] = [None, "invalid_address", "unsafe", "no_message_left", "dead", "opted_out"]
some_points = st.builds(
    Point,
    point_id=st.uuids(),
    channel=st.sampled_from(["email", "sms", "telegram"]),
    hindrance=st.sampled_from(HINDRANCES),
    detail=st.sampled_from(["neutral", "time_and_place"]),
    shared=st.booleans(),
)
some_choices: st.SearchStrategy[dict[NoticeCategory, Choice]] = st.dictionaries(
    st.sampled_from(CATEGORIES), st.sampled_from(["email", "sms", "telegram", "off"])
)
EMAIL_ALONE: tuple[NoticeChannel, ...] = ("email",)
moments = st.none() | st.integers(0, 20).map(lambda minutes: NOW + minutes * MINUTE)


@pytest.fixture
def olena() -> UUID:
    return uuid4()


async def person_of(house: House, person_id: UUID) -> Person:
    async with house.unit() as unit:
        return await people.locked(unit.tx, person_id)


async def plan(house: House, person_id: UUID, category: NoticeCategory = "answers") -> Plan:
    person = await person_of(house, person_id)
    assert person.contact is not None
    return plan_of(person.contact, category)


def contact(*ways: Point, **more: Any) -> Contact:
    return Contact(version=1, said_at=NOW, languages=("uk",), consented=True, safe=True, points=ways, **more)


async def test_the_chain_is_hers_and_every_address_is_ciphertext(house: House, olena: UUID) -> None:
    await house.hear(by_ways(house, olena, phone(), mail()))
    assert await plan(house, olena) == Plan(("sms", "email"))
    everything = str([house.rows(table.name) for table in metadata.sorted_tables])
    assert MAIL not in everything
    assert PHONE.lstrip("+") not in everything
    stored = [row["address"] for row in house.rows("contact_point", "position")]
    assert [house.keys.decrypt(olena, "contact.address", one).decode() for one in stored] == [PHONE, MAIL]


async def test_the_address_on_a_channel_is_that_of_the_first_usable_point(house: House, olena: UUID) -> None:
    await house.hear(by_ways(house, olena, phone(value="110"), phone(value=OTHER_PHONE), mail()))
    person = await person_of(house, olena)
    sealed = person.address_on("sms")
    assert sealed is not None
    assert house.keys.decrypt(olena, "contact.address", sealed).decode() == OTHER_PHONE
    assert person.address_on("telegram") is None


@pytest.mark.parametrize(
    ("how", "because"),
    [
        ({"safe": False}, "unsafe"),
        ({"leave_message": False}, "no_message_left"),
        ({"value": "0351 4880000"}, "not_mobile"),
        ({"value": "nobody"}, "invalid_address"),
        ({"value": "+79161234567"}, "russian_operator"),
    ],
)
async def test_a_way_that_must_not_be_used_is_left_out_and_its_address_not_kept(
    house: House, olena: UUID, how: dict[str, Any], because: str
) -> None:
    await house.hear(by_ways(house, olena, phone(**how), mail()))
    assert await plan(house, olena) == Plan(("email",))
    row = house.rows("contact_point", "position")[0]
    assert (row["hindrance"], row["address"]) == (because, None)
    await house.hear(by_ways(house, olena, phone(**how), version=2))
    assert await plan(house, olena) == Plan((), because)


async def test_trap_15_who_was_asked_may_keep_her_russian_number(house: House, olena: UUID) -> None:
    facts = await house.hear(by_ways(house, olena, phone(value="+79161234567")))
    assert facts == [ContactUnreachable(person_id=olena, reason="russian_operator")]
    accepted = phone(value="+79161234567", russian_operator_accepted=True)
    assert await house.hear(by_ways(house, olena, accepted, version=2)) == []
    assert await plan(house, olena) == Plan(("sms",))


async def test_intake_hears_when_no_way_is_left_and_only_then(house: House, olena: UUID) -> None:
    assert await house.hear(by_ways(house, olena, phone(value="110"), mail())) == []
    facts = await house.hear(by_ways(house, olena, phone(value="110"), mail(value="none"), version=2))
    assert facts == [ContactUnreachable(person_id=olena, reason="invalid_address")]
    unsafe = by_ways(house, olena, phone(safe=False), version=3)
    assert await house.hear(unsafe) == [], "that it is not safe was said by intake itself"


async def test_a_shared_way_shows_nothing_whatever_she_chose(house: House, olena: UUID) -> None:
    shown = mail(detail="time_and_place")
    await house.hear(by_ways(house, olena, phone(detail="time_and_place", shared=True), shown))
    person = await person_of(house, olena)
    assert person.contact is not None
    assert [point.shown for point in person.contact.points] == ["neutral", "time_and_place"]


async def test_safe_hours_are_kept_as_intake_says_them(house: House, olena: UUID) -> None:
    hours = SafeHours(weekdays=(1, 3), starts="09:00", ends="11:30")
    await house.hear(by_ways(house, olena, phone(safe_hours=(hours,))))
    person = await person_of(house, olena)
    assert person.contact is not None
    assert person.contact.points[0].hours == (SafeWindow(frozenset({1, 3}), time(9), time(11, 30)),)


async def test_what_is_proved_dead_stays_dead_until_it_is_written_down_again(house: House, olena: UUID) -> None:
    await house.hear(by_ways(house, olena, phone(), mail()))
    person = await person_of(house, olena)
    assert person.contact is not None
    async with house.unit() as unit:
        assert await points.note_dead(unit.tx, person.contact.points[0].point_id, "unknown_subscriber", NOW)
        assert not await points.note_dead(unit.tx, person.contact.points[0].point_id, "unknown_subscriber", NOW)
    assert await plan(house, olena) == Plan(("email",))
    await house.hear(by_ways(house, olena, phone(), mail(), version=2, languages=("de",)))
    assert await plan(house, olena) == Plan(("email",))
    await house.hear(by_ways(house, olena, phone(), mail(), version=3, renewed=True))
    assert await plan(house, olena) == Plan(("sms", "email"))


async def test_every_change_of_what_is_known_has_a_version_of_its_own(house: House, olena: UUID) -> None:
    await house.hear(by_ways(house, olena, phone(), mail(), version=7))
    versions = []
    for step in range(4):
        person = await person_of(house, olena)
        assert person.contact is not None
        versions.append(person.contact.version)
        assert person.contact.said_version == 7
        async with house.unit() as unit:
            if step == 0:
                await points.note_stop(unit.tx, olena, "sms", opted_out_at=NOW)
            elif step == 1:
                await points.choose(unit.tx, olena, "groups", "off", NOW)
            else:
                await points.note_dead(unit.tx, person.contact.points[1].point_id, "bounced", NOW)
    assert versions == sorted(set(versions))


async def test_an_erasure_takes_every_way_and_choice(house: House, olena: UUID) -> None:
    await house.hear(by_ways(house, olena, phone(), mail(), stopped=("sms",)))
    async with house.unit() as unit:
        await points.choose(unit.tx, olena, "groups", "off", NOW)
        await points.note_own_choice(unit.tx, olena, choice="off", about="groups", through="page", at=NOW)
    (receipt,) = await house.hear(ErasePerson(person_id=olena))
    counts = {one.store: one.count for one in receipt.counts}  # type: ignore[attr-defined]
    expected = {"contact_point": 2, "channel_stop": 3, "preference": 1, "own_choice": 1, "address_index": 2}
    assert expected.items() <= counts.items()
    for table in expected:
        assert house.rows(table) == []


@given(some_points)
def test_a_messenger_and_a_shared_way_never_show_more_than_that_something_waits(point: Point) -> None:
    closed = point.shared or point.channel == "telegram"
    assert point.shown == ("neutral" if closed else point.detail)


@given(st.lists(some_points, max_size=5), some_choices, st.sampled_from(CATEGORIES))
def test_a_plan_names_each_usable_channel_once_and_no_other(
    ways: list[Point], choices: dict[NoticeCategory, Choice], category: NoticeCategory
) -> None:
    known = contact(*ways, choices=choices)
    found = plan_of(known, category)
    usable = {point.channel for point in ways if point.hindrance is None}
    if choices.get(category) == "off" and category in MAY_BE_OFF:
        assert found == Plan((), "category_off")
        return
    assert set(found.channels) == usable
    assert len(found.channels) == len(usable)
    assert bool(found.because) == (not usable)
    if (first := choices.get(category)) in usable:
        assert found.channels[0] == first
    for channel in found.channels:
        assert known.point_on(channel) is not None


@given(st.lists(some_points, min_size=1, max_size=5), st.sampled_from(CATEGORIES))
def test_nobody_is_told_by_a_channel_that_nobody_carries(ways: list[Point], category: NoticeCategory) -> None:
    usable = {point.channel for point in ways if point.hindrance is None}
    found = plan_of(contact(*ways), category, served=EMAIL_ALONE)
    assert set(found.channels) == usable & {"email"}
    if usable and not found.channels:
        assert found.because == "no_provider"


@pytest.mark.parametrize("category", [one for one in CATEGORIES if one not in MAY_BE_OFF])
def test_trap_17_what_she_cannot_do_without_is_never_off(category: NoticeCategory) -> None:
    known = contact(Point(uuid4(), "email"), choices={category: "off"})
    assert plan_of(known, category) == Plan(("email",))


@given(moments, moments, moments, moments)
def test_her_stop_ends_with_her_start_or_with_a_consent_after_the_record(
    out: Any, back: Any, refused: Any, allowed: Any
) -> None:
    stop = ChannelStop(out, back, refused, allowed)
    if out is None and refused is None:
        assert not stop.stands
    if out is not None and refused is None and back is None:
        assert stop.stands, "what intake said without knowing of her stop does not end it"
    if back is not None and all(one is None or one < back for one in (out, refused)):
        assert not stop.stands
    if stop.stands:
        later = max(one for one in (out, back, refused, allowed) if one is not None) + MINUTE
        assert not replace(stop, opted_in_at=later).stands
        assert not replace(stop, refused_at=later, allowed_at=later + MINUTE).stands
        assert replace(stop, allowed_at=later).stands == (stop.refused_at is None or not _recorded(stop, later))


def _recorded(stop: ChannelStop, later: Any) -> bool:
    """Whether intake has recorded the stop and said a consent after it."""
    hers = stop.opted_out_at is not None and not (stop.opted_in_at is not None and stop.opted_in_at > stop.opted_out_at)
    known = stop.refused_at is not None and (stop.opted_out_at is None or stop.refused_at > stop.opted_out_at)
    return (not hers or known) and later > stop.refused_at


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_intakes_word_about_a_channel_counts_by_its_time_in_any_order(
    house: House, olena: UUID, order: tuple[int, int]
) -> None:
    await house.hear(by_ways(house, olena, phone(), mail()), at=NOW)
    said = [
        (by_ways(house, olena, phone(), mail(), version=2, stopped=("sms",)), NOW + MINUTE),
        (by_ways(house, olena, phone(), mail(), version=3), NOW + 2 * MINUTE),
    ]
    for number in order:
        await house.hear(said[number][0], at=said[number][1])
    assert await plan(house, olena) == Plan(("sms", "email"))
