"""What the read API gives away is valid HSDS 3.1, complete, and says nothing that nobody knows."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from lotse_referral.domain.directory import identifier
from lotse_referral.domain.directory_tables import term_id
from tests.referral.desk import Desk

SCHEMAS = Path(__file__).parent / "hsds"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text())
    return Draft202012Validator(schema, format_checker=FormatChecker())


@pytest.fixture
async def face(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=desk.service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://referral") as client:
        yield client


async def everything(face: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(1, 100):
        page = (await face.get("/services", params={"page": number, "per_page": 7, **asked})).json()
        found += page["contents"]
        assert page["size"] == len(page["contents"])
        assert page["first_page"] == (number == 1)
        if page["last_page"]:
            assert page["total_items"] == len(found)
            assert page["total_pages"] == number
            return found
    raise AssertionError("the pages do not end")


async def test_every_listed_service_is_valid_and_every_page_is_counted(face: httpx.AsyncClient) -> None:
    services = await everything(face)
    assert len(services) == 39
    for service in services:
        validator("service_list.json").validate(service)
        validator("organization_list.json").validate(service["organization"])
    names = [service["name"] for service in services]
    assert len(set(names)) == 39


async def test_every_full_service_is_valid_with_all_its_parts(face: httpx.AsyncClient) -> None:
    services = await everything(face, full="true")
    for service in services:
        validator("service_with_definitions.json").validate(service)
        assert service == (await face.get(f"/services/{service['id']}")).json()
        assert service["schedules"] == []
        assert service["lotse"]["sources"]


async def test_minimal_is_what_hsds_requires_and_still_valid(face: httpx.AsyncClient) -> None:
    for service in await everything(face, minimal="true"):
        validator("service_list.json").validate(service)
        assert service.keys() == {"id", "name", "status", "last_modified"}


async def test_filters_hold_together(face: httpx.AsyncClient) -> None:
    violence = await everything(face, taxonomy_term_id=term_id("violence"))
    assert len(violence) == 4
    both = await everything(face, taxonomy_term_id=term_id("violence"), search="helpline")
    assert [service["name"] for service in both] == ["Hilfetelefon Gewalt gegen Frauen (Bund)"]
    office = str(identifier("organization", "Sozialamt Dresden"))
    assert len(await everything(face, organization_id=office)) == 7
    assert await everything(face, search="%") == []
    assert await everything(face, modified_after="2100-01-01T00:00:00Z") == []


async def test_a_secret_place_stays_secret_and_doubt_is_marked(face: httpx.AsyncClient) -> None:
    services = {service["name"]: service for service in await everything(face, full="true")}
    house = services["Frauenschutzhaus Dresden e. V."]
    assert (house["service_at_locations"], "address_text" in house["lotse"]) == ([], False)
    desk = next(service for name, service in services.items() if "Koordinierungsstelle (Aus" in name)
    assert desk["lotse"]["doubtful_languages"] == ["de", "ru", "uk"]
    assert all(spoken["note"] for spoken in desk["languages"])
    assert desk["phones"] == []


async def test_bad_questions_are_problems_in_four_languages(face: httpx.AsyncClient) -> None:
    for path, status in (
        ("/services/00000000-0000-4000-8000-000000000000", 404),
        ("/services/nothing", 422),
        ("/services?page=0", 422),
        ("/services?per_page=100000", 422),
        ("/services?taxonomy_term_id=work", 422),
    ):
        answer = await face.get(path)
        assert answer.status_code == status
        assert answer.json()["texts"].keys() == {"uk", "ru", "de", "en"}


async def test_the_root_says_which_version_this_is(face: httpx.AsyncClient) -> None:
    described = (await face.get("/")).json()
    assert described["version"] == "3.1"
    assert described["openapi_url"].endswith("/openapi.json")
