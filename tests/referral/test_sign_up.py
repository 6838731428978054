"""Signing up without account: a code once, a PIN of her own, no seat twice, and nothing for whoever guesses."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from lotse_chassis.links import canonical, digest_of
from lotse_contracts.notify import Tell
from lotse_contracts.referral import BookPlace, CancelGroupOffer, ChangeGroupOffer, PlaceBooked, StrikeSignUp
from lotse_referral.handlers import sign_up
from lotse_referral.store import bookings
from tests.referral.desk import Desk, Person, only
from tests.referral.group_given import OFFER_ID, PIN, asked, offer, signs_up

AT_ONCE = 20
SHAPE = {"state", "offer_id", "before", "code", "repeated"}


async def places(desk: Desk) -> list[tuple[int, bool]]:
    async with desk.service.engine.connect() as tx:
        return [(one.position, one.waitlisted) for one in await bookings.of_offer(tx, OFFER_ID)]


async def test_a_code_is_shown_once_and_only_its_hash_is_kept(desk: Desk) -> None:
    await desk.hears(offer())
    made = await signs_up(desk)
    assert made.status_code == 201
    assert made.json().keys() == SHAPE
    code = made.json()["code"]
    (row,) = await desk.rows("booking")
    assert row["code_sha256"] == digest_of(code)
    assert row["person_id"] is None
    assert code not in repr(row)
    assert PIN.encode() not in row["pin_hash"]
    spoken = f"{code[:5].lower()}-{code[5:]} "
    seen = await asked(desk, "state", spoken)
    assert seen.json() == {"state": "seat", "offer_id": str(OFFER_ID), "before": None}
    assert canonical(spoken) == code


async def test_twenty_at_once_on_the_last_seat_give_it_to_one_and_keep_the_order(desk: Desk) -> None:
    await desk.hears(offer(seats=1))
    answers = await asyncio.gather(*(signs_up(desk) for _ in range(AT_ONCE)))
    assert [one.status_code for one in answers] == [201] * AT_ONCE
    states = [one.json()["state"] for one in answers]
    assert states.count("seat") == 1
    assert sorted(one.json()["before"] for one in answers if one.json()["state"] == "waiting") == list(
        range(AT_ONCE - 1)
    )
    held = await places(desk)
    assert [position for position, _ in held] == list(range(1, AT_ONCE + 1))
    assert [waits for _, waits in held] == [False] + [True] * (AT_ONCE - 1)


async def test_the_same_key_is_the_same_place_however_often_and_at_once(desk: Desk) -> None:
    await desk.hears(offer())
    key = uuid4().hex
    answers = await asyncio.gather(*(signs_up(desk, key) for _ in range(8)))
    assert {one.json()["code"] for one in answers} == {answers[0].json()["code"]}
    assert sorted(one.status_code for one in answers) == [200] * 7 + [201]
    assert len(await places(desk)) == 1
    assert (await signs_up(desk, key, pin="1357")).json()["code"] == "key_used"
    assert (await signs_up(desk, key, offer_id=UUID(int=601))).json()["code"] == "key_used"


async def test_one_key_at_once_with_other_pins_gives_the_code_to_one_alone(desk: Desk) -> None:
    await desk.hears(offer(seats=9))
    key = uuid4().hex
    answers = await asyncio.gather(*(signs_up(desk, key, pin=f"{1000 + number}") for number in range(8)))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 7
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"key_used"}


async def test_whoever_waits_longest_moves_up_and_the_desk_s_person_is_told(desk: Desk) -> None:
    await desk.hears(offer(seats=1))
    first = (await signs_up(desk)).json()["code"]
    person = Person()
    (booked,) = await desk.hears(BookPlace(booking_id=UUID(int=9), person_id=person.person_id, offer_id=OFFER_ID))
    assert isinstance(booked, PlaceBooked)
    assert booked.waitlisted
    last = (await signs_up(desk)).json()
    assert (last["state"], last["before"]) == ("waiting", 1)
    assert (await asked(desk, "cancel", first)).json()["state"] == "given_back"
    said = await outbox_of(desk)
    assert "notify.tell" in said
    assert "referral.place-booked" in said
    assert (await asked(desk, "state", last["code"])).json()["before"] == 0
    again = await asked(desk, "cancel", first)
    assert (again.status_code, again.json()["state"]) == (200, "given_back")
    assert await places(desk) == [(2, False), (3, True)]
    more = ChangeGroupOffer.model_validate(offer(seats=2).model_dump())
    assert [type(one).__name__ for one in await desk.hears(more)] == ["GroupOfferChanged"]
    assert (await asked(desk, "state", last["code"])).json()["state"] == "seat"


async def outbox_of(desk: Desk) -> str:
    async with desk.service.engine.connect() as tx:
        return repr((await tx.execute(text("SELECT * FROM outbox"))).all())


async def test_a_key_whose_place_was_given_back_makes_no_new_one(desk: Desk) -> None:
    await desk.hears(offer())
    key = uuid4().hex
    code = (await signs_up(desk, key)).json()["code"]
    await asked(desk, "cancel", code)
    again = await signs_up(desk, key)
    assert (again.status_code, again.json()["code"]) == (409, "place_given_back")
    assert await places(desk) == []


async def test_an_unknown_code_and_a_wrong_pin_look_alike_and_are_locked_alike(desk: Desk) -> None:
    await desk.hears(offer())
    code = (await signs_up(desk)).json()["code"]
    nobodys = "0" * 26
    for tried in range(1, 8):
        wrong, unknown = await asked(desk, "state", code, "0000"), await asked(desk, "state", nobodys, "0000")
        assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
        assert wrong.status_code == (403 if tried <= 5 else 429), tried
    assert (await asked(desk, "state", code)).status_code == 429
    assert (await asked(desk, "cancel", code)).status_code == 429
    assert len(await places(desk)) == 1


async def test_fifty_guesses_at_once_are_five(desk: Desk) -> None:
    await desk.hears(offer())
    code = (await signs_up(desk)).json()["code"]
    answers = await asyncio.gather(*(asked(desk, "cancel", code, f"{pin:04}") for pin in range(50)))
    assert [one.status_code for one in answers].count(403) == 5
    assert len(await places(desk)) == 1


async def test_the_right_pin_forgets_what_was_tried(desk: Desk) -> None:
    await desk.hears(offer())
    code = (await signs_up(desk)).json()["code"]
    for _ in range(3):
        for pin, status in (("0000", 403), ("0000", 403), (PIN, 200)):
            assert (await asked(desk, "state", code, pin)).status_code == status


async def test_a_repeated_key_is_no_way_around_the_lock(desk: Desk) -> None:
    await desk.hears(offer())
    key = uuid4().hex
    await signs_up(desk, key)
    codes = [(await signs_up(desk, key, pin=f"{pin:04}")).json()["code"] for pin in range(8)]
    assert codes == ["key_used"] * 5 + ["place_locked"] * 3


async def test_nobody_signs_up_for_what_is_closed_late_over_or_called_off(desk: Desk) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    ended = {"rule": "FREQ=WEEKLY;COUNT=1"}
    refused = {
        1: ("offer_closed", offer(offer_id=UUID(int=1), open=False)),
        2: ("registration_over", offer(offer_id=UUID(int=2), registration_until=past)),
        3: ("offer_ended", offer(offer_id=UUID(int=3), series=ended)),
        4: ("no_sign_up_needed", offer(offer_id=UUID(int=4), drop_in=True)),
        5: ("offer_cancelled", offer(offer_id=UUID(int=5))),
    }
    for _, made in refused.values():
        await desk.hears(made)
    await desk.hears(CancelGroupOffer(offer_id=UUID(int=5)))
    for number, (code, _) in refused.items():
        answer = await signs_up(desk, offer_id=UUID(int=number))
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert (await signs_up(desk, offer_id=UUID(int=99))).status_code == 404
    assert await desk.rows("booking") == []


async def test_a_called_off_offer_says_so_to_whoever_has_a_code(desk: Desk) -> None:
    await desk.hears(offer(seats=1))
    first, waits = [(await signs_up(desk)).json()["code"] for _ in range(2)]
    await desk.hears(CancelGroupOffer(offer_id=OFFER_ID))
    assert (await asked(desk, "state", first)).json()["state"] == "cancelled"
    await asked(desk, "cancel", first)
    assert (await asked(desk, "state", waits)).json()["state"] == "cancelled"


async def test_a_coordinator_strikes_a_machine_s_sign_up_and_never_a_person_s(desk: Desk) -> None:
    await desk.hears(offer(seats=1))
    await signs_up(desk)
    (row,) = await desk.rows("booking")
    person = Person()
    await desk.hears(BookPlace(booking_id=UUID(int=9), person_id=person.person_id, offer_id=OFFER_ID))
    said = await desk.hears(StrikeSignUp(offer_id=OFFER_ID, booking_id=row["booking_id"]))
    assert only(PlaceBooked, said).waitlisted is False
    assert only(Tell, said).template == "group_moved_up"
    assert await desk.hears(StrikeSignUp(offer_id=OFFER_ID, booking_id=row["booking_id"])) == []
    with pytest.raises(Exception, match="wrong_person"):
        await desk.hears(StrikeSignUp(offer_id=OFFER_ID, booking_id=UUID(int=9)))


async def test_sign_ups_are_forgotten_a_month_after_the_last_session(desk: Desk) -> None:
    await desk.hears(offer(series={"rule": "FREQ=WEEKLY;COUNT=3"}))
    code = (await signs_up(desk)).json()["code"]
    person = Person()
    await desk.hears(BookPlace(booking_id=UUID(int=9), person_id=person.person_id, offer_id=OFFER_ID))
    desk.now = datetime.now(UTC) + timedelta(days=36)
    assert await desk.fires_timers() == []
    assert len(await places(desk)) == 2
    desk.now += timedelta(days=3)
    await desk.fires_timers()
    assert len(await places(desk)) == 1
    assert (await asked(desk, "state", code)).status_code == 403


def test_a_code_follows_from_key_and_secret_alone() -> None:
    one = sign_up.derived(b"s" * 48, "key-of-a-bot-0001")
    assert one == sign_up.derived(b"s" * 48, "key-of-a-bot-0001")
    assert one[1] != sign_up.derived(b"t" * 48, "key-of-a-bot-0001")[1]
    assert one[1] != sign_up.derived(b"s" * 48, "key-of-a-bot-0002")[1]
    assert len(one[1]) == 26
