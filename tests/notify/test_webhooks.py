"""The webhooks: only their provider comes in, everything is stored before 200, and nothing of a person is logged."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from time import time
from uuid import UUID, uuid4

import httpx
import pytest

from lotse_chassis.settings import SettingsInvalid
from lotse_notify.domain.callbacks import callback_token, callback_url
from lotse_notify.domain.signing import Signed, signature_of
from lotse_notify.http.webhooks import BODY_BYTES_MAX, door_of
from lotse_notify.settings import NotifySettings
from tests.notify.given import Databases, House, house_on
from tests.notify.reporting import BASE, NUMBER, SECRET, kannel_query

REFERENCE = UUID("0d5c8c1e-6f5e-4b0e-9f5e-0a6f3f6d1c11")
SEVEN = f"/cb/seven/{callback_token(SECRET, 'seven')}"
KANNEL = f"/cb/kannel/{callback_token(SECRET, 'kannel')}"
DLR = {
    "data": {"msg_id": "77149843739", "status": "DELIVERED", "timestamp": "2026-11-26 08:08:00.000000"},
    "webhook_event": "dlr",
}
WORDS = "id:77 sub:001 dlvrd:001 stat:UNDELIV err:001 text:canary Olena"


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "callback.secret"
    path.write_bytes(SECRET)
    return path


@pytest.fixture
async def house(database: Databases, tmp_path: Path, secret_file: Path) -> AsyncIterator[House]:
    built = house_on(database("notify"), tmp_path, callback_secret_file=secret_file, callback_url=BASE)
    yield built
    await built.service.engine.dispose()


@pytest.fixture
async def provider(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(house.service.http)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


def counted(house: House, who: str, what: str) -> float:
    labels = {"provider": who, "what": what}
    return house.service.meters.registry.get_sample_value("lotse_notify_receipts_total", labels) or 0.0


async def test_each_form_of_seven_is_stored_before_it_is_answered(house: House, provider: httpx.AsyncClient) -> None:
    """Trap 3: answered at once with 200, also for an id that nobody knows; a 404 would be the last we hear of it."""
    flat = {f"data[{name}]": value for name, value in DLR["data"].items()} | {"webhook_event": "dlr"}  # type: ignore[attr-defined]
    for number, answer in enumerate(
        [
            await provider.post(SEVEN, json=DLR),
            await provider.post(SEVEN, data=flat | {"data[status]": "BUFFERED"}),
            await provider.get(SEVEN, params=flat | {"data[status]": "TRANSMITTED"}),
        ],
        1,
    ):
        assert (answer.status_code, answer.content) == (200, b""), number
    assert [row["code"] for row in house.rows("receipt")] == ["delivered", "buffered", "transmitted"]
    assert {row["provider_time"] for row in house.rows("receipt")} == {"2026-11-26 08:08:00.000000"}
    assert counted(house, "seven", "receipt") == 3


async def test_a_receipt_of_kannel_is_cut_down_to_codes(house: House, provider: httpx.AsyncClient) -> None:
    """Traps 2 and 24: by our reference, since its answer had no id; ordered by when we received it."""
    answer = await provider.get(KANNEL, params=kannel_query(REFERENCE.hex, 2, WORDS, "?smpp?dlr_err=%03%00%01&"))
    assert answer.status_code == 200
    (row,) = house.rows("receipt")
    assert (row["reference"], row["says"], row["code"], row["no_way"]) == (
        *(REFERENCE, "refused"),
        *("unknown_subscriber", True),
    )
    assert "canary" not in repr(row)
    assert row["received_at"] is not None


@pytest.mark.parametrize("path", ["/cb/seven/", "/cb/kannel/", "/cb/seven/x", "/cb/lox24/x", f"/cb/kannel/{'0' * 32}"])
async def test_whoever_does_not_know_the_path_finds_nothing(
    house: House, provider: httpx.AsyncClient, path: str
) -> None:
    """Trap 3: a receipt that somebody made up."""
    for answer in (await provider.post(path, json=DLR), await provider.get(path, params=kannel_query("0" * 32, 1))):
        assert answer.status_code == 404
    assert (await provider.post(SEVEN.replace("seven", "kannel"), json=DLR)).status_code == 404
    assert house.rows("receipt") == []


async def test_only_the_ways_that_providers_use_change_anything(house: House, provider: httpx.AsyncClient) -> None:
    for method in ("HEAD", "PUT", "DELETE", "OPTIONS"):
        for path in (SEVEN, KANNEL):
            answer = await provider.request(method, path, params=kannel_query(REFERENCE.hex, 1))
            assert answer.status_code == 405, (method, path)
    assert house.rows("receipt") == []
    wrong = await provider.get("/cb/kannel/x", headers={"accept-language": "en"})
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.json()["code"] == "not_found"


async def test_what_says_nothing_to_us_is_answered_all_the_same(house: House, provider: httpx.AsyncClient) -> None:
    for body in (b"", b"{", b"[1]", b'"x"', b"\xff\xfe", b"a=" + b"&a=" * 200, b"[" * 5_000):
        answer = await provider.post(SEVEN, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 200
        assert (await provider.post(SEVEN, content=body)).status_code == 200
    assert (await provider.get(KANNEL)).status_code == 200
    assert (await provider.post(KANNEL, content=b"\xff")).status_code == 200
    assert house.rows("receipt") == []
    assert counted(house, "seven", "unused") == 14


async def test_a_long_body_is_not_read_to_its_end(house: House, provider: httpx.AsyncClient) -> None:
    answer = await provider.post(SEVEN, content=b"x" * (BODY_BYTES_MAX + 1))
    assert answer.status_code == 413
    assert house.rows("receipt") == []


async def test_what_cannot_be_stored_is_asked_for_again(house: House, provider: httpx.AsyncClient) -> None:
    """Trap 3: 503, since a provider that is refused with 4xx never comes again."""
    house.run("ALTER TABLE receipt RENAME TO gone")
    answer = await provider.post(SEVEN, json=DLR)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    house.run("ALTER TABLE gone RENAME TO receipt")
    assert (await provider.post(SEVEN, json=DLR)).status_code == 200
    assert len(house.rows("receipt")) == 1


async def test_a_crowd_is_stored_in_few_commits(house: House, provider: httpx.AsyncClient) -> None:
    def count() -> int:
        house.run("SELECT pg_stat_force_next_flush()")
        return int(house.rows("pg_stat_database WHERE datname = current_database()")[0]["xact_commit"])

    queries = [kannel_query(uuid4().hex, 1) for _ in range(100)]
    before = count()
    answers = await asyncio.gather(*(provider.get(KANNEL, params=query) for query in queries))
    assert {answer.status_code for answer in answers} == {200}
    assert len(house.rows("receipt")) == 100
    assert count() - before < 60


async def test_one_bad_receipt_spoils_none_of_its_company(house: House, provider: httpx.AsyncClient) -> None:
    house.run("ALTER TABLE receipt ADD CHECK (code <> 'buffered')")
    bad = {**DLR, "data": {**DLR["data"], "status": "BUFFERED"}}  # type: ignore[dict-item]
    answers = await asyncio.gather(
        *(provider.get(KANNEL, params=kannel_query(uuid4().hex, 1)) for _ in range(5)),
        provider.post(SEVEN, json=bad),
        *(provider.get(KANNEL, params=kannel_query(uuid4().hex, 1)) for _ in range(5)),
    )
    assert [answer.status_code for answer in answers] == [200] * 5 + [503] + [200] * 5
    assert len(house.rows("receipt")) == 10


async def test_what_a_person_writes_is_heard_once(house: House, provider: httpx.AsyncClient) -> None:
    said = {"webhook_event": "sms_mo", "data": {"id": "681590", "sender": NUMBER[1:], "text": "canary Привіт"}}
    for _ in range(2):
        assert (await provider.post(SEVEN, json=said)).status_code == 200
    head = {"x-kannel-from": NUMBER, "content-type": 'text/plain; charset="UTF-16BE"'}
    body = "canary Привіт".encode("utf-16be")
    for _ in range(2):
        answer = await provider.post(KANNEL, params={"id": "aa-1"}, content=body, headers=head)
        assert answer.status_code == 200
    rows = house.rows("receipt")
    assert [(row["provider"], row["event"], row["kind"]) for row in rows] == [
        ("seven", "mo:681590", "inbound"),
        ("kannel", "mo:aa-1", "inbound"),
    ]
    assert NUMBER[1:] not in repr(rows)
    assert "canary" not in repr(rows)


CHARSETS = {
    "text/plain": b"\xc3\xa4",
    "text/plain; charset=": b"\xc3\xa4",
    "text/plain;charset=utf-16be; x=y": b"\x00\xe4",
    'a;"' + ";" * 40_000: b"\xc3\xa4",
    "text/plain; charset*9" + "9" * 5_000 + "*=a": b"\xc3\xa4",
    "text/plain; charset=rot13": b"",
}


@pytest.mark.parametrize("kind", CHARSETS, ids=range(len(CHARSETS)))
async def test_whatever_a_message_says_of_its_letters_it_is_answered(
    house: House, provider: httpx.AsyncClient, kind: str
) -> None:
    """Python's own reading of such a header takes a second for the fourth, and fails at the fifth."""
    head = {"x-kannel-from": NUMBER, "content-type": kind}
    answer = await provider.post(KANNEL, params={"id": "aa-1"}, content=CHARSETS[kind], headers=head)
    assert (answer.status_code, len(house.rows("receipt"))) == (200, int(bool(CHARSETS[kind])))


async def test_nothing_of_a_report_is_logged(
    house: House, provider: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)  # the client is the provider's, and not ours
    said = {"webhook_event": "sms_mo", "data": {"id": "681591", "sender": NUMBER[1:], "text": "canary СТОП"}}
    await provider.post(SEVEN, json=said)
    await provider.get(KANNEL, params=kannel_query(REFERENCE.hex, 2, WORDS))
    await provider.get("/cb/kannel/wrong", params=kannel_query(REFERENCE.hex, 2, WORDS))
    house.run("ALTER TABLE receipt RENAME TO gone")
    await provider.post(SEVEN, json={**said, "data": {**said["data"], "id": "2"}})  # type: ignore[dict-item]
    await provider.get(KANNEL, params=kannel_query(REFERENCE.hex, 1, WORDS))
    assert "not_stored" in caplog.text
    for canary in ("canary", NUMBER[1:], REFERENCE.hex, str(REFERENCE), callback_token(SECRET, "kannel"), "СТОП"):
        assert canary not in caplog.text


async def test_with_its_key_only_what_seven_has_signed_comes_in(
    database: Databases, tmp_path: Path, secret_file: Path
) -> None:
    key_file = tmp_path / "seven.key"
    key_file.write_bytes(b"signing-key\n")
    more = {"callback_secret_file": secret_file, "callback_url": BASE, "seven_signing_key_file": key_file}
    house = house_on(database("notify"), tmp_path, **more)
    body = json.dumps(DLR).encode()
    url = callback_url(BASE, SECRET, "seven")
    signed = Signed("", str(int(time())), "n" * 32, "POST", url, body)
    head = {"x-timestamp": signed.timestamp, "x-nonce": signed.nonce, "content-type": "application/json"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.service.http), base_url=BASE) as client:
        assert (await client.post(SEVEN, content=body, headers=head)).status_code == 503
        assert house.rows("receipt") == []
        head["x-signature"] = signature_of(b"signing-key", signed)
        assert (await client.post(SEVEN, content=body + b" ", headers=head)).status_code == 503
        assert (await client.post(SEVEN, content=body, headers=head)).status_code == 200
    assert len(house.rows("receipt")) == 1
    await house.service.engine.dispose()


async def test_without_a_secret_there_are_no_webhooks(database: Databases, tmp_path: Path) -> None:
    house = house_on(database("notify"), tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.service.http), base_url=BASE) as client:
        assert (await client.post(SEVEN, json=DLR)).status_code == 404
    await house.service.engine.dispose()


def test_a_short_secret_is_none(tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_bytes(b"short")
    settings = NotifySettings(association="x", database_url="postgresql://x", callback_secret_file=short)
    with pytest.raises(SettingsInvalid, match="LOTSE_CALLBACK_SECRET_FILE"):
        door_of(settings)
