"""Enquiries over HTTP: the same way in, repeated safely, with limits for each address and for each PIN."""

from typing import Any

import httpx
import pytest
from starlette.requests import Request

from lotse_chassis import links
from lotse_chassis.limits import address_of
from lotse_contracts import intake
from tests.intake.given import CANARIES, MAIL, NAME, PIN, TEXT, Intake
from tests.intake.test_conversations import WRONG_PIN, answer

KEY = "a-key-that-the-phone-made"


def body(**changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "language": "uk",
        "codes": ["housing"],
        "text": TEXT,
        "name": NAME,
        "contact": {"kind": "email", "value": MAIL},
        "pin": PIN,
        "consent_to_contact": True,
        "notice_version": "2026-11",
    }
    return {**given, **changed}


async def submit(client: httpx.AsyncClient, key: str = KEY, **changed: Any) -> httpx.Response:
    return await client.post("/enquiries", json=body(**changed), headers={"Idempotency-Key": key})


async def test_the_same_key_is_the_same_enquiry_and_the_same_code(here: Intake) -> None:
    async with here.http() as client:
        first = await submit(client)
        again = await submit(client)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["receipt_code"] == again.json()["receipt_code"]
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert here.counts()["enquiry"] == 1
    assert first.headers["cache-control"] == "no-store"


async def test_another_key_is_another_enquiry(here: Intake) -> None:
    async with here.http() as client:
        codes = {(await submit(client, f"{KEY}-{number}")).json()["receipt_code"] for number in range(3)}
    assert len(codes) == 3


async def test_a_code_that_the_browser_made_is_kept(here: Intake) -> None:
    code, _ = links.new_code()
    async with here.http() as client:
        assert (await submit(client, receipt_code=code)).json()["receipt_code"] == code
        assert (await client.get(f"/enquiries/{code}")).status_code == 200


async def test_she_reads_state_answer_and_writes_again_by_code_and_pin(here: Intake) -> None:
    async with here.http() as client:
        receipt = (await submit(client)).json()
        code = receipt["receipt_code"]
        spaced = f"{code[:5].lower()}-{code[5:]}"
        assert (await client.get(f"/enquiries/{spaced}")).json()["state"] == "received"
        await here.hear(answer(here, receipt["enquiry_id"], "Приходьте завтра."))
        assert (await client.get(f"/enquiries/{code}")).json()["answers"] == 1
        added = await client.post(f"/enquiries/{code}/additions", json={"pin": PIN, "text": "Дякую!"})
        assert (added.status_code, added.json()) == (200, {"help": None})
        read = await client.post(f"/enquiries/{code}/conversation", json={"pin": PIN})
    said = [(one["by"], one["text"]) for one in read.json()["entries"]]
    assert said == [("person", TEXT), ("association", "Приходьте завтра."), ("person", "Дякую!")]


async def test_she_takes_her_enquiry_back_with_her_pin_and_only_with_it(here: Intake) -> None:
    async with here.http() as client:
        code = (await submit(client)).json()["receipt_code"]
        wrong = await client.post(f"/enquiries/{code}/withdrawal", json={"pin": WRONG_PIN})
        assert (wrong.status_code, (await client.get(f"/enquiries/{code}")).json()["state"]) == (403, "received")
        for _ in range(2):
            assert (await client.post(f"/enquiries/{code}/withdrawal", json={"pin": PIN})).status_code == 204
        assert (await client.get(f"/enquiries/{code}")).json()["state"] == "closed"
        unknown = await client.post(f"/enquiries/{links.new_code()[0]}/withdrawal", json={"pin": PIN})
        assert unknown.status_code == 404


async def test_a_state_says_neither_concern_nor_text(here: Intake) -> None:
    async with here.http() as client:
        code = (await submit(client)).json()["receipt_code"]
        found = await client.get(f"/enquiries/{code}")
    assert set(found.json()) == {"state", "answers", "updated_at"}


async def test_an_unknown_code_a_wrong_pin_and_a_lock_have_their_own_answers(here: Intake) -> None:
    async with here.http() as client:
        code = (await submit(client)).json()["receipt_code"]
        unknown = await client.get(f"/enquiries/{links.new_code()[0]}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_enquiry")
        assert (await client.get("/enquiries/x")).status_code == 404
        wrong = [await client.post(f"/enquiries/{code}/conversation", json={"pin": WRONG_PIN}) for _ in range(6)]
    assert [one.json()["code"] for one in wrong] == ["wrong_pin"] * 5 + ["pin_locked"]
    assert [one.status_code for one in wrong] == [403] * 5 + [429]


@pytest.mark.parametrize("language", ["uk", "ru", "de", "en"])
async def test_a_problem_speaks_the_readers_language(here: Intake, language: str) -> None:
    async with here.http() as client:
        found = await client.get("/enquiries/x", headers={"Accept-Language": f"fr, {language};q=0.5"})
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["detail"] == found.json()["texts"][language]
    assert found.headers["content-language"] == language


async def test_a_wrong_body_is_refused_by_field_without_its_values(here: Intake) -> None:
    async with here.http() as client:
        for changed, field in (({"pin": f"no pin {MAIL}"}, "pin"), ({"language": MAIL}, "language")):
            found = await submit(client, **changed)
            assert (found.status_code, found.json()["code"]) == (422, "malformed")
            assert field in found.json()["fields"]
            assert MAIL not in found.text
        assert MAIL not in (await submit(client, **{MAIL: "x"})).text
        assert (await client.post("/enquiries", json=body())).status_code == 422  # no Idempotency-Key
        assert (await submit(client, text="x" * 70_000)).status_code == 413
    assert here.counts()["enquiry"] == 0


async def test_a_body_without_a_length_is_not_read(here: Intake) -> None:
    async def endless() -> Any:
        while True:
            yield b" " * 100_000

    async with here.http() as client:
        found = await client.post("/enquiries", content=endless(), headers={"Idempotency-Key": KEY})
    assert found.status_code == 411


async def test_the_flood_of_one_address_is_turned_away_and_nobody_else_is_delayed(here: Intake) -> None:
    async with here.http("198.51.100.7") as flooding, here.http("203.0.113.9") as other:
        answers = [await submit(flooding, f"{KEY}-{number}") for number in range(12)]
        assert [one.status_code for one in answers] == [201] * 10 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert (await submit(other, f"{KEY}-other")).status_code == 201


def request_from(host: str, forwarded: str = "") -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "client": (host, 1), "headers": headers})


def test_only_a_named_proxy_is_believed_where_a_request_comes_from() -> None:
    proxies = frozenset({"10.0.0.1", "10.0.0.2"})
    assert address_of(request_from("203.0.113.9", "1.2.3.4"), frozenset()) == "203.0.113.9"
    assert address_of(request_from("203.0.113.9", "1.2.3.4"), proxies) == "203.0.113.9"
    assert address_of(request_from("10.0.0.1", "1.2.3.4, 198.51.100.7"), proxies) == "198.51.100.7"
    assert address_of(request_from("10.0.0.1", "198.51.100.7, 10.0.0.2"), proxies) == "198.51.100.7"
    assert address_of(request_from("10.0.0.1"), proxies) == "10.0.0.1"
    assert address_of(request_from("10.0.0.1", "Olena <olena@example.org>"), proxies) == "unknown"


def test_a_whole_network_of_ipv6_is_one_address() -> None:
    here, there = (address_of(request_from(f"2001:db8::{host}"), frozenset()) for host in ("1", "2"))
    assert here == there == "2001:db8::/64"


async def test_the_sealing_key_is_the_one_that_the_broker_tells(here: Intake) -> None:
    async with here.http() as client:
        told = (await client.get("/sealing-key")).json()
    assert told == (await here.ask(intake.AskSealingKey(), actor=None)).model_dump()


async def test_what_came_over_http_is_ciphertext_as_well(here: Intake) -> None:
    async with here.http() as client:
        code = (await submit(client)).json()["receipt_code"]
    whole = here.whole_database()
    assert not [one for one in (*CANARIES, code) if one.encode() in whole]


async def test_a_browser_of_a_foreign_origin_gets_no_permission(here: Intake) -> None:
    preflight = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    async with here.http() as client:
        found = await client.options("/enquiries", headers=preflight)
    assert "access-control-allow-origin" not in found.headers
