"""Which provider takes a message, and that one message never goes to two."""

from datetime import timedelta

import pytest

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.breaker import ERRORS_MAX, OPEN_SECONDS
from lotse_notify.domain.magic import Recipients
from lotse_notify.domain.outcome import Ending, Outcome
from lotse_notify.providers.provider import MayBegin, Parcel, Provider, Sighting
from lotse_notify.providers.routes import Away, Routes
from tests.notify.parcels import NOW, NUMBER, Gate, letter, parcel
from tests.notify.routed import Clock, Scripted, WithJournal, routes


@pytest.fixture
def clock() -> Clock:
    return Clock()


def chosen(of: Routes, channel: NoticeChannel = "sms") -> Provider:
    found = of.choose(channel, NOW)
    assert not isinstance(found, Away)
    return found


async def test_the_first_of_the_list_takes_it_while_it_works(clock: Clock) -> None:
    first, second = Scripted("first"), Scripted("second")
    both = routes(clock, first, second)
    for _ in range(3):
        assert (await chosen(both).submit(parcel(), Gate())).ending == "accepted"
    assert (len(first.sent), len(second.sent)) == (3, 0)


@pytest.mark.parametrize("ending", ["not_sent", "throttled", "rejected", "deferred", "unknown"])
async def test_one_message_is_handed_to_one_provider_however_it_ends(clock: Clock, ending: Ending) -> None:
    """Failover is for the next try, which the machine begins only after a definite no."""
    first, second = Scripted("first", outcome=Outcome(ending, "provider_away")), Scripted("second")
    outcome = await chosen(routes(clock, first, second)).submit(parcel(), Gate())
    assert (outcome.ending, len(first.sent), second.sent) == (ending, 1, [])


@pytest.mark.parametrize("ending", ["not_sent", "deferred", "unknown"])
async def test_a_provider_that_keeps_failing_gives_way_to_the_next_and_comes_back(clock: Clock, ending: Ending) -> None:
    first, second = Scripted("first", outcome=Outcome(ending, "provider_away")), Scripted("second")
    both = routes(clock, first, second)
    for _ in range(ERRORS_MAX):
        await chosen(both).submit(parcel(), Gate())
    assert chosen(both).name == "second"
    assert both.states() == {"first": "open", "second": "closed"}
    clock.now += OPEN_SECONDS
    probe = chosen(both)
    assert (probe.name, chosen(both).name) == ("first", "second")  # one only
    first.outcome = Outcome("accepted", "provider_took_it")
    await probe.submit(parcel(), Gate())
    assert chosen(both).name == "first"


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("rejected", "recipient_refused", no_way=True),
        Outcome("deferred", "recipient_deferred"),
        Outcome("deferred", "content_deferred"),
        Outcome("unknown", "reload_lock"),
        Outcome("not_sent", "too_late"),
        Outcome("not_sent", "no_line"),
    ],
    ids=lambda outcome: outcome.reason,
)
async def test_what_lies_with_one_recipient_says_nothing_against_a_provider(clock: Clock, outcome: Outcome) -> None:
    first = Scripted("first", outcome=outcome)
    only = routes(clock, first)
    for _ in range(3 * ERRORS_MAX):
        await chosen(only).submit(parcel(), Gate())
    assert only.states() == {"first": "closed"}


async def test_a_provider_that_breaks_counts_as_failing(clock: Clock) -> None:
    class Broken(Scripted):
        async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
            raise OSError("no room")

    only = routes(clock, Broken("first"))
    for _ in range(ERRORS_MAX):
        with pytest.raises(OSError, match="no room"):
            await chosen(only).submit(parcel(), Gate())
    assert isinstance(only.choose("sms", NOW), Away)


@pytest.mark.parametrize(("asked", "seconds"), [(7.0, 7.0), (None, 30.0)])
async def test_a_provider_that_asks_for_a_pause_gets_it(clock: Clock, asked: float | None, seconds: float) -> None:
    first = Scripted("first", outcome=Outcome("throttled", "too_many", retry_after_seconds=asked))
    only = routes(clock, first)
    await chosen(only).submit(parcel(), Gate())
    away = only.choose("sms", NOW)
    assert away == Away(NOW + timedelta(seconds=seconds), "provider_away")
    assert only.states() == {"first": "paused"}
    clock.now += seconds
    assert only.states() == {"first": "closed"}
    assert chosen(only).name == "first"


async def test_a_rate_is_kept_and_the_next_takes_what_is_over(clock: Clock) -> None:
    both = routes(clock, Scripted("first"), Scripted("second"), rates={"first": 2.0})
    assert [chosen(both).name for _ in range(4)] == ["first", "first", "second", "second"]
    only = routes(clock, Scripted("first"), rates={"first": 2.0})
    assert [chosen(only).name for _ in range(2)] == ["first", "first"]
    assert only.choose("sms", NOW) == Away(NOW + timedelta(seconds=0.5), "provider_away")


@pytest.mark.parametrize(
    ("before", "next_one"),
    [
        ([], "first"),
        (["first"], "second"),
        (["first", "second"], "third"),
        (["first", "second", "third"], "first"),
        (["first", "second", "third", "first"], "second"),
        (["second"], "first"),
        (["gone"], "first"),
    ],
    ids=range(7),
)
def test_the_next_try_begins_with_whoever_has_not_said_no(clock: Clock, before: list[str], next_one: str) -> None:
    """A dead provider must not hold up a few messages a day, which never make fifty errors a minute."""
    found = routes(clock, Scripted("first"), Scripted("second"), Scripted("third")).choose("sms", NOW, before=before)
    assert not isinstance(found, Away)
    assert found.name == next_one


def test_who_has_said_no_is_asked_again_where_nobody_else_is(clock: Clock) -> None:
    found = routes(clock, Scripted("first")).choose("sms", NOW, before=["first"])
    assert not isinstance(found, Away)


def test_a_channel_that_nobody_carries_is_away(clock: Clock) -> None:
    only = routes(clock, Scripted("first"))
    away = only.choose("telegram", NOW)
    assert isinstance(away, Away)
    assert away.reason == "no_provider"
    assert only.channels == {"sms"}


async def test_a_doubt_is_looked_up_where_it_arose(clock: Clock) -> None:
    both = routes(clock, WithJournal("first"), Scripted("second"))
    assert await both.lookup("first", {"r1": NOW}, NOW) == {"r1": Sighting("found", "first-r1")}
    assert await both.lookup("second", {"r1": NOW}, NOW) == {"r1": Sighting("unclear")}
    assert await both.lookup("gone", {"r1": NOW}, NOW) == {"r1": Sighting("unclear")}


@pytest.mark.parametrize(
    ("address", "recipients", "cost_e4"),
    [
        (NUMBER, "living", 1_500),
        ("+380501234567", "living", 2_400),
        ("+447700900001", "living", 0),
        ("+447700900001", "magic", 0),
        (NUMBER, "magic", 0),
        ("+447700900001", "local", 1_500),
    ],
    ids=range(6),
)
def test_a_message_is_expected_to_cost_what_the_table_says_where_somebody_is_spoken_to(
    clock: Clock, address: str, recipients: Recipients, cost_e4: int
) -> None:
    both = routes(clock, Scripted("first"), recipients=recipients)
    assert both.cost_e4("first", parcel(address=address)) == cost_e4
    assert both.cost_e4("second", parcel(address=address)) == 0


async def test_a_magic_recipient_reaches_no_provider_where_people_live(clock: Clock) -> None:
    """Trap 27: a number of a test in the contact of somebody living."""
    first, gate = Scripted("first"), Gate()
    outcome = await chosen(routes(clock, first)).submit(parcel(address="+447700900001"), gate)
    assert (outcome.ending, outcome.reason, outcome.no_way) == ("rejected", "magic_recipient", True)
    assert (first.sent, gate.asked) == ([], 0)


async def test_in_magic_mode_nobody_living_is_written_to_and_no_provider_is_spoken_to(clock: Clock) -> None:
    """Trap 27, the other way round: a test that holds somebody's number."""
    first, mail = Scripted("first"), Scripted("smtp", channel="email")
    both = routes(clock, first, mail, recipients="magic")
    outcome = await chosen(both).submit(parcel(), Gate())
    assert (outcome.ending, outcome.reason) == ("rejected", "living_recipient")
    outcome = await chosen(both, "email").submit(letter(address="somebody@dresden.de"), Gate())
    assert outcome.ending == "rejected"
    gate = Gate()
    outcome = await chosen(both).submit(parcel(address="+447700900003"), gate)
    assert (outcome.ending, gate.asked) == ("unknown", 1)
    assert (await chosen(both).submit(parcel(address="+447700900001"), Gate(may=False))).ending == "withdrawn"
    assert first.sent + mail.sent == []
    assert both.states() == {"first": "closed", "smtp": "closed"}


async def test_all_are_closed(clock: Clock) -> None:
    first, second = Scripted("first"), Scripted("second")
    await routes(clock, first, second).close()
    assert first.closed
    assert second.closed
