"""What is forgotten by itself: words after days, who was told what and when after a year, sums never."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

CONTENT_KEPT = timedelta(days=7)
"""After its end nobody needs the words of a message or the link in it; the default of GOV.UK Notify, 2026-08."""
RECORD_KEPT = timedelta(days=366)
"""Twelve months: long enough to answer why somebody was told something, without address or words."""
ROWS_MAX = 1_000  # that one statement takes; the next turn takes the rest

_STEPS: Mapping[str, tuple[timedelta, str]] = {
    "content": (
        CONTENT_KEPT,
        """UPDATE notification SET rendered = NULL, link = NULL WHERE notification_id IN (
             SELECT notification_id FROM notification WHERE ended_at < :before
               AND (rendered IS NOT NULL OR link IS NOT NULL) LIMIT :rows_max) RETURNING 1""",
    ),
    "calendar_file": (
        CONTENT_KEPT,
        """DELETE FROM calendar_file WHERE notification_id IN (
             SELECT notification_id FROM calendar_file JOIN notification USING (notification_id)
             WHERE ended_at < :before LIMIT :rows_max) RETURNING 1""",
    ),
    "receipt": (
        RECORD_KEPT,
        """DELETE FROM receipt WHERE receipt_id IN (
             SELECT receipt_id FROM receipt WHERE applied_at < :before LIMIT :rows_max) RETURNING 1""",
    ),
    "notification": (
        RECORD_KEPT,
        """WITH old AS MATERIALIZED (
             SELECT notification_id, dedupe_sha256 FROM notification WHERE ended_at < :before LIMIT :rows_max),
           tries AS (DELETE FROM send_attempt WHERE notification_id IN (SELECT notification_id FROM old)),
           called AS (DELETE FROM call WHERE notification_id IN (SELECT notification_id FROM old)),
           files AS (DELETE FROM calendar_file WHERE notification_id IN (SELECT notification_id FROM old)),
           steps AS (DELETE FROM decision WHERE dedupe_sha256 IN (SELECT dedupe_sha256 FROM old))
           DELETE FROM notification WHERE notification_id IN (SELECT notification_id FROM old) RETURNING 1""",
    ),
    "decision": (  # about a key under which nothing was ever told
        RECORD_KEPT,
        """DELETE FROM decision WHERE decision_id IN (
             SELECT d.decision_id FROM decision d WHERE d.at < :before AND NOT EXISTS (
               SELECT FROM notification n WHERE n.dedupe_sha256 = d.dedupe_sha256) LIMIT :rows_max) RETURNING 1""",
    ),
    "office_mail": (
        RECORD_KEPT,
        """DELETE FROM office_mail WHERE dedupe_key IN (
             SELECT dedupe_key FROM office_mail WHERE ended_at < :before LIMIT :rows_max) RETURNING 1""",
    ),
    "service_mail": (
        RECORD_KEPT,
        """DELETE FROM service_mail WHERE dedupe_key IN (
             SELECT dedupe_key FROM service_mail WHERE ended_at < :before LIMIT :rows_max) RETURNING 1""",
    ),
    "appointment": (
        RECORD_KEPT,
        """DELETE FROM appointment WHERE appointment_id IN (
             SELECT a.appointment_id FROM appointment a
             WHERE coalesce(a.starts_at, a.said_at) < :before AND NOT EXISTS (
               SELECT FROM notification n WHERE n.appointment_id = a.appointment_id) LIMIT :rows_max) RETURNING 1""",
    ),
}
"""What goes, how long after its end, and how; `told` stays, since a hash is what makes once mean for ever."""


async def forget(tx: AsyncConnection, now: datetime, *, rows_max: int = ROWS_MAX) -> dict[str, int]:
    """One turn of each step; returns how many rows each took, at most `rows_max`. Whose use is not over stays."""
    counts = {}
    for name, (kept, statement) in _STEPS.items():
        old = text(statement).bindparams(bindparam("before", type_=DateTime(timezone=True)))
        counts[name] = len((await tx.execute(old, {"before": now - kept, "rows_max": rows_max})).all())
    return counts
