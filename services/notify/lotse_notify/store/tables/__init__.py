"""The tables of notify. The address, the link and the words of a message are ciphertext under the person's key."""

from lotse_notify.store.tables import calendar, contacts, desk, machine, providers, receipts, texts, when
from lotse_notify.store.tables.columns import metadata
from lotse_notify.store.tables.first import (
    appointment,
    contact,
    decision,
    notification,
    office_mail,
    person,
    service_mail,
    tally,
    told,
)
from lotse_notify.store.tables.machine import attempt

OWNERS = (machine, providers, texts, contacts, when, receipts, desk, calendar)
"""The modules of the other tables; they are imported here, so that all hang on one metadata."""

__all__ = [
    "OWNERS",
    "appointment",
    "attempt",
    "contact",
    "decision",
    "metadata",
    "notification",
    "office_mail",
    "person",
    "service_mail",
    "tally",
    "told",
]
