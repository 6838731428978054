"""Random orders about appointments, times and interpreters, some twice and some late: what always holds, holds."""

import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import PersonRegistered
from lotse_contracts.referral import (
    AnswerInterpreter,
    AnswerProposal,
    AppointmentCancelled,
    AppointmentFixed,
    AppointmentMoved,
    ConsentWithdrawnNotice,
    InterpreterCancelled,
    InterpreterConfirmed,
    InterpreterFact,
    InterpreterRefused,
    InterpreterRequested,
    ProposalAnswered,
    ProposedTime,
    ProposeTimes,
    RequestInterpreter,
    TimesProposed,
)
from tests.referral.appointed import fixing
from tests.referral.connected import under_way
from tests.referral.desk import NOW, Desk, Person

STEPS = 25
SEEDS = range(8)
ABOUT_THESE = (
    AppointmentFixed,
    AppointmentMoved,
    AppointmentCancelled,
    InterpreterRequested,
    InterpreterConfirmed,
    InterpreterRefused,
    InterpreterCancelled,
    TimesProposed,
    ProposalAnswered,
)


def order(dice: random.Random, person: Person) -> Message:
    """One of the orders that a desk may give, about one of a few ids, at one of a few times."""
    near = [UUID(int=0xD0 + number) for number in range(4)]
    starts_at = NOW + timedelta(hours=dice.choice([30, 31, 54, 200]))
    hers = person.referral_id
    request = UUID(int=0xE0 + dice.randrange(3))
    time = ProposedTime(proposal_id=dice.choice(near), starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    return dice.choice(
        [
            fixing(person, starts_at, appointment_id=dice.choice(near), cancelled=dice.random() < 0.3),
            ProposeTimes(referral_id=hers, times=(time,)),
            AnswerProposal(referral_id=hers, proposal_id=dice.choice(near), confirmed=dice.random() < 0.7),
            RequestInterpreter(referral_id=hers, request_id=request, appointment_id=dice.choice(near), language="uk"),
            AnswerInterpreter(
                referral_id=hers,
                request_id=request,
                answer=dice.choice(["confirmed", "refused", "cancelled"]),
                reason="nobody_free",
            ),
        ]
    )


def rising(said: Sequence[Message]) -> bool:
    """Whether the version of each appointment and each request rises with each of its facts."""
    seen: dict[object, int] = {}
    for one in said:
        name = one.request_id if isinstance(one, InterpreterFact) else getattr(one, "appointment_id", None)
        version = getattr(one, "version", None)
        if name is None or version is None:
            continue
        if version <= seen.get(name, 0):
            return False
        seen[name] = version
    return True


async def holds(desk: Desk, person: Person) -> None:
    appointments = {row["appointment_id"]: row for row in await desk.rows("appointment")}
    for row in await desk.rows("interpreter_request"):
        fixed = appointments[row["appointment_id"]]
        if row["state"] in ("requested", "confirmed"):
            assert not fixed["cancelled"]
            assert row["starts_at"] == fixed["starts_at"]
    proposals = await desk.rows("time_proposal")
    newest = max((row["number"] for row in proposals), default=0)
    assert {row["number"] for row in proposals if row["state"] == "open"} <= {newest}
    for row in proposals:
        assert row["state"] != "confirmed" or row["proposal_id"] in appointments
    ahead = [one for one in appointments.values() if not one["cancelled"] and one["starts_at"] > desk.now]
    state = await desk.state(person.referral_id)
    assert (state == "scheduled") == bool(ahead) or state not in ("accepted", "scheduled")


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_ordered_in_whatever_order(desks: tuple[Desk, Desk], seed: int) -> None:
    desk, partner = desks
    dice, person, hers = random.Random(seed), Person(), uuid4()  # noqa: S311 - a seed that a failure prints
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    await partner.hears(PersonRegistered(person_id=hers, version=1, referral_id=person.referral_id))
    said: list[Message] = []
    for _ in range(STEPS):
        one = order(dice, person)
        for _ in range(dice.choice([1, 1, 2])):
            with suppress(Refused):
                said += await partner.hears(one)
        await holds(partner, person)
    assert rising(said)
    await partner.hears(ConsentWithdrawnNotice(to="plattform", referral_id=person.referral_id), "auslaenderrat")
    if await partner.state(person.referral_id) == "withdrawn":
        await nothing_lies_ahead(partner)
    before = await partner.everything()
    assert [one for one in await partner.hears_all(list(partner.heard)) if type(one) in ABOUT_THESE] == []
    assert await partner.everything() == before


async def nothing_lies_ahead(desk: Desk) -> None:
    assert all(row["cancelled"] for row in await desk.rows("appointment"))
    assert not [row for row in await desk.rows("interpreter_request") if row["state"] in ("requested", "confirmed")]
    assert not [row for row in await desk.rows("time_proposal") if row["state"] == "open"]
