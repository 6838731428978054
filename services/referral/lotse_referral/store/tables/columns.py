"""The metadata that all tables of referral hang on."""

from sqlalchemy import MetaData

metadata = MetaData()
