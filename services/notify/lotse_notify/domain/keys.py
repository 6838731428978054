"""Names under which something is told once and for ever, and the random-looking names derived from them."""

import hashlib
from uuid import UUID


def dedupe_sha256(person_id: UUID, dedupe_key: str) -> str:
    """What is kept for ever of 'this was told to her': a hash, so that the key itself may be forgotten."""
    return hashlib.sha256(f"{person_id}|{dedupe_key}".encode()).hexdigest()


def message_id(notification_id: UUID, domain: str) -> str:
    """The same for each try of a notification, so that a mailbox can fold copies; it shows no id of ours."""
    local = hashlib.sha256(f"lotse.mail|{notification_id}".encode()).hexdigest()[:32]
    return f"<{local}@{domain}>"


def appointment_key(appointment_id: UUID, version: int) -> str:
    """One notice for each version of an appointment."""
    return f"appointment-{appointment_id}-{version}"


def reminder_key(appointment_id: UUID, version: int, hours_before: int) -> str:
    """One reminder of each kind for each version of an appointment."""
    return f"appointment-{appointment_id}-{version}-{hours_before}h"


def link_context(dedupe_sha256: str) -> str:
    """What the link to her own page is bound to, besides the person, while it waits to be sent."""
    return f"link:{dedupe_sha256}"
