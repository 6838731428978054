"""Whoever may not give an order is refused, whatever the token says; all orders and questions, drawn from contracts."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, get_args
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, given, settings
from nats.aio.client import Client
from nats.aio.msg import Msg

from lotse_chassis.decoding import Heard, Reader
from lotse_chassis.faults import Malformed, Refused
from lotse_chassis.identity import Auditor, Staff, issue_auditor_token, issue_token
from lotse_chassis.problems import Problems
from lotse_chassis.transfers import Signer
from lotse_contracts.answers import TOKEN_HEADER
from lotse_contracts.catalogue import orders_to, questions_to
from lotse_contracts.envelope import Message, Order, Question, envelope_of, subject_for, to_json
from lotse_contracts.values import StaffRole
from lotse_intake.problems import PROBLEM_TEXTS
from tests import kit
from tests.contracts.samples import messages
from tests.intake.given import PARTNER
from tests.intake.hostile import is_told

OURS, FORGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
READER = Reader(Signer(kit.ASSOCIATION, "intake"), OURS.public_key().public_bytes_raw())
PROBLEMS = Problems(PROBLEM_TEXTS)
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
ROLES = frozenset(get_args(StaffRole))


def roles_of(kind: type[Message]) -> frozenset[str]:
    assert issubclass(kind, (Order, Question))
    return kind.ROLES


TO_INTAKE: tuple[type[Message], ...] = (*orders_to("intake"), *questions_to("intake"))
BY_STAFF = tuple(kind for kind in TO_INTAKE if roles_of(kind))
each = pytest.mark.parametrize("kind", BY_STAFF, ids=lambda kind: kind.__name__)


@cache
def sample(kind: type[Message]) -> Message:
    """What the contract allows, drawn from it: a new order needs no line here."""
    found: list[Message] = []

    @settings(
        max_examples=1,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(messages(kind))
    def collect(message: Message) -> None:
        found.append(message)

    collect()
    return found[0]


def token(role: str, *, key: Ed25519PrivateKey = OURS, association: str = kit.ASSOCIATION, age: float = 0) -> str:
    """Of somebody with this role, issued so many hours ago for eight."""
    return issue_token(Staff("w-1", role), key, association=association, at=NOW - timedelta(hours=age))


def raw(message: Message, given_token: str | None, *, association: str = kit.ASSOCIATION, sender: str = "") -> Msg:
    """As it is delivered; `sender` is the association that the envelope claims to come from."""
    headers = {} if given_token is None else {TOKEN_HEADER: given_token}
    envelope = envelope_of(message, id=uuid4(), association=sender or association, sender="desk", time=NOW)
    return Msg(_client=Client(), subject=subject_for(message, association), data=to_json(envelope), headers=headers)


def refusal(one: Msg, kind: type[Message]) -> Refused:
    with pytest.raises(Refused) as caught:
        READER.arrived(one, Heard(kind, _nothing, batched=False), NOW)
    is_told(PROBLEMS.problem(caught.value.code, caught.value.fields))
    return caught.value


async def _nothing(batch: Any, tx: Any) -> list[list[Message]]:
    return [[] for _ in batch]


@each
def test_who_has_the_role_is_let_through(kind: type[Message]) -> None:
    for role in roles_of(kind):
        arrived = READER.arrived(raw(sample(kind), token(role)), Heard(kind, _nothing, batched=False), NOW)
        assert (arrived.message, arrived.context.actor, arrived.context.role) == (sample(kind), "w-1", role)


@each
def test_every_other_role_and_none_at_all_is_refused(kind: type[Message]) -> None:
    others = ROLES - roles_of(kind)
    assert {"treasurer", "administrator"} & others
    for role in others:
        fault = refusal(raw(sample(kind), token(role)), kind)
        assert (fault.code, fault.fields) == ("role_not_allowed", (TOKEN_HEADER,))
    assert refusal(raw(sample(kind), None), kind).code == "token_missing"
    assert refusal(raw(sample(kind), ""), kind).code == "token_invalid"


def claims(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token("coordinator"), options={"verify_signature": False})
    return found | changed


def altered(given_token: str) -> str:
    """The same signature under a better role."""
    head, _, signature = given_token.split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(role="administrator")).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def signed(**changed: Any) -> str:
    return jwt.encode(claims(**changed), OURS, algorithm="EdDSA")


def auditors() -> str:
    auditor = Auditor("auditor-1", frozenset({"grants:read"}), NOW + timedelta(days=1))
    return issue_auditor_token(auditor, OURS, association=kit.ASSOCIATION, at=NOW)


TOKENS: dict[str, Callable[[str], str]] = {
    "expired": lambda role: token(role, age=9),
    "not valid yet": lambda role: token(role, age=-1),
    "forged": lambda role: token(role, key=FORGER),
    "altered": lambda role: altered(token(role)),
    "unsigned": lambda role: jwt.encode(claims(role=role), "", algorithm="none"),
    "of the other association": lambda role: token(role, association=PARTNER),
    "of the other association, by its key": lambda role: token(role, association=PARTNER, key=FORGER),
    "of an auditor": lambda role: auditors(),
    "with a role that there is not": lambda role: signed(role="director"),
    "with all roles at once": lambda role: signed(role=[*ROLES]),
    "for ever": lambda role: signed(role=role, exp=int(NOW.timestamp()) + 10**9),
    "of nobody": lambda role: signed(role=role, sub=""),
    "of a name that no database takes": lambda role: signed(role=role, sub="c-\x001"),
    "of a name that reads as another": lambda role: signed(role=role, sub="\u202ec-1"),
    "no token": lambda role: "Bearer",
    "endless": lambda role: token(role) + "A" * 5_000,
}


@each
def test_a_token_that_does_not_hold_opens_nothing(kind: type[Message]) -> None:
    for what, made in TOKENS.items():
        fault = refusal(raw(sample(kind), made(min(roles_of(kind)))), kind)
        assert (fault.code, fault.fields) == ("token_invalid", ()), what


@each
def test_what_the_other_association_says_is_heard_by_nobody_here(kind: type[Message]) -> None:
    role = min(roles_of(kind))
    whole = raw(sample(kind), token(role), association=PARTNER)
    assert isinstance(fault := refusal(whole, kind), Malformed)
    assert fault.fields == ("source",)
    assert refusal(raw(sample(kind), token(role), sender=PARTNER), kind).fields == ("source",)


@each
def test_an_order_is_of_its_own_subject_and_type_alone(kind: type[Message]) -> None:
    one = raw(sample(kind), token(min(roles_of(kind))))
    one.subject += "x"
    assert refusal(one, kind).fields == ("subject",)
    envelope = json.loads(one.data)
    one.data = json.dumps({**envelope, "type": "intake.submit-enquiry.v1"}).encode()
    assert refusal(one, kind).fields == ("type",)
    one.data = json.dumps({**envelope, "data": {**envelope["data"], "Canary": "Canary"}}).encode()
    fault = refusal(one, kind)
    assert (fault.code, fault.fields) == ("unknown_field", ("data.unknown_field",))
