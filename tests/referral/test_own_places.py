"""Her places in groups on her own page: seen, given back once, and nobody else's."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from lotse_contracts.notify import Tell
from lotse_contracts.referral import CancelGroupOffer, CancelPlace, PlaceBooked
from lotse_referral.pages.own_page import TEXTS
from tests.referral.group_given import OFFER_ID, book, offer, today
from tests.referral.her import Her

SEAT, WAITS = UUID(int=1), UUID(int=2)


async def in_two_groups(her: Her) -> None:
    """A seat in one, and on the waiting list of another."""
    her.desk.now = datetime.now(UTC)
    await her.desk.hears(offer(name="Tee"))
    await her.desk.hears(offer(offer_id=UUID(int=601), name="Chor", seats=1))
    await her.desk.hears(book(1, her.person.person_id))
    await her.desk.hears(book(9).model_copy(update={"offer_id": UUID(int=601)}))
    hers = book(2, her.person.person_id).model_copy(update={"offer_id": UUID(int=601)})
    await her.desk.hears(hers)


async def test_she_sees_her_places_and_gives_one_back_once(her: Her) -> None:
    await in_two_groups(her)
    await her.proves("link")
    page = await her.page(lang="uk")
    assert "Tee" in page
    assert "Chor" in page
    assert TEXTS["uk"]["place_seat"] in page
    assert TEXTS["uk"]["place_next"] in page
    for done in ("give_back", "nothing"):
        answer = await her.acts(f"/me/places/{SEAT}/give-back")
        assert (answer.status_code, f"done={done}" in answer.headers["location"]) == (303, True)
    assert [
        row["booking_id"] for row in await her.desk.rows("booking") if row["person_id"] == her.person.person_id
    ] == [WAITS]


async def test_nobody_else_s_place_is_hers(her: Her) -> None:
    await in_two_groups(her)
    await her.proves("code")
    theirs, none = [await her.acts(f"/me/places/{UUID(int=one)}/give-back") for one in (9, 77)]
    assert (theirs.status_code, theirs.text) == (none.status_code, none.text)
    assert theirs.status_code == 404
    assert len(await her.desk.rows("booking")) == 3
    without = await her.browser.post(f"/me/places/{SEAT}/give-back", data={})
    assert without.status_code == 403


async def test_what_is_called_off_or_over_is_said_or_gone(her: Her) -> None:
    await in_two_groups(her)
    await her.desk.hears(CancelGroupOffer(offer_id=OFFER_ID))
    over = {"starts_on": (today() - timedelta(days=9)).isoformat(), "rule": ""}
    await her.proves("code")
    page = await her.page(lang="de")
    assert TEXTS["de"]["place_off"] in page
    await her.desk.hears(offer(offer_id=UUID(int=602), name="Vorbei"))
    past = book(3, her.person.person_id).model_copy(update={"offer_id": UUID(int=602)})
    await her.desk.hears(past)
    async with her.desk.service.engine.begin() as tx:
        ended = {"day": over["starts_on"], "id": UUID(int=602)}
        await tx.execute(text("UPDATE group_offer SET starts_on = :day, rule = '' WHERE offer_id = :id"), ended)
    assert "Vorbei" not in await her.page(lang="de")


async def test_a_delicate_group_is_shown_only_after_code_and_pin(her: Her) -> None:
    """Whoever reads her messages may have opened the link."""
    her.desk.now = datetime.now(UTC)
    secret = [row["service_id"] for row in await her.desk.rows("service_extension") if row["confidential_location"]]
    await her.desk.hears(offer(name="Geschützte Runde", service_id=secret[0], place="", drop_in=False))
    await her.desk.hears(book(1, her.person.person_id))
    await her.proves("link")
    assert "Geschützte Runde" not in await her.page()
    assert (await her.acts(f"/me/places/{SEAT}/give-back")).status_code == 404
    await her.proves("code")
    assert "Geschützte Runde" in await her.page()


async def test_nothing_is_pushed_about_a_delicate_group(her: Her) -> None:
    her.desk.now = datetime.now(UTC)
    secret = [row["service_id"] for row in await her.desk.rows("service_extension") if row["confidential_location"]]
    await her.desk.hears(offer(name="Geschützte Runde", service_id=secret[0], place="", drop_in=False, seats=1))
    await her.desk.hears(book(9))
    await her.desk.hears(book(1, her.person.person_id))
    said = await her.desk.hears(CancelPlace(booking_id=UUID(int=9), person_id=UUID(int=1009)))
    assert [message.person_id for message in said if isinstance(message, PlaceBooked)] == [her.person.person_id]
    said += await her.desk.hears(CancelGroupOffer(offer_id=OFFER_ID))
    assert [message for message in said if isinstance(message, Tell)] == []
