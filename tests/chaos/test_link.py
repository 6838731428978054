"""The federation link cut and mended: referrals wait, cross exactly once, and their answers come back."""

import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_contracts.envelope import Order
from lotse_contracts.intake import AcceptConcern, AskInbox, AskSealingKey, InboxEntry
from lotse_contracts.referral import AnswerReferral, AskSuggestions, NamedCandidate, SendReferral
from lotse_contracts.sealed import decode
from lotse_contracts.values import FieldGroup
from lotse_local import broker, endpoints
from lotse_local.demo.agreeing import Scope, agreed
from lotse_local.demo.cast import Case, cast
from lotse_local.demo.frontend import Frontend, connected
from lotse_local.demo.houses import house_of
from tests import kit
from tests.e2e.house import House

HERE, THERE = "auslaenderrat", "plattform"
REFERRALS = 8
CROSSED_SECONDS = 3 * broker.SILENT_SECONDS  # a source that sleeps is woken only then
GROUPS: tuple[FieldGroup, ...] = ("identity", "contact")


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    """Two associations and their hub."""
    running = House(kit.new_folder(), ("--association", HERE, "--association", THERE))
    await running.start()
    yield running
    assert running.stop() == 0
    shutil.rmtree(running.folder, ignore_errors=True)


def desk_of(house: House, name: str) -> Any:
    """The staff's frontend of an association, with a counsellor's token."""
    found = endpoints.read(house.data)
    assert found is not None
    one = house_of(house.data, name, found)
    return connected(one.desk("desk"), token=one.token("k1", "counsellor"))


def rows(house: House, name: str, statement: str) -> list[tuple[Any, ...]]:
    """Committed rows of an association's referral service."""
    with psycopg.connect(house.endpoints()["associations"][name]["database"]["referral"]) as connection:
        return connection.execute(statement.encode()).fetchall()


async def give(desk: Frontend, order: Order) -> None:
    answered = await desk.order(order)
    assert answered.accepted, answered.problem


async def concern(desk: Frontend, case: Case, key: bytes) -> InboxEntry:
    """An enquiry of the staff's frontend, taken on."""
    await give(desk, case.order(key))
    found: list[InboxEntry] = []

    async def listed() -> bool:
        entries = (await desk.ask(AskInbox(size=200, newest_first=True))).entries
        found[:] = [entry for entry in entries if entry.enquiry_id == case.enquiry_id]
        return bool(found)

    await kit.eventually(listed)
    await give(desk, AcceptConcern(concern_id=found[0].concern_id, code="community"))
    return found[0]


async def partners_service(desk: Frontend, entry: InboxEntry) -> NamedCandidate:
    """The partner's own service among the suggestions."""
    found: list[NamedCandidate] = []

    async def suggested() -> bool:
        answer = await desk.ask(AskSuggestions(concern_id=entry.concern_id))
        found[:] = [one for one in answer.candidates if one.association == THERE]
        return bool(found)

    await kit.eventually(suggested)
    return found[0]


async def refer(desk: Frontend, case: Case, key: bytes) -> UUID:
    """Send somebody to the partner, with her consent."""
    entry = await concern(desk, case, key)
    service = await partners_service(desk, entry)
    consent_id, referral_id = uuid4(), uuid4()
    await give(desk, await agreed(desk, entry, Scope(THERE, ("community",), GROUPS), consent_id))
    await give(
        desk,
        SendReferral(
            referral_id=referral_id,
            concern_id=entry.concern_id,
            person_id=entry.person_id,
            service_id=service.service_id,
            mode="connected",
            consent_id=consent_id,
            field_groups=GROUPS,
        ),
    )
    return referral_id


def pause_hub(house: House) -> Callable[[], None]:
    """Half-open: the link is up and nothing passes. Returns what mends it."""
    pid = house.pid("hub")
    os.kill(pid, signal.SIGSTOP)
    return lambda: os.kill(pid, signal.SIGCONT)


def kill_hub(house: House) -> Callable[[], None]:
    """The supervisor starts it again."""
    os.kill(house.pid("hub"), signal.SIGKILL)
    return lambda: None


@pytest.mark.parametrize("cut", [pause_hub, kill_hub])
async def test_referrals_cross_a_cut_link_exactly_once_and_their_answers_come_back(
    house: House, cut: Callable[[House], Callable[[], None]]
) -> None:
    cases = [case for case in cast() if case.script.by == "desk"][:REFERRALS]
    async with desk_of(house, HERE) as here, desk_of(house, THERE) as there:
        key = decode((await here.ask(AskSealingKey())).public_key)
        mend = cut(house)
        sent = {await refer(here, case, key) for case in cases}
        own = "(" + ", ".join(f"'{one}'" for one in sent) + ")"
        mend()
        arrived = f"SELECT referral_id FROM referral WHERE referral_id IN {own}"
        await kit.eventually(lambda: len(rows(house, THERE, arrived)) == len(sent), CROSSED_SECONDS)
        for one in sent:
            await give(there, AnswerReferral(referral_id=one, answer="accepted"))
        accepted = f"SELECT referral_id FROM referral WHERE referral_id IN {own} AND state = 'accepted'"
        await kit.eventually(lambda: len(rows(house, HERE, accepted)) == len(sent), CROSSED_SECONDS)
        said = "SELECT key, count(*) FROM outbox WHERE claim_name = 'evt.referral.referral-accepted' GROUP BY key"
        assert all(count == 1 for _, count in rows(house, HERE, said))
