"""Looks how each provider stands, counts it, and writes down what has changed, for the command line."""

import asyncio
import logging

from prometheus_client import CollectorRegistry, Gauge

from lotse_notify.domain.breaker import Stands
from lotse_notify.providers.routes import Routes
from lotse_notify.store import providers
from lotse_notify.workers.post import Units

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
NUMBERS: dict[Stands, int] = {"closed": 0, "half_open": 1, "paused": 1, "open": 2}


class ProviderMeters:
    """0: it works; 1: one message tries, or it asked for a pause; 2: it is left alone."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.state = Gauge(
            "lotse_notify_provider_state",
            "0: works, 1: one message tries or it asked for a pause, 2: left alone after too many errors",
            ["provider"],
            registry=registry,
        )


async def run(stopping: asyncio.Event, *, units: Units, routes: Routes, meters: ProviderMeters) -> None:
    """Until stopped."""
    known: dict[str, Stands] = {}
    while not stopping.is_set():
        known = await look(units, routes, meters, known)
        await _rest(stopping, LOOK_SECONDS)


async def look(units: Units, routes: Routes, meters: ProviderMeters, known: dict[str, Stands]) -> dict[str, Stands]:
    """How they stand now."""
    states = routes.states()
    for provider, state in states.items():
        meters.state.labels(provider).set(NUMBERS[state])
        if state == "open" and known.get(provider) != "open":
            log.warning("a provider is left alone after too many errors: %s", provider)
    if states != known:
        async with units() as unit:
            await providers.note(unit.tx, states, unit.context.now)
    return states


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
