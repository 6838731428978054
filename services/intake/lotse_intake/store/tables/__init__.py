"""The tables of intake. Whatever a person said is ciphertext; in the clear are ids, codes and times only."""

from lotse_intake.store.tables import casework, channels, consenting, desk, handover, letters, matching, reports, rights
from lotse_intake.store.tables.columns import metadata
from lotse_intake.store.tables.first import (
    attachment,
    case_file,
    concern,
    consent,
    consent_withdrawal,
    contact,
    enquiry,
    entry,
    erasure,
    erasure_receipt,
    field_release,
    heard_referral,
    person,
    pin_guess,
    publication,
    tombstone,
)

OWNERS = (desk, letters, matching, casework, consenting, rights, reports, handover, channels)
"""The modules of the other tables; they are imported here, so that all hang on one metadata."""

__all__ = [
    "OWNERS",
    "attachment",
    "case_file",
    "concern",
    "consent",
    "consent_withdrawal",
    "contact",
    "enquiry",
    "entry",
    "erasure",
    "erasure_receipt",
    "field_release",
    "heard_referral",
    "metadata",
    "person",
    "pin_guess",
    "publication",
    "tombstone",
]
