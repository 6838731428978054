"""Streams and consumers, made and mended from the wiring; the provisioning job alone does this, never a service."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    ExternalStream,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamConsumerSource,
    StreamSource,
    SubjectTransform,
)
from nats.js.errors import APIError, NotFoundError

from lotse_contracts import wiring
from lotse_contracts.catalogue import SERVICES
from lotse_contracts.envelope import MESSAGE_BYTES_MAX, PUBLIC_BYTES_MAX

DAY_SECONDS = 86_400
KEPT_SECONDS = 30 * DAY_SECONDS  # facts are special-category data under a pseudonym; services' stores are the truth
DEAD_KEPT_SECONDS = 90 * DAY_SECONDS  # long enough for somebody to look at it and replay it
DUPLICATES_KNOWN_SECONDS = 600  # the inbox knows them for longer; this spares it the repetitions of a moment
MEBIBYTE = 1024 * 1024
EVENTS_BYTES_MAX = 1024 * MEBIBYTE
COMMANDS_BYTES_MAX = 512 * MEBIBYTE
PUBLIC_BYTES_STORED_MAX = 3_072 * MEBIBYTE  # room for every frontend's largest orders at once
PUBLIC_ORDERS_WAITING_MAX = 4_600  # of one kind and one frontend: a flooded frontend is refused, never its neighbour
DEAD_BYTES_MAX = 256 * MEBIBYTE
FEDERATION_BYTES_MAX = 256 * MEBIBYTE  # each way; leaves room in the account for both
HEADERS_BYTES_MAX = 4_096  # streams count headers too
WIRE_BYTES_MAX = MESSAGE_BYTES_MAX + HEADERS_BYTES_MAX  # the largest message still fits with a reason or a source

ACK_WAIT_SECONDS = 20.0
ACKS_PENDING_MAX = 1_000
FLOW_ACKS_PENDING_MAX = 1_000
HEARTBEAT_SECONDS = 1.0
CONNECT_SECONDS = 5


class CannotProvision(RuntimeError):
    """What exists cannot be brought to what is planned; the text says which stream and what the server answered."""


@dataclass(frozen=True)
class PlannedConsumer:
    """A consumer and the stream it reads."""

    stream: str
    config: ConsumerConfig


def streams_of(association: str) -> tuple[StreamConfig, ...]:
    """The streams of account APP."""
    subjects = wiring.stream_subjects(association)
    events = _stream("EVENTS", subjects["EVENTS"], EVENTS_BYTES_MAX, discard=DiscardPolicy.OLD)
    commands = _queue("COMMANDS", subjects["COMMANDS"], COMMANDS_BYTES_MAX)
    public = replace(
        _queue("ORDERS_PUBLIC", subjects["ORDERS_PUBLIC"], PUBLIC_BYTES_STORED_MAX),
        max_msg_size=PUBLIC_BYTES_MAX + HEADERS_BYTES_MAX,
        max_msgs_per_subject=PUBLIC_ORDERS_WAITING_MAX,
        discard_new_per_subject=True,
    )
    dead = _stream("DEAD", subjects["DEAD"], DEAD_BYTES_MAX, discard=DiscardPolicy.OLD)
    # The relays publish their batches atomically here: one sync to disk for all (ADR 3).
    events, commands = replace(events, allow_atomic=True), replace(commands, allow_atomic=True)
    return (events, commands, public, replace(dead, max_age=DEAD_KEPT_SECONDS, max_msg_size=WIRE_BYTES_MAX))


def federation_streams_of(association: str, partners: Sequence[str]) -> tuple[StreamConfig, ...]:
    """The streams of account FED: what leaves stays until each receiver has it, what came until its service has it."""
    out = _stream(
        f"FED_OUT_{association}", (f"lotse.{association}.xfer.>",), FEDERATION_BYTES_MAX, discard=DiscardPolicy.NEW
    )
    # FED_IN takes nothing from clients but a dead transfer that an administrator replays, under its first subject.
    incoming = replace(
        _queue("FED_IN", (f"lotse.{association}.replay.>",), FEDERATION_BYTES_MAX),
        max_msg_size=WIRE_BYTES_MAX,
        subject_transform=SubjectTransform(src=f"lotse.{association}.replay.>", dest=">"),
        sources=[_source(origin, association) for origin in sorted(partners)] or None,
    )
    return (replace(out, retention=RetentionPolicy.INTEREST), incoming)


def consumers_of(association: str, account: str, ack_wait_seconds: float) -> tuple[PlannedConsumer, ...]:
    """The durables of all services in one account."""
    found = [
        consumer
        for service in SERVICES
        for consumer in wiring.consumers(service, association)
        if consumer.account == account
    ]
    return tuple(PlannedConsumer(consumer.stream, _durable(consumer, ack_wait_seconds)) for consumer in found)


def senders_of(association: str, partners: Sequence[str]) -> tuple[PlannedConsumer, ...]:
    """What carries our transfers to each partner, prepared here so that no partner may create one."""
    return tuple(PlannedConsumer(f"FED_OUT_{association}", _sender(association, partner)) for partner in partners)


async def provision(
    nats_url: str,
    ops_seed: str,
    association: str,
    *,
    ack_wait_seconds: float = ACK_WAIT_SECONDS,
    tls: ssl.SSLContext | None = None,
) -> tuple[str, ...]:
    """Make and mend the streams and consumers of account APP; return what was changed, in words."""
    planned = consumers_of(association, "APP", ack_wait_seconds)
    async with connected(nats_url, ops_seed, "ops", tls=tls) as client:
        return await _apply(client.jetstream(), streams_of(association), planned)


async def provision_federation(
    nats_url: str,
    fedops_seed: str,
    association: str,
    partners: Sequence[str],
    *,
    ack_wait_seconds: float = ACK_WAIT_SECONDS,
    tls: ssl.SSLContext | None = None,
) -> tuple[str, ...]:
    """The same for account FED. The senders stand before the sources, so that nothing said is without a reader."""
    planned = (*senders_of(association, partners), *consumers_of(association, "FED", ack_wait_seconds))
    async with connected(nats_url, fedops_seed, "fedops", tls=tls) as client:
        return await _apply(client.jetstream(), federation_streams_of(association, partners), planned)


async def nudge_sources(nats_url: str, fedops_seed: str, *, tls: ssl.SSLContext | None = None) -> str:
    """Make the server source anew from every partner, where it has stopped though the link stands; what came, stays."""
    async with connected(nats_url, fedops_seed, "fedops", tls=tls) as client:
        js = client.jetstream()
        await js.update_stream((await js.stream_info("FED_IN")).config)
    return "stream FED_IN sources anew"


@asynccontextmanager
async def connected(nats_url: str, seed: str, user: str, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Client]:
    """An administrator's connection. Raises nats.errors.NoServersError if the broker is away."""
    client = await nats.connect(
        nats_url,
        nkeys_seed_str=seed,
        name=user,
        inbox_prefix=f"_INBOX_{user}".encode(),
        connect_timeout=CONNECT_SECONDS,
        allow_reconnect=False,
        max_reconnect_attempts=1,
        error_cb=_ignore,
        tls=tls,
    )
    try:
        yield client
    finally:
        await client.close()


async def _ignore(fault: Exception) -> None:
    """The call that failed says so itself; nats-py would print a traceback beside it."""


async def _apply(
    js: JetStreamContext, streams: Sequence[StreamConfig], consumers: Sequence[PlannedConsumer]
) -> tuple[str, ...]:
    changes = [change for stream in streams if (change := await _ensure_stream(js, stream))]
    changes += [change for consumer in consumers if (change := await _ensure_consumer(js, consumer))]
    return tuple(changes)


async def _ensure_stream(js: JetStreamContext, planned: StreamConfig) -> str | None:
    name = str(planned.name)
    try:
        found = (await js.stream_info(name)).config
    except NotFoundError:
        await js.add_stream(planned)
        return f"stream {name} created"
    differing = _differences(planned, found)
    if not differing:
        return None
    try:
        await js.update_stream(planned)
    except APIError as fault:
        raise _unchangeable(f"stream {name}", differing, fault) from fault
    return f"stream {name} corrected: {', '.join(differing)}"


async def _ensure_consumer(js: JetStreamContext, planned: PlannedConsumer) -> str | None:
    name = str(planned.config.name)
    label = f"consumer {planned.stream}/{name}"
    try:
        found = (await js.consumer_info(planned.stream, name)).config
    except NotFoundError:
        await js.add_consumer(planned.stream, planned.config)
        return f"{label} created"
    differing = _differences(planned.config, found)
    if not differing:
        return None
    try:
        await js.add_consumer(planned.stream, planned.config)
    except APIError as fault:
        raise _unchangeable(label, differing, fault) from fault
    return f"{label} corrected: {', '.join(differing)}"


def _unchangeable(label: str, differing: Sequence[str], fault: APIError) -> CannotProvision:
    return CannotProvision(f"{label}: {', '.join(differing)} cannot be changed: {fault.description}")


def _differences(planned: StreamConfig | ConsumerConfig, found: StreamConfig | ConsumerConfig) -> list[str]:
    """The names of planned fields that are otherwise on the server; what is not planned is the server's."""
    there, wanted = _plain(found), _plain(planned)
    return sorted(field for field, value in wanted.items() if value is not None and not _same(value, there.get(field)))


def _plain(config: StreamConfig | ConsumerConfig) -> dict[str, Any]:
    return asdict(config)


def _same(wanted: Any, there: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(there, dict):
        return all(_same(value, there.get(key)) for key, value in wanted.items() if value is not None)
    if isinstance(wanted, list) and isinstance(there, list):
        return len(wanted) == len(there) and all(_same(*pair) for pair in zip(wanted, there, strict=True))
    return bool(wanted == there) or (not wanted and not there)


def _stream(name: str, subjects: Sequence[str], bytes_max: int, *, discard: DiscardPolicy) -> StreamConfig:
    return StreamConfig(
        name=name,
        subjects=list(subjects),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=discard,
        max_age=KEPT_SECONDS,
        max_bytes=bytes_max,
        max_msg_size=MESSAGE_BYTES_MAX,
        duplicate_window=DUPLICATES_KNOWN_SECONDS,
        allow_direct=True,
        num_replicas=1,
    )


def _queue(name: str, subjects: Sequence[str], bytes_max: int) -> StreamConfig:
    stream = _stream(name, subjects, bytes_max, discard=DiscardPolicy.NEW)
    return replace(stream, retention=RetentionPolicy.WORK_QUEUE)


def _durable(consumer: wiring.Consumer, ack_wait_seconds: float) -> ConsumerConfig:
    return ConsumerConfig(
        name=consumer.durable,
        durable_name=consumer.durable,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ack_wait_seconds,
        max_deliver=-1,  # the chassis counts attempts itself; JetStream's count rises for a whole batch
        max_ack_pending=ACKS_PENDING_MAX,
        filter_subjects=list(consumer.filters),
    )


def _sender(association: str, partner: str) -> ConsumerConfig:
    return ConsumerConfig(
        name=f"to_{partner}",
        durable_name=f"to_{partner}",
        ack_policy=AckPolicy.FLOW_CONTROL,
        max_deliver=-1,
        filter_subject=f"lotse.{association}.xfer.{partner}.>",
        deliver_subject=f"fed_deliver.{partner}.from_{association}",
        flow_control=True,
        idle_heartbeat=HEARTBEAT_SECONDS,
        max_ack_pending=FLOW_ACKS_PENDING_MAX,
    )


def _source(origin: str, receiver: str) -> StreamSource:
    return StreamSource(
        name=f"FED_OUT_{origin}",
        external=ExternalStream(api=f"$JS.{origin}.API", deliver=f"fed_deliver.{receiver}"),
        consumer=StreamConsumerSource(name=f"to_{receiver}", deliver_subject=f"fed_deliver.{receiver}.from_{origin}"),
    )
