"""Over the broker: whoever may not is answered why, in four languages, and the database stays as it was."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.msg import Msg

from lotse_chassis import links
from lotse_chassis.identity import Staff, issue_token
from lotse_contracts import intake
from lotse_contracts.answers import ERROR_HEADER, REPLY_TO_HEADER, TOKEN_HEADER, OrderAnswer, Problem
from lotse_contracts.envelope import Message, Order, subject_for
from lotse_contracts.wiring import ORDERS_GIVEN, QUESTIONS_ASKED
from lotse_local import keyring
from tests import kit
from tests.conftest import ServiceRunner
from tests.intake.given import PARTNER
from tests.intake.hostile import is_told, tables_of
from tests.intake.test_bad_orders import BY_STAFF, ROLES, roles_of, sample
from tests.intake.test_running import SECONDS, Frontend, enquiry, frontend, seal_key

WAYS = {"inbox", "outbox", "refusal", "attempt"}
"""Where the chassis notes that something came and was refused, and what is said about it: the dead letters."""
EMPTY = md5(b"", usedforsecurity=False).hexdigest()
EXPECTED = {"role": "role_not_allowed", "none": "token_missing"}


@dataclass
class Desk:
    """Publishes with tokens of its own making, and keeps the answers."""

    frontend: Frontend
    answers: list[OrderAnswer] = field(default_factory=list)
    inbox: str = field(default_factory=lambda: f"_INBOX_desk.{uuid4().hex}")

    async def note(self, answer: Msg) -> None:
        self.answers.append(OrderAnswer.model_validate_json(answer.data))

    async def order(self, message: Message, token: str | None, id: UUID, *, unseen: bool = False) -> None:
        """`unseen` keeps the broker's own window for repetitions out of the way."""
        subject, body = subject_for(message, kit.ASSOCIATION), self.frontend.wire(message, id)
        headers = {"Nats-Msg-Id": str(uuid4() if unseen else id), REPLY_TO_HEADER: self.inbox}
        headers |= {TOKEN_HEADER: token} if token else {}
        await self.frontend.client.jetstream().publish(subject, body, headers=headers)

    async def ask(self, message: Message, token: str | None) -> Problem:
        subject, body = subject_for(message, kit.ASSOCIATION), self.frontend.wire(message, uuid4())
        headers = {TOKEN_HEADER: token} if token else None
        answer = await self.frontend.client.request(subject, body, timeout=SECONDS, headers=headers)
        assert (answer.headers or {}).get(ERROR_HEADER)
        return Problem.model_validate_json(answer.data)

    async def answered(self, number: int) -> list[OrderAnswer]:
        await kit.eventually(lambda: len(self.answers) >= number, SECONDS)
        assert len(self.answers) == number
        return self.answers


@asynccontextmanager
async def desk_of(broker: kit.Broker) -> AsyncIterator[Desk]:
    async with frontend(broker, "desk") as one:
        desk = Desk(one)
        waiting = await one.client.subscribe(desk.inbox, cb=desk.note)
        yield desk
        await waiting.unsubscribe()


def tokens(broker: kit.Broker, kind: type[Message]) -> dict[str, str | None]:
    """Of everybody who may not give this order, by what is wrong with it."""
    ours = keyring.signing_key(broker.place, keyring.TOKEN_KEY)
    right, now = min(roles_of(kind)), datetime.now(UTC)

    def made(role: str = right, key: Ed25519PrivateKey = ours, *, by: str = kit.ASSOCIATION, hours: float = 0) -> str:
        return issue_token(Staff("w-1", role), key, association=by, at=now - timedelta(hours=hours))

    others: dict[str, str | None] = {f"role {role}": made(role) for role in ROLES - roles_of(kind)}
    forger = Ed25519PrivateKey.generate()
    wrong = {"none": None, "expired": made(hours=9), "forged": made(key=forger), "other": made(by=PARTNER)}
    return others | wrong


def code_for(what: str) -> str:
    return EXPECTED.get(what.partition(" ")[0], "token_invalid")


async def settled(here: kit.ServiceDatabase) -> dict[str, str]:
    """What stands in the tables once nothing moves any more, apart from the ways in and out."""

    looks: list[dict[str, str]] = []

    def unmoved() -> bool:
        looks.append({name: digest for name, digest in tables_of(here).items() if name not in WAYS})
        return looks[-1]["to_index"] == EMPTY and looks[-3:] == [looks[-1]] * 3

    await kit.eventually(unmoved)
    return looks[-1]


async def test_whoever_may_not_is_told_so_and_changes_nothing(
    broker: kit.Broker, run_service: ServiceRunner, database: Callable[[str], Any]
) -> None:
    here = database("intake")
    service = await run_service("intake", on=here)
    async with frontend(broker, "web") as web, desk_of(broker) as desk:
        assert (await web.order(enquiry(seal_key(service), links.new_code()[0]))).accepted
        before, expected = await settled(here), {}
        for kind in BY_STAFF:
            for what, token in tokens(broker, kind).items():
                if issubclass(kind, Order) and kind in ORDERS_GIVEN["desk"]:
                    own = uuid4()
                    expected[own] = code_for(what)
                    await desk.order(sample(kind), token, own)
                elif kind in QUESTIONS_ASKED["desk"]:
                    problem = await desk.ask(sample(kind), token)
                    assert problem.code == code_for(what), (kind, what)
                    is_told(problem)
        answers = await desk.answered(len(expected))
        assert await settled(here) == before
    assert len(expected) > 300
    problems = {answer.problem.code: answer.problem for answer in answers if answer.problem}
    assert {one.order_id: one.problem.code for one in answers if one.problem and not one.accepted} == expected
    assert set(problems) == {"role_not_allowed", "token_missing", "token_invalid"}
    for problem in problems.values():
        is_told(problem)


async def test_an_order_under_the_id_it_had_before_is_answered_as_the_first_time(
    broker: kit.Broker, run_service: ServiceRunner, database: Callable[[str], Any]
) -> None:
    here = database("intake")
    await run_service("intake", on=here)
    absent = intake.SetAbsence(actor="c-9", absent_from=None, absent_to=None)
    async with desk_of(broker) as desk:
        token = desk.frontend._token("coordinator")
        good, bad = uuid4(), uuid4()
        await desk.order(intake.EnrolStaff(actor="w-1", languages=("uk",)), token, good)
        await desk.order(absent, token, bad)
        await desk.answered(2)
        before = await settled(here)
        for _ in range(3):
            await desk.order(intake.EnrolStaff(actor="w-1", languages=("uk",)), token, good, unseen=True)
            await desk.order(absent, token, bad, unseen=True)
            await desk.order(
                intake.EnrolStaff(actor="w-2", languages=("ru",)), token, good, unseen=True
            )  # another one's content
        answers = (await desk.answered(11))[2:]
        assert await settled(here) == before
    assert {one.accepted for one in answers if one.order_id == good} == {True}
    refused = [one for one in answers if one.order_id == bad]
    assert all(one.repeated for one in answers)
    for one in refused:
        assert one.problem
        assert (one.accepted, one.problem.code) == (False, "unknown_staff")
        is_told(one.problem)
