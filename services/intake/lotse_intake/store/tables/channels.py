"""By which ways a person may be told: what each consent was given for, and what she ended or took up again herself."""

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, LargeBinary, Table, Text, Uuid

from lotse_intake.store.tables.columns import INSTANT, metadata

consent_point = Table(
    "consent_point",
    metadata,
    Column("consent_id", Uuid, ForeignKey("consent.consent_id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("points", LargeBinary, nullable=False),
)
"""The addresses that were held when a consent to be told was given, from the moment on that they change."""

channel_choice = Table(
    "channel_choice",
    metadata,
    Column("choice_id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("choice", Text, nullable=False),
    Column("chosen_at", INSTANT, nullable=False),
)
"""The proof that she ended one way of being told, or took it up again: a code and a time."""
