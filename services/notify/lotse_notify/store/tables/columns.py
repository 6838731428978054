"""What all tables of notify hang on."""

from sqlalchemy import MetaData

metadata = MetaData()
