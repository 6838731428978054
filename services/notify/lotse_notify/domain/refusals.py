"""What a mail server's no to a recipient means: the address is dead, this mailbox is not to be had, or it is about us.

Source: RFC 5321, 4.2.3 (replies), RFC 3463 and RFC 7372 (enhanced status codes), RFC 4954 (530), RFC 7504 (521, 556).
"""

import re

from lotse_notify.domain.bounces import ADDRESS_IS_DEAD
from lotse_notify.domain.outcome import Outcome

DEAD_WITHOUT_STATUS = frozenset({550, 551, 553})
"""No such mailbox, not here, a name that none can have; where the server gives no enhanced status."""
ITS_BOX_WITHOUT_STATUS = frozenset({501, 521, 552, 556})
"""About this recipient, though nothing proves that the address is dead: its form, its domain, a full box."""
ABOUT_THE_RECIPIENT = frozenset({"1", "2", "4"})
"""Subjects of RFC 3463: address, mailbox, the way there. Exchange Online answers 5.4.1 for whom it does not know."""
ABOUT_THE_SENDER = frozenset({"5.1.7", "5.1.8", "5.1.9"})
FULL = "5.2.2"

_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_UNSAID = "5.0.0"


def of_recipient(code: int, message: str) -> Outcome:
    """The answer to RCPT as an outcome. Only what says so of the address itself makes it dead: a blocklist, a relay
    that is denied or a login that is missing would else kill every address that we have.
    """
    if not 500 <= code < 600:
        return Outcome("deferred", "recipient_deferred")
    status = _status(message)
    if status in ADDRESS_IS_DEAD or (status is None and code in DEAD_WITHOUT_STATUS):
        return Outcome("rejected", "recipient_refused", no_way=True)
    if status == FULL:
        return Outcome("rejected", "mailbox_full")
    if status is None:
        theirs = code in ITS_BOX_WITHOUT_STATUS
    else:
        theirs = status.split(".")[1] in ABOUT_THE_RECIPIENT and status not in ABOUT_THE_SENDER
    return Outcome("rejected", "recipient_refused") if theirs else Outcome("deferred", "server_refuses")


def _status(message: str) -> str | None:
    """The enhanced status at the head of the answer; None where there is none, or it says nothing in particular."""
    found = _STATUS.match(message)
    status = None if found is None else ".".join(str(int(number)) for number in found.groups())
    return None if status == _UNSAID else status
