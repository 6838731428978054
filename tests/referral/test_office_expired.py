"""An office that opens its page after the consent's last day reads nothing of her; it may still answer."""

from typing import Literal

from lotse_contracts.intake import ConsentExpired, ConsentProved
from tests.referral.desk import Person
from tests.referral.offices import CANARY, OfficeDesk, browser, referred


async def test_what_was_not_read_in_time_is_read_no_more(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    await office_desk.hears(expired(office_desk, person, "valid_to"))
    async with browser(office_desk) as office:
        page = await office.open(code)
        assert page.status_code == 200
        assert CANARY not in page.text
        assert (await office.answer(code, "accept")).status_code == 200
    assert await office_desk.state(person.referral_id) == "accepted"


async def test_what_waits_for_its_scan_is_read_again_with_it(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        assert CANARY in (await office.open(code)).text
        await office_desk.hears(expired(office_desk, person, "unproved"))
        assert CANARY not in (await office.see(code)).text
        proved = ConsentProved(
            consent_id=person.consent_id,
            person_id=person.person_id,
            version=3,
            kind="disclosure",
            recipient=recipient_in(office_desk),
        )
        await office_desk.hears(proved)
        assert CANARY in (await office.see(code)).text


def expired(desk: OfficeDesk, person: Person, reason: Literal["valid_to", "unproved"]) -> ConsentExpired:
    """Intake says so of her consent towards this office."""
    return ConsentExpired(
        consent_id=person.consent_id,
        person_id=person.person_id,
        version=2,
        kind="disclosure",
        recipient=recipient_in(desk),
        reason=reason,
    )


def recipient_in(desk: OfficeDesk) -> str:
    (row,) = desk.sql("SELECT service_id FROM referral")
    return str(row["service_id"])
