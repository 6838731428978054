"""The envelope sender that tells a bounce's message: its address carries the reference, never the recipient."""

import re

PREFIX = "b-"
_TOKEN = re.compile(r"^b-([0-9a-f]{32})$", re.IGNORECASE)  # servers on the way may change the case of an address


def bounce_sender(reference: str, domain: str) -> str:
    """Where a bounce of this attempt comes back to."""
    return f"{PREFIX}{reference}@{domain}"


def bounced_reference(address: str, domain: str) -> str | None:
    """The attempt whose bounce came to this address; None if it is not one of ours."""
    local, _, host = address.strip().strip("<>").rpartition("@")
    found = _TOKEN.fullmatch(local)
    return found[1].lower() if found is not None and host.lower() == domain.lower() else None
