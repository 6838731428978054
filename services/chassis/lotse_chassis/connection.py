"""The way to the association's broker, and to its federated streams where there is a partner."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import nats
from faststream.nats import NatsBroker, NatsNKey
from nats.aio.client import Client

from lotse_chassis.armour import armour
from lotse_chassis.settings import Settings
from lotse_contracts.envelope import template_of

log = logging.getLogger(__name__)

RECONNECT_SECONDS = 1
PING_SECONDS = 20  # the third without an answer is a broken link; nats-py would wait for six minutes
PROBE_SECONDS = 1.0
GRACEFUL_SECONDS = 10.0
PENDING_BYTES = 8 * 1024 * 1024  # of publishes while the link is away

_DENIED = re.compile(r"permissions violation for (publish|subscription) to \"?([^\"\s]+)", re.IGNORECASE)

Fatal = Callable[[str], None]
Reconnected = Callable[[], Awaitable[None]]
Closed = Callable[[], Awaitable[None]]


def broker_of(
    settings: Settings, service: str, *, fatal: Fatal, reconnected: Reconnected, closed: Closed
) -> NatsBroker:
    """An unstarted broker; it reconnects for ever. `closed` is called should nats-py give up all the same."""
    security = None
    if settings.nats_seed_file is not None and settings.nats_seed_file.exists():
        security = NatsNKey.from_seed(settings.nats_seed_file.read_text().strip())
    return NatsBroker(
        settings.nats_url,
        name=service,
        security=security,
        inbox_prefix=f"_INBOX_{service}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,
        ping_interval=PING_SECONDS,
        pending_size=PENDING_BYTES,
        graceful_timeout=GRACEFUL_SECONDS,
        error_cb=errors_to(fatal),
        reconnected_cb=reconnected,
        closed_cb=closed,
        logger=None,
    )


async def federated_client(
    settings: Settings, service: str, *, fatal: Fatal, reconnected: Reconnected, closed: Closed
) -> Client:
    """The second connection, limited to this service's durable on the federated stream."""
    assert settings.fed_seed_file is not None  # noqa: S101 - the caller asked because it is set
    client = await nats.connect(
        settings.nats_url,
        name=f"{service}-fed",
        nkeys_seed_str=settings.fed_seed_file.read_text().strip(),
        inbox_prefix=f"_INBOX_{service}-fed",
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,
        ping_interval=PING_SECONDS,
        error_cb=errors_to(fatal),
        reconnected_cb=reconnected,
        closed_cb=closed,
    )
    armour(client)
    return client


def errors_to(fatal: Fatal) -> Callable[[Exception], Awaitable[None]]:
    """A denied permission is fatal and loud: the client itself would only see time-outs."""

    async def on_error(fault: Exception) -> None:
        if denied := _DENIED.search(str(fault)):
            fatal(f"the broker denies {denied.group(1)} to {template_of(denied.group(2))}")
        else:
            log.warning("broker: %s", type(fault).__name__)

    return on_error


async def broker_is_there(url: str) -> bool:
    """Whether something listens where the broker should be."""
    address = urlsplit(url.split(",", maxsplit=1)[0])
    try:
        _, writer = await asyncio.wait_for(
            asyncio.open_connection(address.hostname or "127.0.0.1", address.port or 4222), PROBE_SECONDS
        )
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
