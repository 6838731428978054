"""Each payment against the plan of its own day, and what a freeze could take of an award."""

import httpx

from lotse_contracts.ledger import DecisionTerms, PlanLine
from lotse_ledger.store import books
from tests import kit
from tests.ledger import given
from tests.ledger.test_http import V1, answered
from tests.ledger.test_http_grants import OF_GRANT, ordered


async def test_both_limits_are_shown_that_of_the_day_and_the_current_one(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    costs = tuple(
        PlanLine(line=line, title=line, amount=amount)
        for line, amount in (("personnel", 58_000_00), ("fees", 1_000_00), ("material", 1_000_00))
    )
    await ordered(
        ledger,
        given.plan(version=2, valid_on="2025-12-01", state="approved"),
        given.plan(version=3, valid_on="2026-06-01", state="approved", costs=costs),
        given.voucher(paid_on="2026-07-01", amount=1),
    )
    found = (await answered(auditor, OF_GRANT + "/line-history"))["answer"]
    material = [one for one in found["payments"] if one["line"] == "material"]
    assert [(one["version_then"], one["limit_then"], one["within_then"]) for one in material] == [
        (2, 18_000_00, True),
        (3, 1_200_00, False),
    ]
    assert [(one["limit_now"], one["within_now"]) for one in material] == [(1_200_00, False)] * 2
    assert {one["parameter"] for one in found["citations"]} == {"excess_percent", "total_binding"}
    before = (await answered(auditor, OF_GRANT + "/line-history", valid_to="2026-05-31"))["answer"]["payments"]
    assert {one["limit_now"] for one in before if one["line"] == "material"} == {18_000_00}


async def test_a_freeze_takes_nothing_of_an_award_without_reservation(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    found = (await answered(auditor, OF_GRANT + "/freeze"))["answer"]
    assert [one["at_risk"] for one in found["decisions"]] == [0]
    assert found["decisions"][0]["citations"][0]["parameter"] == "budget_reservation"
    reserved = given.award(
        type="amendment", valid_on="2025-11-21", amount=1_000_00, terms=DecisionTerms(budget_reservation=True)
    )
    await ordered(ledger, reserved)
    found = (await answered(auditor, OF_GRANT + "/freeze"))["answer"]
    assert [(one["awarded"], one["factor"], one["at_risk"]) for one in found["decisions"]] == [
        (50_000_00, 9_000, 0),
        (1_000_00, 9_000, 100_00),
    ]
    assert found["treated_as"] == "social"
    then = (await answered(auditor, OF_GRANT + "/freeze", valid_to="2025-12-10"))["answer"]
    assert [one["at_risk"] for one in then["decisions"]] == [0, 0]  # the freeze itself came before both


async def test_what_stands_on_more_than_the_books_is_asked_for_again_though_both_dates_are_named(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    async with given.transaction(ledger) as tx:
        last = await books.last_recorded_at(tx)
    assert last is not None
    pinned = {"valid_to": "2026-10-01", "recorded_to": last.isoformat()}
    kept = {}
    for path in (f"{OF_GRANT}/interest", "/invariants", f"{OF_GRANT}/fifo"):
        found = await auditor.get(V1 + path, params=pinned)
        kept[path] = (found.status_code, "immutable" in found.headers["cache-control"])
    assert kept == {
        f"{OF_GRANT}/interest": (200, False),
        "/invariants": (200, False),
        f"{OF_GRANT}/fifo": (200, True),
    }, "a base rate may be entered later, the books may be checked again"
