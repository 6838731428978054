"""How much one address may do; the flood of one is turned away at once, and nobody else waits for it."""

import ipaddress
import time

from fastapi import Request

from lotse_intake.domain.buckets import Buckets, Rate
from lotse_intake.http.routes import TooSoon

IPV6_PREFIX = 64  # one household or phone has a whole /64
SECONDS_PER_MINUTE = 60.0
BURST_MINUTES = 0.5  # what half a minute allows may come at once


class Limit:
    """One rate for all addresses; a dependency of the routes that it guards."""

    def __init__(self, per_minute: float) -> None:
        self._buckets = Buckets(Rate(per_minute / SECONDS_PER_MINUTE, max(1.0, per_minute * BURST_MINUTES)))

    def __call__(self, request: Request) -> None:
        """Raises TooSoon if this address has had its share."""
        wait = self._buckets.wait_seconds(_address(request), time.monotonic())
        if wait > 0:
            raise TooSoon(wait)


def _address(request: Request) -> str:
    """Where the request comes from; held in memory only, never logged."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return host
