"""How far a token reaches: one grant or all, with the private parts of entries or without, and not once revoked."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from lotse_ledger.domain.entries import Draft, Posting, digest_of
from lotse_ledger.domain.scopes import Reach, reach_of
from lotse_ledger.store import log, openings
from tests import kit
from tests.ledger import given
from tests.ledger.test_http import V1, answered

OTHER = UUID("5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2027")
PAGES = (
    "entries",
    "deadlines",
    "accounts",
    "freeze",
    "evidence",
    "downloads",
    "rules",
    "changes?recorded_from=2025-11-12",
)


def entry_of(grant_id: UUID | None, *, key: str = "", **changed: Any) -> Draft:
    accounts = (f"expense:{grant_id}:fees", "assets:bank")
    draft = Draft(
        key=key or f"test:{uuid4()}",
        kind="remark",
        standing="demo",
        valid_on=given.NOW.date().replace(month=3),
        data={"reason": "Miete"},
        request_sha256=digest_of({}),
        postings=(Posting(accounts[0], 100, "EUR"), Posting(accounts[1], -100, "EUR")) if grant_id else (),
        grant_id=grant_id,
    )
    return replace(draft, **changed)


@pytest.fixture
async def two_grants(ledger: kit.ServiceDatabase) -> dict[str, int]:
    """Entries of another grant, one shared over both, and one of no grant."""
    shares = [{"grant_id": str(one), "line": "fees", "basis_points": 5000} for one in (OTHER, given.GRANT)]
    drafts = {
        "other": entry_of(OTHER),
        "shared": entry_of(OTHER, data={"shares": [{**one, "eligible": "50", "ineligible": "0"} for one in shares]}),
        "of_the_house": entry_of(None, data={"reason": "period"}),
    }
    async with given.transaction(ledger) as tx:
        return {
            name: (await log.append(tx, draft, journal=given.JOURNAL, now=given.NOW)).log_index
            for name, draft in drafts.items()
        }


@pytest.fixture
def of_one_grant(anybody: httpx.AsyncClient, token: Callable[..., str]) -> httpx.AsyncClient:
    """A client whose token opens the demonstration grant and no other."""
    anybody.headers["authorization"] = f"Bearer {token(f'grant:{given.GRANT}')}"
    return anybody


def assert_own(rows: list[dict[str, Any]]) -> None:
    """Accounts of the demonstration grant, and reported facts."""
    assert rows
    assert all(str(given.GRANT) in one["account"] or one["account"].startswith("reported:") for one in rows)


async def test_a_token_of_one_grant_sees_this_grant_and_public_facts_only(
    of_one_grant: httpx.AsyncClient, two_grants: dict[str, int]
) -> None:
    assert [one["grant_id"] for one in (await answered(of_one_grant, "/grants"))["grants"]] == [str(given.GRANT)]
    entries = (await answered(of_one_grant, "/entries", limit=500))["entries"]
    seen = {one["log_index"] for one in entries}
    assert two_grants["shared"] in seen
    assert not {two_grants["other"], two_grants["of_the_house"]} & seen
    assert {one["grant_id"] for one in entries} == {None, str(given.GRANT), str(OTHER)}
    assert {one["standing"] for one in entries if one["grant_id"] is None} == {"public"}
    accounts = {one["account"] for one in (await answered(of_one_grant, "/balances"))["balances"]}
    assert accounts
    assert all(str(given.GRANT) in one or one.startswith("reported:") for one in accounts)
    found = await answered(of_one_grant, "/trial-balance")
    assert found["whole"] is False
    assert {
        str(given.GRANT) in one["account"] or one["account"].startswith("reported:") for one in found["balances"]
    } == {True}
    changed = await answered(of_one_grant, "/diff", recorded_from="2025-11-12", limit=500)
    assert not {two_grants["other"], two_grants["of_the_house"]} & {one["log_index"] for one in changed["entries"]}
    assert all(
        str(given.GRANT) in one["account"] or one["account"].startswith("reported:") for one in changed["accounts"]
    )
    assert (await answered(of_one_grant, "/search", q="Miete"))["entries"] == []


async def test_what_a_token_does_not_reach_is_not_known_to_it(
    of_one_grant: httpx.AsyncClient, two_grants: dict[str, int]
) -> None:
    of_grant = ("", "/plan", "/soll-ist", "/fifo", "/interest", "/settlement", "/deadlines", "/notices", "/drawdowns")
    for grant in (OTHER, UUID(int=0)):
        for rest in (*of_grant, "/belegliste", "/headroom?line=fees&amount=1"):
            found = await of_one_grant.get(f"{V1}/grants/{grant}{rest}")
            assert (found.status_code, found.json()["code"]) == (404, "unknown_grant"), rest
    for name in ("other", "of_the_house"):
        found = await of_one_grant.get(f"{V1}/entries/{two_grants[name]}")
        assert (found.status_code, found.json()["code"]) == (404, "unknown_entry"), name
    for account in (f"expense:{OTHER}:fees", "assets:bank", "expense"):
        found = await of_one_grant.get(f"{V1}/accounts/{account}/statement")
        assert (found.status_code, found.json()["code"]) == (404, "unknown_account"), account
    assert (await answered(of_one_grant, "/entries", grant=str(OTHER)))["entries"] != []
    assert [one["log_index"] for one in (await answered(of_one_grant, "/entries", grant=str(OTHER)))["entries"]] == [
        two_grants["shared"]
    ]


async def test_the_pages_show_a_token_no_more_than_the_queries_do(
    of_one_grant: httpx.AsyncClient, two_grants: dict[str, int]
) -> None:
    for path in ("/", *(f"/page/{name}" for name in PAGES)):
        found = await of_one_grant.get(path)
        assert found.status_code == 200, path
        assert "Miete" not in found.text, path
        assert f"expense:{OTHER}" not in found.text, path
    for path in (f"/page/grants/{OTHER}", f"/page/entries/{two_grants['other']}"):
        assert (await of_one_grant.get(path)).status_code == 404, path


async def test_the_same_query_of_another_token_is_another_answer(
    auditor: httpx.AsyncClient, token: Callable[..., str], two_grants: dict[str, int]
) -> None:
    dates = {"valid_to": "2026-06-30", "recorded_to": (await answered(auditor, "/entries"))["recorded_to"]}
    whole = await auditor.get(V1 + "/balances", params=dates)
    headers = {"authorization": f"Bearer {token(f'grant:{given.GRANT}')}", "if-none-match": whole.headers["etag"]}
    part = await auditor.get(V1 + "/balances", params=dates, headers=headers)
    assert part.status_code == 200
    assert part.headers["etag"] != whole.headers["etag"]
    assert "Authorization" in part.headers["vary"]


@pytest.mark.parametrize(
    ("scopes", "reach"),
    [
        ({"ledger:read"}, Reach(None)),
        ({"ledger:read", "vouchers"}, Reach(None, vouchers=True)),
        ({f"grant:{OTHER}", "findings"}, Reach(frozenset({OTHER}), findings=True)),
        ({f"grant:{OTHER}", f"grant:{given.GRANT}"}, Reach(frozenset({OTHER, given.GRANT}))),
        ({f"grant:{OTHER}", "ledger:read"}, Reach(None)),
        ({"vouchers", "findings"}, None),
        ({"grant:", "grant:*", "grant:x", "ledger:READ", "ledger:read "}, None),
        ({"grant:{5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2027}", "statistics"}, None),
    ],
)
def test_scopes_open_what_they_say_and_unknown_ones_nothing(scopes: set[str], reach: Reach | None) -> None:
    assert reach_of(scopes) == reach


async def test_a_token_that_opens_nothing_of_the_books_is_refused(
    anybody: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    for scopes in (("vouchers",), ("grant:*",), ("findings", "vouchers")):
        found = await anybody.get(V1 + "/grants", headers={"authorization": f"Bearer {token(*scopes)}"})
        assert found.status_code == 403, scopes


async def test_private_parts_are_shown_to_the_scope_vouchers_and_to_nobody_once_erased(
    anybody: httpx.AsyncClient, token: Callable[..., str], ledger: kit.ServiceDatabase
) -> None:
    draft = entry_of(given.GRANT, private={"payee": {"name": "Druckerei Muster"}})
    async with given.transaction(ledger) as tx:
        index = (await log.append(tx, draft, journal=given.JOURNAL, now=given.NOW)).log_index

    async def seen(*scopes: str) -> Any:
        anybody.headers["authorization"] = f"Bearer {token(*scopes)}"
        answer = await anybody.get(f"{V1}/entries/{index}")
        assert ("no-store" in answer.headers["cache-control"]) is ("vouchers" in scopes)
        return answer.json()

    plain, opened = await seen("ledger:read"), await seen("ledger:read", "vouchers")
    assert (plain["opened"], plain["erased"]) == ({}, [])
    assert opened["opened"] == {"payee": {"name": "Druckerei Muster"}}
    assert plain["commitments"] == opened["commitments"] != {}
    async with given.transaction(ledger) as tx:
        assert await openings.erase(tx, index, "payee", keys=None)
    erased = await seen("ledger:read", "vouchers")
    assert (erased["opened"], erased["erased"]) == ({}, ["payee"])
    assert erased["leaf_sha256"] == plain["leaf_sha256"]


async def test_a_revoked_token_opens_nothing_from_that_moment_on(
    auditor: httpx.AsyncClient, token: Callable[..., str], ledger: kit.ServiceDatabase
) -> None:
    revoked, other = token(token_id="a1b2"), token(token_id="a1b")
    headers = {"authorization": f"Bearer {revoked}"}
    assert (await auditor.get(V1 + "/grants", headers=headers)).status_code == 200
    data = {"token_id": "a1b2"}
    async with given.transaction(ledger) as tx:
        draft = entry_of(None, key="auditor-revoked:a1b2", kind="auditor_revoked", data=data, standing="own")
        await log.append(tx, draft, journal=given.JOURNAL, now=given.NOW)
        uses = (await tx.execute(text("SELECT count(*) FROM token_use"))).scalar_one()
    found = await auditor.get(V1 + "/grants", headers=headers)
    assert (found.status_code, found.json()["code"]) == (401, "token_revoked")
    assert found.headers["www-authenticate"] == "Bearer"
    assert (await auditor.get(V1 + "/grants", headers={"authorization": f"Bearer {other}"})).status_code == 200
    async with given.transaction(ledger) as tx:
        assert (await tx.execute(text("SELECT count(*) FROM token_use"))).scalar_one() == uses + 1
