"""From the ledger's log to the office's mailbox: two services, a broker, a mail server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from lotse_ledger.domain.checkpoints import head_of, origin_of
from lotse_ledger.domain.notes import parse_note
from lotse_ledger.store import alarms
from tests import kit
from tests.ledger import given
from tests.notify.mailserver import MailServer

ADDRESS = "checkpoints@sozialamt.example.org"
Databases = Callable[[str], kit.ServiceDatabase]
Runner = Callable[..., Awaitable[Any]]


@pytest.fixture
async def mailserver() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


async def filled(database: Databases) -> kit.ServiceDatabase:
    found = database("ledger")
    async with given.transaction(found) as tx:
        await given.fill(tx, 3)
    return found


async def test_the_office_holds_what_the_log_signed(
    database: Databases, run_service: Runner, mailserver: MailServer
) -> None:
    await run_service("notify", offices=f"sozialamt={ADDRESS}", smtp_port=mailserver.port, poll_seconds=0.05)
    ledger = await run_service("ledger", on=await filled(database), checkpoint_office="sozialamt")
    await kit.eventually(lambda: mailserver.taken, 30)
    (taken,) = mailserver.taken
    text = taken.mail.get_content().replace("\r\n", "\n")
    note = text.split("--------\n")[1].removesuffix("--------").removesuffix("\n") + "\n"
    head = head_of(parse_note(note.encode()).text)
    assert (head.origin, head.size) == (origin_of(kit.ASSOCIATION), 3)
    async with ledger.engine.connect() as tx:
        assert await alarms.alarms(tx) == []


async def test_an_office_that_refuses_its_mail_becomes_an_alarm_of_the_ledger(
    database: Databases, run_service: Runner, mailserver: MailServer
) -> None:
    mailserver.does = "refuse_recipient"
    await run_service("notify", offices=f"sozialamt={ADDRESS}", smtp_port=mailserver.port, poll_seconds=0.05)
    ledger = await run_service("ledger", on=await filled(database), checkpoint_office="sozialamt")

    async def raised() -> list[str]:
        async with ledger.engine.connect() as tx:
            return [one.alarm.code for one in await alarms.alarms(tx)]

    assert await kit.eventually(raised, 30) == ["office_not_told"]
