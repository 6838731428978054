"""How workers see of each other that they live: a lock of the database that goes with the process that holds it.

What a dead one had in hand need not wait for its lease then. One that lost its lock by mistake loses nothing else: its
fence keeps it from overwriting, and its late yes still counts.
"""

import logging
import secrets
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_notify.store.tables import attempt

log = logging.getLogger(__name__)

LOCK_SPACE = 0x6C6F776B  # "lowk": advisory locks of the workers of notify
KEYS = 2**31
WORKERS_MAX = 20  # that are looked at in one round

_HOLD = text("SELECT pg_try_advisory_lock(:space, :worker)")
_FREE = text("SELECT pg_try_advisory_xact_lock(:space, :worker)")


class Living:
    """The lock of this process, under a number that no other one has."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.worker = secrets.randbelow(KEYS)
        self._engine = engine
        self._connection: AsyncConnection | None = None

    async def hold(self) -> None:
        """Hold the lock, again where the database was away. Raises DBAPIError or OSError while it is."""
        if self._connection is not None:
            try:
                await self._connection.exec_driver_sql("SELECT 1")
            except (DBAPIError, OSError):
                await self.let_go()
            else:
                return
        connection = await self._engine.connect()
        try:
            lock = await connection.execution_options(isolation_level="AUTOCOMMIT")
            held = await lock.scalar(_HOLD, {"space": LOCK_SPACE, "worker": self.worker})
        except BaseException:
            await connection.invalidate()
            raise
        if held:
            self._connection = lock
        else:  # somebody looks at it just now, since the database was away; the next round holds it
            await connection.close()

    async def let_go(self) -> None:
        """The lock goes with its connection, which nobody uses again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError, OSError):
                await connection.invalidate()
                await connection.close()


async def bury(tx: AsyncConnection, living: Living, now: datetime) -> int:
    """The leases of workers that are gone are over now; returns how many tries that are."""
    theirs = attempt.c.state == "submitting"
    query = select(attempt.c.worker).where(
        theirs, attempt.c.worker.is_not(None), attempt.c.worker != living.worker, attempt.c.lease_until > now
    )
    left = 0
    for worker in (await tx.execute(query.distinct().limit(WORKERS_MAX))).scalars():
        if await tx.scalar(_FREE, {"space": LOCK_SPACE, "worker": worker}):
            over = update(attempt).where(theirs, attempt.c.worker == worker, attempt.c.lease_until > now)
            left += (await tx.execute(over.values(lease_until=now))).rowcount
    if left:
        log.warning("a worker is gone and left %d messages", left)
    return left
