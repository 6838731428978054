"""What an auditor asks about one grant: money, vouchers, deadlines; each with its rule, and nothing guessed."""

from collections.abc import Callable
from itertools import accumulate
from typing import Any
from uuid import UUID, uuid4

import httpx

from lotse_chassis.service import Service
from lotse_contracts.ledger import RecordDisbursement, ReverseEntry, Share, VoucherFingerprintAsked
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import fingerprints
from tests import kit
from tests.ledger import given
from tests.ledger.test_http import V1, answered

OF_GRANT = f"/grants/{given.GRANT}"
OTHER = UUID("5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2027")
DIGEST = "cd" * 32


async def ordered(ledger: kit.ServiceDatabase, *orders: Any) -> None:
    async with given.transaction(ledger) as tx:
        for order in orders:
            await take(order, given.context(), tx, house=given.house(checkpoint_entries=1))


def disbursed(amount: int, day: str, **changed: Any) -> RecordDisbursement:
    return RecordDisbursement(
        grant_id=given.GRANT,
        standing="demo",
        disbursement_id=uuid4(),
        amount=amount,
        budget_year=2026,
        credited_on=day,
        **changed,
    )


async def test_a_version_of_the_plan_is_shown_by_its_number(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    await ordered(ledger, given.plan(version=2, valid_on="2026-04-01"))
    latest = await answered(auditor, OF_GRANT + "/plan")
    first = await answered(auditor, OF_GRANT + "/plan", version=1)
    assert (latest["answer"]["plan"]["version"], latest["answer"]["versions"]) == (2, [1, 2])
    assert (first["answer"]["plan"]["version"], first["answer"]["total"]) == (1, 60_000_00)
    assert first["demo"] is True
    found = await auditor.get(V1 + OF_GRANT + "/plan?version=3")
    assert (found.status_code, found.json()["code"], found.json()["fields"]) == (404, "unknown_plan", ["version"])
    then = await answered(auditor, OF_GRANT + "/plan", valid_to="2026-03-31")
    assert then["answer"]["versions"] == [1]


async def test_headroom_says_what_a_further_payment_would_count(auditor: httpx.AsyncClient) -> None:
    found = (await answered(auditor, OF_GRANT + "/headroom", line="material", amount=20_000_00))["answer"]
    assert found["within_plan"] == 15_000_00 - 1_234_56
    assert found["counts"] == found["within_plan"] + found["within_excess"] == 18_000_00 - 1_234_56
    assert found["needs_approval"] is True
    assert "R3" in {one["rule"] for one in found["citations"]}
    for query, field in (("line=fees", "amount"), ("line=Fees&amount=1", "line"), ("line=fees&amount=0", "amount")):
        refused = await auditor.get(f"{V1}{OF_GRANT}/headroom?{query}")
        assert (refused.status_code, refused.json()["fields"]) == (422, [field])
    huge = await auditor.get(f"{V1}{OF_GRANT}/headroom?line=fees&amount=" + "9" * 40)
    assert (huge.status_code, huge.json()["fields"]) == (422, ["amount"])


async def test_use_of_money_and_its_last_day_follow_from_the_day_of_the_question(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    await ordered(ledger, disbursed(10_000_00, "2026-01-20"))
    on_time = await answered(auditor, OF_GRANT + "/fifo", valid_to="2026-03-20")
    late = await answered(auditor, OF_GRANT + "/fifo", valid_to="2026-03-21")
    assert (on_time["answer"]["overdue"], len(late["answer"]["overdue"])) == ([], 1)
    assert on_time["answer"]["unused_total"] + on_time["answer"]["recognised"] == 10_000_00
    due = (await answered(auditor, "/deadlines", valid_to="2026-03-01"))["deadlines"]
    assert ("use_money", "2026-03-20", "R6", "near") in {
        (one["deadline"], one["due_on"], one["rule"], one["urgency"]) for one in due
    }
    assert [one["due_on"] for one in due] == sorted(one["due_on"] for one in due)


async def test_interest_is_a_risk_and_an_unknown_base_rate_is_named_and_not_guessed(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    await ordered(ledger, disbursed(10_000_00, "2026-01-20"))
    known = (await answered(auditor, OF_GRANT + "/interest", valid_to="2026-06-30"))["answer"]["preview"]
    unknown = (await answered(auditor, OF_GRANT + "/interest", valid_to="2026-07-01"))["answer"]["preview"]
    assert known["standing"] == unknown["standing"] == "risk_should_the_city_claim_it"
    assert known["amount"] > 0
    assert known["unknown"] == []
    assert (unknown["amount"], unknown["claimable"], unknown["unknown"]) == (None, None, ["2026-07-01"])
    assert {"R27", "R28", "BGB247"} <= {one["rule"] for one in known["citations"]}


async def test_settlement_and_drawdowns_are_shown_and_nothing_is_booked_by_asking(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    await ordered(ledger, disbursed(10_000_00, "2026-01-20"))
    before = (await answered(auditor, "/entries", limit=500))["entries"]
    settled = (await answered(auditor, OF_GRANT + "/settlement"))["answer"]
    money = (await answered(auditor, OF_GRANT + "/drawdowns"))["answer"]
    assert (settled["disbursed"], settled["is_booked"]) == (10_000_00, False)
    assert settled["final"]["citations"]
    assert [one["amount"] for one in money["drawdowns"]] == [12_500_00]
    assert all(one["demo"] for one in money["drawdowns"])
    assert [one["amount"] for one in money["disbursements"]] == [10_000_00]
    assert (await answered(auditor, "/entries", limit=500))["entries"] == before


async def test_the_list_of_vouchers_has_each_payment_once_page_by_page(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    await ordered(ledger, *(given.voucher(amount=100 + place) for place in range(7)))
    whole = (await answered(auditor, OF_GRANT + "/belegliste", limit=500))["answer"]
    assert [row["number"] for row in whole["rows"]] == list(range(1, 10))
    assert (whole["rows_total"], whole["next"]) == (9, None)
    rows: list[Any] = []
    first: int | None = 1
    while first:
        page = (await answered(auditor, OF_GRANT + "/belegliste", limit=4, first=first))["answer"]
        rows += page["rows"]
        first = page["next"]
    assert rows == whole["rows"]
    assert whole["charged"] == sum(row["part"]["eligible"] + row["part"]["ineligible"] for row in rows)
    assert {row["proof"] for row in rows} == {f"/proof/{row['part']['log_index']}" for row in rows}


async def test_a_voucher_shared_over_two_grants_is_shown_with_both_and_with_its_duplicates(
    anybody: httpx.AsyncClient, token: Callable[..., str], ledger: kit.ServiceDatabase
) -> None:
    other = given.award(grant_id=OTHER, file_ref="DEMO-50.2")
    parts = {given.GRANT: 6_000, OTHER: 4_000}
    shares = tuple(Share(grant_id=one, line="fees", basis_points=part) for one, part in parts.items())
    shared = given.voucher(line="fees", amount=1_000_00, shares=shares, document_sha256=DIGEST, number="R-17")
    again = given.voucher(grant_id=OTHER, line="fees", amount=1_000_00, number="R-17", document_sha256="ef" * 32)
    await ordered(ledger, other, shared, again)
    anybody.headers["authorization"] = f"Bearer {token()}"
    found = await answered(anybody, f"/vouchers/{shared.voucher_id}")
    assert set(found["parts"]) == {str(given.GRANT), str(OTHER)}
    assert found["basis_points_charged"] == 10_000
    assert [(one["voucher_id"], one["by"]) for one in found["duplicates"]] == [(str(again.voucher_id), ["number"])]
    anybody.headers["authorization"] = f"Bearer {token(f'grant:{given.GRANT}')}"
    part = await answered(anybody, f"/vouchers/{shared.voucher_id}")
    assert set(part["parts"]) == {str(given.GRANT)}
    assert [(one["voucher_id"], one["log_index"], one["grant_ids"]) for one in part["duplicates"]] == [(None, None, [])]
    refused = await anybody.get(f"{V1}/vouchers/{again.voucher_id}")
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_voucher")
    assert (await anybody.get(f"{V1}/vouchers/{uuid4()}")).status_code == 404


async def test_what_changed_since_a_report_names_entries_accounts_and_what_was_taken_back(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    then = (await answered(auditor, "/entries", limit=1))["recorded_to"]
    entries = (await answered(auditor, "/entries", kind="voucher"))["entries"]
    reversal = ReverseEntry(reversal_id=uuid4(), log_index=entries[0]["log_index"], reason="falsche Position")
    await ordered(ledger, given.voucher(amount=50_00), reversal)
    added = (await answered(auditor, "/diff", recorded_from=then))["entries"][0]["log_index"]
    await ordered(ledger, ReverseEntry(reversal_id=uuid4(), log_index=added, reason="doppelt"))
    found = await answered(auditor, "/diff", recorded_from=then)
    assert [one["kind"] for one in found["entries"]] == ["voucher", "reversal", "reversal"]
    assert found["reversed_before"] == [entries[0]["log_index"]]
    assert found["new_size"] - found["old_size"] == 3
    changed = {one["account"]: int(one["change"]) for one in found["accounts"]}
    assert sum(changed.values()) == 0
    assert all(int(one["after"]) - int(one["before"]) == int(one["change"]) != 0 for one in found["accounts"])
    one = await answered(auditor, f"/entries/{entries[0]['log_index']}")
    assert one["reversed_by"] == found["entries"][1]["log_index"]
    before = await answered(auditor, f"/entries/{entries[0]['log_index']}", recorded_to=then)
    assert before["reversed_by"] is None
    backwards = await auditor.get(V1 + "/diff", params={"recorded_from": found["recorded_to"], "recorded_to": then})
    assert backwards.json()["fields"] == ["recorded_from", "recorded_to"]
    nothing = await answered(auditor, "/diff", recorded_from=found["recorded_to"])
    assert (nothing["entries"], nothing["accounts"]) == ([], [])


async def test_the_trial_balance_adds_up_and_a_statement_ends_at_the_balance(auditor: httpx.AsyncClient) -> None:
    found = await answered(auditor, "/trial-balance")
    assert found["whole"] is True
    assert {(one["currency"], one["standing"]) for one in found["totals"]} >= {("EUR", "demo"), ("EUR", "public")}
    assert all(one["debit"] == one["credit"] and one["is_balanced"] for one in found["totals"])
    for row in found["balances"]:
        moved = (await answered(auditor, f"/accounts/{row['account']}/statement", limit=500))["movements"]
        mine = [one for one in moved if (one["account"], one["standing"]) == (row["account"], row["standing"])]
        assert mine[-1]["balance"] == row["amount"] == str(sum(int(one["amount"]) for one in mine))
    part = await answered(auditor, "/balances", account=f"grant:{given.GRANT}")
    assert part["balances"]
    assert all(one["account"].startswith(f"grant:{given.GRANT}:") for one in part["balances"])
    assert (await answered(auditor, "/balances", account="gran"))["balances"] == []


async def test_a_statement_is_in_the_order_of_the_valid_days_and_adds_up_on_the_way(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    days = ("2026-05-04", "2026-01-05", "2026-03-06", "2026-01-05")
    await ordered(ledger, *(given.voucher(paid_on=day, amount=100 + place) for place, day in enumerate(days)))
    moved = (await answered(auditor, "/accounts/assets:bank/statement", limit=500))["movements"]
    places = [(one["valid_on"], one["log_index"]) for one in moved]
    assert places == sorted(places)
    assert [int(one["balance"]) for one in moved] == list(accumulate(int(one["amount"]) for one in moved))
    assert len(moved) == 6


async def test_a_statement_begins_on_a_day_with_what_stood_there_before(auditor: httpx.AsyncClient) -> None:
    account = "/accounts/assets:bank/statement"
    whole = (await answered(auditor, account))["movements"]
    late = (await answered(auditor, account, valid_from="2026-02-03"))["movements"]
    assert late == [one for one in whole if one["valid_on"] >= "2026-02-03"]
    assert (await answered(auditor, account, valid_from="2026-02-04"))["movements"] == []


async def test_the_freezes_are_told_by_the_day_of_the_decision_and_by_the_day_it_was_known(
    auditor: httpx.AsyncClient,
) -> None:
    found = (await answered(auditor, "/freezes", year=2026))["steps"]
    assert [(one["kind"], one["available"]) for one in found] == [
        ("appropriation_reported", 100_000_00),
        ("freeze_reported", 50_000_00),
        ("freeze_reported", 90_000_00),
    ]
    then = (await answered(auditor, "/freezes", year=2026, recorded_to="2025-11-12"))["steps"]
    assert len(then) == 2


async def test_the_rules_say_where_they_are_written(auditor: httpx.AsyncClient) -> None:
    found = await answered(auditor, "/rules")
    rules = {one["code"]: one for one in found["rules"]}
    assert all(one["source"] and one["title_de"] and one["title_en"] for one in rules.values())
    assert {one["rule"] for one in found["parameters"]} <= rules.keys()
    assert {one["parameter"]: one["default"] for one in found["parameters"]}["excess_percent"] == "20"


async def test_an_answer_about_a_grant_without_plan_or_decision_is_no_error(auditor: httpx.AsyncClient) -> None:
    grants = (await answered(auditor, "/grants"))["grants"]
    bare = next(one["grant_id"] for one in grants if one["plan_version"] is None)
    for path in ("/fifo", "/interest", "/settlement", "/notices", "/soll-ist", "/drawdowns", "/belegliste"):
        assert (await auditor.get(f"{V1}/grants/{bare}{path}")).status_code == 200, path
    assert (await auditor.get(f"{V1}/grants/{bare}/plan")).status_code == 404


async def test_a_voucher_is_provisional_until_the_partner_answers_and_says_who_booked_it_too(
    anybody: httpx.AsyncClient, token: Callable[..., str], ledger: kit.ServiceDatabase, service: Service
) -> None:
    house = given.house(
        fingerprint_keys={given.PARTNER: bytes(32)},
        verify_keys={given.PARTNER: bytes(32)},
        own_fingerprint_key=bytes(32),
    )
    object.__setattr__(service.http.state.gate, "house", house)
    anybody.headers["authorization"] = f"Bearer {token()}"
    order = given.voucher(document_sha256=DIGEST)
    async with given.transaction(ledger) as tx:
        said = await take(order, given.context(), tx, house=house)
    asked = next(one for one in said if isinstance(one, VoucherFingerprintAsked))

    async def provisional() -> list[str]:
        rows = (await answered(anybody, OF_GRANT + "/belegliste", limit=500))["answer"]["rows"]
        return [row["part"]["voucher_id"] for row in rows if row["is_provisional"]]

    assert await provisional() == [str(order.voucher_id)]
    assert (await answered(anybody, f"/vouchers/{order.voucher_id}"))["partners_with_it"] == []
    async with given.transaction(ledger) as tx:
        await fingerprints.add_answer(tx, partner=given.PARTNER, asked=asked.fingerprint, known=True, at=given.NOW)
    assert await provisional() == []
    dates = {"valid_to": "2026-06-30", "recorded_to": (await answered(anybody, "/entries"))["recorded_to"]}
    found = await anybody.get(f"{V1}/vouchers/{order.voucher_id}", params=dates)
    assert found.json()["partners_with_it"] == [given.PARTNER]
    assert "immutable" not in found.headers["cache-control"]
