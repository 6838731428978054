"""What is forgotten by itself, and what is not: every table is erased, kept by a rule, or holds nothing of a person."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lotse_chassis.migrate import CHASSIS_RIGHTS
from lotse_contracts.notify import StopTelling
from lotse_contracts.referral import AppointmentCancelled
from lotse_notify.handlers.questions import SHOWN
from lotse_notify.store import notices, offices, records
from lotse_notify.store.offices import OfficeMail
from lotse_notify.store.people import ERASED
from lotse_notify.store.retention import CONTENT_KEPT, RECORD_KEPT
from lotse_notify.store.tables import metadata
from lotse_notify.workers.retention import sweep
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer
from tests.notify.ways import by_ways, mail, phone

DAY = timedelta(days=1)
IMPERSONAL = {
    "tally": "sums of a provider and day",
    "office_mail": "mails to offices, in which nobody stands",
    "switch": "what is switched off, and by which member of staff",
    "cap_alarm": "the days on which a cap was reached",
    "staff_count": "numbers for the digest of the staff",
    "staff_deadline": "days of grants",
    "provider_state": "how providers stand",
    "template_version": "texts",
    "template_signature": "who signed which text, by pseudonym",
    "template_publication": "who published which text, by pseudonym",
    "address_index_mark": "under which rules the index was made",
    "number_stop": "a keyed digest of a number of nobody here, for thirty days",
}
NOT_SHOWN = {
    "told": "hashes of what was told",
    "address_index": "keyed digests of the addresses that are shown",
    "calendar_file": "a copy of what her appointment's page shows, on its way",
}
TABLES = [table for table in metadata.sorted_tables if table.name not in CHASSIS_RIGHTS]


def test_every_table_is_erased_or_holds_nothing_of_a_person() -> None:
    erased = {table.name for table in ERASED}
    assert {table.name for table in TABLES} == {*erased, *IMPERSONAL, "person"}
    assert not erased & IMPERSONAL.keys()
    for name in IMPERSONAL:
        assert "person_id" not in metadata.tables[name].columns, name


def test_what_is_held_about_her_is_shown_to_her() -> None:
    erased = {table.name for table in ERASED}
    assert erased == {*SHOWN, *NOT_SHOWN}
    assert {table.name for table in records.HELD} == SHOWN.keys()


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(by_ways(house, person_id, mail(), phone()))
    return person_id


async def test_the_words_go_within_days_and_the_record_within_a_year(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    await house.hear(tell(olena))
    await house.send_all(house.post(mailserver.port))
    assert [row["state"] for row in house.rows("notification")] == ["handed_over"]
    house.run("UPDATE notification SET rendered = 'x', link = 'y'")
    house.now = NOW + CONTENT_KEPT - DAY
    await sweep(house.unit)
    assert house.rows("notification")[0]["rendered"] is not None
    house.now = NOW + CONTENT_KEPT + DAY
    assert (await sweep(house.unit))["content"] == 1
    (row,) = house.rows("notification")
    assert (row["rendered"], row["link"], row["state"]) == (None, None, "handed_over")
    house.now = NOW + RECORD_KEPT - DAY
    await sweep(house.unit)
    assert len(house.rows("notification")) == len(house.rows("send_attempt")) == 1
    house.now = NOW + RECORD_KEPT + DAY
    assert (await sweep(house.unit))["notification"] == 1
    for table in ("notification", "send_attempt", "decision", "call", "calendar_file"):
        assert house.rows(table) == [], table


async def test_what_was_told_once_is_told_never_again_though_its_record_is_gone(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    await house.hear(tell(olena))
    await house.send_all(house.post(mailserver.port))
    house.now = NOW + RECORD_KEPT + DAY
    await sweep(house.unit)
    await house.hear(tell(olena, useful_by=house.now + DAY))
    assert house.rows("notification") == []
    await house.hear(StopTelling(person_id=olena, dedupe_key="k1"))


async def test_mails_to_offices_go_a_year_after_their_end(house: House) -> None:
    for key in ("ended", "waits"):
        async with house.unit() as unit:
            text = {"subject": key, "text": key}
            await offices.add(unit.tx, OfficeMail(key, "sozialamt", "staff_digest", "de", text, NOW))
    house.run("UPDATE office_mail SET state = 'sent', ended_at = %s WHERE dedupe_key = 'ended'", NOW)
    house.now = NOW + RECORD_KEPT - DAY
    assert (await sweep(house.unit))["office_mail"] == 0
    house.now = NOW + RECORD_KEPT + DAY
    assert (await sweep(house.unit))["office_mail"] == 1
    assert [row["dedupe_key"] for row in house.rows("office_mail")] == ["waits"]


async def test_what_was_decided_under_a_key_that_was_never_told_goes_within_a_year(house: House, olena: UUID) -> None:
    async with house.unit() as unit:
        await notices.remark(unit.tx, olena, "hash-of-a-reminder", "change_waits", NOW)
    for house.now, left in ((NOW + RECORD_KEPT, 1), (NOW + RECORD_KEPT + DAY, 0)):
        await sweep(house.unit)
        assert len([row for row in house.rows("decision") if row["because"] == "change_waits"]) == left


async def test_an_appointment_of_which_only_the_end_is_known_is_forgotten_too(house: House, olena: UUID) -> None:
    await house.hear(
        AppointmentCancelled(appointment_id=UUID(int=7), referral_id=UUID(int=1), person_id=olena, version=2)
    )
    for house.now, left in ((NOW + RECORD_KEPT, 1), (NOW + RECORD_KEPT + DAY, 0)):
        assert (await sweep(house.unit))["appointment"] == 1 - left
        assert len(house.rows("appointment")) == left


async def test_whose_use_is_not_over_stays_whatever_its_age(house: House, olena: UUID) -> None:
    await house.hear(tell(olena, useful_by=NOW + 3 * RECORD_KEPT))
    house.now = NOW + 2 * RECORD_KEPT
    await sweep(house.unit)
    assert len(house.rows("notification")) == 1


async def test_many_go_in_turns(house: House, olena: UUID) -> None:
    for number in range(7):
        await house.hear(tell(olena, key=f"k{number}"))
        await house.hear(StopTelling(person_id=olena, dedupe_key=f"k{number}"))
    house.now = NOW + RECORD_KEPT + DAY
    assert (await sweep(house.unit, rows_max=2))["notification"] == 7
