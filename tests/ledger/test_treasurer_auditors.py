"""Who may look into the books: a token is given out once, is an entry of the log, and opens what it says until then."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.sealed import encode, public_bytes
from lotse_ledger.app import build
from lotse_ledger.domain.instants import BERLIN
from tests import kit
from tests.ledger import given
from tests.ledger.treasury import Treasury, treasury

GRANT = str(given.GRANT)


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    return treasury(database("ledger"), tmp_path)


@pytest.fixture
async def http(ledger: Treasury) -> AsyncIterator[httpx.AsyncClient]:
    service = build(ledger.settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=service.http), base_url="http://ledger") as client:
        yield client
    await service.engine.dispose()


def added(ledger: Treasury, *more: str) -> tuple[str, str]:
    """The token and its id."""
    done = ledger.run("auditor", "add", "Frau Muster, Sozialamt", *more)
    assert done.code == 0, done.err
    (token,) = done.out.splitlines()
    return token, done.err.split()[0]


def bodies(ledger: Treasury, kind: str) -> list[dict[str, object]]:
    rows = ledger.rows("SELECT body FROM entry WHERE kind = :kind ORDER BY log_index", kind=kind)
    return [json.loads(row.body) for row in rows]


def test_a_token_given_out_is_an_entry_without_the_name_of_its_holder(ledger: Treasury) -> None:
    token, token_id = added(ledger, "--grant", GRANT[:4], "--vouchers", "--days", "60")
    (entry,) = bodies(ledger, "auditor_added")
    assert entry["data"]["token_id"] == token_id  # type: ignore[index]
    assert entry["data"]["scopes"] == [f"grant:{GRANT}", "vouchers"]  # type: ignore[index]
    assert "Muster" not in ledger.stored()
    assert token not in ledger.stored()
    listed = ledger.run("auditor", "list").out
    assert "Frau Muster, Sozialamt" in listed
    assert token not in listed


def test_every_token_is_another_one_though_the_name_is_the_same(ledger: Treasury) -> None:
    assert added(ledger)[1] != added(ledger)[1]
    assert len(bodies(ledger, "auditor_added")) == 2
    assert [one["data"]["scopes"] for one in bodies(ledger, "auditor_added")] == [["ledger:read"]] * 2  # type: ignore[index]


def test_an_unknown_grant_or_a_false_key_makes_no_token(ledger: Treasury) -> None:
    for words in (("--grant", str(uuid4())), ("--seal-key", "abc"), ("--seal-key", "x" * 43)):
        done = ledger.run("auditor", "add", "X", *words)
        assert (done.code, done.out) == (1, ""), words
    assert ledger.run("auditor", "add", "").code == 1
    assert bodies(ledger, "auditor_added") == []
    with pytest.raises(SystemExit):
        ledger.run("auditor", "add", "X", "--days", "367")


def test_the_list_says_the_same_last_day_as_whoever_gives_out_the_token(ledger: Treasury) -> None:
    given_out = ledger.run("auditor", "add", "X").err.split()
    (row,) = ledger.run("auditor", "list", "--csv").out.splitlines()[1:]
    token_id, *_, until = given_out
    day, month, year = until.split(".")
    assert (row.split(";")[0], row.split(";")[4]) == (token_id, f"{year}-{month}-{day}")


def test_a_key_that_is_not_the_associations_makes_no_token(ledger: Treasury) -> None:
    (ledger.folder / "auditor.key").write_bytes(bytes(range(32)))
    done = ledger.run("auditor", "add", "X")
    assert (done.code, done.out, "LOTSE_AUDITOR_KEY" in done.err) == (1, "", True)


async def test_a_token_opens_what_it_says_until_it_is_revoked(ledger: Treasury, http: httpx.AsyncClient) -> None:

    token, token_id = await asyncio.to_thread(added, ledger, "--grant", GRANT)
    http.headers["authorization"] = f"Bearer {token}"
    assert (await http.get(f"/v1/grants/{GRANT}")).status_code == httpx.codes.OK
    assert (await http.get(f"/v1/grants/{uuid4()}")).status_code == httpx.codes.NOT_FOUND
    listed = await asyncio.to_thread(ledger.run, "auditor", "list", "--csv")
    row = listed.out.splitlines()[1].split(";")
    assert (row[0], row[6]) == (token_id, "2")
    assert f"{datetime.now(BERLIN):%Y}" in row[7]
    for _ in range(2):
        assert (await asyncio.to_thread(ledger.run, "auditor", "revoke", token_id)).code == 0
    assert (await http.get(f"/v1/grants/{GRANT}")).status_code == httpx.codes.UNAUTHORIZED
    assert len(await asyncio.to_thread(bodies, ledger, "auditor_revoked")) == 1
    assert (await asyncio.to_thread(ledger.run, "auditor", "revoke", uuid4().hex)).code == 1


async def test_what_an_auditor_with_a_key_asks_is_kept_sealed(ledger: Treasury, http: httpx.AsyncClient) -> None:

    key = encode(public_bytes(X25519PrivateKey.generate()))
    token, _ = await asyncio.to_thread(added, ledger, "--seal-key", key)
    http.headers["authorization"] = f"Bearer {token}"
    assert (await http.get("/v1/grants")).status_code == httpx.codes.OK
    (kept,) = await asyncio.to_thread(ledger.rows, "SELECT ciphertext FROM audit_query")
    assert "grants" not in kept.ciphertext
