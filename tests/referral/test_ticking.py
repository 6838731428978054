"""Clocks on the real tables: who is reminded, when a coordinator hears, and how a referral ends by itself."""

from datetime import timedelta

from lotse_chassis import timers
from lotse_contracts.referral import (
    ReferralEscalated,
    ReferralExpired,
    ReferralReminded,
    ReferralTakenBack,
    ReferralWithdrawnNotice,
    ServicesProposed,
)
from lotse_referral.handlers import ticking
from tests.referral.acted import act, answered, arrived, jobcenter
from tests.referral.connected import forwarded, partners_service, under_way
from tests.referral.desk import NOW, Desk, Person, names, only

KINDS = {"remind", "acknowledge", "decide", "consent", "expire", "waitlist_review", "service_ping"}


async def clocks(desk: Desk) -> set[str]:
    return {row["timer"][0] for row in (await desk.everything())["timer"]} & KINDS


async def test_nobody_decides_and_it_ends_after_twice_the_time_and_a_day_of_grace(desks: tuple[Desk, Desk]) -> None:
    """The partner hears so, and stops; the concern is matched afresh."""
    desk, partner = desks
    person = Person()
    await arrived(desk, partner, person)
    assert await clocks(desk) == {"remind", "decide", "expire"}
    assert await clocks(partner) == {"remind", "decide", "service_ping"}
    await desk.passes(days=8)
    assert only(ReferralReminded, await desk.fires_timers()).clock == "decide"
    await desk.passes(days=8)
    assert names(await desk.fires_timers()) == ["ReferralReminded", "ReferralEscalated"]
    await desk.passes(days=20)
    assert await desk.fires_timers() == []
    assert await desk.state(person.referral_id) == "delivered"
    await desk.passes(days=2)
    said = await desk.fires_timers()
    assert only(ReferralExpired, said).referral_id == person.referral_id
    notice = only(ReferralWithdrawnNotice, said)
    heard = await partner.hears(notice, "auslaenderrat")
    assert only(ReferralTakenBack, heard).reason == "expired"
    assert await desk.state(person.referral_id) == "expired"
    assert await partner.state(person.referral_id) == "withdrawn"
    assert only(ServicesProposed, await desk.fires_timers()).version == 2
    assert await clocks(desk) == await clocks(partner) == set()


async def test_an_emergency_is_phoned_at_once_and_escalates_in_opening_hours(desk: Desk) -> None:
    person = Person()
    service = await partners_service(desk, person)
    await desk.hears(person.accepted(2, urgency="emergency"))
    await desk.hears(person.consents())
    await desk.hears(person.connected(service))
    said = await desk.hears(forwarded(person))
    call = only(ReferralEscalated, said)
    assert (call.call_now, call.clock) == (True, "acknowledge")
    assert call.due_at == NOW.replace(hour=16) - timedelta(hours=0)
    await desk.passes(hours=2)
    assert names(await desk.fires_timers()) == ["ReferralReminded"]
    await desk.passes(hours=3)
    assert names(await desk.fires_timers()) == ["ReferralReminded", "ReferralEscalated"]


async def test_a_decision_stops_the_clocks_of_the_waiting(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await arrived(desk, partner, person)
    await answered(desk, partner, act(person, "waitlist"))
    assert await clocks(desk) == await clocks(partner) == {"waitlist_review"}
    await desk.passes(days=14)
    assert only(ReferralReminded, await desk.fires_timers()).clock == "waitlist_review"
    await answered(desk, partner, act(person, "accept"))
    assert await clocks(desk) == {"service_ping"}
    for _ in range(3):
        await desk.passes(days=30)
        assert only(ReferralReminded, await desk.fires_timers()).clock == "service_ping"
    await answered(desk, partner, act(person, "complete", outcome="need_met"))
    assert await clocks(desk) == await clocks(partner) == set()


async def test_whoever_waits_for_a_consent_is_not_forgotten(desk: Desk) -> None:
    person = Person()
    await desk.hears(person.connected(await partners_service(desk, person)))
    assert await clocks(desk) == {"remind", "consent", "expire"}
    await desk.passes(days=40)
    await desk.fires_timers()
    await desk.passes(days=1)
    assert "ReferralExpired" in names(await desk.fires_timers())
    assert await desk.state(person.referral_id) == "expired"


async def test_a_letter_that_nobody_posts_ends_by_itself(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted())
    await desk.hears(person.sent(await jobcenter(desk, person), mode="letter"))
    await desk.passes(days=6)
    assert "ReferralEscalated" in names(await desk.fires_timers())
    await desk.passes(days=10)
    await desk.fires_timers()
    await desk.passes(days=1)
    assert "ReferralExpired" in names(await desk.fires_timers())


async def test_a_timer_of_a_stay_that_is_over_says_nothing(desk: Desk) -> None:
    """One that was leased when the referral moved on."""
    person = Person()
    await under_way(desk, person)
    async with desk.service.engine.begin() as tx:
        (remind,) = [
            one for one in await timers.due(tx, now=NOW + timedelta(days=60), limit=100) if one.kind == "expire"
        ]
    await desk.hears(act(person, "withdraw", reason="client_request"))
    async with desk.service.engine.begin() as tx:
        assert await ticking.due(remind, desk.context(desk.association), tx) == ()
