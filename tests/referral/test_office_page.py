"""An office answers by its link: once opened, only what is released, every answer by the machine's table."""

from tests.referral.desk import Person
from tests.referral.offices import CANARY, OfficeDesk, browser, referred


async def test_an_office_opens_reads_and_accepts(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        door = await office.see(code)
        assert door.status_code == 200
        assert CANARY not in door.text
        page = await office.open(code)
        assert page.status_code == 200
        assert CANARY in page.text
        assert await office_desk.state(person.referral_id) == "delivered"
        done = await office.answer(code, "accept")
        assert done.status_code == 200
    assert await office_desk.state(person.referral_id) == "accepted"
