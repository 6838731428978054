"""What an SMS says in the end: to its own link, with a way out that works for the number that it comes from."""

from dataclasses import replace
from uuid import uuid4

import pytest

from lotse_notify.app import build
from lotse_notify.domain.segments import size_of
from tests.notify.carrier import Carrier
from tests.notify.given import PUBLIC_URL, READ_URL, House, tell
from tests.notify.mailserver import MailServer

NUMBER = "+4915112345678"


async def sent(house: House, mailserver: MailServer, *, answered: bool, language: str = "de") -> str:
    carrier, person_id = Carrier(), uuid4()
    await house.hear(house.contact(person_id, kind="sms", value=NUMBER, languages=(language,)))
    await house.hear(tell(person_id, "referral_made"))
    await house.send_all(replace(house.post(mailserver.port, more=[carrier]), answered=answered))
    (parcel,) = carrier.taken
    assert parcel.segments == size_of(parcel.text).segments
    return parcel.text


@pytest.mark.parametrize("language", ["uk", "ru", "de", "en"])
async def test_a_number_is_answered_with_stop_and_a_name_by_a_link(
    house: House, mailserver: MailServer, language: str
) -> None:
    by_reply = await sent(house, mailserver, answered=True, language=language)
    assert READ_URL in by_reply
    assert "STOP" in by_reply
    assert PUBLIC_URL not in by_reply
    by_link = await sent(house, mailserver, answered=False, language=language)
    assert f"{PUBLIC_URL}/stop/" in by_link


@pytest.mark.parametrize(("sender", "answered"), [("", False), ("Nachricht", False), ("4915100000000", True)])
async def test_whether_it_can_be_answered_is_in_the_sender(house: House, sender: str, answered: bool) -> None:
    settings = house.service.settings.model_copy(update={"sms_sender": sender})
    service = build(settings)  # type: ignore[arg-type]
    try:
        assert service.workers["sender"].keywords["post"].answered is answered  # type: ignore[attr-defined]
    finally:
        await service.engine.dispose()
