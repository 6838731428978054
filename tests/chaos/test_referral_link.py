"""Referrals to the other association over real brokers: the link down for days, either side killed at any step.

One receiver accepts, one declines, one fails, one asks back, one says nothing at all; one person takes her consent
back while nothing crosses, one referral is taken back by its sender. Each ends once, on both sides.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_contracts import intake, referral
from lotse_contracts.envelope import Sealed
from lotse_contracts.values import FieldGroup
from tests import kit
from tests.chaos import lives
from tests.chaos.pairs import THERE
from tests.chaos.referral_pairs import WAIT_SECONDS, Pair, Side, running_pair

FIELDS = Sealed(kid="k", enc="e", ciphertext="c")
GROUPS: tuple[FieldGroup, ...] = ("identity", "contact")
CODE = "community"


@dataclass(frozen=True)
class Person:
    """Somebody who is referred to the partner, and how it shall end: here, then there."""

    story: str
    here: str
    there: str
    person_id: UUID = field(default_factory=uuid4)
    concern_id: UUID = field(default_factory=uuid4)
    consent_id: UUID = field(default_factory=uuid4)
    referral_id: UUID = field(default_factory=uuid4)


STORIES = (
    ("accepts", "completed", "completed"),
    ("declines", "declined", "declined"),
    ("fails", "failed", "failed"),
    ("asks", "completed", "completed"),
    ("silent", "expired", "withdrawn"),
    ("consent_withdrawn", "withdrawn", "withdrawn"),
    ("taken_back", "withdrawn", "withdrawn"),
)
COPIES = 2


@pytest.fixture(scope="module")
async def pair(postgres: kit.Postgres) -> AsyncIterator[Pair]:
    async with running_pair(postgres) as both:
        yield both
        print("\n".join(side.logged() for side in both.sides))


async def test_referrals_cross_a_link_that_is_down_for_days_whatever_is_killed(pair: Pair) -> None:
    here, there = pair.sides
    people = [Person(*story) for story in STORIES for _ in range(COPIES)]

    # The link is down. Everything is sent, the sender dies at each step of it, and half of the time to answer passes.
    pair.cut()
    await sent(here, people)
    pass_by(pair, last_reminder(here) - lives.clock_of(here.service) + timedelta(minutes=1))
    await here.hears("intake", [withdrawn(one) for one in people if one.story == "consent_withdrawn"])
    await here.hears("desk", [act(one, "withdraw", reason="error") for one in people if one.story == "taken_back"])
    await kit.eventually(lambda: reminded(here), WAIT_SECONDS)
    assert there.states() == {}

    # It is mended, and the receiver dies at each step of what comes. Its desk works while the link is down again.
    pair.mend()
    for step in lives.STEPS:
        await there.doomed(step)
        await pair.crosses(lambda: there.service.died() or arrived(there, people))
    await there.well()
    await pair.crosses(lambda: arrived(there, people))
    pair.cut()
    await decided(there, people)
    pass_by(pair, timedelta(days=3))

    # Mended again; the sender dies at each step of the answers. What was asked back is answered by phone.
    pair.mend()
    for step in lives.STEPS:
        await here.doomed(step)
        await pair.crosses(lambda: here.service.died() or heard(here, people))
    await here.well()
    await pair.crosses(lambda: heard(here, people))
    asked = [one for one in people if one.story == "asks"]
    await here.hears("desk", [act(one, "answer_info", answer="told_by_phone") for one in asked])
    await pair.crosses(lambda: all(there.states()[one.referral_id] == "delivered" for one in asked))
    await there.hears("desk", [act(one, "accept") for one in asked])
    await pair.crosses(lambda: all(here.states()[one.referral_id] == "accepted" for one in asked))

    # Whoever said nothing: the clock of the sender ends it, its partner hears so after a last cut. What the partner
    # says meanwhile about one that is accepted is weeks old when it comes, and is heard.
    pair.cut()
    await there.hears("desk", [act(one, "complete", outcome="enrolled") for one in asked])
    pass_by(pair, timedelta(days=36))  # four weeks of working days, whatever holidays lie between
    silent = [one for one in people if one.story == "silent"]
    await kit.eventually(lambda: postponed(here) == len(silent), WAIT_SECONDS)
    pass_by(pair, timedelta(days=2))
    await kit.eventually(lambda: all(here.states()[one.referral_id] == "expired" for one in silent), WAIT_SECONDS)
    pair.mend()
    await pair.crosses(lambda: as_told(pair, people))
    await pair.crosses(lambda: here.quiet() and there.quiet())
    assert_once(pair, people)


def pass_by(pair: Pair, time: timedelta) -> None:
    """Time, at both associations."""
    for side in pair.sides:
        lives.days_pass(side.service, seconds=time.total_seconds())


def last_reminder(here: Side) -> datetime:
    """When the desk is reminded of the last that was sent: working days count, so it depends on the day of the week."""
    found: datetime = here.rows("SELECT max(due_at) FROM timer WHERE kind = 'remind' AND state = 'waiting'")[0][0]
    return found


async def sent(here: Side, people: list[Person]) -> None:
    """Concerns, consents, orders, and what intake releases; the service dies at each step of it."""
    service_id = partners_service(here)
    await here.doomed("before_claim")
    await here.hears("intake", [accepted(one) for one in people])
    await here.doomed("before_commit")
    await here.hears("desk", [connected(one, service_id) for one in people])
    await here.doomed("after_commit")
    await here.hears("intake", [consented(one) for one in people])
    await kit.eventually(lambda: len(released(here)) == len(people), WAIT_SECONDS)
    await here.doomed("after_publish")
    await here.hears("intake", [forwarded(one) for one in people])
    await here.well()
    assert set(here.states().values()) == {"sent"}
    assert lives.lost_timers(here.database) == []


async def decided(there: Side, people: list[Person]) -> None:
    """The receiving desk acts, and its service dies meanwhile."""
    by_story: dict[str, list[dict[str, Any]]] = {
        "accepts": [{"action": "accept"}, {"action": "start_service"}, {"action": "complete", "outcome": "need_met"}],
        "declines": [{"action": "decline", "reason": "no_capacity"}],
        "fails": [{"action": "waitlist"}, {"action": "accept"}, {"action": "fail", "reason": "no_show"}],
        "asks": [{"action": "request_info", "question": "contact_unclear"}],
    }
    for turn, step in enumerate(("before_commit", "after_commit", "after_publish")):
        await there.doomed(step)
        orders = [act(one, **by_story[one.story][turn]) for one in people if turn < len(by_story.get(one.story, ()))]
        await there.hears("desk", orders)
    await there.well()


def act(one: Person, action: str, **given: Any) -> referral.ActOnReferral:
    return referral.ActOnReferral.model_validate({"referral_id": one.referral_id, "action": action} | given)


def accepted(one: Person) -> intake.ConcernAccepted:
    return intake.ConcernAccepted(
        concern_id=one.concern_id,
        case_id=uuid4(),
        person_id=one.person_id,
        version=1,
        code=CODE,
        urgency="normal",
        language="uk",
    )


def consented(one: Person) -> intake.ConsentGiven:
    return intake.ConsentGiven(
        consent_id=one.consent_id,
        person_id=one.person_id,
        version=1,
        kind="disclosure",
        recipient=THERE,
        codes=(CODE,),
        field_groups=GROUPS,
    )


def withdrawn(one: Person) -> intake.ConsentWithdrawn:
    return intake.ConsentWithdrawn(consent_id=one.consent_id, person_id=one.person_id, version=2, recipient=THERE)


def connected(one: Person, service_id: UUID) -> referral.SendReferral:
    return referral.SendReferral(
        referral_id=one.referral_id,
        concern_id=one.concern_id,
        person_id=one.person_id,
        service_id=service_id,
        mode="connected",
        field_groups=GROUPS,
    )


def forwarded(one: Person) -> referral.ForwardFields:
    return referral.ForwardFields(referral_id=one.referral_id, person_id=one.person_id, fields=FIELDS)


def partners_service(here: Side) -> UUID:
    found: UUID = here.rows(
        f"SELECT service_id FROM service_extension e JOIN service s ON s.id = e.service_id"
        f" WHERE association = '{THERE}' AND s.status = 'active' ORDER BY s.name LIMIT 1"
    )[0][0]
    return found


def released(here: Side) -> set[UUID]:
    return set(here.said("cmd.intake.release-fields"))


def reminded(here: Side) -> bool:
    """The desk heard that nothing had come back after half of the time."""
    return bool(here.said("evt.referral.referral-reminded"))


def postponed(here: Side) -> int:
    """How many ends were late, since the clock jumped, and wait a day for what came meanwhile."""
    return int(here.rows("SELECT count(*) FROM timer WHERE kind = 'expire' AND payload ? 'postponed'")[0][0])


def arrived(there: Side, people: list[Person]) -> bool:
    """All offers have come, and the two that were taken back meanwhile are known to be over."""
    states = there.states()
    over = {one.referral_id for one in people if one.story in ("consent_withdrawn", "taken_back")}
    return len(states) == len(people) and all(states[one] == "withdrawn" for one in over)


def heard(here: Side, people: list[Person]) -> bool:
    states = here.states()
    wanted = {"accepts": "completed", "declines": "declined", "fails": "failed", "asks": "info_requested"}
    return all(states[one.referral_id] == wanted.get(one.story, states[one.referral_id]) for one in people)


def as_told(pair: Pair, people: list[Person]) -> bool:
    here, there = pair.here.states(), pair.there.states()
    assert {one.story: here[one.referral_id] for one in people} == {one.story: one.here for one in people}
    assert {one.story: there[one.referral_id] for one in people} == {one.story: one.there for one in people}
    return True


def assert_once(pair: Pair, people: list[Person]) -> None:
    """One end each, said once; no clock is lost, none runs on; whoever had to stop has said so."""
    here, there = pair.sides
    ends = lives.ends_said(here.database)
    assert set(ends) == {str(one.referral_id) for one in people}
    assert set(ends.values()) == {1}
    assert set(lives.versions_said(here.database).values()) == {1}
    for side in pair.sides:
        assert lives.lost_timers(side.database) == []
        assert lives.stray_timers(side.database) == []
    arrivals = there.said("cmd.intake.receive-person")
    assert len(arrivals) == len(set(arrivals))
    stopped = {one.referral_id for one in people if one.there == "withdrawn"}
    acknowledged = "SELECT referral_id FROM referral WHERE withdrawal_acknowledged_at IS NOT NULL"
    assert {row[0] for row in here.rows(acknowledged)} == stopped
