"""What is counted of referrals: as somebody counts by hand, once and for ever, also of whoever is erased."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lotse_chassis.calendar import ZONE
from lotse_chassis.faults import Refused
from lotse_contracts.referral import AnswerCheckback, ErasePerson, PublishReferralReport, ReferralReportPublished
from lotse_referral.domain.reports import MEDIANS, PARTS
from lotse_referral.store import figures
from lotse_referral.store.countable import CASES, MEETINGS
from lotse_referral.store.figures import Stretch
from lotse_statistics.spans import bounds, span_of
from tests.referral.desk import Desk, Person, only
from tests.referral.reported import (
    Life,
    Tally,
    ask_back,
    asked_of,
    by_hand,
    draft,
    drawn,
    ended,
    lack,
    lay,
    meet,
    moment,
    offer,
    publish,
    records_of,
)

AFTER = datetime(2027, 2, 1, 9, tzinfo=UTC)


async def counted(desk: Desk, period: str) -> Tally:
    months = span_of(period).months
    async with desk.service.engine.begin() as tx:
        found = await figures.counts_by_month(tx, "referrals", Stretch(months, *bounds(months, ZONE)))
    return {
        (month, family, table): cells
        for month, one in found.items()
        for family, tables in one["families"].items()
        for table, cells in tables.items()
        if cells
    }


def rows(answer: Any, family: str, table: str) -> dict[tuple[str, ...], int | None]:
    said = json.loads(answer.report)["families"][family]["tables"][table]
    return {tuple(row["key"]): row["count"] for row in said}


# As somebody counts by hand


@pytest.mark.parametrize("seed", range(6))
async def test_every_case_counts_as_by_hand_and_once(desk: Desk, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a seeded draw
    lives, records = drawn(random, 250), records_of(random, 60)
    asked = asked_of(random, lives)
    await lay(desk, lives)
    await ask_back(desk, asked)
    await meet(desk, await offer(desk), records)
    expected = by_hand(lives, asked, records)
    assert await counted(desk, "2025-06_2027-06") == expected
    assert {family for _, family, _ in expected} == set(PARTS["referrals"])


@pytest.mark.parametrize("seed", range(3))
async def test_whoever_is_erased_has_counted_and_nothing_of_her_stays(desk: Desk, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a seeded draw
    lives = drawn(random, 80)
    asked = asked_of(random, lives)
    await lay(desk, lives)
    await ask_back(desk, asked)
    before = await counted(desk, "2025-06_2027-06")
    gone = random.sample(sorted({one.person_id for one in lives}), 12)
    for person_id in gone:
        await desk.hears(ErasePerson(person_id=person_id))
    assert await counted(desk, "2025-06_2027-06") == before
    kept = repr(await desk.rows("departed_count"))
    assert kept != "[]"
    assert not [one for one in lives if str(one.person_id) in kept or str(one.referral_id) in kept]


async def test_an_erasure_changes_no_report_whether_published_or_not(desk: Desk) -> None:
    desk.now = AFTER
    lives = ended("2026-10", "completed", 12) + ended("2026-11", "completed", 12) + ended("2026-11", "declined", 5)
    await lay(desk, lives)
    october, november = await publish(desk, "2026-10"), await draft(desk, "2026-11")
    for one in lives:
        await desk.hears(ErasePerson(person_id=one.person_id))
    assert await draft(desk, "2026-10") == october
    before, after = json.loads(november.report), json.loads((await draft(desk, "2026-11")).report)
    assert after["families"] == before["families"]


async def test_a_month_begins_and_ends_in_dresden(desk: Desk) -> None:
    desk.now = AFTER
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # half past midnight on 1 November in Dresden
    await lay(desk, [Life([(late, "draft"), (late, "sent")]) for _ in range(4)])
    assert json.loads((await publish(desk, "2026-10")).report)["families"]["sent"]["total"] == 0
    assert rows(await publish(desk, "2026-11"), "sent", "category") == {("work",): 4}


async def test_the_category_is_that_of_the_service(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted())
    candidate = await desk.suggested(person.concern_id, "Jobcenter")
    await lay(desk, ended("2026-11", "completed", 4, service_id=candidate.service_id, code="housing"))
    desk.now = AFTER
    assert rows(await publish(desk, "2026-11"), "sent", "category") == {("benefits",): 4}


# What a real referral leaves behind


async def test_a_referral_of_the_real_service_counts_where_it_ended(desk: Desk) -> None:
    for _ in range(4):
        person = Person(code="benefits")
        await desk.hears(person.accepted())
        await desk.hears(person.sent((await desk.suggested(person.concern_id, "Jobcenter")).service_id))
        await desk.passes(days=4)
        await desk.fires_timers()
        await desk.hears(AnswerCheckback(referral_id=person.referral_id, answer="been_there", said_by="person"))
    desk.now = AFTER
    answer = await publish(desk, "2026-11_2026-12")
    assert rows(answer, "sent", "mode") == {("self",): 4}
    assert rows(answer, "completed", "mode_confirmer")[("self", "person")] == 4
    assert rows(answer, "completed", "outcome") == {("need_met",): 4}
    assert rows(answer, "checkbacks", "round_answered")[("way_1", "yes")] == 4


# How long it took


async def test_medians_come_from_ten_persons_on_and_card_in_hand_is_no_delivery(desk: Desk) -> None:
    desk.now = AFTER

    def life(hours: int, mode: str = "link", **more: Any) -> Life:
        at = moment("2026-10")
        steps = [(at, "draft"), (at, "sent"), (at + timedelta(hours=hours), "delivered")]
        return Life([*steps, (at + timedelta(hours=2 * hours), "accepted")], mode, **more)

    nine = [life(hours) for hours in (1, 2, 3, 4, 30, 50, 60, 70, 80)]
    await lay(desk, nine)
    await lay(desk, [life(1, person_id=nine[0].person_id), life(0, "self")])
    assert json.loads((await draft(desk, "2026-10")).report)["figures"]["sent_delivered_hours"] is None
    await lay(desk, [life(90)])
    figures = json.loads((await draft(desk, "2026-10")).report)["figures"]
    assert {name: figures[name] for name in MEDIANS} == {
        "sent_delivered_hours": 30,
        "delivered_accepted_hours": 4,
        "accepted_scheduled_days": None,
        "sent_completed_days": None,
    }


def test_nothing_is_counted_by_employee() -> None:
    spelled = " ".join([*CASES.values(), MEETINGS, *(str(query) for query in figures._MEDIANS.values())])
    assert not [name for name in ("counsellor", "actor", "owner", "carrier") if name in spelled]
    assert set(PublishReferralReport.model_fields) == {"span", "part"}


# Said once


async def test_what_was_published_stays_whatever_is_recorded_later(desk: Desk) -> None:
    desk.now = AFTER
    await lay(desk, ended("2026-10", "completed", 10))
    with pytest.raises(Refused, match="period_not_over"):
        await desk.hears(PublishReferralReport(span="2027"))
    with pytest.raises(Refused, match="period_not_over"):
        await draft(desk, "2028")
    for wrong in ("2026-13", "2026-03_2026-02"):
        with pytest.raises(Refused, match="unknown_period"):
            await desk.hears(PublishReferralReport(span=wrong))
        with pytest.raises(Refused, match="unknown_period"):
            await draft(desk, wrong)
    order = PublishReferralReport(span="2026-10")
    fact = only(ReferralReportPublished, await desk.hears(order))
    first = await draft(desk, "2026-10")
    await lay(desk, ended("2026-10", "declined", 7))
    assert only(ReferralReportPublished, await desk.hears(order)) == fact
    again = await draft(desk, "2026-10")
    assert again == first
    assert again.state == "published"
    assert hashlib.sha256(again.report.encode()).hexdigest() == again.sha256 == fact.sha256
    quarter = json.loads((await publish(desk, "2026-Q4")).report)
    assert quarter["families"]["declined"]["total"] == 0


async def test_a_draft_keeps_nothing(desk: Desk) -> None:
    desk.now = AFTER
    await lay(desk, ended("2026-10", "completed", 10))
    before = await desk.everything()
    assert (await draft(desk, "2026-10")).state == "draft"
    assert await desk.everything() == before


async def test_nobody_changes_what_was_published_or_closed(desk: Desk) -> None:
    desk.now = AFTER
    await publish(desk, "2026-10")
    for table in ("report_publication", "closed_month"):
        for change in (f"UPDATE {table} SET part = 'gaps'", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError):
                async with desk.service.engine.begin() as tx:
                    await tx.execute(text(change))


async def test_a_quarter_hides_what_its_months_would_give_away(desk: Desk) -> None:
    desk.now = AFTER
    for month in ("2026-10", "2026-11"):
        await lay(desk, ended(month, "declined", 10) + ended(month, "declined", 8, reason="not_eligible"))
    await lay(desk, ended("2026-12", "declined", 10) + ended("2026-12", "declined", 1, reason="not_eligible"))
    for month in ("2026-10", "2026-11"):
        assert None not in rows(await publish(desk, month), "declined", "decline").values()
    assert set(rows(await publish(desk, "2026-12"), "declined", "decline").values()) == {None}
    assert set(rows(await publish(desk, "2026-Q4"), "declined", "decline").values()) == {None}


async def test_few_persons_behind_many_referrals_are_hidden(desk: Desk) -> None:
    desk.now = AFTER
    one = uuid4()
    await lay(
        desk, ended("2026-10", "completed", 20, code="housing") + ended("2026-10", "completed", 20, code="school")
    )
    await lay(desk, ended("2026-10", "completed", 6, code="legal", person_id=one))
    assert rows(await draft(desk, "2026-10"), "sent", "category")[("legal",)] is None
    await desk.hears(ErasePerson(person_id=one))
    assert rows(await draft(desk, "2026-10"), "sent", "category")[("legal",)] is None


async def test_health_and_violence_need_five(desk: Desk) -> None:
    desk.now = AFTER
    given = {"housing": 20, "school": 20, "legal": 4, "health": 4, "violence": 5, "psychosocial": 4}
    for code, times in given.items():
        await lay(desk, ended("2026-10", "completed", times, code=code))
    found = rows(await draft(desk, "2026-10"), "sent", "category")
    assert (found[("health",)], found[("psychosocial",)]) == (None, None)
    assert found[("violence",)] in (5, None)
    assert found[("legal",)] == 4


# Groups


async def test_heads_recorded_late_count_when_they_are_recorded(desk: Desk) -> None:
    desk.now = moment("2026-11", 20)
    own, day = await offer(desk), moment("2026-10", 5).date()
    heads = {"held_on": day, "recorded_at": moment("2026-10", 6), "adults": 9}
    (old,) = await meet(desk, own, [heads])
    report = await publish(desk, "2026-10")
    assert rows(report, "group_heads", "age") == {("adult",): 9}
    assert json.loads(report.report)["meetings"] == [{"key": ["club", "none"], "count": 1}]
    desk.now = AFTER
    late = {"held_on": day + timedelta(days=1), "recorded_at": moment("2026-11", 25), "adults": 7}
    await meet(desk, own, [late, {**late, "held_on": day + timedelta(days=2), "corrects": old, "adults": 30}])
    assert (await draft(desk, "2026-10")).report == report.report
    assert rows(await publish(desk, "2026-11"), "group_heads", "age") == {("adult",): 7}


# Gaps


async def test_gaps_are_a_part_of_their_own_with_codes_of_the_list_and_four_languages(desk: Desk) -> None:
    desk.now = AFTER
    await lack(desk, [("2026-10", "eviction", "uk")] * 5 + [("2026-10", "childcare", "uk-UA")] * 4)
    await lack(desk, [("2026-10", "work", "pl")] * 4 + [("2026-10", "work", "ar")] * 4 + [("2026-11", "work", "uk")])
    answer = await publish(desk, "2026-10", "gaps")
    assert rows(answer, "gaps", "code") == {("housing",): 5, ("childcare",): 4, ("work",): 8}
    assert rows(answer, "gaps", "language") == {("uk",): 9, ("other",): 8}
    report = json.loads(answer.report)
    assert set(report["families"]) == {"gaps"}
    assert json.loads((await publish(desk, "2026-11", "gaps")).report)["families"]["gaps"] is None
    assert json.loads((await draft(desk, "2026-10")).report)["part"] == "referrals"


# Offices


async def test_services_beyond_their_check_are_counted_and_named(desk: Desk) -> None:
    desk.now = datetime(2028, 1, 10, tzinfo=UTC)
    answer = await draft(desk, "2027-12")
    found = json.loads(answer.report)["figures"]
    assert 0 < found["services_stale"] <= found["services"]
    assert len(answer.stale) == min(found["services_stale"], 200)
    assert all(one.name and one.next_check_due <= "2028-01-10" for one in answer.stale)
    assert [one.next_check_due for one in answer.stale] == sorted(one.next_check_due for one in answer.stale)
    assert isinstance(answer.stale[0].service_id, UUID)
