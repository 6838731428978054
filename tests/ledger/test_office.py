"""Once a month an office outside both associations gets the latest checkpoint; if it does not, that is an alarm."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from lotse_chassis import timers
from lotse_contracts.notify import OfficeNotTold, TellOffice
from lotse_ledger.handlers import checkpoints, office
from lotse_ledger.handlers.house import House
from lotse_ledger.store import alarms, witness
from tests.kit import ServiceDatabase
from tests.ledger import given
from tests.ledger.pair import pair

Database = Callable[[str], ServiceDatabase]


def mailing() -> House:
    house = given.house()
    return replace(house, evidence=replace(house.evidence, mailed_office="sozialamt"))


def timer() -> timers.Timer:
    return timers.Timer(office.OFFICE_TIMER, office.OFFICE_KEY, given.NOW, {}, uuid4())


async def test_the_latest_checkpoint_is_mailed_once_a_month(database: Database) -> None:
    house = mailing()
    async with given.transaction(database("ledger")) as tx:
        await given.fill(tx, 3)
        await checkpoints.signed_checkpoint(tx, given.context(), house)
        await office.begin(tx, given.context(), house)
        due = [one.kind for one in await timers.due(tx, now=given.NOW, limit=9)]
        assert due == [office.OFFICE_TIMER]
        (said,) = await office.mail_checkpoint(timer(), given.context(), tx, house=house)
        latest = await witness.latest(tx)
        assert latest is not None
        assert latest.note is not None
        waiting = await timers.due(tx, now=datetime(2026, 12, 1, 6, 0, tzinfo=UTC), limit=9)
        assert [one.due_at for one in waiting if one.kind == office.OFFICE_TIMER] == [
            datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
        ], "seven o'clock in Berlin"
    assert isinstance(said, TellOffice)
    assert (said.office, said.template, said.dedupe_key) == ("sozialamt", "log_checkpoint", "checkpoint-2026-11")
    assert {one.name: one.value for one in said.arguments} == {
        "association": "auslaenderrat",
        "month": "2026-11",
        "checkpoint": latest.note.raw.decode(),
    }


async def test_a_countersigned_checkpoint_is_mailed_rather_than_a_newer_one_that_nobody_saw(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        await both.exchange()
        await both.ours.book(2)
        house = replace(both.ours.house, evidence=replace(both.ours.house.evidence, mailed_office="sozialamt"))
        (said,) = await office.mail_checkpoint(timer(), both.ours.context(), both.ours.tx, house=house)
    assert isinstance(said, TellOffice)
    note = {one.name: one.value for one in said.arguments}["checkpoint"]
    assert note.split("\n")[1] == "2"
    assert f"\u2014 {given.PARTNER}/witness " in note


async def test_before_the_first_checkpoint_it_is_tried_again_the_next_day(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        assert await office.mail_checkpoint(timer(), given.context(), tx, house=mailing()) == []
        waiting = await timers.due(tx, now=given.NOW + timedelta(days=1), limit=9)
    assert [one.kind for one in waiting] == [office.OFFICE_TIMER]


async def test_without_an_office_nothing_is_mailed(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await office.begin(tx, given.context(), given.house())
        assert await office.mail_checkpoint(timer(), given.context(), tx, house=given.house()) == []
        assert await timers.due(tx, now=given.NOW + timedelta(days=400), limit=9) == []


async def test_an_office_that_was_not_told_is_an_alarm(database: Database) -> None:
    counted: list[str] = []
    house = mailing()
    house = replace(house, evidence=replace(house.evidence, alarmed=counted.append))
    fact = OfficeNotTold(
        office="sozialamt", template="log_checkpoint", dedupe_key="checkpoint-2026-11", reason="server_away"
    )
    async with given.transaction(database("ledger")) as tx:
        for _ in range(2):
            await office.note_not_told(fact, given.context(), tx, house=house)
        (raised,) = await alarms.alarms(tx)
    assert (raised.alarm.code, raised.alarm.reporter) == ("office_not_told", "sozialamt")
    assert raised.alarm.note == "checkpoint-2026-11: server_away"
    assert counted == ["office_not_told"]


async def test_a_mail_of_intake_that_was_not_told_is_no_alarm_of_the_ledger(database: Database) -> None:
    fact = OfficeNotTold(office="duty", template="emergency", dedupe_key="emergency-1", reason="server_away")
    async with given.transaction(database("ledger")) as tx:
        assert await office.note_not_told(fact, given.context(), tx, house=mailing()) == []
        assert list(await alarms.alarms(tx)) == []


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2027, 1, 1, 6, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 1, tzinfo=UTC), datetime(2027, 2, 1, 6, tzinfo=UTC)),
        (datetime(2026, 3, 15, tzinfo=UTC), datetime(2026, 4, 1, 5, tzinfo=UTC)),
    ],
)
def test_months_are_months_in_berlin(now: datetime, then: datetime) -> None:
    assert office.first_of_next_month(now) == then
