"""An office answers by its link: once opened, only what is released, every answer by the machine's table."""

import re
from datetime import timedelta
from typing import Any

import pytest

from lotse_contracts.notify import ServiceNotTold, ServiceTold, TellService
from lotse_contracts.referral import ReferralLinkMade
from lotse_referral.pages.office import WORDS
from tests.referral.desk import Person, only
from tests.referral.offices import CANARY, EMAIL, OfficeDesk, browser, referred


async def test_an_office_opens_reads_and_accepts(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    said = await referred(office_desk, person)
    mail = only(TellService, said)
    assert (mail.address, mail.sender) == (EMAIL, "Ausländerrat Dresden e. V.")
    assert only(ReferralLinkMade, said).way == "mail"
    code = office_desk.link_in(said)
    async with browser(office_desk) as office:
        door = await office.see(code)
        assert door.status_code == 200
        assert CANARY not in door.text
        assert "Sozialleistungen" not in door.text
        page = await office.open(code)
        assert page.status_code == 200
        assert CANARY in page.text
        assert await office_desk.state(person.referral_id) == "delivered"
        done = await office.answer(code, "accept")
        assert done.status_code == 200
        assert WORDS["de"]["sent_title"] in done.text
    assert await office_desk.state(person.referral_id) == "accepted"


async def test_it_sees_the_released_groups_and_no_other(office_desk: OfficeDesk) -> None:
    code = office_desk.link_in(await referred(office_desk, Person(code="housing"), groups=("need_summary",)))
    async with browser(office_desk) as office:
        page = (await office.open(code)).text
    assert "sucht &lt;b&gt;eine&lt;/b&gt; Wohnung" in page
    assert CANARY not in page
    assert "+49170" not in page


async def test_without_fields_she_names_herself(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person, groups=()))
    async with browser(office_desk) as office:
        page = (await office.open(code)).text
    assert WORDS["de"]["fields_none"] in page
    assert await office_desk.state(person.referral_id) == "delivered"


async def test_it_speaks_german_and_english_and_needs_no_script(office_desk: OfficeDesk) -> None:
    code = office_desk.link_in(await referred(office_desk, Person(code="benefits")))
    async with browser(office_desk, **{"accept-language": "en-GB,en;q=0.8"}) as office:
        door = await office.see(code)
        page = await office.open(code)
        german = await office.see(f"{code}?lang=de")
    for answer, language in ((door, "en"), (page, "en"), (german, "de")):
        assert f'<html lang="{language}">' in answer.text
        assert answer.headers["content-language"] == language
        assert "<script" not in answer.text
        assert re.search(r"default-src 'none'; style-src 'sha256-", answer.headers["content-security-policy"])
        assert not re.search(r'(src|href)="(https?:)?//', answer.text)


Step = tuple[str, dict[str, Any], str]
WAYS: tuple[tuple[Step, ...], ...] = (
    (("decline", {"reason": "no_capacity"}, "declined"),),
    (
        ("accept", {}, "accepted"),
        ("start_service", {}, "in_service"),
        ("complete", {"outcome": "application_filed"}, "completed"),
    ),
    (("waitlist", {}, "waitlisted"), ("accept", {}, "accepted"), ("fail", {"reason": "no_show"}, "failed")),
    (("request_info", {"question": "language_unclear"}, "info_requested"), ("accept", {}, "accepted")),
)


@pytest.mark.parametrize("steps", WAYS)
async def test_every_answer_leads_where_the_table_says(office_desk: OfficeDesk, steps: tuple[Step, ...]) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        for action, given, state in steps:
            assert (await office.answer(code, action, given)).status_code == 200, action
            assert await office_desk.state(person.referral_id) == state
    (row,) = [one for one in await office_desk.rows("referral") if one["referral_id"] == person.referral_id]
    assert row["confirmed_by"] in (None, "receiver")


FAULTS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("decline", {}, "reason_needed"),
    ("decline", {"reason": "not a reason"}, "reason_needed"),
    ("request_info", {}, "question_needed"),
    ("request_info", {"question": "bank account"}, "malformed"),
    ("request_info", {"question": "other", "text": "x" * 2001}, "text_too_long"),
    ("propose", {}, "malformed"),
    ("propose", {"day": "2026-02-30", "starts": "10:00", "ends": "11:00"}, "malformed"),
)


async def test_what_is_missing_is_said_in_a_sentence_and_nothing_changes(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        for action, given, fault in FAULTS:
            answer = await office.answer(code, action, given)
            assert answer.status_code == 422, (action, given)
            assert WORDS["de"]["faults"][fault] in answer.text
        for action in ("complete", "deliver", "withdraw", "mark_error", "sub", "nonsense", ""):
            answer = await office.answer(code, action, {"outcome": "need_met", "reason": "no_capacity"})
            assert answer.status_code == 409, action
    assert await office_desk.state(person.referral_id) == "delivered"


async def test_times_are_proposed_once_however_often_the_form_is_sent(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    times = {"day": ["2026-12-01", "2026-12-02"], "starts": ["10:00", "14:30"], "ends": ["10:30", "15:00"]}
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "accept")
        page = (await office.see(code)).text
        form = {"action": "propose", "token": hidden_of(page, "token"), "form": hidden_of(page, "form"), **times}
        for _ in range(3):
            answer = await office.client.post(f"/l/{code}/answer", data=form, follow_redirects=True)
            assert (answer.status_code, "01.12.2026, 10:00–10:30" in answer.text) == (200, True)
        past = await office.answer(code, "propose", {"day": "2026-11-01", "starts": "10:00", "ends": "11:00"})
        assert (past.status_code, WORDS["de"]["faults"]["time_wrong"] in past.text) == (422, True)
    assert len(office_desk.sql("SELECT 1 FROM time_proposal WHERE referral_id = %s", person.referral_id)) == 2


def hidden_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found.group(1)


async def test_the_mail_that_left_or_did_not_is_noted(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    key = only(TellService, await referred(office_desk, person)).dedupe_key
    await office_desk.hears(ServiceNotTold(person_id=person.person_id, dedupe_key=key, reason="no_such_user"))
    (link,) = office_desk.sql("SELECT * FROM office_link")
    assert (link["mailed_at"], link["not_mailed"]) == (None, "no_such_user")
    await office_desk.hears(ServiceTold(person_id=person.person_id, dedupe_key=key))
    (link,) = office_desk.sql("SELECT * FROM office_link")
    assert link["mailed_at"] == office_desk.now


async def test_an_office_comes_back_the_next_day_with_a_new_link(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "accept")
        office_desk.now += timedelta(hours=13)
        again = await office.see(code)
        assert again.status_code == 410
        assert WORDS["de"]["pages"]["used"][0] in again.text
        assert EMAIL not in again.text, "the address on file is nobody's business who has the link"
        sent = await office.client.post(f"/l/{code}/again")
        assert WORDS["de"]["pages"]["renewed"][0] in sent.text
    (staged,) = office_desk.sql("SELECT body FROM outbox WHERE subject LIKE '%%tell-service%%'")
    assert CANARY.encode() not in bytes(staged["body"])
