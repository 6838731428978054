"""What an auditor reads over HTTP: by token only, dated twice, DEMO in every demonstration row."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from lotse_chassis.identity import Auditor, Staff, issue_auditor_token, issue_token
from lotse_chassis.service import Service
from lotse_ledger.app import build
from lotse_ledger.settings import LedgerSettings
from lotse_local import keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import given

V1 = "/v1"


async def answered(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    found = await client.get(V1 + path, params=query)
    assert found.status_code == httpx.codes.OK, found.text
    return found.json()


PATHS = [
    V1 + path
    for path in (
        "/grants",
        f"/grants/{given.GRANT}",
        f"/grants/{given.GRANT}/plan",
        f"/grants/{given.GRANT}/soll-ist",
        f"/grants/{given.GRANT}/headroom?line=fees&amount=100",
        f"/grants/{given.GRANT}/fifo",
        f"/grants/{given.GRANT}/interest",
        f"/grants/{given.GRANT}/settlement",
        f"/grants/{given.GRANT}/deadlines",
        f"/grants/{given.GRANT}/notices",
        f"/grants/{given.GRANT}/drawdowns",
        f"/grants/{given.GRANT}/belegliste",
        "/entries",
        "/entries/0",
        "/search?q=Zuwendung",
        "/balances",
        "/trial-balance",
        "/accounts/assets:bank/statement",
        "/diff?recorded_from=2025-11-12",
        "/availability?year=2026",
        "/freezes?year=2026",
        "/deadlines",
        "/checkpoints",
        "/rules",
        "/audit/queries",
        "/audit/token",
    )
]


async def test_every_query_answers_the_holder_of_a_token(auditor: httpx.AsyncClient) -> None:
    for path in PATHS:
        assert (await auditor.get(path)).status_code == httpx.codes.OK, path


async def test_nobody_reads_without_a_valid_token(
    anybody: httpx.AsyncClient, token: Callable[..., str], place: AssociationFolder, service: Service
) -> None:
    staff = issue_token(
        Staff("treasurer-1", "treasurer"),
        keyring.signing_key(place, keyring.AUDITOR_KEY),
        association=kit.ASSOCIATION,
        at=service.now(),
    )
    refused = {
        "none": None,
        "expired": token(days=3, ago=4),
        "of another association": token(association="plattform"),
        "signed by another key": token(key=keyring.TOKEN_KEY),
        "of staff": staff,
        "altered": token()[:-6] + "AAAAAA",
        "nonsense": "x",
    }
    for why, one in refused.items():
        headers = {} if one is None else {"authorization": f"Bearer {one}"}
        for path in PATHS:
            found = await anybody.get(path, headers=headers)
            assert found.status_code == httpx.codes.UNAUTHORIZED, (why, path)
            assert found.headers["content-type"] == "application/problem+json"
            assert set(found.json()["texts"]) == {"uk", "ru", "de", "en"}


async def test_a_token_of_another_scope_is_refused(
    anybody: httpx.AsyncClient, place: AssociationFolder, service: Service
) -> None:
    other = Auditor("somebody", frozenset({"statistics"}), service.now() + timedelta(days=1))
    key = keyring.signing_key(place, keyring.AUDITOR_KEY)
    issued = issue_auditor_token(other, key, association=kit.ASSOCIATION, at=service.now())
    found = await anybody.get(V1 + "/grants", headers={"authorization": f"Bearer {issued}"})
    assert found.status_code == httpx.codes.FORBIDDEN


async def test_without_a_key_nobody_reads(ledger: kit.ServiceDatabase, token: Callable[..., str]) -> None:
    keyless = build(LedgerSettings.from_env({"LOTSE_ASSOCIATION": kit.ASSOCIATION, "LOTSE_DATABASE_URL": ledger.url}))
    transport = httpx.ASGITransport(app=keyless.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
        found = await client.get(V1 + "/grants", headers={"authorization": f"Bearer {token()}"})
    await keyless.engine.dispose()
    assert found.status_code == httpx.codes.UNAUTHORIZED


async def test_that_and_when_a_token_was_used_is_kept_but_not_what_was_asked(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    await answered(auditor, "/balances", valid_to="2025-12-12")
    async with given.transaction(ledger) as tx:
        rows = (await tx.execute(text("SELECT * FROM token_use"))).mappings().all()
    assert [set(row) for row in rows] == [{"id", "used_at", "token_id", "auditor"}]
    assert rows[0]["auditor"] == "sozialamt-1"


@pytest.mark.parametrize(
    ("day", "falls_on", "treated_as", "shares", "split"),
    [
        ("2025-09-25", "remainder", "social", [50_000_00, 50_000_00], "if_it_had_been_known"),
        ("2025-11-12", "remainder", "social", [50_000_00, 0], "known"),
        ("2025-11-12", "remainder", "released_group", [50_000_00, 25_000_00], "known"),
        ("2025-12-12", "remainder", "social", [50_000_00, 40_000_00], "known"),
        ("2025-12-12", "pro_rata", "social", [45_000_00, 45_000_00], "known"),
    ],
)
async def test_availability_answers_as_of_both_dates_and_names_its_assumption(
    auditor: httpx.AsyncClient, day: str, falls_on: str, treated_as: str, shares: list[int], split: str
) -> None:
    query = {"year": 2026, "valid_to": day, "recorded_to": day, "freeze_falls_on": falls_on, "treated_as": treated_as}
    found = await answered(auditor, "/availability", **query)
    assert [share["amount"] for share in found["answer"]["shares"]] == shares
    assert found["split"] == split
    assert found["answer"]["freeze_falls_on"] == falls_on
    assert {one["freeze_falls_on"] for one in found["other_readings"]} == {"remainder", "pro_rata"}
    assert found["rule"]
    assert found["entries"]


async def test_a_date_beyond_the_last_entry_is_refused(auditor: httpx.AsyncClient, service: Service) -> None:
    for beyond in ((service.now() + timedelta(days=1)).isoformat(), "2099-01-01"):
        for path in ("/balances", "/grants", "/entries", "/deadlines", "/availability"):
            more = {"year": 2026} if path == "/availability" else {}
            found = await auditor.get(V1 + path, params={**more, "recorded_to": beyond})
            assert found.status_code == httpx.codes.UNPROCESSABLE_ENTITY, path
            assert found.json()["code"] == "beyond_last_entry"
            assert found.json()["fields"] == ["recorded_to"]


SENSELESS = (
    ("/balances?valid_to=2025-02-30", "not_a_day", "valid_to"),
    ("/balances?recorded_to=2025-13-01", "not_a_day", "recorded_to"),
    ("/balances?recorded_to=2025-12-12T00:00:00", "not_a_day", "recorded_to"),
    ("/availability?year=2026&freeze_falls_on=us", "malformed", "freeze_falls_on"),
    ("/availability?year=1", "malformed", "year"),
    ("/entries?cursor=-1", "malformed", "cursor"),
    ("/entries?limit=100000", "malformed", "limit"),
    ("/entries/999", "unknown_entry", "log_index"),
    ("/grants/5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d0000", "unknown_grant", "grant_id"),
    ("/availability?year=2031", "nothing_known", "year"),
    ("/availability?year=2026&valid_to=2024-01-01", "nothing_known", "valid_to"),
)


async def test_what_makes_no_sense_is_refused_by_field_without_its_value(auditor: httpx.AsyncClient) -> None:
    for path, code, field in SENSELESS:
        found = await auditor.get(V1 + path, headers={"accept-language": "uk"})
        assert 400 <= found.status_code < 500
        assert found.json()["code"] == code, path
        assert field in found.json()["fields"]
        assert found.headers["content-language"] == "uk"
        assert "2025-02-30" not in found.text


async def test_an_instant_in_any_offset_is_the_same_instant(auditor: httpx.AsyncClient) -> None:
    berlin = await answered(auditor, "/balances", recorded_to="2025-11-12T23:59:59.999999+01:00", valid_to="2025-11-12")
    day = await answered(auditor, "/balances", recorded_to="2025-11-12", valid_to="2025-11-12")
    assert berlin == day


async def test_entries_are_chosen_by_both_dates(auditor: httpx.AsyncClient) -> None:
    then = await answered(auditor, "/entries", valid_to="2025-11-12", recorded_to="2025-11-11", limit=500)
    assert [one["key"] for one in then["entries"]][-1] == "fact:freeze:2026"
    valid = await answered(auditor, "/entries", valid_to="2025-05-07", limit=500)
    assert {one["valid_on"] for one in valid["entries"]} == {"2025-03-31", "2025-05-07"}


async def test_demonstration_values_say_so_in_every_row(auditor: httpx.AsyncClient) -> None:
    entries = (await answered(auditor, "/entries", limit=500))["entries"]
    balances = (await answered(auditor, "/balances"))["balances"]
    plan = await answered(auditor, f"/grants/{given.GRANT}/soll-ist")
    vouchers = (await answered(auditor, f"/grants/{given.GRANT}/belegliste"))["answer"]["rows"]
    deadlines = (await answered(auditor, "/deadlines"))["deadlines"]
    grants = (await answered(auditor, "/grants"))["grants"]
    of_demo = [one for one in entries if one["kind"] in {"decision", "plan", "voucher", "drawdown"}]
    of_demo += [one for one in balances if not one["account"].startswith("reported:")]
    of_demo += [
        *plan["answer"]["lines"],
        plan,
        *vouchers,
        *deadlines,
        *(one for one in grants if one["grantee"] == "auslaenderrat"),
    ]
    assert len(of_demo) > 15
    assert all(one["demo"] and one["standing"] == "demo" for one in of_demo)
    public = [one for one in entries if one["reconstructed"]]
    public += [one for one in balances if one["account"].startswith("reported:")]
    assert public
    assert not any(one["demo"] for one in public)


async def test_plan_against_actual_names_the_rule_and_its_parameter(auditor: httpx.AsyncClient) -> None:
    found = (await answered(auditor, f"/grants/{given.GRANT}/soll-ist"))["answer"]
    cited = {(one["rule"], one["parameter"], one["value"], one["stated"]) for one in found["citations"]}
    assert ("R3", "excess_percent", "20", False) in cited
    assert found["plan_version"] == 1
    lines = {one["line"]: one for one in found["lines"]}
    fees = {name: lines["fees"][name] for name in ("planned", "actual", "allowed", "eligible", "light")}
    assert fees == {"planned": 5_000_00, "actual": 6_500_00, "allowed": 6_000_00, "eligible": 6_000_00, "light": "red"}
    assert found["eligible"] == 7_234_56


async def test_deadlines_are_calendar_dates_with_their_rule(auditor: httpx.AsyncClient) -> None:
    found = (await answered(auditor, "/deadlines"))["deadlines"]
    assert [(one["deadline"], one["due_on"], one["rule"]) for one in found] == [
        ("interim_proof_2025", "2026-04-30", "R16"),
        ("final_proof", "2027-06-30", "R15"),
    ]


async def test_one_grant_shows_what_was_applied_for_and_what_is_demonstration(auditor: httpx.AsyncClient) -> None:
    found = await answered(auditor, f"/grants/{given.GRANT}")
    assert (found["applied"], found["awarded"], found["drawn"], found["spent"]) == (
        50_000_00,
        50_000_00,
        12_500_00,
        7_734_56,
    )
    before = await answered(auditor, f"/grants/{given.GRANT}", recorded_to="2025-11-12", valid_to="2025-12-31")
    assert (before["applied"], before["awarded"], before["standing"]) == (50_000_00, 0, "public")


async def test_nothing_over_http_changes_the_books(auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase) -> None:
    for path in PATHS:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            found = await auditor.request(method, path)
            assert found.status_code in {httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.NOT_FOUND}
    async with given.transaction(ledger) as tx:
        assert (await tx.execute(text("SELECT count(*) FROM entry"))).scalar_one() == 16


async def test_many_auditors_at_once_are_answered(auditor: httpx.AsyncClient) -> None:
    found = await asyncio.gather(*(auditor.get(V1 + "/balances") for _ in range(20)))
    assert {one.status_code for one in found} == {httpx.codes.OK}
