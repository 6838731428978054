"""Every list of the read API: filters agree with a plain reading, pages with streams, and what is kept with what is."""

import json
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from lotse_referral.domain.distance import Area, box
from tests.kit import ServiceDatabase
from tests.referral.desk import Desk
from tests.referral.test_hsds import validator

EARTH_METRES = 6_371_008.8
PLACES = {"Alt": (51.05, 13.74, "01067"), "Neu": (51.06, 13.75, "01099"), "Prohlis": (51.005, 13.80, "01239")}


@pytest.fixture
async def face(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=desk.service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://referral") as client:
        yield client


@pytest.fixture
def placed(both_databases: tuple[ServiceDatabase, ServiceDatabase]) -> ServiceDatabase:
    """Three services of the shipped directory get coordinates and a postal code, as a volunteer may find them out."""
    database = both_databases[0]
    with psycopg.connect(database.owner_url) as owner:
        rows = owner.execute("SELECT location_id FROM service_at_location ORDER BY id LIMIT 3").fetchall()
        for (location_id,), (latitude, longitude, code) in zip(rows, PLACES.values(), strict=True):
            owner.execute(
                "UPDATE location SET latitude = %s, longitude = %s WHERE id = %s", (latitude, longitude, location_id)
            )
            owner.execute("DELETE FROM address WHERE location_id = %s", (location_id,))
            owner.execute(
                "INSERT INTO address (id, location_id, address_1, city, state_province, postal_code, country,"
                " address_type) VALUES (gen_random_uuid(), %s, 'Weg 1', 'Dresden', 'Sachsen', %s, 'DE', 'physical')",
                (location_id, code),
            )
    return database


async def everything(face: httpx.AsyncClient, path: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(1, 100):
        answer = await face.get(path, params={"page": number, "per_page": 11, **asked})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["contents"]
        if page["last_page"]:
            assert page["total_items"] == len(found)
            return found
    raise AssertionError("the pages do not end")


async def test_every_organization_place_and_taxonomy_is_valid_and_found_by_its_id(face: httpx.AsyncClient) -> None:
    for path, schema in (
        ("/organizations", "organization_list.json"),
        ("/service_at_locations", "service_at_location_list.json"),
    ):
        listed = await everything(face, path)
        assert listed
        for one in listed:
            validator(schema).validate(one)
            single = (await face.get(f"{path}/{one['id']}")).json()
            validator(schema).validate(single)
            assert {name: single[name] for name in one if name not in ("service", "location")}.items() <= one.items()
    for path in ("/taxonomies", "/taxonomy_terms"):
        for one in await everything(face, path):
            assert one["name"]
            assert one["description"]
            assert (await face.get(f"{path}/{one['id']}")).json() == one


async def test_a_place_is_shown_with_its_service_and_its_address(face: httpx.AsyncClient) -> None:
    places = await everything(face, "/service_at_locations", full="true")
    services = {one["id"] for one in await everything(face, "/services")}
    assert {one["service"]["id"] for one in places} == {one["service_id"] for one in places} <= services
    assert any(one["location"].get("addresses") for one in places)


async def test_an_organization_shows_its_services_where_asked(face: httpx.AsyncClient) -> None:
    services = await everything(face, "/services")
    for one in await everything(face, "/organizations", full_service="true"):
        mine = [service["id"] for service in services if service["organization"]["id"] == one["id"]]
        assert [service["id"] for service in one["services"]] == mine


async def test_pages_and_a_stream_say_the_same(face: httpx.AsyncClient) -> None:
    for path in ("/services", "/organizations", "/taxonomy_terms"):
        streamed = await face.get(path, params={"format": "ndjson"})
        assert streamed.headers["content-type"].startswith("application/x-ndjson")
        assert [json.loads(line) for line in streamed.text.splitlines()] == await everything(face, path)


async def test_a_kept_answer_has_a_tag_and_changes_with_the_directory(
    face: httpx.AsyncClient, both_databases: tuple[ServiceDatabase, ServiceDatabase]
) -> None:
    first = await face.get("/services")
    again = await face.get("/services", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await face.get("/services", headers={"if-none-match": '"other"'})).json() == first.json()
    changed = first.json()["contents"][0]["id"]
    with psycopg.connect(both_databases[0].owner_url) as owner:
        owner.execute("UPDATE service SET description = 'anew' WHERE id = %s", (changed,))
    later = await face.get("/services", headers={"if-none-match": first.headers["etag"]})
    assert later.status_code == 200
    assert later.json()["contents"][0]["description"] == "anew"


async def test_what_changed_at_that_moment_or_later_is_listed(
    face: httpx.AsyncClient, both_databases: tuple[ServiceDatabase, ServiceDatabase]
) -> None:
    moment = datetime(2031, 5, 1, 12, tzinfo=UTC)
    with psycopg.connect(both_databases[0].owner_url) as owner:
        owner.execute("UPDATE service SET last_modified = %s WHERE name LIKE 'Frauenschutzhaus%%'", (moment,))
    for at, expected in ((moment, 1), (moment.replace(second=1), 0)):
        assert len(await everything(face, "/services", modified_after=at.isoformat())) == expected
    with psycopg.connect(both_databases[0].owner_url) as owner:
        owner.execute("UPDATE service SET last_modified = now() WHERE last_modified = %s", (moment,))


async def test_terms_of_a_taxonomy_and_below_a_term(face: httpx.AsyncClient) -> None:
    terms = await everything(face, "/taxonomy_terms")
    top = await everything(face, "/taxonomy_terms", top_only="true")
    assert [one for one in terms if "parent_id" not in one] == top
    below = await everything(face, "/taxonomy_terms", parent_id=top[0]["id"])
    assert below == [one for one in terms if one.get("parent_id") == top[0]["id"]]


@pytest.mark.parametrize("metres", [1, 500, 1_400, 1_700, 5_000, 50_000])
async def test_what_is_near_agrees_with_the_great_circle(
    face: httpx.AsyncClient, placed: ServiceDatabase, metres: int
) -> None:
    middle = PLACES["Alt"]
    found = await everything(face, "/service_at_locations", latitude=middle[0], longitude=middle[1], proximity=metres)
    expected = [place for place in PLACES.values() if great_circle(middle[:2], place[:2]) <= metres]
    assert len(found) == len(expected)
    by_code = await everything(face, "/service_at_locations", postcode="01067", proximity=metres)
    assert [one["id"] for one in by_code] == [one["id"] for one in found]


async def test_a_postal_code_alone_finds_the_places_in_it(face: httpx.AsyncClient, placed: ServiceDatabase) -> None:
    found = await everything(face, "/service_at_locations", postcode="01239", full="true")
    assert all(one["location"]["addresses"][0]["postal_code"] == "01239" for one in found)
    assert found


def great_circle(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """By the law of cosines, which is another formula than the one that is tested."""
    (south, west), (north, east) = (tuple(map(math.radians, point)) for point in (one, other))
    angle = math.sin(south) * math.sin(north) + math.cos(south) * math.cos(north) * math.cos(east - west)
    return EARTH_METRES * math.acos(min(1.0, angle))


@given(
    some.floats(-89, 89),
    some.floats(-179, 179),
    some.floats(1, 400_000),
    some.floats(0, 2 * math.pi),
    some.floats(0, 1),
)
@settings(max_examples=300)
def test_the_box_holds_the_whole_circle(
    latitude: float, longitude: float, metres: float, bearing: float, share: float
) -> None:
    """Any point of the circle, found by walking from the middle, lies in the box."""
    angle = share * metres / EARTH_METRES
    start = math.radians(latitude)
    end = math.asin(math.sin(start) * math.cos(angle) + math.cos(start) * math.sin(angle) * math.cos(bearing))
    turned = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(start), math.cos(angle) - math.sin(start) * math.sin(end)
    )
    south, north, west, east = box(Area(latitude, longitude, metres))
    assert south - 1e-6 <= math.degrees(end) <= north + 1e-6
    assert west - 1e-6 <= longitude + math.degrees(turned) <= east + 1e-6


WORDS = some.sampled_from(
    ("Beratung", "sozialamt", "Dresden", "e.", "job", "Hilfe", "%", "", "zzz", "für", "Ö", "BERAT")
)


@given(words=some.lists(WORDS, min_size=1, max_size=3), term=some.booleans(), owner=some.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_filters_agree_with_a_plain_reading(
    face: httpx.AsyncClient, words: list[str], term: bool, owner: bool
) -> None:
    services = await everything(face, "/services", full="true")
    asked: dict[str, Any] = {"search": " ".join(words)}
    if term:
        asked["taxonomy_term_id"] = services[0]["attributes"][0]["taxonomy_term"]["id"]
    if owner:
        asked["organization_id"] = services[1]["organization_id"]
    found = {one["id"] for one in await everything(face, "/services", **asked)}
    assert found == {one["id"] for one in services if plainly(one, words, asked)}


def plainly(one: dict[str, Any], words: list[str], asked: dict[str, Any]) -> bool:
    spoken = "".join(c if c.isalnum() or c == "_" else " " for c in f"{one['name']} {one.get('description', '')}")
    known = spoken.casefold().split()
    wanted = "".join(c if c.isalnum() or c == "_" else " " for c in " ".join(words)).casefold().split()
    if not wanted or not all(any(word.startswith(begin) for word in known) for begin in wanted):
        return False
    terms = [attribute["taxonomy_term"]["id"] for attribute in one["attributes"]]
    if "taxonomy_term_id" in asked and asked["taxonomy_term_id"] not in terms:
        return False
    return bool(asked.get("organization_id", one["organization_id"]) == one["organization_id"])


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [
        ("/services?page=0", "malformed", "page"),
        ("/services?per_page=1001", "malformed", "per_page"),
        ("/services?full=true&per_page=101", "malformed", "per_page"),
        ("/services?format=xml", "malformed", "format"),
        ("/services?modified_after=yesterday", "malformed", "modified_after"),
        (f"/services?search={'x' * 101}", "malformed", "search"),
        ("/service_at_locations?proximity=100", "point_needed", "postcode"),
        ("/service_at_locations?proximity=100&postcode=99999", "unknown_postcode", "postcode"),
        ("/service_at_locations?proximity=-1&postcode=01067", "malformed", "proximity"),
        ("/service_at_locations?proximity=nan&postcode=01067", "malformed", "proximity"),
        ("/service_at_locations?latitude=91&longitude=0&proximity=1", "malformed", "latitude"),
        ("/organizations/00000000-0000-4000-8000-000000000000", "not_found", "id"),
        ("/taxonomies/nothing", "malformed", "id"),
    ],
)
async def test_a_bad_question_is_refused_by_name(face: httpx.AsyncClient, path: str, code: str, field: str) -> None:
    answer = await face.get(path)
    said = answer.json()
    assert (said["code"], answer.status_code in (404, 422)) == (code, True)
    assert field in said["fields"]
    assert said["texts"].keys() == {"uk", "ru", "de", "en"}


async def test_a_page_behind_the_end_is_empty_and_says_so(face: httpx.AsyncClient) -> None:
    page = (await face.get("/services", params={"page": 1_000_000})).json()
    assert (page["empty"], page["contents"], page["last_page"]) == (True, [], True)
