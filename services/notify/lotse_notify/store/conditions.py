"""Conditions whose text is the same whatever they ask for, so that both sides keep what they made of the statement."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Column, ColumnElement, Uuid, any_, literal, literal_column


def one_of(column: Column[str], words: Collection[str]) -> ColumnElement[bool]:
    """Words of our own, written out: as parameters they would hide which partial index fits."""
    return column.in_([literal_column(f"'{word}'") for word in words])


def among(column: Column[UUID], ids: Collection[UUID]) -> ColumnElement[bool]:
    """As one array, however many there are."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))
