"""What staff must know reaches their mailboxes over real SMTP: once a working day, or at once, and about nobody."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from prometheus_client import CollectorRegistry, Gauge

from lotse_chassis.calendar import ZONE
from lotse_chassis.settings import SettingsInvalid
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ConcernEscalated, ConcernOverdue, ErasureOverdue, TaskDue
from lotse_contracts.ledger import DeadlineCleared, DeadlineNear
from lotse_contracts.referral import ReferralEscalated
from lotse_notify.handlers import digests
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.workers import digests as clock
from lotse_notify.workers import offices
from lotse_notify.workers.offices import Counter
from tests import kit
from tests.notify.given import Databases, House, house_on
from tests.notify.mailserver import MailServer, Taken

TEAM, LEAD = "team@verein.example.org", "leitung@verein.example.org"
MORNING = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)  # Thursday, eight o'clock in Dresden
PERSON, CONCERN, CASE, REFERRAL = (UUID(int=n) for n in (0xA11CE, 0xC0, 0xCA5E, 0x5EF))


@pytest.fixture
async def desk(database: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """Notify with two mailboxes of the staff, the afternoon before."""
    built = house_on(database("notify"), tmp_path, staff_mailboxes=f"{TEAM} {LEAD}", staff_language="en")
    built.now = MORNING - timedelta(hours=16)
    await started(built)
    yield built
    await built.service.engine.dispose()


async def started(house: House) -> None:
    """What the service does at its start."""
    boxes = house.service.timer_handlers["staff-digest"].keywords["boxes"]  # type: ignore[attr-defined]
    stopped = asyncio.Event()
    stopped.set()
    await clock.begin(stopped, units=house.unit, boxes=boxes)


async def mailed(house: House, mailserver: MailServer) -> list[Taken]:
    """Whatever is due is handed over; what was taken."""
    await house.fire_due()
    addresses = {"staff:1": TEAM, "staff:2": LEAD}
    counter = Counter(addresses, house.post(mailserver.port), Gauge("failed", "failed", registry=CollectorRegistry()))
    line = SmtpLine(counter.post.server)
    before = len(mailserver.taken)
    while await offices.send_next(house.unit, counter, line):
        pass
    await line.close()
    return mailserver.taken[before:]


def overdue(*, urgency: str = "normal", escalated: bool = False) -> Message:
    kind = ConcernEscalated if escalated else ConcernOverdue
    return kind.model_validate(
        {
            "concern_id": CONCERN,
            "case_id": CASE,
            "person_id": PERSON,
            "version": 3,
            "clock": "look",
            "state": "received",
            "urgency": urgency,
            "due_at": MORNING,
        }
    )


def referral_escalated(*, call_now: bool = False) -> Message:
    return ReferralEscalated(referral_id=REFERRAL, version=2, clock="decide", due_at=MORNING, call_now=call_now)


def task(mark: str) -> Message:
    return TaskDue.model_validate(
        {
            "task_id": uuid4(),
            "case_id": CASE,
            "person_id": PERSON,
            "version": 1,
            "assignee": "k7",
            "due": "2026-11-24",
            "mark": mark,
        }
    )


def lines(taken: Taken) -> list[str]:
    return [line for line in taken.mail.get_content().splitlines() if line.startswith("- ")]


async def test_the_digest_of_a_day_is_one_plain_mail_to_each_mailbox(desk: House, mailserver: MailServer) -> None:
    for fact in (overdue(), overdue(), task("overdue"), task("soon"), task("due")):
        await desk.hear(fact)
    await desk.hear(DeadlineNear(grant_id=uuid4(), deadline="final_proof", due_on="2026-12-26"))
    assert await mailed(desk, mailserver) == [], "not before its hour"
    desk.now = MORNING
    first, second = await mailed(desk, mailserver)
    assert {first.recipient, second.recipient} == {TEAM, LEAD}
    assert first.mail["Subject"] == "Daily overview, 26 November 2026"
    assert first.mail.get_content_type() == "text/plain"
    assert first.mail["Auto-Submitted"] == "auto-generated"
    assert first.mail["List-Unsubscribe"] is None
    assert lines(first)[:2] == ["- 2 concerns have become overdue", "- 1 task has become overdue"]
    assert lines(first)[2].startswith("- 26 December 2026: final proof of use (30 days left, ")
    assert lines(first) == lines(second)
    assert await mailed(desk, mailserver) == [], "once"
    desk.now = MORNING + timedelta(days=1)
    assert await mailed(desk, mailserver) == [], "what was told is not counted again"


async def test_a_digest_names_nobody_and_no_case(desk: House, mailserver: MailServer) -> None:
    for fact in (overdue(), overdue(escalated=True), referral_escalated(), task("overdue")):
        await desk.hear(fact)
    desk.now = MORNING
    mails = "".join(str(taken.mail) + taken.mail.get_content() for taken in await mailed(desk, mailserver))
    kept = str(desk.rows("staff_count")) + str(desk.rows("office_mail"))
    for one in (PERSON, CONCERN, CASE, REFERRAL, "k7"):
        assert str(one) not in mails + kept
        assert str(one).replace("-", "") not in mails + kept


async def test_a_day_without_news_is_no_mail_and_the_next_one_comes(desk: House, mailserver: MailServer) -> None:
    desk.now = MORNING
    assert await mailed(desk, mailserver) == []
    (timer,) = [row for row in desk.rows("timer") if row["kind"] == "staff-digest"]
    assert timer["due_at"] == MORNING + timedelta(days=1)
    await desk.hear(overdue())
    desk.now = MORNING + timedelta(days=1)
    assert len(await mailed(desk, mailserver)) == 2


async def test_what_cannot_wait_is_mailed_at_once_and_a_storm_of_it_is_one_mail(
    desk: House, mailserver: MailServer
) -> None:
    await desk.hear(overdue(escalated=True))
    first = await mailed(desk, mailserver)
    assert [taken.recipient for taken in first] == [TEAM, LEAD]
    assert first[0].mail["Subject"] == "Please look into the inbox now"
    assert lines(first[0]) == ["- 1 concern needs a coordinator now"]
    for _ in range(20):
        desk.now += timedelta(seconds=30)
        await desk.hear(referral_escalated())
        assert await mailed(desk, mailserver) == []
    desk.now += timedelta(minutes=5)
    storm = await mailed(desk, mailserver)
    assert len(storm) == 2
    assert lines(storm[0]) == ["- 20 referrals need a coordinator now"]
    desk.now = MORNING
    digest, _ = await mailed(desk, mailserver)
    assert "- 20 referrals need a coordinator now" in lines(digest), "whoever missed the mail reads it here"


async def test_what_is_heard_while_a_mail_is_written_is_in_another_mail_of_the_same_moment(
    desk: House, mailserver: MailServer
) -> None:
    await desk.hear(overdue(escalated=True))
    await desk.fire_due()
    await desk.hear(overdue(urgency="emergency", escalated=True))
    desk.run("UPDATE timer SET due_at = %s WHERE kind = 'staff-alarm'", desk.now)  # it had not seen that mail yet
    mails = [lines(taken) for taken in await mailed(desk, mailserver)]
    assert mails.count(["- 1 emergency: please act at once"]) == 2
    assert len(mails) == 4


@pytest.mark.parametrize("danger", [overdue(urgency="emergency", escalated=True), referral_escalated(call_now=True)])
async def test_danger_does_not_wait_for_the_pause_after_the_last_mail(
    desk: House, mailserver: MailServer, danger: Message
) -> None:
    await desk.hear(overdue(escalated=True))
    await mailed(desk, mailserver)
    desk.now += timedelta(minutes=2)
    await desk.hear(referral_escalated())
    await desk.hear(danger)
    urgent = await mailed(desk, mailserver)
    assert lines(urgent[0]) == ["- 1 emergency: please act at once", "- 1 referral needs a coordinator now"]


async def test_an_erasure_that_is_late_cannot_wait(desk: House, mailserver: MailServer) -> None:
    await desk.hear(ErasureOverdue(person_id=PERSON, stage="due", waiting=("referral",)))
    taken, _ = await mailed(desk, mailserver)
    assert lines(taken) == ["- 1 erasure was not confirmed in time"]


async def test_a_deadline_comes_again_as_it_nears_and_goes_when_it_is_over(desk: House, mailserver: MailServer) -> None:
    """Heard 30 days before. 14 and 7 days before are Saturdays, so the Monday after names it; so does Christmas Eve."""
    grant_id = uuid4()
    await desk.hear(DeadlineNear(grant_id=grant_id, deadline="final_proof", due_on="2026-12-26"))
    named = []
    for n in range(35):
        desk.now = MORNING + timedelta(days=n)
        if await mailed(desk, mailserver):
            named.append(desk.now.astimezone(ZONE).date().isoformat())
    assert named == ["2026-11-26", "2026-12-14", "2026-12-21", "2026-12-23", "2026-12-24"]
    assert desk.rows("staff_deadline") == []


async def test_a_deadline_that_was_moved_is_named_with_its_new_day(desk: House, mailserver: MailServer) -> None:
    grant_id = uuid4()
    for fact, day in ((DeadlineNear, "2026-12-26"), (DeadlineCleared, "2026-12-26"), (DeadlineNear, "2027-01-31")):
        await desk.hear(fact(grant_id=grant_id, deadline="final_proof", due_on=day))
    await desk.hear(DeadlineNear(grant_id=grant_id, deadline="interim_proof_2025", due_on="2026-11-01"))
    desk.now = MORNING
    taken, _ = await mailed(desk, mailserver)
    (line,) = lines(taken)
    assert line.startswith("- 31 January 2027: final proof of use (66 days left, ")


async def test_a_digest_that_came_due_while_nothing_ran_is_mailed_at_the_next_start(
    desk: House, mailserver: MailServer
) -> None:
    await desk.hear(overdue())
    desk.now = MORNING + timedelta(hours=5)
    await started(desk)
    assert len(await mailed(desk, mailserver)) == 2


async def test_the_message_id_is_new_for_each_mail_and_the_same_for_each_try(
    desk: House, mailserver: MailServer
) -> None:
    mailserver.does = "drop_after_dot"
    await desk.hear(overdue(escalated=True))
    await mailed(desk, mailserver)
    mailserver.does = "take"
    desk.now += timedelta(hours=2)
    await mailed(desk, mailserver)
    ids = {taken.mail["Message-ID"] for taken in mailserver.taken}
    assert len(ids) == 2, "two mailboxes, each mail twice"


async def test_without_mailboxes_nothing_is_mailed(house: House, mailserver: MailServer) -> None:
    await started(house)
    await house.hear(overdue(escalated=True))
    house.now = MORNING + timedelta(days=1)
    await house.fire_due()
    assert house.rows("office_mail") == []
    assert house.rows("timer") == []


def test_a_mailbox_that_is_none_stops_the_start(database: Databases, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="LOTSE_STAFF_MAILBOXES"):
        house_on(database("notify"), tmp_path, staff_mailboxes="team")


async def test_of_two_who_note_the_same_in_another_order_none_is_ended_by_the_database(desk: House) -> None:
    """Each holds what the other wants next: one of them would only come again after the other."""

    async def noted_after() -> None:
        async with desk.unit() as unit:
            await digests.note(unit.tx, "cap_reached", desk.now)
            await digests.note(unit.tx, "task_overdue", desk.now)

    async with desk.unit() as unit:
        await digests.note(unit.tx, "task_overdue", desk.now)
        other = asyncio.create_task(noted_after())
        await kit.eventually(lambda: waiting(desk))
        await digests.note(unit.tx, "cap_reached", desk.now)
    await other
    counted = {(row["digest"], row["note"]): row["count"] for row in desk.rows("staff_count")}
    assert counted == {("at_once", "cap_reached"): 2, ("daily", "cap_reached"): 2, ("daily", "task_overdue"): 2}


def waiting(house: House) -> int:
    """How many of this house wait for a lock of another."""
    with psycopg.connect(house.database.owner_url) as connection:
        mine = (
            b"SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
        )
        return len(connection.execute(mine).fetchall())
