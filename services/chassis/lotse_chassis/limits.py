"""How much one address may do; the flood of one is turned away at once, and nobody else waits for it."""

import ipaddress
import time
from math import ceil

from fastapi import Request

from lotse_chassis.buckets import Buckets, Rate
from lotse_chassis.faults import Refused

IPV6_PREFIX = 64  # one household or phone has a whole /64
SECONDS_PER_MINUTE = 60.0
HOPS_MAX = 10  # proxies before us
BURST_MINUTES = 0.5  # what half a minute allows may come at once


class Limit:
    """One rate for all addresses; a dependency of the routes that it guards."""

    def __init__(self, per_minute: float, proxies: str = "") -> None:
        self._buckets = Buckets(Rate(per_minute / SECONDS_PER_MINUTE, max(1.0, per_minute * BURST_MINUTES)))
        self._proxies = frozenset(_plain(proxy) for proxy in proxies.split(",") if proxy.strip())

    async def __call__(self, request: Request) -> None:
        """Raises Refused if this address has had its share. Never in a thread: the buckets know no lock."""
        wait = self._buckets.wait_seconds(address_of(request, self._proxies), time.monotonic())
        if wait > 0:
            raise Refused("too_many", retry_after_seconds=ceil(wait))


def address_of(request: Request, proxies: frozenset[str]) -> str:
    """Where the request comes from, an IPv6 address by its network; held in memory only, never logged.

    What a proxy says is believed only of the proxies that are named, from the nearest on: everybody else may write
    into that header whatever they like.
    """
    told = ",".join(request.headers.getlist("x-forwarded-for")).split(",") if proxies else []
    hops = [_plain(hop) for hop in (request.client.host if request.client else "", *reversed(told[-HOPS_MAX:]))]
    host = next((hop for hop in hops if hop and hop not in proxies), hops[0])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return host


def _plain(text: str) -> str:
    """An address in its one spelling. A socket for both families says `::ffff:192.0.2.1` of IPv4, and all of them would
    be one network of IPv6: the flood of one would turn everybody away."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return text.strip()
    return str((address.version == 6 and address.ipv4_mapped) or address)
