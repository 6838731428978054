"""The report for the funder: counted by month, said once, frozen when it is handed in."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.intake import PersonFields
from lotse_intake.handlers import bands
from lotse_statistics.spans import SpanUnknown, span_of, spanning
from tests.intake.counted import concerns, contacts, insert, moment, persons, published, rows
from tests.intake.given import Intake, enquiry, known_person, only

# What a month is


async def test_a_month_is_published_when_it_is_over_and_the_same_ever_after(here: Intake) -> None:
    here.now = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
    for codes in (("housing",),) * 5 + (("health",),) + (("work",),) * 4:
        await here.hear(enquiry(here, codes=codes), actor=None)
    order = intake.PublishStatistics(period="2026-11")
    with pytest.raises(Refused, match="period_not_over"):
        await here.hear(order)
    here.now += timedelta(days=30)
    fact = only(await here.hear(order), intake.StatisticsPublished)
    assert {cell.name: cell.count for cell in fact.enquiries_by_channel} == {"web": 10}
    assert {cell.name: cell.count for cell in fact.concerns_by_code} == {"housing": 5, "health": None, "work": None}
    await here.hear(intake.BeginErasure(person_id=here.rows("SELECT person_id FROM person")[0][0]))
    assert only(await here.hear(order), intake.StatisticsPublished) == fact


@pytest.mark.parametrize(
    "period", ["2026-13", "2026-00", "1999-01", "2026-03_2026-02", "2025-01_2028-01", "2026-05_2026-13"]
)
async def test_a_period_that_does_not_exist_is_refused(here: Intake, period: str) -> None:
    for message in (intake.PublishStatistics(period=period), intake.HandInReport(report_id=uuid4(), period=period)):
        with pytest.raises(Refused, match="unknown_period"):
            await here.hear(message)
    with pytest.raises(Refused, match="unknown_period"):
        await here.ask(intake.AskReport(period=period))


async def test_a_month_begins_and_ends_in_dresden(here: Intake) -> None:
    here.now = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # half past midnight on 1 November in Dresden
    for _ in range(4):
        await here.hear(enquiry(here), actor=None)
    here.now += timedelta(days=40)
    fact = only(await here.hear(intake.PublishStatistics(period="2026-10")), intake.StatisticsPublished)
    assert fact.enquiries_by_channel == ()
    fact = only(await here.hear(intake.PublishStatistics(period="2026-11")), intake.StatisticsPublished)
    assert [(cell.name, cell.count) for cell in fact.enquiries_by_channel] == [("web", 4)]


async def test_a_month_with_one_enquiry_says_neither_that_nor_which_channel(here: Intake) -> None:
    here.now = moment("2026-10")
    await here.hear(enquiry(here), actor=None)
    here.now += timedelta(days=40)
    fact = only(await here.hear(intake.PublishStatistics(period="2026-10")), intake.StatisticsPublished)
    assert {cell.count for cell in fact.enquiries_by_channel} == {None}
    assert {"web", "phone"} <= {cell.name for cell in fact.enquiries_by_channel}
    report = json.loads((await here.ask(intake.AskReport(period="2026-10"))).report)
    assert report["families"]["enquiries"] is None


def test_every_period_has_its_months() -> None:
    assert span_of("2026-Q4").months == ("2026-10", "2026-11", "2026-12")
    assert span_of("2026-H2").months == span_of("2026").months[6:]
    assert span_of("2025-11_2026-01").months == ("2025-11", "2025-12", "2026-01")
    assert spanning("2026-01", "2026-12").name == "2026"
    assert spanning("2026-04", "2026-06").name == "2026-Q2"
    assert spanning("2026-04", "2026-04").name == "2026-04"
    assert spanning("2026-04", "2026-07").name == "2026-04_2026-07"
    for wrong in ("2026-Q5", "2026-H3", "", "2026-1", "٢٠٢٦", "2100", "2024-12_2025-01"):
        with pytest.raises(SpanUnknown):
            span_of(wrong)


# What is counted


async def test_persons_are_counted_by_bands_and_without_bands_as_not_stated(here: Intake) -> None:
    here.now = moment("2026-12")
    persons(here, "2026-10", [{"age_band": "age_7_17"}] * 6 + [{"age_band": "age_65", "region": "nord"}] * 7 + [{}] * 5)
    report = await published(here, "2026-10")
    assert report["families"]["persons"]["total"] == 18
    assert rows(report, "persons", "age_band") == {("age_65",): 7, ("age_7_17",): 6, ("not_stated",): 5}
    assert rows(report, "persons", "region") == {("nord",): 7, ("mitte",): 6, ("not_stated",): 5}
    assert rows(report, "persons", "language") == {("uk",): 18}


async def test_what_a_person_says_becomes_a_band(here: Intake) -> None:
    person_id = await known_person(here)
    identity = {"birth_date": "1950", "gender": "f", "district": "Prohlis"}
    async with here.service.engine.begin() as tx:
        await bands.note(tx, person_id, PersonFields(identity=identity), at=here.now, language="uk-UA")
        await bands.note(tx, person_id, PersonFields(status={"first_title": "after"}), at=here.now)
    found = here.rows(
        "SELECT age_band, gender, region, residence_bracket, language FROM person_bands"
        f" WHERE person_id = '{person_id}'"
    )
    assert found == [("age_65", "female", "sued", "after", "uk")]


async def test_contacts_are_counted_by_channel_depth_and_hours(here: Intake) -> None:
    here.now = moment("2026-12")
    contacts(here, "2026-10", ["phone"] * 6)
    contacts(here, "2026-10", ["walk_in"] * 5, depth="short_advice")
    contacts(here, "2026-10", ["walk_in"] * 4, void=True)
    report = await published(here, "2026-10")
    assert rows(report, "contacts", "channel_depth") == {
        ("phone", "information"): 6,
        ("walk_in", "short_advice"): 5,
        ("phone", ""): 6,
        ("walk_in", ""): 5,
        ("", "information"): 6,
        ("", "short_advice"): 5,
    }
    assert report["figures"]["advice_hours"] == 6  # 330 minutes


async def test_ten_concerns_of_one_person_are_one_person(here: Intake) -> None:
    here.now = moment("2026-12")
    (only_one,) = persons(here, "2026-10", [{}])
    concerns(here, "2026-10", ["legal"] * 10, only_one)
    concerns(here, "2026-10", ["work"] * 20 + ["housing"] * 30)
    found = rows(await published(here, "2026-10"), "concerns", "code")
    assert found[("legal",)] is None
    assert list(found.values()).count(None) == 2


async def test_a_delicate_code_needs_five(here: Intake) -> None:
    here.now = moment("2026-12")
    concerns(here, "2026-10", ["health"] * 4 + ["legal"] * 4 + ["work"] * 20)
    found = rows(await published(here, "2026-10"), "concerns", "code")
    assert found[("health",)] is None


async def test_outcomes_are_said_from_half_a_year_on(here: Intake) -> None:
    here.now = moment("2027-02")
    done: dict[str, Any] = {"state": "resolved", "ended_at": moment("2026-10")}
    concerns(here, "2026-09", ["work"] * 6, **done, outcome="work_started")
    concerns(here, "2026-09", ["language"] * 7, **done, outcome="course_completed")
    assert (await published(here, "2026-10"))["families"]["outcomes"] is None
    found = rows(await published(here, "2026-H2"), "outcomes", "code_outcome")
    assert found[("work", "work_started")] == 6
    assert found[("", "course_completed")] == 7


async def test_group_offers_are_counted_by_heads(here: Intake) -> None:
    here.now = moment("2026-12")
    at = moment("2026-10")
    insert(
        here,
        "group_contact",
        [
            {
                "contact_id": uuid4(),
                "offer": offer,
                "head_count": heads,
                "language": "uk",
                "minutes": 90,
                "at": at,
                "recorded_by": "w-1",
                "recorded_at": at,
                "void": False,
            }
            for offer, heads in (("women_club", 12), ("women_club", 9), ("library", 30))
        ],
    )
    report = await published(here, "2026-10")
    assert rows(report, "group_heads", "offer") == {("library",): 30, ("women_club",): 21}
    assert report["figures"]["meetings"] == 3


async def test_the_median_is_said_of_enough_cases_only(here: Intake) -> None:
    here.now = moment("2026-12")
    concerns(here, "2026-10", ["work"] * 9, state="resolved", ended_at=moment("2026-10", 25), outcome="need_met")
    assert (await published(here, "2026-10"))["figures"]["outcome_days_median"] is None
    concerns(here, "2026-11", ["work"] * 10, state="resolved", ended_at=moment("2026-11", 25), outcome="need_met")
    assert (await published(here, "2026-11"))["figures"]["outcome_days_median"] == 10
