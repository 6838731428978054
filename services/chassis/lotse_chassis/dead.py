"""Dead letters for an administrator: what could not be settled, why, and saying it again once that is mended."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from psycopg import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_chassis.reconcile import Brokers
from lotse_chassis.streams import connected
from lotse_contracts.answers import TOKEN_HEADER
from lotse_contracts.catalogue import BY_TYPE
from lotse_contracts.envelope import Message, Order, template_of

STREAM = "DEAD"
LETTERS_MAX = 1_000  # of one list
TOKEN_FAULTS = ("token_missing", "token_invalid", "role_not_allowed", "order_too_old")
"""Refused for who gave it: a replay must not give such an order the rights that it never had."""

_FORGET = (
    "DELETE FROM inbox WHERE message_id = %s",
    "DELETE FROM attempt WHERE message_id = %s",
    "DELETE FROM refusal WHERE message_id = %s",
    "DELETE FROM outbox WHERE kind = 'dead' AND message_id = %s",
)


@dataclass(frozen=True)
class DeadLetter:
    """One dead letter; `number` is its place in the stream. The body may hold a person's words: it is not shown."""

    number: int
    at: datetime | None
    service: str
    reason: str
    origin: str = field(repr=False)
    attempts: int
    claim_id: UUID | None
    body: bytes = field(repr=False)

    @property
    def template(self) -> str:
        """The subject it came on, without association and key."""
        return template_of(self.origin)

    def attributes(self) -> dict[str, str]:
        """The envelope's own attributes, without its data; empty if the body is no envelope."""
        shown = ("id", "source", "type", "time", "causationid", "correlationid", "actor", "tenant")
        envelope = _envelope(self.body)
        return {name: str(envelope[name])[:100] for name in shown if isinstance(envelope.get(name), str)}


@dataclass(frozen=True)
class Replay:
    """What a dead letter is said again with; `databases` holds the URL of each service."""

    brokers: Brokers
    databases: Mapping[str, str] = field(repr=False)
    association: str
    now: datetime


async def listed(brokers: Brokers, limit: int = LETTERS_MAX) -> list[DeadLetter]:
    """The newest dead letters, oldest of them first."""
    async with _stream(brokers) as js:
        state = (await js.stream_info(STREAM)).state
        position, found = state.first_seq, []
        while position <= state.last_seq:
            try:
                raw = await js.get_msg(STREAM, position, subject=">", next=True)
            except NotFoundError:
                break
            found.append(_letter(raw))
            position = (raw.seq or position) + 1
    return found[-limit:]


async def letter(brokers: Brokers, number: int) -> DeadLetter:
    """One dead letter. Raises Refused if there is none with this number."""
    async with _stream(brokers) as js:
        try:
            return _letter(await js.get_msg(STREAM, number))
        except NotFoundError:
            raise Refused("no_such_letter") from None


async def replay(how: Replay, number: int, *, token: str | None = None) -> DeadLetter:
    """Say it again on the subject it came on, then take it out of the dead letters.

    Its claim is forgotten first, so that it can take effect; if the cause is not mended, it is buried again. Raises
    Refused if it was refused for who gave it, or if it is a staff order and no token is given.
    """
    found = await letter(how.brokers, number)
    needs_token = bool(staff_roles(found))
    if any(code in found.reason for code in TOKEN_FAULTS):
        raise Refused("not_replayable")
    if needs_token and token is None:
        raise Refused("token_missing", fields=(TOKEN_HEADER,))
    await _forget(how.databases[found.service], found)
    await _publish(how, found, token if needs_token else None)
    async with _stream(how.brokers) as js:
        await js.delete_msg(STREAM, number)
    return found


async def _publish(how: Replay, found: DeadLetter, token: str | None) -> None:
    """Under a fresh id: a stream still knows the old one within its duplicate window."""
    headers = {"Nats-Msg-Id": f"{found.claim_id}~{how.now:%Y%m%dT%H%M%S%f}"}
    if token is not None:
        headers[TOKEN_HEADER] = token
    brokers, subject = how.brokers, found.origin
    user, seed = "ops", brokers.ops_seed
    if ".xfer." in template_of(found.origin):
        if brokers.fedops_seed is None:
            raise Refused("no_partner")
        user, seed, subject = "fedops", brokers.fedops_seed, f"lotse.{how.association}.replay.{found.origin}"
    async with connected(brokers.nats_url, seed, user) as client:
        await client.jetstream().publish(subject, found.body, headers=headers)


async def _forget(database_url: str, found: DeadLetter) -> None:
    async with await AsyncConnection.connect(database_url) as connection:
        for statement in _FORGET:
            await connection.execute(statement, (found.claim_id,))


def staff_roles(found: DeadLetter) -> frozenset[str]:
    """The roles that may give the order in this letter; empty if it needs none."""
    message = _type_of(found.origin)
    return message.ROLES if message is not None and issubclass(message, Order) else frozenset()


def _type_of(origin: str) -> type[Message] | None:
    tokens = template_of(origin).split(".")
    return BY_TYPE.get((tokens[2], ".".join(tokens[-3:]))) if len(tokens) > 4 else None


def _letter(raw: Any) -> DeadLetter:
    headers = raw.headers or {}
    tokens = str(raw.subject).split(".")
    return DeadLetter(
        number=raw.seq,
        at=raw.time,
        service=tokens[3] if len(tokens) > 3 else "unknown",
        reason=headers.get("lotse-reason", "unknown"),
        origin=headers.get("lotse-origin", ""),
        attempts=int(headers.get("lotse-attempts", "0")),
        claim_id=_claim_id(headers.get("Nats-Msg-Id", "")),
        body=raw.data or b"",
    )


def _claim_id(publish_id: str) -> UUID | None:
    """`dead.<service>.<id>.…`."""
    try:
        return UUID(publish_id.split("~", maxsplit=1)[0].split(".")[2])
    except (ValueError, IndexError):
        return None


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@asynccontextmanager
async def _stream(brokers: Brokers) -> AsyncIterator[JetStreamContext]:
    async with connected(brokers.nats_url, brokers.ops_seed, "ops") as client:
        yield client.jetstream()
