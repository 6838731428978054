"""Whether a notification goes out now, waits, or ends; asked at each change and once more before the first byte."""

from dataclasses import dataclass, field
from datetime import datetime

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.caps import Caps, Sent, capped
from lotse_notify.domain.catalogue import Entry
from lotse_notify.domain.channels import CHANNELS, plan_of
from lotse_notify.domain.contact import Contact
from lotse_notify.domain.machine import Event, State
from lotse_notify.domain.quiet import rest
from lotse_notify.domain.switches import switched_off
from lotse_notify.domain.waits import Wait

SMS_SEGMENTS = 2
"""How many a text of ours takes at most; what is longer is not published."""
OURS: frozenset[str] = frozenset({"no_provider"})
"""Why there is no way that no change of her contact can mend."""


@dataclass(frozen=True)
class Asked:
    """When somebody asked to tell her, until when it is of use, and before when it is not to be told.

    `wanted_by`: before when she should have it, though it is of use later as well; she goes by an earlier time so far.
    """

    asked_at: datetime
    useful_by: datetime
    not_before: datetime | None = None
    wanted_by: datetime | None = None

    def presses_until(self, now: datetime) -> datetime:
        """What a rest may not outlast."""
        return self.wanted_by if self.wanted_by is not None and now < self.wanted_by else self.useful_by


@dataclass(frozen=True)
class Silence:
    """What was said against telling her.

    `stopped_at`: an order to stop, ended by a contact said later. `opted_out_at`: her own STOP, ended only when intake
    has recorded the withdrawal (`refused_at`) and a consent after it. Times are those of the envelopes, so that the
    order of arrival does not matter.
    """

    stopped_at: datetime | None = None
    opted_out_at: datetime | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True)
class Here:
    """How things stand where it would be sent from.

    `channels`: those that somebody carries. `off`: switches that are off. `quiet_hours`: whether nights and days of
    rest count, which they do not where all mail goes to a catcher.
    """

    channels: frozenset[NoticeChannel] = frozenset(CHANNELS)
    off: frozenset[str] = frozenset()
    caps: Caps = field(default_factory=Caps)
    sent: Sent = field(default_factory=Sent)
    quiet_hours: bool = True


@dataclass(frozen=True)
class Circumstances:
    """What else the policy weighs: what the template is, and how things stand.

    `here` is None at the order and at a change, where only what concerns her is asked: the sender asks the rest when it
    is due, and once more before the first byte. `spent`: the channels that said no for good, or may have it already.
    """

    entry: Entry
    here: Here | None = None
    spent: frozenset[NoticeChannel] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """A state and the reason for it, as both stand in the table of decisions.

    `due_at`: when to look again; None: at once where it waits to be sent, else when its use is over.
    `plan`: where it may go, in this order, the next one only after a definite no.
    """

    state: State
    because: str
    due_at: datetime | None = None
    plan: tuple[NoticeChannel, ...] = ()


EVENTS: dict[State, Event] = {
    "scheduled": "schedule",
    "held": "hold",
    "ready": "release",
    "suppressed": "suppress",
    "cancelled": "cancel",
    "expired": "expire",
}
"""What a verdict about something unsent does to it."""


def decide(
    asked: Asked, contact: Contact | None, silence: Silence, circumstances: Circumstances, now: datetime
) -> Verdict:
    """What becomes of a notification of which nothing is with a provider.

    What concerns the person holds it until her contact changes, and suppresses it when its use is over; what concerns
    the time holds it until then, and lets it expire.
    """
    hers = _hers(contact, silence, circumstances)
    if now >= asked.useful_by:
        return Verdict("suppressed", hers.because) if hers.state == "held" else Verdict("expired", "too_late")
    if silence.opted_out_at is not None and asked.asked_at <= silence.opted_out_at:
        return Verdict("suppressed", "opted_out")
    if silence.stopped_at is not None and asked.asked_at <= silence.stopped_at:
        return Verdict("cancelled", "stopped")
    if asked.not_before is not None and now < asked.not_before:
        return Verdict("scheduled", "not_yet", asked.not_before)
    if hers.state != "ready" or contact is None:
        return hers
    wait = _wait(asked, contact, hers.plan[0], circumstances.entry, here=circumstances.here, now=now)
    return Verdict("held", wait.because, wait.until, hers.plan) if wait else hers


def still_opted_out(contact: Contact, silence: Silence) -> bool:
    """Whether her own STOP still stands for this contact."""
    if silence.opted_out_at is None:
        return False
    recorded = silence.refused_at is not None and silence.refused_at > silence.opted_out_at
    return not (recorded and silence.refused_at is not None and contact.said_at > silence.refused_at)


def hindrance_of(contact: Contact | None, silence: Silence) -> str | None:
    """Why nothing at all may be pushed to her; what waits is released when her contact changes in time."""
    if contact is None:
        return "no_contact"
    if not contact.safe:
        return "unsafe"
    if not contact.consented:
        return "not_consented"
    if still_opted_out(contact, silence):
        return "opted_out"
    if silence.stopped_at is not None and contact.said_at <= silence.stopped_at:
        return "stopped"
    return None


def _hers(contact: Contact | None, silence: Silence, circumstances: Circumstances) -> Verdict:
    """What her contact allows, whatever the hour."""
    hindrance = hindrance_of(contact, silence)
    if contact is None or hindrance:
        return Verdict("held", hindrance or "no_contact")
    served = circumstances.here.channels if circumstances.here else CHANNELS
    entry = circumstances.entry
    plan = plan_of(contact, entry.category, served=served, answers_stop=entry.answers_stop)
    if not plan.channels:
        return Verdict("failed" if plan.because in OURS else "held", plan.because)
    left = tuple(channel for channel in plan.channels if channel not in circumstances.spent)
    return Verdict("ready", "due", plan=left) if left else Verdict("failed", "no_channel_left")


def _wait(
    asked: Asked, contact: Contact, channel: NoticeChannel, entry: Entry, *, here: Here | None, now: datetime
) -> Wait | None:
    """Why it does not go now, and until when: the switch, the caps, then the hour."""
    if here is None:
        return None
    segments = SMS_SEGMENTS if channel == "sms" else 0
    if wait := switched_off(here.off, channel, now):
        return wait
    if wait := capped(here.caps, here.sent, now, segments=segments, urgent=entry.urgent):
        return wait
    point = contact.point_on(channel, despite_stop=entry.answers_stop)
    safe = point.hours if point else ()
    if not here.quiet_hours and not safe:
        return None
    return rest(now, useful_by=asked.presses_until(now), category=entry.category, urgent=entry.urgent, safe=safe)
