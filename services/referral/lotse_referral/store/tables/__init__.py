"""The tables of referral. Of a person they hold ids, codes, times and states; what was released is ciphertext."""

from lotse_referral.store.tables import (
    appointments,
    calls,
    delivering,
    directory,
    groups,
    machine,
    matching,
    ownpage,
    reports,
)
from lotse_referral.store.tables.columns import metadata
from lotse_referral.store.tables.first import (
    address,
    appointment,
    attribute,
    concern,
    consent,
    gap,
    language,
    location,
    organization,
    phone,
    referral,
    schedule,
    service,
    service_area,
    service_at_location,
    service_extension,
    taxonomy_term,
    tombstone,
)
from lotse_referral.store.tables.groups import booking, group_offer

OWNERS = (machine, directory, matching, delivering, ownpage, groups, appointments, reports, calls)
"""The modules of the other tables; they are imported here, so that all hang on one metadata."""

__all__ = [
    "OWNERS",
    "address",
    "appointment",
    "attribute",
    "booking",
    "concern",
    "consent",
    "gap",
    "group_offer",
    "language",
    "location",
    "metadata",
    "organization",
    "phone",
    "referral",
    "schedule",
    "service",
    "service_area",
    "service_at_location",
    "service_extension",
    "taxonomy_term",
    "tombstone",
]
