"""What an object of ours has besides HSDS: concern codes, language by time slot, delivery, rules, sources."""

from collections.abc import Mapping

from lotse_contracts.values import DeliveryMode
from lotse_referral.domain.directory.form import DAY, LINE, TEXT, Field, Form

CAPACITY_CODES = ("available", "waitlist", "none", "unknown")
"""The four codes of Gravity's value set of capacity, in our words."""
ASSURANCES = ("two_sources", "one_source", "unknown")
SLOT_KINDS = ("native", "staff", "interpreter")
DELIVERY_MODES: tuple[DeliveryMode, ...] = ("connected", "link", "letter", "self", "accompanied", "call")

SLOT = Form(
    {
        "language": Field("language", needed=True),
        "byday": Field("days"),
        "opens_at": Field("clock"),
        "closes_at": Field("clock"),
        "kind": Field("line", needed=True, choices=SLOT_KINDS),
        "valid_from": DAY,
        "valid_to": DAY,
    }
)
"""When a language is spoken: hours of the office are another thing."""

OWN_FIELDS: Mapping[str, Field] = {
    "association": Field("code"),
    "address_text": LINE,
    "valid_to": DAY,
    "assurance": Field("line", choices=ASSURANCES),
    "capacity": Field("line", choices=CAPACITY_CODES),
    "interpreter": Field("flag"),
    "appointment_only": Field("flag"),
    "walk_in": Field("flag"),
    "for_institutions": Field("flag"),
    "confidential_location": Field("flag"),
    "note": TEXT,
    "primary_code": Field("code"),
    "directory": LINE,
}
OWN_LISTS: Mapping[str, Field] = {
    "sources": TEXT,
    "delivery_modes": Field("line", choices=DELIVERY_MODES),
    "eligibility_rules": Field("code"),
    "doubtful_languages": Field("language"),
}
SLOTS = "language_slots"
FIELD_SOURCES = "field_sources"
DERIVED = ("next_check_due",)
"""Ours is worked out from dates and policy; what a file says is not taken over."""
