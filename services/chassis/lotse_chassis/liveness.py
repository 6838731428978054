"""Whether a pooled connection still lives, asked of the database only where there is reason to doubt it."""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

QUIET_SECONDS = 1.0
"""Who was used so lately, and has heard nothing since, is not asked: it would cost a fifth of a short transaction."""
_USED_AT = "lotse_used_at"


def watch(engine: Engine) -> None:
    """A dead connection is noticed when it is taken, with all others of its age, and never by whoever gets it.

    A server that goes says so, or at least ends the line: its socket can be read.
    """

    def given_back(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_USED_AT] = time.monotonic()

    def taken(connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        used_at = entry.info.get(_USED_AT)  # a fresh one has none
        if used_at is None:
            return
        try:
            if time.monotonic() - used_at >= QUIET_SECONDS or _heard(connection):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as fault:
            raise InvalidatePoolError from fault

    event.listen(engine, "checkin", given_back)
    event.listen(engine, "checkout", taken)


def _heard(connection: Any) -> bool:
    """Raises an error of the driver where it has closed the connection itself."""
    poll = select.poll()
    poll.register(connection.driver_connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
