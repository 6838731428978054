"""The directory survives the way through HSDS: what is given out is valid, and brought in again it is the same."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest

from tests.kit import ServiceDatabase
from tests.referral.directories import Book, open_book, validate


@pytest.fixture
async def book(database: Callable[[str], ServiceDatabase], tmp_path: Path) -> AsyncIterator[Book]:
    """The shipped directory, as `migrate` loads it."""
    opened = open_book(database("referral"), tmp_path)
    yield opened
    await opened.service.engine.dispose()


@pytest.fixture
async def empty(database: Callable[[str], ServiceDatabase], tmp_path: Path) -> AsyncIterator[Book]:
    """A directory without anything in it but our list of concerns."""
    fresh = database("referral")
    with psycopg.connect(fresh.owner_url) as connection:
        connection.execute("TRUNCATE organization, service, location, attribute, field_source CASCADE")
    opened = open_book(fresh, tmp_path)
    yield opened
    await opened.service.engine.dispose()


async def test_the_dresden_directory_is_valid_and_comes_back_as_it_was(book: Book, empty: Book) -> None:
    text = await book.text()
    assert validate(json.loads(text)) == 96 + 26 + 39
    assert json.loads(await empty.text())["services"] == []
    brought = await empty.bring(text)
    assert brought.faults == []
    assert (brought.done.new["service"], brought.done.new["location"]) == (39, 28)
    assert await empty.text() == text


async def test_bringing_in_what_is_there_changes_nothing(book: Book) -> None:
    text = await book.text()
    brought = await book.bring(text)
    assert brought.faults == []
    assert (brought.done.changed.total(), brought.done.new.total()) == (0, 0)
    assert await book.text() == text
