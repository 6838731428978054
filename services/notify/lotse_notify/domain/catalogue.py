"""What each template is: what she may choose about it, why it may be sent at all, and whether she can do without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lotse_contracts.values import NoticeCategory, TemplateName

Purpose = Literal["service", "legal", "info", "advertising"]
"""Why a message may be sent. `service`: about what she herself asked for; `legal`: a law wants it said; `info`: she can
do without it; `advertising`: only with a consent of its own (§ 7 UWG, as of 2026-11-22). A survey or a call for gifts
under a service message makes all of it advertising: BGH, 10.07.2018, VI ZR 225/17."""


@dataclass(frozen=True)
class Entry:
    """One template. `urgent`: it may break the night's rest where waiting would make it pointless.

    `essential`: she cannot do without it, so that it changes the channel rather than falling silent. `answers_stop`: it
    goes, once, by the very way that she has just ended.
    """

    category: NoticeCategory
    purpose: Purpose = "service"
    urgent: bool = False
    essential: bool = True
    answers_stop: bool = False


CATALOGUE: Mapping[TemplateName, Entry] = {
    "receipt": Entry("answers"),
    "answer_waits": Entry("answers"),
    "referral_made": Entry("referrals"),
    "referral_sent": Entry("referrals"),
    "referral_accepted": Entry("referrals"),
    "referral_declined": Entry("referrals"),
    "group_place": Entry("groups", urgent=True),
    "group_booked": Entry("groups"),
    "group_moved_up": Entry("groups"),
    "group_cancelled": Entry("groups", urgent=True),
    "appointment": Entry("appointments", urgent=True),
    "documents": Entry("documents"),
    "checkback": Entry("checkbacks", purpose="info", essential=False),
    "handover": Entry("privacy"),
    "erasure_done": Entry("privacy", purpose="legal"),
    "sms_stopped": Entry("privacy", purpose="legal", urgent=True, answers_stop=True),
}
"""A check-back asks whether she got where she was sent, never how content she is; she can end it and keep the rest."""
