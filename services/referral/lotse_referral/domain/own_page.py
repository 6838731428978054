"""What a person sees of her referrals on her own page: decided here, written elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lotse_contracts.values import MoveWish
from lotse_referral.domain.machine import PERSON_GOES, State
from lotse_referral.domain.referral import Referral

SESSION_LIVES = timedelta(minutes=30)
"""A phone that is lent or lost shows nothing for longer."""
CLOSED_SHOWN = timedelta(days=90)
"""As long as an answer may still be looked up; who was given what is shown for as long as it is held."""
REFERRALS_SHOWN_MAX = 50

_WORDS: Mapping[State, str] = {
    "draft": "preparing",
    "consent_pending": "preparing",
    "sent": "passed_on",
    "delivered": "passed_on",
    "info_requested": "asked_back",
    "accepted": "accepted",
    "waitlisted": "waitlisted",
    "scheduled": "scheduled",
    "in_service": "begun",
    "completed": "done",
    "declined": "declined",
}


@dataclass(frozen=True)
class Place:
    """What may be shown of where she goes; the address of a secret place is not here at all.

    `card`: its card may stand in the history of her browser, under its name.
    """

    name: str
    organisation: str
    service_id: UUID
    secret: bool
    card: bool
    address: str | None = None
    phone: str | None = None
    appointment_only: bool = False
    interpreter: bool = False
    spoken: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    bring: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """What nobody has found out yet, by the names of its labels: she asks us."""
        known = {
            "address": self.secret or self.address,
            "phone": self.phone,
            "languages": self.spoken or self.doubtful or self.interpreter,
            "bring": self.bring,
        }
        return tuple(name for name, value in known.items() if not value)


@dataclass(frozen=True)
class Visit:
    """An appointment that is to come. `way`: at the office, by phone or online, where there is no address."""

    appointment_id: UUID
    starts_at: datetime
    ends_at: datetime
    address: str | None = None
    way: str | None = None
    wish: MoveWish | None = None


@dataclass(frozen=True)
class OfferedTime:
    """A time that she may take."""

    proposal_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Shared:
    """Which organisation was given which groups of her fields, and whether she still agrees."""

    organisation: str
    groups: tuple[str, ...]
    withdrawable: bool
    withdrawn: bool


@dataclass(frozen=True)
class Entry:
    """One referral on her page. `asks`: a question about it waits for her."""

    referral_id: UUID
    state: str
    open: bool
    incoming: bool
    place: Place | None
    visits: tuple[Visit, ...] = ()
    times: tuple[OfferedTime, ...] = ()
    asks: bool = False
    shared: Shared | None = None


def consents_of(referral: Referral) -> tuple[UUID, ...]:
    """Under which consents her fields left, or are being asked for."""
    asked = () if referral.asked_consent_id is None else (referral.asked_consent_id,)
    return tuple(dict.fromkeys((*referral.left_consent_ids, *asked)))


def state_word(referral: Referral) -> str:
    """How it stands, in a word that tells her what she can do."""
    if referral.mode in PERSON_GOES and referral.state in ("sent", "delivered"):
        return "go"
    return _WORDS.get(referral.state, "ended")


def is_shown(referral: Referral, now: datetime) -> bool:
    """Open ones, ended ones for a while, and those whose receiver has something of hers."""
    return referral.open or referral.fields_left or now - referral.changed_at <= CLOSED_SHOWN


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What waits for her first, then what comes soonest; what has ended last."""

    def rank(entry: Entry) -> tuple[bool, bool, float, str]:
        soonest = min((visit.starts_at.timestamp() for visit in entry.visits), default=float("inf"))
        return not entry.open, not (entry.asks or entry.times), soonest, str(entry.referral_id)

    return tuple(sorted(entries, key=rank))
