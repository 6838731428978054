"""Names, dates, phones and files that cannot be: staff are told which field and what would do, and nothing changes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.intake import ContactPoint, PersonFields
from tests.intake import casework, papers
from tests.intake.given import Intake, enquiry, known_person, registration
from tests.intake.hostile import TEXTS, is_refused, nothing_changes
from tests.intake.looking import found
from tests.intake.test_persons import person_data
from tests.intake.test_phones_and_dates import NO_DAYS, NO_PHONES, SPELLINGS
from tests.intake.test_rights_of_persons import rectification

Writes = Callable[[Intake, UUID, PersonFields], Any]
NAMES = {
    "nul": "name_control_characters",
    "only nul": "name_control_characters",
    "control characters": "name_control_characters",
    "bidi override": "name_invisible",
    "bidi isolates": "name_invisible",
    "zero width": "name_invisible",
    "only zero width": "name_invisible",
    "emoji": "name_invisible",
    "no character": "name_symbols",
    "10,000 characters": "name_too_long",
    "10,000 letters of three bytes": "name_too_long",
}
"""What is wrong with a name, and the code that says so; an emoji of a family is joined by what nobody sees."""
FIELDS = ("name", "name_native", "name_latin_document", "aliases")
WRITTEN: dict[str, Writes] = {"registration": registration, "rectification": rectification}
written = pytest.mark.parametrize("by", WRITTEN)


async def refused(here: Intake, orders: list[tuple[Any, str, str, str]]) -> None:
    """Each of these orders, by its code, the field and the value that must be named nowhere."""
    async with nothing_changes(here):
        for order, code, field, value in orders:
            with pytest.raises(Refused) as caught:
                await here.hear(order)
            assert caught.value.code == code, (field, code)
            assert caught.value.allowed
            is_refused(here, caught.value, value, field)


@written
async def test_a_name_that_nobody_can_read_is_refused_wherever_staff_write_it(here: Intake, by: str) -> None:
    person_id, made = await known_person(here), WRITTEN[by]
    orders = [
        (made(here, person_id, PersonFields(identity={field: TEXTS[what]})), code, field, TEXTS[what])
        for field in FIELDS
        for what, code in NAMES.items()
    ]
    orders.append(
        (made(here, person_id, PersonFields(identity={"name": "\U0001f642"})), "name_symbols", "name", "\U0001f642")
    )
    orders.append(
        (made(here, person_id, PersonFields(identity={"name": "12 34"})), "name_without_letters", "name", "12 34")
    )
    await refused(here, orders)


async def test_a_field_that_nobody_knows_is_named_to_nobody(here: Intake) -> None:
    person_id = uuid4()
    for name in ("Canary\x00", "Canary\u202e", "Canary" * 2_000):
        fields = PersonFields(identity={name: "x", "gender": "Canary" * 100})
        with pytest.raises(Refused) as caught:
            await here.hear(registration(here, person_id, fields))
        is_refused(here, caught.value, name, "identity")


@written
async def test_a_day_that_cannot_be_is_refused(here: Intake, by: str) -> None:
    person_id = await known_person(here)
    days = [
        *(day for day in NO_DAYS if day),
        "30.02.",
        "30.02",
        "31.11.1990",
        "29.02.2023",
        "1980-02-30\x00",
        "٣٠.٠٢.١٩٨٠",
    ]
    orders = [WRITTEN[by](here, person_id, PersonFields(identity={"birth_date": day})) for day in days]
    await refused(
        here, [(order, "not_a_birth_date", "birth_date", day) for order, day in zip(orders, days, strict=True)]
    )


@written
async def test_a_phone_is_kept_as_one_number_however_it_is_written(here: Intake, by: str) -> None:
    assert len(SPELLINGS) >= 15
    person_id, kept = await known_person(here), set()
    for spelling in SPELLINGS:
        await here.hear(WRITTEN[by](here, person_id, PersonFields(contact=ContactPoint(kind="sms", value=spelling))))
        kept.add((await person_data(here, person_id))["person"][0]["fields"]["contact"]["value"])
    assert kept == {"+4935112345678"}


@written
async def test_no_number_is_refused(here: Intake, by: str) -> None:
    person_id = await known_person(here)
    lines = [
        *(one for one in NO_PHONES if len(one) <= 254),
        "0351 12345678\x00",
        "+49 351 \U0001f642",
        "' OR 1=1 --",
        "٠٣٥١",
    ]
    orders = [WRITTEN[by](here, person_id, PersonFields(contact=ContactPoint(kind="sms", value=one))) for one in lines]
    await refused(here, [(order, "not_a_phone", "contact", one) for order, one in zip(orders, lines, strict=True)])


async def test_a_search_for_nonsense_is_refused_and_finds_nobody(here: Intake) -> None:
    await known_person(here)
    asked: list[tuple[dict[str, str], str, str]] = [
        ({"name": "Олена", "birth_date": "30.02.1980"}, "not_a_birth_date", "birth_date"),
        ({"phone": "keine\x00"}, "not_a_phone", "phone"),
        ({"name": " "}, "nothing_to_find", "name"),
    ]
    async with nothing_changes(here):
        for query, code, field in asked:
            with pytest.raises(Refused) as caught:
                await found(here, **query)
            assert caught.value.code == code
            is_refused(here, caught.value, query[field], field)
        for text in ("\x00", "\u202eолена", "\U0001f642", "'; DROP TABLE person; --", "%"):
            answer, _ = await found(here, name=text, receipt_code=text)
            assert answer.persons == ()


async def test_what_she_writes_herself_is_kept_whatever_it_is(here: Intake) -> None:
    for text in [
        one for one in TEXTS.values() if len(one) <= 200 and not any("\ud800" <= letter <= "\udfff" for letter in one)
    ]:
        contact = ContactPoint(kind="sms", value=text)
        person_id = await known_person(here, name=text, contact=contact)
        fields = (await person_data(here, person_id))["person"][0]["fields"]
        assert (fields["identity"]["name"], fields["contact"]["value"]) == (text, text)


LIES: dict[str, tuple[bytes, str]] = {
    "another picture": (papers.png(), "image/jpeg"),
    "a document as a picture": (papers.pdf(), "image/png"),
    "a picture as a document": (papers.jpeg(), "application/pdf"),
    "a program": (b"MZ\x90\x00" + bytes(200), "image/jpeg"),
    "a page": (b"<html><script>alert('Canary')</script>", "application/pdf"),
    "an archive": (b"PK\x03\x04" + bytes(200), "application/pdf"),
    "nothing": (b"", "image/png"),
    "a beginning alone": (b"\xff\xd8", "image/jpeg"),
}


async def test_a_file_that_lies_about_its_type_is_taken_nowhere(here: Intake) -> None:
    case = await casework.owned(here)
    here.service.now = lambda: here.now  # type: ignore[method-assign]
    async with nothing_changes(here):
        for number, (content, media_type) in enumerate(LIES.values()):
            headers = {"Content-Type": media_type, "Authorization": f"Bearer {here.token()}"}
            async with here.http(f"198.51.100.{number}") as client:
                for path in ("/attachments", f"/cases/{case.case_id}/documents"):
                    is_problem(await client.post(path, content=content, headers=headers), 415, "file_lies")


async def test_a_face_that_is_given_nonsense_answers_with_a_problem(here: Intake) -> None:
    headers = {"Idempotency-Key": "k" * 20, "Content-Type": "application/json"}
    bodies = (b"", b"\xff\xfe", b"null", b"[" * 3_000, b'{"text": "\\ud800Canary"}', b'{"language": "Canary\\u0000"}')
    async with nothing_changes(here), here.http() as client:
        for body in bodies:
            answer = await client.post("/enquiries", content=body, headers=headers)
            assert answer.status_code in (400, 422), (body, answer.status_code)
            is_problem(answer, answer.status_code, "malformed")
        for code in ("%00", "%E2%80%AE", "..%2F..", "x" * 40, "%F0%9F%99%82"):
            is_problem(await client.get(f"/enquiries/{code}"), 404, None)


async def test_the_face_believes_no_token_that_does_not_hold(here: Intake) -> None:
    case = await casework.owned(here)
    order = enquiry(here)
    await here.hear(order, actor=None)
    async with nothing_changes(here), here.http() as client:
        for token, status, code in (
            (here.token("treasurer"), 403, "role_not_allowed"),
            (here.token() + "x", 401, "token_invalid"),
            ("x.y.z", 401, "token_invalid"),
            ("\x00", 401, "token_invalid"),
        ):
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "image/png"}
            path = f"/cases/{case.case_id}/documents"
            is_problem(await client.post(path, content=papers.png(), headers=headers), status, code)


def is_problem(answer: httpx.Response, status: int, code: str | None) -> None:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert code is None or body["code"] == code
    assert set(body["texts"]) == {"uk", "ru", "de", "en"}
    assert "Canary" not in answer.text


async def test_a_birth_date_that_was_wrong_is_counted_as_the_right_one(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(registration(here, person_id, PersonFields(identity={"birth_date": "1950-05-04", "gender": "f"})))
    await here.hear(rectification(here, person_id, PersonFields(identity={"birth_date": "1980-05-04"})))
    assert here.rows("SELECT age_band, gender FROM person_bands") == [("age_27_64", "not_stated")]
    await here.hear(rectification(here, person_id, PersonFields(need_summary="x"), cleared=("identity",)))
    assert here.rows("SELECT age_band FROM person_bands") == [("not_stated",)]
