"""Links of offices under attack: used twice, late, guessed, prefetched, forged, swapped, raced, after a withdrawal."""

import asyncio
from datetime import timedelta

from lotse_chassis import links
from lotse_contracts.intake import ConsentWithdrawn
from lotse_contracts.referral import ErasePerson
from lotse_referral.handlers.office import cookie_of
from lotse_referral.pages.office import WORDS
from tests.referral.desk import Person
from tests.referral.offices import CANARY, OfficeDesk, browser, hidden, referred

PAGES = WORDS["de"]["pages"]


async def linked(desk: OfficeDesk, person: Person) -> str:
    return desk.link_in(await referred(desk, person))


def withdrawn(person: Person) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        consent_id=person.consent_id, person_id=person.person_id, version=2, recipient=str(person.consent_id)
    )


async def test_a_scanner_that_prefetches_a_hundred_times_changes_no_row(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))
    before, whole = office_desk.row_counts(), office_desk.whole_database()
    async with browser(office_desk, **{"user-agent": "SafeLinks/1.0"}) as scanner:
        for _ in range(100):
            assert (await scanner.see(code)).status_code == 200
            assert (await scanner.client.head(f"/l/{code}")).status_code == 200
            assert (await scanner.client.options(f"/l/{code}")).status_code == 405
        for path in ("open", "answer", "again"):
            assert (await scanner.client.get(f"/l/{code}/{path}")).status_code == 405
    assert office_desk.row_counts() == before
    assert office_desk.whole_database() == whole
    async with browser(office_desk) as office:
        assert CANARY in (await office.open(code)).text


async def test_a_link_opens_once_and_the_second_visitor_reads_nothing(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))
    async with browser(office_desk) as first, browser(office_desk) as second:
        assert CANARY in (await first.open(code)).text
        late = await second.open(code)
        assert (late.status_code, CANARY in late.text) == (410, False)
        assert PAGES["used"][0] in late.text
        assert CANARY in (await first.see(code)).text, "whoever opened it goes on reading"


async def test_of_twenty_who_open_at_once_exactly_one_reads(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))

    async def opens() -> bool:
        async with browser(office_desk) as office:
            return CANARY in (await office.open(code)).text

    assert sum(await asyncio.gather(*(opens() for _ in range(20)))) == 1
    assert len(office_desk.sql("SELECT 1 FROM office_session")) == 1


async def test_each_end_of_a_link_has_its_own_sentence_and_status(office_desk: OfficeDesk) -> None:
    expired = await linked(office_desk, Person(code="benefits"))
    office_desk.now += timedelta(days=28)
    taken_back = Person(code="benefits")
    gone = await linked(office_desk, taken_back)
    await office_desk.hears(withdrawn(taken_back))
    async with browser(office_desk) as office:
        seen = {kind: await office.see(code) for kind, code in (("expired", expired), ("withdrawn", gone))}
        seen["unknown"] = await office.see(links.new_code()[0])
        for kind, answer in seen.items():
            assert answer.status_code == (404 if kind == "unknown" else 410), kind
            assert PAGES[kind][0] in answer.text, kind
            assert CANARY not in answer.text
        assert WORDS["de"]["renew_button"] in seen["expired"].text
        assert WORDS["de"]["renew_button"] not in seen["withdrawn"].text + seen["unknown"].text
        for code in (expired, gone, links.new_code()[0]):
            assert (await office.open(code)).status_code in (404, 410)
    sentences = {PAGES[kind][0] for kind in PAGES}
    assert len(sentences) == len(PAGES)


async def test_after_a_withdrawal_page_fields_and_key_are_gone_at_once(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = await linked(office_desk, person)
    async with browser(office_desk) as office:
        page = await office.open(code)
        assert CANARY in page.text
        ciphertext = bytes(office_desk.sql("SELECT ciphertext FROM held_fields")[0]["ciphertext"])
        assert office_desk.keys.holds(person.referral_id)
        await office_desk.hears(withdrawn(person))
        late = await office.see(code)
        assert (late.status_code, CANARY in late.text) == (410, False)
        form = {"action": "accept", "token": hidden(page.text, "token"), "form": "x"}
        refused = await office.client.post(f"/l/{code}/answer", data=form)
        assert (refused.status_code, CANARY in refused.text) == (410, False)
        assert (await office.client.post(f"/l/{code}/again")).status_code == 410
    assert office_desk.sql("SELECT 1 FROM held_fields") == []
    await office_desk.fires_timers()
    assert not office_desk.keys.holds(person.referral_id)
    assert office_desk.keys.holds(person.person_id), "only her erasure ends her own key"
    vault = office_desk.offices.vault
    assert vault
    assert vault.unlock(person.person_id, person.referral_id, "fields", ciphertext) is None


async def test_after_an_erasure_nothing_of_the_link_is_left(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = await linked(office_desk, person)
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "request_info", {"question": "other", "text": f"Wer ist {CANARY}?"})
        await office_desk.hears(ErasePerson(person_id=person.person_id))
        assert (await office.see(code)).status_code == 404
    for table in ("held_fields", "office_link", "office_session", "office_message", "delivery_task"):
        assert office_desk.sql(f"SELECT 1 FROM {table} WHERE person_id = %s", person.person_id) == [], table
    assert not office_desk.keys.holds(person.person_id)


async def test_nothing_of_her_lies_open_in_the_database(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "request_info", {"question": "other", "text": f"Wo wohnt {CANARY}?"})
        session = office.client.cookies[cookie_of(code)]
    whole = office_desk.whole_database()
    for secret in (CANARY, "+491701234567", code, session, "Wo wohnt"):
        assert secret.encode() not in whole, secret


async def test_hundreds_of_guesses_open_nothing_and_look_up_hashes_alone(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))
    near = [code[:at] + ("0" if code[at] != "0" else "1") + code[at + 1 :] for at in range(len(code))]
    async with browser(office_desk) as guesser:
        for guess in [*near, *(links.new_code()[0] for _ in range(200))]:
            answer = await guesser.client.post(f"/l/{guess}/open", follow_redirects=True)
            assert answer.status_code == 404
    (row,) = office_desk.sql("SELECT code_sha256, used_at FROM office_link")
    assert row == {"code_sha256": links.digest_of(code), "used_at": None}


async def test_the_session_of_one_referral_shows_and_answers_no_other(office_desk: OfficeDesk) -> None:
    mine, other = Person(code="benefits"), Person(code="benefits")
    first, second = await linked(office_desk, mine), await linked(office_desk, other)
    async with browser(office_desk) as office, browser(office_desk) as neighbour:
        page = await office.open(first)
        await neighbour.open(second)
        stolen = office.client.cookies[cookie_of(first)]
        async with browser(office_desk) as thief:
            thief.client.cookies.set(cookie_of(second), stolen)
            assert (await thief.see(second)).status_code == 410
            form = {"action": "accept", "token": hidden(page.text, "token"), "form": "x"}
            assert (await thief.client.post(f"/l/{second}/answer", data=form)).status_code == 403
    assert await office_desk.state(other.referral_id) == "delivered"


async def test_answers_out_of_order_doubled_and_years_late_settle_or_are_refused(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = await linked(office_desk, person)
    async with browser(office_desk) as office:
        page = await office.open(code)
        assert (await office.answer(code, "complete", {"outcome": "need_met"})).status_code == 409
        words = {"question": "other", "text": "Canary-Frage"}
        assert "Canary-Frage" in (await office.answer(code, "request_info", words)).text
        for _ in range(3):
            assert (await office.answer(code, "accept")).status_code == 200
        assert (await office.answer(code, "decline", {"reason": "other"})).status_code == 409
        assert (await office.answer(code, "complete", {"outcome": "need_met"})).status_code == 200
        ended = await office.see(code)
        assert WORDS["de"]["fields_ended"] in ended.text
        assert CANARY not in ended.text, "what is over is read no more"
        assert "Canary-Frage" not in ended.text
        kept = {"action": "fail", "reason": "no_show", "token": hidden(page.text, "token")}
        assert (await office.client.post(f"/l/{code}/answer", data=kept)).status_code == 409
        office_desk.now += timedelta(days=3 * 365)
        late = await office.client.post(f"/l/{code}/answer", data={"action": "accept", "token": "x"})
        assert late.status_code == 403
        assert (await office.see(code)).status_code == 410
    (row,) = office_desk.sql("SELECT state, outcome, confirmed_by, version FROM referral")
    assert (row["state"], row["outcome"], row["confirmed_by"]) == ("completed", "need_met", "receiver")


async def test_another_link_goes_to_the_address_on_file_and_once_an_hour(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = await linked(office_desk, person)
    async with browser(office_desk) as office:
        early = await office.client.post(f"/l/{code}/again", data={"email": "evil@example.org"})
        assert (early.status_code, early.headers["retry-after"]) == (429, "3600")
        office_desk.now += timedelta(hours=1)
        assert (await office.client.post(f"/l/{code}/again")).status_code == 200
        assert (await office.client.post(f"/l/{code}/again")).status_code == 429
        assert PAGES["replaced"][0] in (await office.see(code)).text
        assert (await office.open(code)).status_code == 410, "the newest link alone opens"
    assert len(office_desk.sql("SELECT 1 FROM office_link")) == 2
    assert b"evil@example.org" not in office_desk.whole_database()


async def test_every_view_of_her_is_in_the_access_log(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = await linked(office_desk, person)
    async with browser(office_desk) as office:
        await office.see(code)
        await office.open(code)
        await office.see(code)
    looks = office_desk.sql("SELECT role, action, object_id FROM access_log WHERE purpose = 'office_page'")
    assert looks == [{"role": "receiver", "action": "read", "object_id": str(person.person_id)}] * 2
