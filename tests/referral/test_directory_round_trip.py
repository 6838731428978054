"""The directory survives the way through HSDS: what is given out is valid, and brought in again it is the same."""

import json
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import NonInteractiveExampleWarning

from lotse_referral.domain.directory.faults import RowFault
from lotse_referral.domain.directory.flat import by_owner
from lotse_referral.domain.directory.form import RESOURCES
from lotse_referral.domain.directory.merging import merged
from lotse_referral.domain.directory.resources import Resource, packed, unpacked
from lotse_referral.domain.directory.rows import resource_of, rows_of
from lotse_referral.domain.directory.shapes import names_of, object_of, package
from tests.kit import ServiceDatabase
from tests.referral.books import Book, open_book
from tests.referral.directories import read_faults, validate
from tests.referral.made_directories import packages


def resources(made: Any, folder: Path) -> Iterator[Resource]:
    """As a new directory keeps them."""
    file, _ = read_faults(made, folder)
    for _, batch in file.batches():
        yield from (merged(None, one).resource for one in batch)


def shown(made: Any, folder: Path) -> tuple[str, list[RowFault]]:
    """The directory as a package, and what was wrong with what it was made of."""
    _, faults = read_faults(made, folder)
    named = {(one.type, one.id): one for one in resources(made, folder)}
    inside = {name for one in named.values() for name in names_of(one) if name[0] in ("location", "unit")}
    sections = [
        (type_, [object_of(one, named) for key, one in sorted(named.items()) if key[0] == type_ and key not in inside])
        for type_ in RESOURCES
    ]
    return "".join(package(sections)), faults


def by_rows(kept: Resource) -> Resource:
    """Through the rows of tables and back."""
    rows = rows_of(unpacked(packed(kept)))
    return resource_of(kept.type, rows[kept.type][0], by_owner(rows))


def some_packages(number: int) -> Iterator[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonInteractiveExampleWarning)
        for _ in range(number):
            yield packages().example()


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


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made=packages())
def test_any_directory_comes_back_from_its_own_words(made: dict[str, Any], tmp_path: Path) -> None:
    once, faults = shown(made, tmp_path)
    assert faults == []
    validate(json.loads(once))
    assert shown(json.loads(once), tmp_path) == (once, [])
    for kept in resources(once, tmp_path):
        assert by_rows(kept) == kept


async def test_any_directory_comes_back_from_the_database(empty: Book, book: Book) -> None:
    for made in some_packages(6):
        await empty.bring(made)
    text = await empty.text()
    validate(json.loads(text))
    brought = await book.bring(text)
    assert brought.faults == []
    there, here = await book.all(), json.loads(text)
    for name in ("taxonomies", "organizations", "programs", "services"):
        for one in here[name]:
            assert there[name][one["id"]] == one
    await empty.bring(text)
    assert await empty.text() == text


async def test_what_the_read_api_shows_can_be_brought_in(book: Book, empty: Book) -> None:
    transport = httpx.ASGITransport(app=book.service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://referral") as face:
        page = (await face.get("/services", params={"per_page": 100, "full": "true"})).json()
    brought = await empty.bring(page)
    assert {(fault.place.split(".", 1)[-1], fault.code) for fault in brought.faults} == set()
    here, there = (await book.all())["services"], (await empty.all())["services"]
    assert len(there) == 39
    for own_id, one in there.items():
        for name in ("name", "phones", "languages", "service_areas", "service_at_locations"):
            assert _said(one.get(name)) == _said(here[own_id].get(name))


def _said(value: Any) -> Any:
    """Without where it comes from: the API shows that of the service alone."""
    if isinstance(value, list):
        return [_said(one) for one in value]
    if isinstance(value, dict):
        return {name: _said(one) for name, one in value.items() if name != "lotse"}
    return value
