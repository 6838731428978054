"""Names under which something is told once and for ever, and the random-looking names derived from them."""

import hashlib
from uuid import UUID

DAY_HOURS = 24
LONGEST_IN_HOURS = 48  # what is longer is named in days


def dedupe_sha256(person_id: UUID, dedupe_key: str) -> str:
    """What is kept for ever of 'this was told to her': a hash, so that the key itself may be forgotten."""
    return hashlib.sha256(f"{person_id}|{dedupe_key}".encode()).hexdigest()


def message_id(notification_id: UUID, content_sha256: str, domain: str) -> str:
    """The same for each try with the same content, so that a mailbox can fold copies; it shows no id of ours.

    Another content has another one, or a mailbox would take it for a copy.
    """
    local = hashlib.sha256(f"lotse.mail|{notification_id}|{content_sha256}".encode()).hexdigest()[:32]
    return f"<{local}@{domain}>"


def appointment_key(appointment_id: UUID, version: int) -> str:
    """One notice for each version of an appointment."""
    return f"appointment-{appointment_id}-{version}"


def reminder_key(appointment_id: UUID, version: int, hours_before: int) -> str:
    """One reminder of each kind for each version of an appointment."""
    return f"appointment-{appointment_id}-{version}-{pause_name(hours_before)}"


def pause_name(hours: int) -> str:
    """`7d` for a week, else hours, as `24h`."""
    return f"{hours // DAY_HOURS}d" if hours > LONGEST_IN_HOURS else f"{hours}h"


def link_context(dedupe_sha256: str) -> str:
    """What the link to her own page is bound to, besides the person, while it waits to be sent."""
    return f"link:{dedupe_sha256}"


def rendered_context(dedupe_sha256: str) -> str:
    """What the content of a message is bound to, besides the person, while it may have to go again."""
    return f"rendered:{dedupe_sha256}"


def calendar_context(notification_id: UUID) -> str:
    """What a calendar file is bound to, besides the person, while it waits for its mail."""
    return f"calendar:{notification_id}"
