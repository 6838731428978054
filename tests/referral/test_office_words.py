"""Words of an office go with their referral, also where nothing of her was released to it."""

from datetime import timedelta

from tests.referral.desk import Person
from tests.referral.offices import OfficeDesk, browser, referred


async def test_words_of_an_office_that_got_no_fields_go_thirty_days_after_the_end(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person, groups=()))
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "request_info", {"question": "other", "text": "Who is she?"})
        assert len(office_desk.sql("SELECT 1 FROM office_message")) == 1
        await office.answer(code, "decline", {"reason": "no_capacity"})
    await office_desk.fires_timers()
    office_desk.now += timedelta(days=30, seconds=1)
    await office_desk.fires_timers()
    assert office_desk.sql("SELECT 1 FROM office_message") == []
    assert not office_desk.keys.holds(person.referral_id)
