"""What a service says leaves in the transaction that made it true."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import telemetry
from lotse_chassis.context import Context
from lotse_chassis.database import outbox
from lotse_chassis.faults import Refused
from lotse_chassis.transfers import Signer, sealed_json
from lotse_contracts.envelope import (
    MESSAGE_BYTES_MAX,
    Fact,
    Message,
    Transfer,
    dead_subject,
    envelope_of,
    subject_for,
    to_json,
)

KEPT_DAYS = 45  # longer than any stream keeps a message, so that reconcile can say it again
PRUNED_ROWS_MAX = 5_000
HEADER_CHARACTERS_MAX = 500
BODY_BYTES_MAX = MESSAGE_BYTES_MAX - 1_024  # a stream counts the relay's headers too

_TOKEN = re.compile(r"^[A-Za-z0-9_-]{1,64}\Z")
_STRANGE = re.compile(r"[^ -~]")
_STAGE_MANY = text(
    "INSERT INTO outbox (publish_id, message_id, kind, claim_name, subject, key, body, headers, staged_at)"
    " SELECT publish_id, message_id, kind, claim_name, subject, key, body, headers, :at FROM unnest("
    " CAST(:publish_ids AS text[]), CAST(:message_ids AS uuid[]), CAST(:kinds AS text[]), CAST(:claim_names AS text[]),"
    " CAST(:subjects AS text[]), CAST(:keys AS text[]), CAST(:bodies AS bytea[]), CAST(:headers AS jsonb[]))"
    " AS given (publish_id, message_id, kind, claim_name, subject, key, body, headers)"
)


@dataclass(frozen=True)
class Staged:
    """One row of the outbox to be."""

    message_id: UUID
    publish_id: str
    kind: str
    claim_name: str
    subject: str
    key: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def written(message: Message, context: Context, signer: Signer) -> Staged:
    """The message as it will stand on the wire, with the trace it belongs to. Raises Refused if no stream takes it."""
    linked = not (isinstance(message, Fact) and message.ANONYMOUS)
    envelope = envelope_of(
        message,
        id=uuid4(),
        association=signer.association,
        sender=signer.service,
        time=context.now,
        causation=context.id if linked else None,
        correlation=context.correlation if linked else None,
        actor=context.actor if linked else None,
    )
    body = sealed_json(envelope, message, signer) if isinstance(message, Transfer) else to_json(envelope)
    if len(body) > BODY_BYTES_MAX:  # it would stay in the outbox for good, and its cause look as if all were well
        raise Refused("too_large", fields=("data",))
    return Staged(
        message_id=envelope.id,
        publish_id=f"{envelope.id}.v{message.VERSION}",
        kind=message.KIND,
        claim_name=message.claim_name(),
        subject=subject_for(message, signer.association),
        key=message.key,
        body=body,
        headers=telemetry.inject() if linked else {},
    )


def dead(*, association: str, service: str, subject: str, dead_id: UUID, body: bytes, why: dict[str, str]) -> Staged:
    """A message that could not be settled, as it arrived; `why` becomes its headers."""
    # Whoever spoiled a message also chose its key: a database may not take it, nor a broker.
    tokens = [token if _TOKEN.match(token) else "none" for token in subject.split(".")]
    name, key = (tokens[5], tokens[-1]) if tokens[2:3] == ["xfer"] and len(tokens) > 6 else (tokens[4], tokens[-1])
    return Staged(
        message_id=dead_id,
        # The place it came from makes it new: a replayed message that fails again is no duplicate of its first burial.
        publish_id=f"dead.{service}.{dead_id}.{why.get('lotse-sequence', '0')}",
        kind="dead",
        claim_name="dead",
        subject=dead_subject(association, service, name, key),
        key=key,
        body=body,
        headers={header: _STRANGE.sub("?", value)[:HEADER_CHARACTERS_MAX] for header, value in why.items()},
    )


async def stage(tx: AsyncConnection, rows: Sequence[Staged], now: datetime) -> None:
    """Insert all rows in one statement, in their order."""
    if not rows:
        return
    await tx.execute(
        _STAGE_MANY,
        {
            "at": now,
            "publish_ids": [row.publish_id for row in rows],
            "message_ids": [str(row.message_id) for row in rows],
            "kinds": [row.kind for row in rows],
            "claim_names": [row.claim_name for row in rows],
            "subjects": [row.subject for row in rows],
            "keys": [row.key for row in rows],
            "bodies": [row.body for row in rows],
            "headers": [json.dumps(row.headers) for row in rows],
        },
    )


async def forget(tx: AsyncConnection, key: str) -> int:
    """Delete all that was said under a key, sent or not: the erasure of a person. Returns how many rows went."""
    return (await tx.execute(delete(outbox).where(outbox.c.key == key))).rowcount


async def prune(tx: AsyncConnection, now: datetime) -> int:
    """Forget what was sent long ago; returns how many rows went."""
    old = (
        select(outbox.c.position)
        .where(outbox.c.sent_at.is_not(None), outbox.c.staged_at < now - timedelta(days=KEPT_DAYS))
        .limit(PRUNED_ROWS_MAX)
    )
    return (await tx.execute(delete(outbox).where(outbox.c.position.in_(old)))).rowcount
