"""Says again what a stream lost: the outboxes keep what was said, the inboxes what took effect.

A message is said again under its old envelope id, so that it takes effect once, but under a fresh `Nats-Msg-Id`: a
stream that was purged still knows the old one within its duplicate window. What is erased is gone from the outbox,
what is older than the streams keep anything is left alone, and what its hearers have claimed is acknowledged.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import nats.errors
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from psycopg import AsyncConnection

from lotse_chassis.streams import KEPT_SECONDS, connected
from lotse_contracts import wiring
from lotse_contracts.catalogue import SERVICES

PAGE_MESSAGES = 1_000
FETCH_SECONDS = 2.0
ROWS_MAX = 1_000_000  # of one outbox within a stream's age

_SENT = """SELECT position, message_id, kind, claim_name, sent_at FROM outbox
 WHERE sent_at IS NOT NULL AND staged_at > %s ORDER BY position LIMIT %s"""
_CLAIMED = "SELECT message_id FROM inbox WHERE name = %s AND message_id = ANY(%s)"
_AGAIN = """UPDATE outbox SET sent_at = NULL, publish_id = split_part(publish_id, '~', 1) || '~' || %s
 WHERE position = ANY(%s)"""


@dataclass(frozen=True)
class Brokers:
    """Where the streams are, with the seeds of the two administrators; without `fedops_seed` there is no partner."""

    nats_url: str
    ops_seed: str
    fedops_seed: str | None = None


@dataclass(frozen=True)
class Sent:
    """One row of an outbox that a stream took."""

    service: str
    position: int
    message_id: UUID
    kind: str
    claim_name: str
    sent_at: datetime


@dataclass(frozen=True)
class Kept:
    """What a stream still has, and since when it is this stream."""

    ids: frozenset[UUID]
    created: datetime | None


def listeners() -> dict[str, frozenset[str]]:
    """Who hears each message within the association, by its name without version."""
    found: dict[str, set[str]] = defaultdict(set)
    for service in SERVICES:
        for message in wiring.hears(service):
            if message.KIND != "xfer":
                found[message.claim_name()].add(service)
    return {name: frozenset(services) for name, services in found.items()}


async def reconcile(
    brokers: Brokers, databases: Mapping[str, str], association: str, *, now: datetime
) -> dict[str, int]:
    """Compare and stage again what was lost; returns how many messages of each service. `databases`: owners' URLs."""
    kept = await _streams(brokers, association)
    sent = {service: await _sent(url, service, now) for service, url in databases.items()}
    claimed = await _claims(databases, [row for rows in sent.values() for row in rows])
    again = {}
    for service, rows in sent.items():
        lost = [row for row in rows if is_lost(row, kept, claimed)]
        await _say_again(databases[service], lost, now)
        again[service] = len(lost)
    return again


def is_lost(row: Sent, kept: Mapping[str, Kept], claimed: Mapping[str, frozenset[UUID]]) -> bool:
    """Whether nobody can get this message any more who still must.

    For facts and orders the hearers' inboxes know. A transfer's hearer is elsewhere, a dead letter's is a person:
    there, what was sent before the stream was made anew is lost.
    """
    stream = kept[row.kind]
    if row.message_id in stream.ids:
        return False
    if row.kind in {"xfer", "dead"}:
        return stream.created is not None and row.sent_at < stream.created
    hearers = listeners().get(row.claim_name, frozenset())
    return any(row.message_id not in claimed[f"{hearer}/{row.claim_name}"] for hearer in hearers)


async def _sent(url: str, service: str, now: datetime) -> list[Sent]:
    async with await AsyncConnection.connect(url) as connection:
        since = now - timedelta(seconds=KEPT_SECONDS)
        rows = await (await connection.execute(_SENT, (since, ROWS_MAX))).fetchall()
    return [Sent(service, *row) for row in rows]


async def _claims(databases: Mapping[str, str], sent: list[Sent]) -> dict[str, frozenset[UUID]]:
    """Per hearer and name, which of the ids took effect."""
    by_name: dict[str, list[UUID]] = defaultdict(list)
    for row in sent:
        by_name[row.claim_name].append(row.message_id)
    found = {}
    for name, hearers in listeners().items():
        for hearer in hearers & databases.keys():
            async with await AsyncConnection.connect(databases[hearer]) as connection:
                rows = await (await connection.execute(_CLAIMED, (name, by_name.get(name, [])))).fetchall()
            found[f"{hearer}/{name}"] = frozenset(row[0] for row in rows)
    return found


async def _say_again(url: str, lost: list[Sent], now: datetime) -> None:
    if lost:
        async with await AsyncConnection.connect(url) as connection:
            await connection.execute(_AGAIN, (now.strftime("%Y%m%dT%H%M%S%f"), [row.position for row in lost]))


async def _streams(brokers: Brokers, association: str) -> dict[str, Kept]:
    """What each kind's streams hold."""
    async with connected(brokers.nats_url, brokers.ops_seed, "ops") as client:
        js = client.jetstream()
        found = {kind: await _kept(js, name) for kind, name in (("evt", "EVENTS"), ("dead", "DEAD"))}
        commands = [await _kept(js, name) for name in ("COMMANDS", "ORDERS_PUBLIC")]
    found["cmd"] = Kept(commands[0].ids | commands[1].ids, commands[0].created)
    found["xfer"] = Kept(frozenset(), None)
    if brokers.fedops_seed is not None:
        async with connected(brokers.nats_url, brokers.fedops_seed, "fedops") as client:
            found["xfer"] = await _kept(client.jetstream(), f"FED_OUT_{association}")
    return found


async def _kept(js: JetStreamContext, stream: str) -> Kept:
    """The envelope ids in a stream, read without its bodies and without disturbing its consumers."""
    try:
        info = await js.stream_info(stream)
    except NotFoundError:
        return Kept(frozenset(), None)
    read = _read_by_consumer if stream == "EVENTS" else _read_one_by_one
    return Kept(frozenset(await read(js, stream, info.state.first_seq, info.state.last_seq)), info.created)


async def _read_by_consumer(js: JetStreamContext, stream: str, first: int, last: int) -> set[UUID]:
    """Headers alone, in pages, through a consumer that is gone afterwards."""
    ids: set[UUID] = set()
    reading = ConsumerConfig(
        ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, headers_only=True, inactive_threshold=30.0
    )
    subscription = await js.pull_subscribe(">", stream=stream, config=reading)
    position = first - 1
    while position < last:
        try:
            page = await subscription.fetch(PAGE_MESSAGES, timeout=FETCH_SECONDS)
        except (nats.errors.TimeoutError, TimeoutError):
            break
        ids |= {found for raw in page if (found := _envelope_id(raw.headers)) is not None}
        position = page[-1].metadata.sequence.stream
    await subscription.unsubscribe()
    return ids


async def _read_one_by_one(js: JetStreamContext, stream: str, first: int, last: int) -> set[UUID]:
    """A work queue takes no second consumer; it is short."""
    ids: set[UUID] = set()
    position = first
    while position <= last:
        try:
            raw = await js.get_msg(stream, position, subject=">", next=True)
        except NotFoundError:
            break
        if (found := _envelope_id(raw.headers)) is not None:
            ids.add(found)
        position = (raw.seq or position) + 1
    return ids


def _envelope_id(headers: Mapping[str, str] | None) -> UUID | None:
    """The envelope id within a `Nats-Msg-Id`: `<id>.v1`, `<id>.v1~<when>`, `dead.<service>.<id>`, or a bare id."""
    named = str((headers or {}).get("Nats-Msg-Id", ""))  # nats-py gives an object where a frontend wrote no ASCII
    for part in named.split("~", maxsplit=1)[0].split("."):
        try:
            return UUID(part)
        except ValueError:
            continue
    return None
