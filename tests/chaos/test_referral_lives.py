"""Five hundred lives of referrals on the real service, which is killed at random: one end each, and no timer lost."""

import os
import random
from collections.abc import Callable
from uuid import UUID, uuid4

from lotse_contracts import referral
from tests import kit
from tests.chaos import lives, wire
from tests.chaos.processes import Running, running

LIVES = 520
DEATHS_MIN = 8
Databases = Callable[[str], kit.ServiceDatabase]


async def test_five_hundred_lives_end_once_each_whatever_kills_the_service(
    database: Databases, broker: kit.Broker
) -> None:
    """The seed is printed. Days pass by moving the service's clock, which the dead process does not see."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    luck = random.Random(seed)  # noqa: S311 - chance, not a secret
    own, deaths = database("referral"), 0
    born = lives.born(luck, LIVES)
    with running("referral", own, broker) as one:
        one.starts_max, one.clock = 400, kit.new_folder() / "clock"
        one.clock.write_text("0")
        one.start()
        waves: list[tuple[str, lives.Wave]] = [("intake", lives.concerns(born))]
        waves += [("desk", wave) for wave in (lives.sendings(born, jobcenter(own)), *orders_of(born))]
        for user, wave in waves:
            said = lives.doubled(luck, wave)
            await lives.publish(broker, user, said)
            deaths += await lives.handled_through_deaths(luck, one, own, said)
            assert lives.lost_timers(own) == []
        deaths += await time_goes_by(luck, one, own)
        last: lives.Wave = [(uuid4(), withdrawal(own_id)) for own_id in still_open(own)]
        await lives.publish(broker, "desk", last, at=lives.clock_of(one))
        deaths += await lives.handled_through_deaths(luck, one, own, last)
        await lives.calm(one)
        await kit.eventually(lambda: lives.stray_timers(own) == [] and nothing_unsaid(own))
    assert_ended_once(own)
    assert deaths >= DEATHS_MIN, "it was killed"
    print(f"{LIVES} lives, {deaths} deaths, {how_they_ended(own)}")


async def time_goes_by(luck: random.Random, one: Running, own: kit.ServiceDatabase) -> int:
    """Forty days in jumps, since what was said is kept for 45: clocks remind, escalate and end.

    Some of them in a process that is killed meanwhile.
    """
    deaths = 0
    for days in (2, 3, 8, 12, 15):
        lives.days_pass(one, days=days)
        if luck.random() < 0.7:
            one.kill()
        if one.died():
            deaths += 1
            one.start(*lives.doom(luck))
        deaths += await fired_through_deaths(luck, one, own)
        assert lives.lost_timers(own) == []
    return deaths


async def fired_through_deaths(luck: random.Random, one: Running, own: kit.ServiceDatabase) -> int:
    """Until no timer is due by the service's own clock."""
    deaths = 0

    def settled() -> bool:
        nonlocal deaths
        if one.died():
            deaths += 1
            one.start(*(lives.doom(luck) if deaths < lives.DEATHS_A_WAVE else ()))
            return False
        assert one.clock is not None
        ahead = float(one.clock.read_text())
        waiting = f"SELECT count(*) FROM timer WHERE due_at <= now() + interval '{ahead} seconds'"
        return wire.rows(own, waiting)[0][0] == 0 and nothing_unsaid(own)

    await kit.eventually(settled, lives.LIMIT_SECONDS)
    return deaths


def orders_of(born: list[lives.Life]) -> list[lives.Wave]:
    """What the desk does with all of them: their first orders, then their second ones, and so on."""
    most = max(len(life.orders) for life in born)
    return [[(uuid4(), life.orders[turn]) for life in born if turn < len(life.orders)] for turn in range(most)]


def withdrawal(referral_id: UUID) -> referral.ActOnReferral:
    return referral.ActOnReferral(referral_id=referral_id, action="withdraw", reason="client_request")


def jobcenter(own: kit.ServiceDatabase) -> UUID:
    found: UUID = wire.rows(own, "SELECT id FROM service WHERE name LIKE '%Jobcenter%' AND status = 'active'")[0][0]
    return found


def still_open(own: kit.ServiceDatabase) -> list[UUID]:
    return [row[0] for row in wire.rows(own, f"SELECT referral_id FROM referral WHERE {lives.OPEN}")]


def nothing_unsaid(own: kit.ServiceDatabase) -> bool:
    return wire.rows(own, "SELECT 1 FROM outbox WHERE sent_at IS NULL LIMIT 1") == []


def how_they_ended(own: kit.ServiceDatabase) -> dict[str, int]:
    return dict(wire.rows(own, "SELECT state, count(*) FROM referral GROUP BY state ORDER BY state"))


def assert_ended_once(own: kit.ServiceDatabase) -> None:
    """One row, one terminal state, one terminal fact each; and no version of any was ever said twice."""
    states = dict(wire.rows(own, "SELECT referral_id::text, state FROM referral"))
    assert len(states) == LIVES
    assert set(states.values()) <= set(lives.END_FACTS)
    ends = lives.ends_said(own)
    assert set(ends) == set(states)
    assert set(ends.values()) == {1}
    assert set(lives.versions_said(own).values()) == {1}
