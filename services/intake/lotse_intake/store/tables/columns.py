"""What all tables of intake hang on."""

from sqlalchemy import DateTime, MetaData

metadata = MetaData()

INSTANT = DateTime(timezone=True)
