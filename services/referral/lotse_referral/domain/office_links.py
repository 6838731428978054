"""The link that an office answers by: opened once, good for a while, one at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lotse_contracts.values import LinkStateName, LinkWay

LINK_LIFE = timedelta(days=28)  # twice the 14 days in which an office shall decide (B7), when the referral expires
SESSION_LIFE = timedelta(hours=12)  # a working day; the next one begins with a fresh link
RENEWAL_PAUSE = timedelta(hours=1)  # between two links that visitors have mailed, so that nobody floods an office


@dataclass(frozen=True)
class OfficeLink:
    """One link. `ended_because`: a newer one took its place, or nobody may read any more."""

    code_sha256: str
    referral_id: UUID
    person_id: UUID
    way: LinkWay
    made_at: datetime
    expires_at: datetime
    mail_key: str | None = None
    used_at: datetime | None = None
    ended_at: datetime | None = None
    ended_because: str | None = None
    mailed_at: datetime | None = None
    not_mailed: str | None = None

    def state(self, now: datetime) -> LinkStateName:
        """How it stands; that nobody may read any more outranks everything else."""
        if self.ended_because == "withdrawn":
            return "withdrawn"
        if self.used_at is not None:
            return "used"
        if self.ended_because == "replaced":
            return "replaced"
        return "expired" if self.expires_at <= now else "open"


@dataclass(frozen=True)
class OfficeSession:
    """What a browser may see after it opened a link."""

    referral_id: UUID
    person_id: UUID
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it still shows anything."""
        return self.ended_at is None and now < self.expires_at


def may_renew(links: tuple[OfficeLink, ...], now: datetime) -> bool:
    """Whether a visitor may have another one mailed now."""
    return all(link.made_at + RENEWAL_PAUSE <= now for link in links)
