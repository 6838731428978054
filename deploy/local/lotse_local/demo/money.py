"""Act five: the treasurer keeps the books of a demonstration grant, and the city's auditor reads them over HTTP."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from lotse_contracts.envelope import Order
from lotse_contracts.ledger import (
    AskHeadroom,
    PlanLine,
    RecordDecision,
    RecordDisbursement,
    RecordVoucher,
    RequestDrawdown,
    SubmitPlan,
)
from lotse_local.demo.cast import texts
from lotse_local.demo.frontend import Frontend, connected
from lotse_local.demo.scene import FOLLOWS_SECONDS, Scene

AWARD_AGE = timedelta(days=90)
AUDITED_YEAR = 2026
EURO = 100
ASKED_ON: dict[str, dict[str, tuple[int, int, int]]] = {
    "2025-09-25": {"remainder": (100_000, 50_000, 50_000), "pro_rata": (100_000, 50_000, 50_000)},
    "2025-11-12": {"remainder": (50_000, 50_000, 0), "pro_rata": (50_000, 25_000, 25_000)},
    "2025-12-12": {"remainder": (90_000, 50_000, 40_000), "pro_rata": (90_000, 45_000, 45_000)},
}
"""What the city could pay for 2026 in euros: available, to the applicant, to the partner; by the day it is asked on and
by whom the budget freeze falls on. Source: the case's public documents, as the ledger cites them."""


async def keep_books(scene: Scene) -> UUID:
    """Award, plan, vouchers and a drawdown, all DEMO; then what is left in each line."""
    grant_id, given = uuid4(), texts("money")
    token = scene.home.token("treasurer-1", "treasurer")
    async with connected(scene.home.desk("desk"), token=token) as treasurer:
        for order in _orders(grant_id, given):  # each stands on the one before it
            await _book(scene, treasurer, order)
        await _headroom(scene, treasurer, grant_id, given)
    scene.say(f"treasurer: DEMO grant {_euro(given['award_cents'])} with plan and {len(given['vouchers'])} vouchers")
    return grant_id


async def _book(scene: Scene, treasurer: Frontend, order: Order) -> None:
    answer = await treasurer.order(order)
    scene.checks.expect(f"the treasurer's {order.NAME} is booked", answer.accepted)
    scene.step()


def _orders(grant_id: UUID, given: Mapping[str, Any]) -> Sequence[Order]:
    today, year = datetime.now(UTC), given["budget_year"]

    def day(days_ago: int) -> str:
        return f"{today - timedelta(days=days_ago):%Y-%m-%d}"

    decision = RecordDecision(
        grant_id=grant_id,
        decision_id=uuid4(),
        type="award",
        financing_type="shortfall",
        amount=given["award_cents"],
        budget_year=year,
        valid_on=day(AWARD_AGE.days),
        period_from=day(AWARD_AGE.days),
        period_to=f"{today.year}-12-31",
        file_ref=given["file_ref"],
        standing="demo",
    )
    plan = SubmitPlan(
        grant_id=grant_id,
        plan_id=uuid4(),
        version=1,
        valid_on=day(AWARD_AGE.days),
        costs=tuple(PlanLine(**line) for line in given["costs"]),
        funding=tuple(PlanLine(**line) for line in given["funding"]),
        standing="demo",
    )
    vouchers = [_voucher(grant_id, voucher, day(voucher["days_ago"])) for voucher in given["vouchers"]]
    drawdown = RequestDrawdown(
        grant_id=grant_id,
        drawdown_id=uuid4(),
        amount=given["drawdown_cents"],
        budget_year=year,
        requested_on=day(1),
        standing="demo",
    )
    disbursement = RecordDisbursement(
        grant_id=grant_id,
        disbursement_id=uuid4(),
        drawdown_id=drawdown.drawdown_id,
        amount=given["drawdown_cents"],
        budget_year=year,
        credited_on=day(0),
        standing="demo",
    )
    return decision, plan, *vouchers, drawdown, disbursement


def _voucher(grant_id: UUID, given: Mapping[str, Any], paid_on: str) -> RecordVoucher:
    voucher_id = uuid4()  # a second run of the demonstration books invoices of its own
    return RecordVoucher(
        grant_id=grant_id,
        voucher_id=voucher_id,
        line=given["line"],
        paid_on=paid_on,
        amount=given["amount"],
        reason=given["reason"],
        document_sha256=hashlib.sha256(f"{voucher_id} {given['reason']}".encode()).hexdigest(),
        standing="demo",
    )


async def _headroom(scene: Scene, treasurer: Frontend, grant_id: UUID, given: Mapping[str, Any]) -> None:
    headroom = await treasurer.ask(AskHeadroom(grant_id=grant_id))
    spent = {voucher["line"]: voucher["amount"] for voucher in given["vouchers"]}
    left = {line.line: line.left for line in headroom.lines}
    planned = {line["line"]: line["amount"] - spent.get(line["line"], 0) for line in given["costs"]}
    scene.checks.expect("what is left in each line is the plan less the vouchers", left == planned)
    scene.checks.expect("the books say DEMO", headroom.standing == "demo")


async def audit(scene: Scene, grant_id: UUID) -> None:
    """With a read-only token: the grant, plan against actual, and the three answers for 2026 under both readings."""
    async with scene.home.http("ledger", token=scene.home.auditor_token("auditor-1")) as http:
        await _read_grant(scene, http, grant_id)
        for asked_on, readings in ASKED_ON.items():
            for falls_on, expected in readings.items():
                await _read_availability(scene, http, (asked_on, falls_on), expected)
    await _partner_knows(scene, grant_id)
    async with scene.home.http("ledger") as http:
        refused = await http.get("/v1/grants")
        scene.checks.expect("without a token the ledger shows nothing", refused.status_code == httpx.codes.UNAUTHORIZED)
    scene.step()


async def _partner_knows(scene: Scene, grant_id: UUID) -> None:
    """Our award was told to the partner, whose money is the rest; there it is a reported fact."""
    async with scene.partner.http("ledger", token=scene.partner.auditor_token("auditor-2")) as http:

        async def look() -> dict[str, Any] | None:
            grants = (await http.get("/v1/grants")).json().get("grants", [])
            return next((grant for grant in grants if grant["grant_id"] == str(grant_id)), None)

        told = await scene.partner_desk.until(look, FOLLOWS_SECONDS, "an award that the partner knows") or {}
    expected = [texts("money")["award_cents"]]
    scene.checks.expect(
        "the partner's books report our award, DEMO", told["partner_awards"] == expected and told["demo"]
    )
    scene.say(f"{scene.partner.name}: the ledger there reports our award, told over the federated link")


async def _read_grant(scene: Scene, http: httpx.AsyncClient, grant_id: UUID) -> None:
    grants = (await http.get("/v1/grants")).json()["grants"]
    found = next((grant for grant in grants if grant["grant_id"] == str(grant_id)), None)
    if not scene.checks.expect("the auditor sees the grant", found is not None) or found is None:
        return
    use = (await http.get(f"/v1/grants/{grant_id}/soll-ist")).json()["answer"]
    demo = found["demo"] and all(line["demo"] for line in use["lines"])
    scene.checks.expect("every row of a demonstration says DEMO", demo)
    scene.checks.expect("plan against actual adds up", use["actual"] == sum(line["actual"] for line in use["lines"]))
    scene.figures.grant = {
        "grant_id": str(grant_id),
        "awarded": found["awarded"],
        "drawn": found["drawn"],
        "spent": found["spent"],
        "standing": found["standing"],
        "lines": [{name: line[name] for name in ("title", "planned", "actual", "left")} for line in use["lines"]],
    }
    scene.say(f"auditor: {_euro(found['awarded'])} awarded, {_euro(found['spent'])} spent, DEMO in every row")


async def _read_availability(
    scene: Scene, http: httpx.AsyncClient, asked: tuple[str, str], expected: tuple[int, int, int]
) -> None:
    asked_on, falls_on = asked
    query = {"year": str(AUDITED_YEAR), "valid_to": asked_on, "recorded_to": asked_on, "freeze_falls_on": falls_on}
    answer = await http.get("/v1/availability", params=query)
    if not scene.checks.expect(f"there is an answer for {asked_on}", answer.status_code == httpx.codes.OK):
        return
    reading = answer.json()["answer"]
    shares = {share["applicant"]: share["amount"] for share in reading["shares"]}
    home, partner = shares.get(scene.home.name, 0), shares.get(scene.partner.name, 0)
    got = (reading["available"], home, partner)
    sentence = f"asked on {asked_on}, the freeze falling on {falls_on}: {expected}"
    scene.checks.expect(sentence, got == tuple(amount * EURO for amount in expected))
    row = {"asked_on": asked_on, "freeze_falls_on": falls_on, "available": got[0], "home": home, "partner": partner}
    scene.figures.availability.append(row)
    if falls_on == "remainder":
        scene.say(f"auditor: as known on {asked_on} the city could pay {_euro(got[0])} for {AUDITED_YEAR}")


def _euro(cents: int) -> str:
    return f"{cents / EURO:,.2f} EUR"
