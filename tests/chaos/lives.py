"""Lives of referrals on the real service: who orders what, how often; and what must be true at the end."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from nats.aio.client import Client

from lotse_contracts import Message, envelope_of, intake, referral, subject_for, to_json
from lotse_contracts.answers import TOKEN_HEADER
from lotse_contracts.values import DeliveryMode
from lotse_referral.domain.checkbacks import CHECKBACK, VISIT_CHECK
from lotse_referral.domain.clocks import KINDS
from lotse_referral.domain.machine import ENDS
from tests import kit
from tests.chaos import wire
from tests.chaos.processes import Running

MODES: tuple[DeliveryMode, ...] = ("self", "accompanied", "letter", "call", "link")
END_FACTS = {
    "completed": "referral-completed",
    "declined": "referral-declined",
    "failed": "referral-failed",
    "withdrawn": "referral-withdrawn",
    "expired": "referral-expired",
    "rerouted": "referral-rerouted",
    "unconfirmed": "referral-unconfirmed",
    "error": "referral-mistaken",
}
OPEN = f"state NOT IN {ENDS}"
LIMIT_SECONDS = 600.0
DEATHS_A_WAVE = 4
KILLED_AT_A_LOOK = 0.1
LOOK_SECONDS = 0.5
STEPS = ("before_claim", "before_commit", "after_commit", "after_publish")


@dataclass(frozen=True)
class Life:
    """One person with one concern and one referral; `orders` are what the desk does with it afterwards."""

    mode: DeliveryMode
    orders: tuple[Message, ...]
    person_id: UUID = field(default_factory=uuid4)
    concern_id: UUID = field(default_factory=uuid4)
    referral_id: UUID = field(default_factory=uuid4)


Wave = list[tuple[UUID, Message]]


def ordered(luck: random.Random, life_id: UUID) -> tuple[Message, ...]:
    """What a desk might do with a referral, sensible or not."""
    actions: list[dict[str, Any]] = [
        {"action": "deliver"},
        {"action": "accept"},
        {"action": "waitlist"},
        {"action": "start_service"},
        {"action": "request_info", "question": "other"},
        {"action": "answer_info", "answer": "told_by_phone"},
        {"action": "complete", "outcome": "need_met"},
        {"action": "decline", "reason": "no_capacity"},
        {"action": "fail", "reason": "no_show"},
        {"action": "withdraw", "reason": "client_request"},
        {"action": "mark_error"},
    ]
    weights = (5, 6, 2, 3, 2, 2, 2, 1, 1, 1, 1)
    number = luck.randrange(2, 5)
    chosen = luck.choices(actions, weights, k=number)
    return tuple(referral.ActOnReferral.model_validate({"referral_id": life_id} | one) for one in chosen)


def born(luck: random.Random, number: int) -> list[Life]:
    """That many lives at random."""
    made = []
    for _ in range(number):
        own = uuid4()
        made.append(Life(luck.choice(MODES), ordered(luck, own), referral_id=own))
    return made


def concerns(lives: Sequence[Life]) -> Wave:
    """Intake says that a counsellor takes each of them on."""
    return [
        (
            uuid4(),
            intake.ConcernAccepted(
                concern_id=life.concern_id,
                case_id=uuid4(),
                person_id=life.person_id,
                version=1,
                code="work",
                urgency="normal",
                language="uk",
            ),
        )
        for life in lives
    ]


def sendings(lives: Sequence[Life], service_id: UUID) -> Wave:
    """The desk sends each of them on her way."""
    return [
        (
            uuid4(),
            referral.SendReferral(
                referral_id=life.referral_id,
                concern_id=life.concern_id,
                person_id=life.person_id,
                service_id=service_id,
                mode=life.mode,
            ),
        )
        for life in lives
    ]


def doubled(luck: random.Random, wave: Wave) -> Wave:
    """Shuffled; some come twice as they are, some again under another id, as a desk presses twice."""
    twice = [one for one in wave if luck.random() < 0.2]
    pressed = [(uuid4(), message) for _, message in wave if luck.random() < 0.1]
    found = [*wave, *twice, *pressed]
    luck.shuffle(found)
    return found


async def publish(broker: kit.Broker, user: str, wave: Wave, *, at: datetime | None = None) -> None:
    """As this user; a member of staff where it is the desk."""
    async with broker.connected(user) as client:
        for own, message in wave:
            await say(broker, client, user, own, message, at=at)


async def say(
    broker: kit.Broker, client: Client, user: str, own: UUID, message: Message, *, at: datetime | None = None
) -> None:
    """One message under its own id, past the broker's window for duplicates."""
    time = at or datetime.now(UTC)
    envelope = envelope_of(message, id=own, association=broker.association, sender=user, time=time)
    headers = {"Nats-Msg-Id": secrets.token_hex(8)}
    if user == "desk":
        headers[TOKEN_HEADER] = wire.token(broker, "counsellor", time)
    await client.jetstream().publish(subject_for(message, broker.association), to_json(envelope), headers=headers)


def all_handled(database: kit.ServiceDatabase, wave: Wave) -> bool:
    """Whether each is claimed or buried, and everything said is sent."""
    claimed = {row[0] for row in wire.rows(database, "SELECT message_id FROM inbox")}
    waiting = wire.rows(database, "SELECT count(*) FROM outbox WHERE sent_at IS NULL")[0][0]
    return {own for own, _ in wave} <= claimed and waiting == 0


async def handled_through_deaths(luck: random.Random, one: Running, database: kit.ServiceDatabase, wave: Wave) -> int:
    """Until the wave is handled; the process is killed a few times meanwhile, at random steps or at any moment."""
    deaths = 0
    deadline = asyncio.get_running_loop().time() + LIMIT_SECONDS
    while not all_handled(database, wave):
        assert asyncio.get_running_loop().time() < deadline, "not handled in time"
        if one.died():
            deaths += 1
            one.start(*(doom(luck) if deaths < DEATHS_A_WAVE else ()))
        elif deaths < DEATHS_A_WAVE and luck.random() < KILLED_AT_A_LOOK and await one.says_ready():
            one.kill()
        await asyncio.sleep(LOOK_SECONDS)
    return deaths


def doom(luck: random.Random) -> tuple[str, str]:
    """It dies at this step, when it comes to it for that time."""
    return luck.choice(STEPS), str(luck.randrange(1, 80))


async def calm(one: Running) -> None:
    """Run it without any doom from now on."""
    one.kill()
    one.start()
    await one.ready(60)


def lost_timers(database: kit.ServiceDatabase) -> list[UUID]:
    """Open referrals that nothing will ever remind anybody of."""
    return [
        row[0]
        for row in wire.rows(
            database,
            f"SELECT referral_id FROM referral r WHERE {OPEN} AND NOT EXISTS"
            " (SELECT 1 FROM timer t WHERE t.key = r.referral_id::text AND t.state = 'waiting')",
        )
    ]


def stray_timers(database: kit.ServiceDatabase) -> list[tuple[Any, ...]]:
    """Clocks and questions to her that run on although the referral has ended."""
    kinds = ", ".join(f"'{kind}'" for kind in (*KINDS, CHECKBACK, VISIT_CHECK))
    return wire.rows(
        database,
        "SELECT t.kind, r.state FROM timer t JOIN referral r ON t.key = r.referral_id::text"
        f" WHERE NOT (r.{OPEN}) AND t.kind IN ({kinds})",
    )


def ends_said(database: kit.ServiceDatabase) -> Counter[str]:
    """How many terminal facts were said of each referral."""
    names = ", ".join(f"'evt.referral.{name}'" for name in END_FACTS.values())
    said = wire.rows(
        database,
        "SELECT convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'referral_id' FROM outbox"
        f" WHERE claim_name IN ({names})",
    )
    return Counter(row[0] for row in said)


def versions_said(database: kit.ServiceDatabase) -> Counter[tuple[str, int]]:
    """How often each version of each referral was said by a fact of its states."""
    said = wire.rows(
        database,
        "SELECT convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'referral_id',"
        " (convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'version')::integer FROM outbox"
        " WHERE claim_name LIKE 'evt.referral.referral-%'"
        " AND claim_name NOT IN ('evt.referral.referral-reminded', 'evt.referral.referral-escalated')",
    )
    return Counter((row[0], row[1]) for row in said)


def days_pass(one: Running, **time: float) -> None:
    """Move the service's clock on."""
    assert one.clock is not None
    seconds = float(one.clock.read_text()) + timedelta(**time).total_seconds()
    fresh = one.clock.with_suffix(".new")
    fresh.write_text(str(seconds))
    fresh.rename(one.clock)


def clock_of(one: Running) -> datetime:
    """What the service takes for now."""
    ahead = 0.0 if one.clock is None else float(one.clock.read_text())
    return datetime.now(UTC) + timedelta(seconds=ahead)
