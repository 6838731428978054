"""From the bytes on the wire to a message that a handler may trust."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from nats.aio.msg import Msg
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context, Credential
from lotse_chassis.faults import Malformed, Refused, malformed
from lotse_chassis.identity import verify_token
from lotse_chassis.transfers import Signer, opened
from lotse_contracts.answers import REPLY_TO_HEADER, TOKEN_HEADER
from lotse_contracts.envelope import (
    ANSWER_SUBJECT,
    Envelope,
    Message,
    Order,
    Question,
    SealedTransfer,
    Transfer,
    subject_for,
)
from lotse_contracts.wiring import ORDERS_GIVEN

ORDER_AGE_MAX = timedelta(days=30)  # the age of the stream that carries orders
CLOCK_SKEW_MAX = timedelta(minutes=5)
ENVELOPE_FIELDS = frozenset(Envelope.model_fields) | frozenset(SealedTransfer.model_fields)

Handler = Callable[[Any, Context, AsyncConnection], Awaitable[Sequence[Message]]]
ManyHandler = Callable[[Sequence[tuple[Any, Context]], AsyncConnection], Awaitable[Sequence[Sequence[Message]]]]
"""Several messages of one type in one transaction; returns what follows from each, in their order."""


@dataclass(frozen=True)
class Heard:
    """A message that the service hears, and the one handler that it is heard by."""

    message: type[Message]
    handler: ManyHandler
    batched: bool

    @cached_property
    def answered(self) -> frozenset[str]:
        """The broker users that may give this order, and so be answered."""
        return frozenset(user for user, orders in ORDERS_GIVEN.items() if self.message in orders)


@dataclass(frozen=True)
class Arrived:
    """A message that was delivered and is what its contract says."""

    raw: Msg
    heard: Heard
    message: Message
    context: Context

    @property
    def claim(self) -> tuple[str, UUID]:
        """What this message may take effect under, once."""
        return self.message.claim_name(), self.context.id


@dataclass(frozen=True)
class Reader:
    """Decodes for one service; `token_key` is the raw public key of staff tokens."""

    signer: Signer
    token_key: bytes | None

    def arrived(self, raw: Msg, heard: Heard, now: datetime) -> Arrived:
        """Raises Malformed or Refused; both name fields only."""
        message, context = self.read(raw, heard.message, now)
        if subject_for(message, context.sender_association) != raw.subject:
            raise Malformed(("subject",))
        return Arrived(raw, heard, message, context)

    def read(self, raw: Msg, expected: type[Message], now: datetime) -> tuple[Message, Context]:
        """The message and the context it was sent in, its staff token verified."""
        envelope = _parsed(raw.data, expected)
        if envelope.type != expected.type_name():
            raise Malformed(("type",))
        message = opened(envelope, expected, self.signer, now=now) if issubclass(expected, Transfer) else envelope.data
        _require_storable(message)
        sender_association, sender = envelope.source.split("/", 1)
        if envelope.tenant != sender_association:
            raise Malformed(("tenant",))
        if not issubclass(expected, Transfer) and sender_association != self.signer.association:
            raise Malformed(("source",))
        actor, role = self._staff(raw, expected, envelope.time, now)
        token = header(raw, TOKEN_HEADER) if actor and issubclass(expected, Question) else None
        return message, Context(
            id=envelope.id,
            now=now,
            time=envelope.time,
            association=self.signer.association,
            sender=sender,
            sender_association=sender_association,
            correlation=envelope.correlationid or envelope.id,
            actor=actor,
            role=role,
            credential=Credential(token) if token else None,
        )

    def _staff(self, raw: Msg, expected: type[Message], time: datetime, now: datetime) -> tuple[str | None, str | None]:
        roles = expected.ROLES if issubclass(expected, (Order, Question)) else frozenset()
        if not roles:
            return None, None
        token = header(raw, TOKEN_HEADER)
        if token is None or self.token_key is None:
            raise Refused("token_missing", fields=(TOKEN_HEADER,))
        # An order may have waited for us; nobody keeps a question, so an expired token is not backdated into force.
        age_max = ORDER_AGE_MAX if issubclass(expected, Order) else CLOCK_SKEW_MAX
        if time > now + CLOCK_SKEW_MAX or time < now - age_max:
            raise Refused("order_too_old", fields=("time",))
        staff = verify_token(token, public_key=self.token_key, association=self.signer.association, at=time)
        if staff.role not in roles:
            raise Refused("role_not_allowed", fields=(TOKEN_HEADER,))
        return staff.actor, staff.role


def _require_storable(message: Message) -> None:
    """Raises Malformed. No word has a NUL, and PostgreSQL keeps none: it would be tried again and again in vain."""
    if fields := tuple(name for name, value in message if _holds_nul(value)):
        raise Malformed(("sealed",) if isinstance(message, Transfer) else tuple(f"data.{name}" for name in fields))


def _holds_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case BaseModel():
            return any(_holds_nul(inner) for _, inner in value)
        case Mapping():
            return any(_holds_nul(inner) for pair in value.items() for inner in pair)
        case tuple() | list() | frozenset() | set():
            return any(_holds_nul(inner) for inner in value)
        case _:
            return False


def header(raw: Msg, name: str) -> str | None:
    """A header's value, or None."""
    return raw.headers.get(name) if raw.headers else None


def reply_to(raw: Msg, heard: Heard | None) -> str | None:
    """The inbox that the business answer goes to."""
    named = header(raw, REPLY_TO_HEADER)
    if named is None or heard is None:
        return None
    users = heard.answered
    if issubclass(heard.message, Order) and heard.message.ANONYMOUS:  # the subject says who gave it, and no other
        users &= {raw.subject.rsplit(".", 1)[-1]}
    return named if may_answer(named, users) else None


def may_answer(subject: str, users: frozenset[str]) -> bool:
    """Whether this is an inbox of one of these users; an answer is never written anywhere else.

    Otherwise whoever asks could make us publish where we may and it may not, or where nobody may, and stop us.
    """
    return bool(ANSWER_SUBJECT.match(subject)) and subject.removeprefix("_INBOX_").split(".", 1)[0] in users


def bytes_id(raw: Msg) -> UUID:
    """An id for bytes that cannot be decoded: the same bytes on the same subject are the same message.

    Never the id that the sender claims: a spoiled message must not take the place of the mended one.
    """
    return UUID(bytes=sha256(raw.subject.encode() + b"\n" + raw.data).digest()[:16], version=5)


def _parsed(data: bytes, expected: type[Message]) -> Envelope[Any]:
    try:
        return _adapter(expected).validate_json(data)
    except ValidationError as fault:
        raise malformed(fault, ENVELOPE_FIELDS | _fields(expected)) from None


@lru_cache(maxsize=500)
def _adapter(expected: type[Message]) -> TypeAdapter[Envelope[Any]]:
    inner = SealedTransfer if issubclass(expected, Transfer) else expected
    return TypeAdapter(Envelope[inner])  # type: ignore[valid-type]


@lru_cache(maxsize=500)
def _fields(model: type[BaseModel]) -> frozenset[str]:
    """Every field name of a contract, nested ones too: names that may be told to anybody."""
    names = set()
    for definition in (model.model_json_schema(), *model.model_json_schema().get("$defs", {}).values()):
        names.update(definition.get("properties", {}))
    return frozenset(names)
