"""Referrals, check-backs, head counts and gaps as they lie in the database, and how somebody counts them by hand."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any, get_args
from uuid import UUID, uuid4

from sqlalchemy import insert

from lotse_chassis.calendar import ZONE
from lotse_contracts.referral import AskReferralReport, PublishReferralReport
from lotse_contracts.values import (
    DeclineReason,
    DeliveryMode,
    FailureReason,
    GroupKind,
    OutcomeCode,
    WithdrawalReason,
)
from lotse_referral.domain.codes import CONCERNS, PARENT_OF
from lotse_referral.store.tables import gap, group_offer, referral
from lotse_referral.store.tables.appointments import referral_step
from lotse_referral.store.tables.groups import group_record
from lotse_referral.store.tables.ownpage import checkback
from tests.referral.desk import Desk

REASONS: Mapping[str, Sequence[str]] = {
    "declined": get_args(DeclineReason),
    "failed": get_args(FailureReason),
    "withdrawn": get_args(WithdrawalReason),
}
ENDS = ("completed", *REASONS, "expired", "rerouted", "unconfirmed", "error", "")
LANGUAGES = ("uk", "ru", "de", "en", "uk-UA", "pl", "UK")


@dataclass
class Life:
    """One referral: when it came into which state; without an end it is open."""

    steps: Sequence[tuple[datetime, str]]
    mode: str = "self"
    code: str = "work"
    direction: str = "out"
    person_id: UUID = field(default_factory=uuid4)
    referral_id: UUID = field(default_factory=uuid4)
    service_id: UUID | None = None
    reason: str | None = None
    outcome: str | None = None
    confirmed_by: str | None = None

    @property
    def state(self) -> str:
        return self.steps[-1][1]

    def at(self, state: str) -> datetime | None:
        return next((at for at, one in self.steps if one == state), None)


def local_month(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m}"


def moment(month: str, day: int = 10, hour: int = 9) -> datetime:
    return datetime(int(month[:4]), int(month[5:]), day, hour, tzinfo=UTC)


def ended(month: str, state: str, times: int = 1, **given: Any) -> list[Life]:
    """So many that were sent and ended in one month."""
    steps = [(moment(month), "draft"), (moment(month), "sent"), (moment(month, 12), state)]
    named = {"completed": {"outcome": "need_met", "confirmed_by": "person"}}.get(state, {})
    reason = {"reason": REASONS[state][0]} if state in REASONS else {}
    return [Life(steps, **{**named, **reason, **given}) for _ in range(times)]


async def lay(desk: Desk, lives: Sequence[Life]) -> None:
    """Into the tables, as the machine would have left them."""
    rows = [
        {
            "referral_id": one.referral_id,
            "direction": one.direction,
            "mode": one.mode,
            "service_id": one.service_id,
            "language": "uk",
            "urgency": "normal",
            "created_at": one.steps[0][0],
            "changed_at": one.steps[-1][0],
            "entered_at": one.steps[-1][0],
            "state": one.state,
            "version": len(one.steps),
            "codes": [one.code],
            "partner": "plattform" if one.mode == "connected" else None,
            "person_id": one.person_id,
            "concern_id": one.referral_id,
            "field_groups": [],
            "fields_left": False,
            "reason": one.reason,
            "outcome": one.outcome,
            "confirmed_by": one.confirmed_by,
            "asked_groups": [],
            "more_groups": [],
            "left_consent_ids": [],
            "heard_version": 0,
        }
        for one in lives
    ]
    steps = [
        {"referral_id": one.referral_id, "version": number, "at": at, "state": state, "by": "system"}
        for one in lives
        for number, (at, state) in enumerate(one.steps)
    ]
    async with desk.service.engine.begin() as tx:
        await tx.execute(insert(referral), rows)
        await tx.execute(insert(referral_step), steps)


async def ask_back(desk: Desk, asked: Sequence[Mapping[str, Any]]) -> None:
    """Each: person_id, referral_id, series, round, way, asked_at, answer."""
    async with desk.service.engine.begin() as tx:
        await tx.execute(insert(checkback), [{"answered_at": None, **one} for one in asked])


async def lack(desk: Desk, gaps: Sequence[tuple[str, str, str]]) -> None:
    """Month, code, language of each gap."""
    rows = [{"gap_id": uuid4(), "month": month, "code": code, "language": language} for month, code, language in gaps]
    async with desk.service.engine.begin() as tx:
        await tx.execute(insert(gap), rows)


async def offer(desk: Desk) -> UUID:
    own = uuid4()
    row = {"offer_id": own, "name": "Klub", "seats": 0, "open": True, "kind": "club", "texts": [], "place": ""}
    more = {"skips_holidays": False, "languages": [], "women_only": False, "drop_in": True, "version": 1}
    async with desk.service.engine.begin() as tx:
        await tx.execute(insert(group_offer), [row | more])
    return own


async def meet(desk: Desk, offer_id: UUID, records: Sequence[Mapping[str, Any]]) -> list[UUID]:
    """Head counts: held_on, recorded_at, adults, children, and what differs."""
    rows: list[dict[str, Any]] = [
        {"record_id": uuid4(), "offer_id": offer_id, "kind": "club", "plan_line": None, "children": 0}
        | {"corrects": None, "superseded_by": None, "void": False, "session": one["held_on"]}
        | dict(one)
        for one in records
    ]
    async with desk.service.engine.begin() as tx:
        await tx.execute(insert(group_record), rows)
    return [row["record_id"] for row in rows]


async def draft(desk: Desk, span: str, part: str = "referrals") -> Any:
    return await desk.asks(AskReferralReport.model_validate({"span": span, "part": part}))


async def publish(desk: Desk, span: str, part: str = "referrals") -> Any:
    """The answer as everybody may read it from now on."""
    await desk.hears(PublishReferralReport.model_validate({"span": span, "part": part}))
    return await draft(desk, span, part)


# Drawn at random, and counted by hand


def drawn(random: Random, count: int) -> list[Life]:
    """Lives of referrals over half a year, some of them of one person, some that came to us, some never sent."""
    persons = [uuid4() for _ in range(max(count // 2, 1))]
    return [_life(random, random.choice(persons)) for _ in range(count)]


def _life(random: Random, person_id: UUID) -> Life:
    at = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(minutes=random.randrange(180 * 24 * 60))
    end = random.choice(ENDS)
    way = [] if end in ("withdrawn", "expired") and random.random() < 0.3 else ["sent", "delivered"]
    if end in ("completed", "failed"):
        way += random.choice([[], ["accepted"], ["accepted", "scheduled"], ["waitlisted", "accepted"]])
    steps = [(at, "draft")]
    for state in [*way, *([end] if end else [])]:
        at += timedelta(minutes=random.randrange(40 * 24 * 60))
        steps.append((at, state))
    return Life(
        steps,
        mode=random.choice(get_args(DeliveryMode)),
        code=random.choice([*CONCERNS, *PARENT_OF, "unheard_of"]),
        direction="in" if random.random() < 0.1 else "out",
        person_id=person_id,
        reason=random.choice(REASONS[end]) if end in REASONS else None,
        outcome=random.choice(get_args(OutcomeCode)) if end == "completed" else None,
        confirmed_by=random.choice(["receiver", "person", "staff"]) if end == "completed" else None,
    )


def asked_of(random: Random, lives: Sequence[Life]) -> list[dict[str, Any]]:
    """Rounds of asking back about some of them."""
    found = []
    for one in lives:
        for number in range(random.choice([0, 0, 1, 2, 3])):
            series = random.choice(["way", "visit"])
            asked = {"referral_id": one.referral_id, "person_id": one.person_id, "series": series, "round": number + 1}
            way, answer = random.choice(["message", "desk"]), random.choice([None, "been_there", "not_yet"])
            at = one.steps[0][0] + timedelta(days=random.randrange(40))
            answered = {} if answer is None else {"said_by": "person", "through": "page", "answered_at": at}
            found.append(
                asked | {"way": way, "asked_at": at, "answer": answer} | {"said_by": None, "through": None} | answered
            )
    return found


def records_of(random: Random, count: int) -> list[dict[str, Any]]:
    """Head counts of days that are all different."""
    days = random.sample(range(180), count)
    kinds, lines = get_args(GroupKind), [None, "personnel", "rooms"]
    return [
        {
            "held_on": datetime(2026, 4, 1, tzinfo=UTC).date() + timedelta(days=day),
            "recorded_at": datetime(2026, 4, 1, 20, tzinfo=UTC) + timedelta(days=day),
            "kind": random.choice(kinds),
            "plan_line": random.choice(lines),
            "adults": random.randrange(20),
            "children": random.randrange(10),
            "void": random.random() < 0.1,
        }
        for day in days
    ]


Tally = dict[tuple[str, str, str], Counter[tuple[str, ...]]]
"""By month, family and table."""


Case = tuple[datetime, str, int, dict[str, tuple[str, ...]]]
"""When, of which family, how often it counts, and its key in each table."""


def by_hand(lives: Sequence[Life], asked: Sequence[Mapping[str, Any]], records: Sequence[Mapping[str, Any]]) -> Tally:
    """The same counts once more, one case after the other."""
    found: Tally = {}
    cases = [case for one in lives for case in _of_life(one)]
    cases += [_of_question(one) for one in asked]
    cases += [case for record in records for case in _of_record(record)]
    for at, family, weight, tables in cases:
        for table, key in tables.items():
            if weight:
                found.setdefault((local_month(at), family, table), Counter())[key] += weight
    return found


def _of_life(one: Life) -> Iterator[Case]:
    if one.direction != "out" or one.state == "error":
        return
    if (sent := one.at("sent")) is not None:
        code = one.code if one.code in CONCERNS else PARENT_OF.get(one.code, "other")
        yield sent, "sent", 1, {"category_mode": (code, one.mode)}
    at, mode, reason = one.steps[-1][0], (one.mode,), (str(one.reason),)
    if one.state == "completed":
        tables = {"mode_confirmer": (one.mode, str(one.confirmed_by)), "outcome": (str(one.outcome),)}
        yield at, "completed", 1, tables
    elif one.state in REASONS:
        name = {"declined": "decline", "failed": "failure", "withdrawn": "withdrawal"}[one.state]
        yield at, one.state, 1, {name: reason, "mode": mode}
    elif one.state in ("expired", "rerouted", "unconfirmed"):
        yield at, "lapsed", 1, {"mode_lapse": (one.mode, one.state)}


def _of_question(one: Mapping[str, Any]) -> Case:
    name = "visit" if one["series"] == "visit" else f"way_{one['round']}"
    answered = "no" if one["answer"] is None else "yes"
    return one["asked_at"], "checkbacks", 1, {"round_answered": (name, answered), "way": (one["way"],)}


def _of_record(record: Mapping[str, Any]) -> Iterator[Case]:
    if record["void"]:
        return
    at, line = datetime.combine(record["held_on"], time(), ZONE), record["plan_line"] or "none"
    for age, heads in (("adult", record["adults"]), ("child", record["children"])):
        yield at, "group_heads", heads, {"kind_plan_line": (record["kind"], line), "age": (age,)}
