"""The published language: every message that crosses the border of a service."""

from lotse_contracts.envelope import (
    Answer,
    Envelope,
    Fact,
    Message,
    Order,
    Question,
    Sealed,
    SealedTransfer,
    Transfer,
    envelope_of,
    subject_for,
    subject_of,
    to_json,
)

__all__ = [
    "Answer",
    "Envelope",
    "Fact",
    "Message",
    "Order",
    "Question",
    "Sealed",
    "SealedTransfer",
    "Transfer",
    "envelope_of",
    "subject_for",
    "subject_of",
    "to_json",
]
