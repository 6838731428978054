"""How each provider stood when the sender last looked; nothing of a person."""

from sqlalchemy import Column, DateTime, Table, Text

from lotse_notify.store.tables.columns import metadata

provider_state = Table(
    "provider_state",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)
