"""What was said stays: months are closed, reports guard each other, what is handed in is frozen."""

import hashlib
import json
import logging
from typing import Any
from uuid import uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from tests.intake.counted import concerns, contacts, insert, moment, persons, published, rows
from tests.intake.given import Intake, known_person, only

# What was said stays, and guards what is said next


async def test_a_quarter_hides_what_its_months_would_give_away(here: Intake) -> None:
    here.now = moment("2027-02")
    for month in ("2026-10", "2026-11"):
        concerns(here, month, ["work"] * 10 + ["legal"] * 8 + ["housing"] * 30)
    concerns(here, "2026-12", ["work"] * 10 + ["legal"] + ["housing"] * 30)
    for month in ("2026-10", "2026-11"):
        assert None not in rows(await published(here, month), "concerns", "code").values()
    assert rows(await published(here, "2026-12"), "concerns", "code")[("legal",)] is None
    found = rows(await published(here, "2026-Q4"), "concerns", "code")
    assert found[("legal",)] is None
    assert list(found.values()).count(None) == 2


async def test_the_same_quarter_alone_is_said_in_full(here: Intake) -> None:
    here.now = moment("2027-02")
    concerns(here, "2026-12", ["work"] * 10 + ["legal"] * 3 + ["housing"] * 30)
    found = rows(await published(here, "2026-Q4"), "concerns", "code")
    assert None not in found.values()


async def test_a_late_contact_counts_in_the_month_in_which_it_was_recorded(here: Intake) -> None:
    here.now = moment("2026-11", 20)
    contacts(here, "2026-10", ["phone"] * 6)
    report = await published(here, "2026-10")
    contacts(here, "2026-10", ["phone"] * 5, recorded_at=moment("2026-11", 25))
    contacts(here, "2026-11", ["phone"] * 7)
    here.now = moment("2026-12")
    assert await published(here, "2026-10") == report
    assert rows(await published(here, "2026-11"), "contacts", "channel_depth")[("phone", "information")] == 12


async def test_a_correction_after_its_month_was_closed_does_not_count_twice(here: Intake) -> None:
    here.now = moment("2026-11", 20)
    old = contacts(here, "2026-10", ["phone"] * 6)
    await published(here, "2026-10")
    (new,) = contacts(here, "2026-10", ["web"], recorded_at=moment("2026-11", 25), corrects=old[0])
    contacts(here, "2026-11", ["phone"] * 7)
    here.rows(f"UPDATE contact SET superseded_by = '{new}' WHERE contact_id = '{old[0]}' RETURNING 1")
    here.now = moment("2026-12")
    assert rows(await published(here, "2026-11"), "contacts", "channel_depth")[("phone", "information")] == 7


async def test_a_draft_keeps_nothing_and_closes_nothing(here: Intake) -> None:
    here.now = moment("2026-12")
    concerns(here, "2026-10", ["work"] * 10)
    before = here.counts()
    answer = await here.ask(intake.AskReport(period="2026-10"))
    assert answer.state == "draft"
    assert answer.published_at is None
    assert here.counts() == before
    assert json.loads(answer.report) == await published(here, "2026-10")


# Handed in


async def test_a_report_that_was_handed_in_is_shown_byte_for_byte(here: Intake) -> None:
    here.now = moment("2026-12")
    concerns(here, "2026-10", ["work"] * 10)
    first, second = uuid4(), uuid4()
    with pytest.raises(Refused, match="report_not_published"):
        await here.hear(intake.HandInReport(report_id=first, period="2026-10"))
    await published(here, "2026-10")
    fact = only(await here.hear(intake.HandInReport(report_id=first, period="2026-10")), intake.ReportHandedIn)
    concerns(here, "2026-10", ["housing"] * 10)
    answer = await here.ask(intake.AskReport(report_id=first))
    assert hashlib.sha256(answer.report.encode()).hexdigest() == answer.sha256 == fact.sha256
    assert bytes(here.rows("SELECT content FROM handed_in_report")[0][0]) == answer.report.encode()
    assert answer.state == "handed_in"
    with pytest.raises(Refused, match="report_id_taken"):
        await here.hear(intake.HandInReport(report_id=first, period="2026-10"))
    with pytest.raises(Refused, match="unknown_report"):
        await here.hear(intake.HandInReport(report_id=second, period="2026-10", corrects=uuid4()))
    await here.hear(intake.HandInReport(report_id=second, period="2026-10", corrects=first))
    assert (await here.ask(intake.AskReport(report_id=first))).corrected_by == second
    assert (await here.ask(intake.AskReport(report_id=second))).corrects == first


async def test_a_question_names_a_period_or_a_report(here: Intake) -> None:
    for question in (
        intake.AskReport(),
        intake.AskReport(period="2026", report_id=uuid4()),
        intake.AskReport(report_id=uuid4()),
    ):
        with pytest.raises(Refused, match="unknown_report"):
            await here.ask(question)


async def test_no_small_count_stands_in_a_log(here: Intake, caplog: pytest.LogCaptureFixture) -> None:
    here.now = moment("2026-12")
    concerns(here, "2026-10", ["work"] * 7919 + ["legal"] * 1)
    with caplog.at_level(logging.DEBUG, logger="lotse_intake"):
        await published(here, "2026-10")
    assert not [record for record in caplog.records if "7919" in record.getMessage() or "legal" in record.getMessage()]


# Who is forgotten has counted


async def test_who_is_forgotten_before_her_month_is_closed_has_counted(here: Intake) -> None:
    here.now = moment("2026-10", 20)
    concerns(here, "2026-10", ["work"] * 6 + ["housing"] * 5)
    done: dict[str, Any] = {"state": "resolved", "ended_at": moment("2026-10")}
    concerns(here, "2026-10", ["language"] * 5, outcome="course_completed", **done)
    contacts(here, "2026-10", ["phone"] * 5)
    for (own,) in here.rows("SELECT person_id FROM person"):
        contacts(here, "2026-10", ["walk_in"], person_id=own)
    here.now = moment("2026-12")
    before = json.loads((await here.ask(intake.AskReport(period="2026-10"))).report)
    for (own,) in here.rows("SELECT person_id FROM person"):
        await here.hear(intake.ErasePerson(person_id=own))
    assert here.rows("SELECT count(*) FROM person") == [(0,)]
    assert json.loads((await here.ask(intake.AskReport(period="2026-10"))).report) == before
    assert await published(here, "2026-10") == before


async def test_nothing_of_whom_it_was_stands_in_what_stays_counted(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(intake.ErasePerson(person_id=person_id))
    kept = here.rows("SELECT month, family, table_name, key, cases, persons FROM departed_count")
    assert kept
    assert str(person_id) not in str(kept)
    assert {row[0] for row in kept} == {f"{here.now:%Y-%m}"}


async def test_ten_contacts_of_one_who_is_forgotten_are_one_person(here: Intake) -> None:
    here.now = moment("2026-12")
    (own,) = persons(here, "2026-10", [{}])
    concerns(here, "2026-10", ["legal"] * 10, own)
    concerns(here, "2026-10", ["work"] * 20 + ["housing"] * 30)
    await here.hear(intake.ErasePerson(person_id=own))
    assert rows(await published(here, "2026-10"), "concerns", "code")[("legal",)] is None


async def test_a_month_that_was_published_before_there_were_reports_stays_as_it_is(here: Intake) -> None:
    here.now = moment("2026-12")
    insert(
        here,
        "publication",
        [
            {
                "period": "2026-10",
                "figures": json.dumps({"by_channel": {"web": 9}, "by_code": {"work": None}}),
                "published_at": here.now,
            }
        ],
    )
    fact = only(await here.hear(intake.PublishStatistics(period="2026-10")), intake.StatisticsPublished)
    assert [(cell.name, cell.count) for cell in fact.enquiries_by_channel] == [("web", 9)]
    assert [(cell.name, cell.count) for cell in fact.concerns_by_code] == [("work", None)]
    assert fact.sha256 is None
