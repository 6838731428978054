"""What an auditor does: her queries are sealed until she ends the audit, and her sample can be drawn again."""

import argparse
import asyncio
import hashlib
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_contracts.envelope import Sealed
from lotse_contracts.sealed import CannotOpen, encode, open_sealed, public_bytes
from lotse_ledger.cli.asked import show_asked
from lotse_ledger.handlers import audits
from lotse_ledger.store import books, tokens
from tests import kit
from tests.ledger import given
from tests.ledger.test_http import V1, answered

KEY = X25519PrivateKey.generate()
TOKEN_ID = "token-of-the-city"
TYPE = "lotse.ledger.audit-query.v1"


@pytest.fixture
def sealing(anybody: httpx.AsyncClient, token: Callable[..., str]) -> httpx.AsyncClient:
    """A client whose token carries the auditor's key."""
    issued = token("ledger:read", token_id=TOKEN_ID, seal_key=public_bytes(KEY))
    anybody.headers["authorization"] = f"Bearer {issued}"
    return anybody


def opened(row: dict[str, Any], key: X25519PrivateKey = KEY, number: int | None = None) -> Any:
    sealed = Sealed(kid=row["kid"], enc=row["enc"], ciphertext=row["ciphertext"])
    bound = f"{TOKEN_ID}:{number or row['number']}"
    return json.loads(open_sealed(sealed, key, type_name=TYPE, key=bound))


def chained(rows: list[dict[str, Any]]) -> str:
    """The digest over the rows, from the description in the guide alone."""
    digest = hashlib.sha256(TOKEN_ID.encode()).digest()
    for row in rows:
        said = {name: row[name] for name in ("number", "kid", "enc", "ciphertext")}
        said["asked_at"] = row["asked_at"]
        line = json.dumps(said, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(digest + line.encode()).digest()
        assert row["digest"] == digest.hex()
    return digest.hex()


async def test_what_was_asked_is_sealed_to_the_auditor_and_opened_by_her_alone(
    sealing: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    await answered(sealing, "/balances", valid_to="2025-12-12")
    await sealing.get(V1 + "/entries/999")
    found = await answered(sealing, "/audit/queries")
    assert [opened(row)["path"] for row in found["rows"]] == ["/v1/balances", "/v1/entries/999", "/v1/audit/queries"]
    assert opened(found["rows"][0])["query"] == "valid_to=2025-12-12"
    with pytest.raises(CannotOpen):
        opened(found["rows"][0], X25519PrivateKey.generate())
    with pytest.raises(CannotOpen):
        opened(found["rows"][0], number=2)
    async with given.transaction(ledger) as tx:
        kept = await tx.execute(text("SELECT audit_query.*::text || token_use.*::text FROM audit_query, token_use"))
        whole = "".join(kept.scalars())
        assert "2025-12-12" not in whole
        assert "balances" not in whole
        with pytest.raises(Refused):
            await audits.read_queries(tx, TOKEN_ID)


async def test_the_auditor_holds_a_digest_over_all_her_queries(sealing: httpx.AsyncClient) -> None:
    first = await sealing.get(V1 + "/balances")
    second = await sealing.get(V1 + "/grants")
    found = await answered(sealing, "/audit/queries")
    digests = [row["digest"] for row in found["rows"]]
    assert first.headers["lotse-query"] == f"1:{digests[0]}"
    assert second.headers["lotse-query"] == f"2:{digests[1]}"
    assert (found["queries"], found["digest"]) == (3, digests[2])
    assert chained(found["rows"]) == found["digest"]
    refused, page = await sealing.get(V1 + "/entries/999"), await sealing.get("/")
    assert [one.headers["lotse-query"].partition(":")[0] for one in (refused, page)] == ["4", "5"]


async def test_a_row_cannot_be_changed_or_dropped(sealing: httpx.AsyncClient, ledger: kit.ServiceDatabase) -> None:
    await answered(sealing, "/balances")
    for change in ("DELETE FROM audit_query", "UPDATE audit_query SET kid = ''", "TRUNCATE audit_query"):
        with pytest.raises(DBAPIError):
            async with given.transaction(ledger) as tx:
                await tx.execute(text(change))


async def test_queries_at_once_are_all_kept_in_one_chain(sealing: httpx.AsyncClient) -> None:
    await asyncio.gather(*(sealing.get(V1 + "/grants") for _ in range(15)))
    found = await answered(sealing, "/audit/queries")
    assert [row["number"] for row in found["rows"]] == list(range(1, 17))
    assert chained(found["rows"]) == found["digest"]


async def test_a_day_of_an_audit_enters_the_log_once_with_its_digest(
    sealing: httpx.AsyncClient, ledger: kit.ServiceDatabase, anybody: httpx.AsyncClient
) -> None:
    await answered(sealing, "/balances")
    house = given.house()
    async with given.transaction(ledger) as tx:
        used = await tokens.sessions(tx)
        chain = await tokens.chain(tx, TOKEN_ID)
        today = given.context(now=used[0].last_at)
        await audits.keep_watching(tx, today, house)
        before = await books.size(tx)
        tomorrow = given.context(now=used[0].last_at + timedelta(days=1))
        await audits.keep_watching(tx, tomorrow, house)
    await answered(sealing, "/grants")  # the chain grows, the day that is over is over
    async with given.transaction(ledger) as tx:
        await audits.keep_watching(tx, tomorrow, house)
        assert await books.size(tx) == before + 1
        entry = await books.at(tx, before)
    assert entry is not None
    assert entry.kind == "auditor_session"
    assert entry.data == {
        "token_id": TOKEN_ID,
        "day": used[0].day.isoformat(),
        "uses": 1,
        "queries": 1,
        "digest": chain.digest.hex(),
    }


async def test_once_the_auditor_gives_her_key_the_association_reads_and_the_token_is_closed(
    sealing: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    await answered(sealing, "/balances", valid_to="2025-12-12")
    wrong = await sealing.post(V1 + "/audit/end", json={"private_key": encode(os.urandom(32))})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "key_does_not_fit")
    ended = await sealing.post(V1 + "/audit/end", json={"private_key": encode(KEY.private_bytes_raw())})
    assert (ended.status_code, ended.json()["queries"]) == (200, 3)
    async with given.transaction(ledger) as tx:
        rows = await audits.read_queries(tx, TOKEN_ID)
        entry = (await books.entries_of_kinds(tx, ["audit_ended"]))[-1]
    asked = [json.loads(content) for _, content in rows if content is not None]
    assert [one["path"] for one in asked] == ["/v1/balances", "/v1/audit/end", "/v1/audit/end"]
    assert asked[0]["query"] == "valid_to=2025-12-12"
    assert entry.data == {"token_id": TOKEN_ID, "queries": 3, "digest": ended.json()["digest"]}
    after = await sealing.get(V1 + "/balances")
    assert (after.status_code, after.json()["code"]) == (401, "audit_ended")


async def test_the_association_reads_what_was_asked_from_the_command_line_once_the_audit_ended(
    sealing: httpx.AsyncClient, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    args = argparse.Namespace(token_id=TOKEN_ID, csv=False)
    await answered(sealing, "/balances", valid_to="2025-12-12")
    with pytest.raises(Refused, match="audit_not_ended"):
        await show_asked(service, args)
    await sealing.post(V1 + "/audit/end", json={"private_key": encode(KEY.private_bytes_raw())})
    assert await show_asked(service, args) == 0
    said = capsys.readouterr().out
    assert "GET /v1/balances" in said
    assert "valid_to=2025-12-12" in said


async def test_without_a_key_only_that_and_when_is_kept(auditor: httpx.AsyncClient) -> None:
    await answered(auditor, "/balances")
    found = await answered(auditor, "/audit/queries")
    assert (found["sealed"], found["rows"], found["queries"]) == (False, [], 0)
    seen = await answered(auditor, "/audit/token")
    assert [(one["auditor"], one["uses"]) for one in seen["sessions"]] == [("sozialamt-1", 3)]
    ended = await auditor.post(V1 + "/audit/end", json={"private_key": encode(KEY.private_bytes_raw())})
    assert ended.json()["code"] == "key_does_not_fit"


async def test_a_token_with_a_key_that_anybody_could_open_is_refused(
    anybody: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    headers = {"authorization": f"Bearer {token('ledger:read', seal_key=bytes(32))}"}
    assert (await anybody.get(V1 + "/balances", headers=headers)).status_code == 401


async def test_one_auditor_sees_nothing_of_anothers_queries(
    sealing: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    await answered(sealing, "/balances")
    other = {"authorization": f"Bearer {token('ledger:read', seal_key=public_bytes(KEY))}"}
    found = (await sealing.get(V1 + "/audit/queries", headers=other)).json()
    assert [row["number"] for row in found["rows"]] == [1]
    assert found["token_id"] != TOKEN_ID
    assert [one["uses"] for one in (await sealing.get(V1 + "/audit/token", headers=other)).json()["sessions"]] == [2]
