"""A sample over HTTP is drawn again from what anybody can fetch; findings and documents go by their scopes."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_contracts.ledger import ReverseEntry
from lotse_ledger.domain.canonical import digest_of
from lotse_ledger.handlers import checkpoints
from lotse_ledger.handlers.orders import take
from lotse_ledger.providers.evidence_files import EvidenceFiles
from tests import kit
from tests.ledger import given
from tests.ledger.test_http import V1, answered
from tests.ledger.test_sampling import Guide

NONCE = hashlib.sha256(b"chosen before looking").hexdigest()
PDF = b"%PDF-1.7 a bill"
LINES = ("fees", "material", "personnel")
FOUND = {"grant": str(given.GRANT), "about": "Beleg unvollständig", "found_on": "2026-11-20"}


@pytest.fixture
async def books(ledger: kit.ServiceDatabase) -> kit.ServiceDatabase:
    """Thirty vouchers over three lines, one of them reversed, under a signed checkpoint; one more after it."""
    house = given.house()
    async with given.transaction(ledger) as tx:
        for place in range(30):
            order = given.voucher(line=LINES[place % 3], amount=1_000 + 3_000 * place)
            await take(order, given.context(), tx, house=house)
        last = (await tx.execute(text("SELECT max(log_index) FROM entry"))).scalar_one()
        reversal = ReverseEntry(reversal_id=uuid4(), log_index=last, reason="doppelt")
        await take(reversal, given.context(), tx, house=house)
        await checkpoints.signed_checkpoint(tx, given.context(), house)
        await take(given.voucher(amount=1), given.context(), tx, house=house)
    return ledger


def population(entries: list[dict[str, Any]], size: int) -> list[tuple[int, str, int]]:
    """From the entries as the guide says it."""
    below = [one for one in entries if one["log_index"] < size]
    gone = {one["reverses"] for one in below if one["reverses"] is not None}
    rows = []
    for one in below:
        shares = [share for share in one["data"].get("shares", []) if share["grant_id"] == str(given.GRANT)]
        if one["kind"] == "voucher" and shares and one["log_index"] not in gone:
            amount = sum(int(share["eligible"]) + int(share["ineligible"]) for share in shares)
            rows.append((one["log_index"], shares[0]["line"], amount))
    return rows


@pytest.mark.parametrize("method", ["random", "stratified", "mus"])
async def test_a_sample_is_drawn_again_from_the_entries_the_checkpoint_and_the_guide(
    auditor: httpx.AsyncClient, books: kit.ServiceDatabase, method: str
) -> None:
    wanted = {"n": 7, "nonce": NONCE, "method": method, "grant": str(given.GRANT)}
    found = (await auditor.post(V1 + "/audit/sample", json=wanted)).json()
    entries = (await answered(auditor, "/entries", limit=500))["entries"]
    rows = population(entries, found["checkpoint_size"])
    guide = Guide(rows, 7, bytes.fromhex(found["checkpoint_root"]), bytes.fromhex(NONCE))
    drawn_again = {"random": guide.random, "stratified": guide.stratified, "mus": guide.mus}[method]()
    assert {one["log_index"] for one in found["items"]} == drawn_again
    assert len(drawn_again) == 7
    assert found["seed"] == hashlib.sha256(bytes.fromhex(found["checkpoint_root"] + NONCE)).hexdigest()
    assert found["population"] == len(rows) == 31
    assert found["total"] == sum(amount for _, _, amount in rows)
    assert found["population_sha256"] == digest_of([[index, line, str(amount)] for index, line, amount in rows])
    assert {one["proof"] for one in found["items"]} == {f"/proof/{index}" for index in drawn_again}
    signed = (await answered(auditor, "/checkpoints"))["checkpoints"][0]
    assert (signed["size"], signed["root_sha256"]) == (found["checkpoint_size"], found["checkpoint_root"])
    assert (await auditor.post(V1 + "/audit/sample", json=wanted)).json()["items"] == found["items"]


async def test_what_enters_after_the_checkpoint_changes_no_sample(
    auditor: httpx.AsyncClient, books: kit.ServiceDatabase
) -> None:
    wanted = {"n": 5, "nonce": NONCE, "method": "mus"}
    before = (await auditor.post(V1 + "/audit/sample", json=wanted)).json()
    async with given.transaction(books) as tx:
        await take(given.voucher(amount=9_000_00), given.context(), tx, house=given.house())
    after = (await auditor.post(V1 + "/audit/sample", json=wanted)).json()
    assert after["items"] == before["items"]
    other = (await auditor.post(V1 + "/audit/sample", json={**wanted, "nonce": NONCE[::-1]})).json()
    assert other["items"] != before["items"]


SENSELESS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"n": 0, "nonce": NONCE}, "n"),
    ({"n": 501, "nonce": NONCE}, "n"),
    ({"n": 10**30, "nonce": NONCE}, "n"),
    ({"n": 5, "nonce": "ab"}, "nonce"),
    ({"n": 5, "nonce": "zz" * 32}, "nonce"),
    ({"n": 5, "nonce": "ab" * 65}, "nonce"),
    ({"n": 5, "nonce": NONCE, "method": "benford"}, "method"),
    ({"n": 5, "nonce": NONCE, "grant": "x"}, "grant"),
    ({"nonce": NONCE}, "n"),
)


async def test_a_sample_that_makes_no_sense_is_refused_by_field(auditor: httpx.AsyncClient) -> None:
    for body, field in SENSELESS:
        found = await auditor.post(V1 + "/audit/sample", json=body)
        assert (found.status_code, found.json()["fields"]) == (422, [field]), body


async def test_a_body_that_is_none_or_too_large_is_refused(auditor: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    deep = "[" * 5_000 + "]" * 5_000
    for body in (b"", b"{", b"\xff\xfe", deep.encode(), b'{"n": NaN}', b'{"n": 5, "nonce": "x", "more": 1}'):
        found = await auditor.post(V1 + "/audit/sample", content=body, headers=headers)
        assert found.status_code in (400, 422), body[:20]
        assert found.headers["content-type"] == "application/problem+json"
    large = await auditor.post(V1 + "/audit/sample", content=b" " * 20_000, headers=headers)
    assert large.status_code == 413


async def test_before_the_first_checkpoint_there_is_no_sample(auditor: httpx.AsyncClient) -> None:
    then = {"recorded_to": "2025-11-12"}
    found = await auditor.post(V1 + "/audit/sample", json={"n": 5, "nonce": NONCE}, params=then)
    assert (found.status_code, found.json()["code"]) == (422, "no_checkpoint")


async def test_a_token_of_one_grant_draws_from_this_grant_only(
    anybody: httpx.AsyncClient, token: Callable[..., str], books: kit.ServiceDatabase
) -> None:
    anybody.headers["authorization"] = f"Bearer {token(f'grant:{given.GRANT}')}"
    own = (await anybody.post(V1 + "/audit/sample", json={"n": 5, "nonce": NONCE})).json()
    named = {"n": 5, "nonce": NONCE, "grant": str(given.GRANT)}
    assert (await anybody.post(V1 + "/audit/sample", json=named)).json()["items"] == own["items"]
    foreign = await anybody.post(V1 + "/audit/sample", json={**named, "grant": str(UUID(int=1))})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "unknown_grant")


async def test_a_finding_enters_the_log_once_and_only_with_its_scope(
    anybody: httpx.AsyncClient, token: Callable[..., str], ledger: kit.ServiceDatabase
) -> None:
    anybody.headers["authorization"] = f"Bearer {token()}"
    finding = {**FOUND, "finding_id": str(uuid4()), "log_index": 13, "amount": 12_34}
    refused = await anybody.post(V1 + "/audit/findings", json=finding)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert refused.json()["allowed"] == "findings"
    anybody.headers["authorization"] = f"Bearer {token('ledger:read', 'findings')}"
    first = await anybody.post(V1 + "/audit/findings", json=finding)
    assert first.status_code == 201, first.text
    assert (await anybody.post(V1 + "/audit/findings", json=finding)).json() == first.json()
    other = await anybody.post(V1 + "/audit/findings", json={**finding, "about": "anders"})
    assert (other.status_code, other.json()["code"]) == (409, "body_differs")
    entry = await answered(anybody, f"/entries/{first.json()['log_index']}")
    assert (entry["kind"], entry["data"]["about"], entry["demo"]) == ("finding", "Beleg unvollständig", True)
    shown = await answered(anybody, f"/grants/{given.GRANT}")
    assert [one["finding_id"] for one in shown["findings"]] == [finding["finding_id"]]


NO_FINDING: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"grant": str(UUID(int=1))}, 404, "unknown_grant"),
    ({"log_index": 999}, 404, "unknown_entry"),
    ({"found_on": "2026-02-30"}, 422, "not_a_day"),
    ({"about": ""}, 422, "malformed"),
    ({"about": "x" * 501}, 422, "malformed"),
    ({"amount": 1.5}, 422, "malformed"),
    ({"amount": -1}, 422, "malformed"),
    ({"standing": "own"}, 422, "malformed"),
)


async def test_a_finding_that_makes_no_sense_is_refused_and_nothing_is_written(
    anybody: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    anybody.headers["authorization"] = f"Bearer {token('ledger:read', 'findings')}"
    before = (await answered(anybody, "/entries", limit=500))["entries"]
    for changed, status, code in NO_FINDING:
        found = await anybody.post(V1 + "/audit/findings", json={**FOUND, "finding_id": str(uuid4()), **changed})
        assert (found.status_code, found.json()["code"]) == (status, code), changed
    assert (await answered(anybody, "/entries", limit=500))["entries"] == before


async def test_a_document_is_shown_to_the_scope_vouchers_as_far_as_it_reaches(
    anybody: httpx.AsyncClient,
    token: Callable[..., str],
    ledger: kit.ServiceDatabase,
    service: Service,
    tmp_path: Path,
) -> None:
    files = EvidenceFiles(tmp_path / "evidence", PersonKeys(tmp_path / "keys", bytes(32)))
    object.__setattr__(service.http.state.gate, "files", files)
    kept, unnamed = files.keep(PDF), files.keep(PDF + b"!")
    async with given.transaction(ledger) as tx:
        await take(given.voucher(document_sha256=kept.sha256), given.context(), tx, house=given.house())
    path = f"{V1}/evidence/{kept.sha256}"

    async def asked(path: str, *scopes: str) -> httpx.Response:
        return await anybody.get(path, headers={"authorization": f"Bearer {token(*scopes)}"})

    assert (await asked(path, "ledger:read")).json()["code"] == "scope_missing"
    found = await asked(path, f"grant:{given.GRANT}", "vouchers")
    assert (found.content, found.headers["content-type"]) == (PDF, "application/pdf")
    assert found.headers["content-disposition"] == f'attachment; filename="{kept.sha256}.pdf"'
    assert "sandbox" in found.headers["content-security-policy"]
    assert found.headers["cache-control"] == "no-store"
    assert (await asked(path, f"grant:{UUID(int=1)}", "vouchers")).json()["code"] == "unknown_document"
    nowhere = await asked(f"{V1}/evidence/{unnamed.sha256}", "ledger:read", "vouchers")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "unknown_document")
    assert (await asked(f"{V1}/evidence/..%2Fx", "ledger:read", "vouchers")).status_code in (404, 422)
    files.erase(kept.sha256)
    erased = await asked(path, "ledger:read", "vouchers")
    assert (erased.status_code, erased.json()["code"]) == (410, "document_erased")
    assert "bill" not in json.dumps(erased.json())
