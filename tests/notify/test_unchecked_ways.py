"""Trap 15 after an upgrade: a way that the release before took unchecked is checked before anything goes there."""

from dataclasses import replace
from uuid import uuid4

import pytest

from lotse_contracts.intake import FurtherPoint
from lotse_contracts.notify import ContactUnreachable
from lotse_notify.domain.prices import Prices
from lotse_notify.providers.routes import Guard, Routes
from tests.notify.carrier import Carrier
from tests.notify.given import House, tell
from tests.notify.mailing import Mailer
from tests.notify.ways import by_ways, mail, phone

RUSSIAN = phone(value="+79161234567", russian_operator_accepted=True)
RUSSIAN_MAIL = mail(value="canary@mail.ru", russian_operator_accepted=True)


async def sent(house: House, *ways: FurtherPoint, upgraded: bool) -> tuple[list[str], list[object]]:
    """The addresses to which one message goes, and what intake hears; upgraded: nobody ever checked these ways."""
    person_id = uuid4()
    await house.hear(by_ways(house, person_id, *ways))
    if upgraded:
        house.run("UPDATE contact_point SET checked = false")
    await house.hear(tell(person_id))
    sms, mailer = Carrier(), Mailer()
    await house.send_all(replace(house.post(9), routes=Routes([sms, mailer], guard=Guard("local", Prices({})))))
    heard = [fact.reason for fact in house.said if isinstance(fact, ContactUnreachable)]
    return [parcel.address for parcel in (*sms.taken, *mailer.taken)], list(heard)


@pytest.mark.parametrize("way", [RUSSIAN, RUSSIAN_MAIL], ids=["number", "mailbox"])
async def test_trap_15_what_a_russian_operator_carries_is_held_after_an_upgrade(
    house: House, way: FurtherPoint
) -> None:
    assert await sent(house, way, upgraded=True) == ([], ["russian_operator"])
    assert house.states()["receipt"] == ("held", "russian_operator")
    (point,) = house.rows("contact_point")
    assert (point["hindrance"], point["address"]) == ("russian_operator", None)


async def test_it_goes_by_her_next_way_instead(house: House) -> None:
    assert await sent(house, RUSSIAN, mail(), upgraded=True) == ([mail().value], [])


async def test_what_she_was_asked_about_and_what_is_fit_goes_as_before(house: House) -> None:
    assert await sent(house, RUSSIAN, upgraded=False) == ([RUSSIAN.value], [])
    assert (await sent(house, phone(), upgraded=True))[0] == [phone().value]
