"""A process that is gone leaves nothing to its lease: others see that its lock is free."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from lotse_contracts.notify import MessageUnresolved
from lotse_notify.workers.claiming import Claim, claim
from lotse_notify.workers.living import LOCK_SPACE, Living, bury
from lotse_notify.workers.post import Post
from lotse_notify.workers.sweeping import sweep
from tests import kit
from tests.notify.given import House, tell
from tests.notify.mailserver import MailServer

HELD = "FROM pg_locks WHERE locktype = 'advisory' AND objid::bigint = :worker"


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    return person_id


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port)


async def claimed(house: House, post: Post, worker: int | None) -> Claim:
    return (await claim(house.unit, post, rows_max=1, worker=worker)).claims[0]


async def ended(house: House, living: Living) -> None:
    """The database frees its lock as soon as it has seen the end of the connection."""

    async def free() -> bool:
        async with house.unit() as unit:
            return await unit.tx.scalar(text(f"SELECT 1 {HELD}"), {"worker": living.worker}) is None

    await living.let_go()
    await kit.eventually(free)


async def buried(house: House, living: Living) -> int:
    async with house.unit() as unit:
        return await bury(unit.tx, living, unit.context.now)


async def test_what_a_dead_worker_held_is_sent_by_the_next_at_once(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    dead, next_one = Living(house.service.engine), Living(house.service.engine)
    await dead.hold()
    await next_one.hold()
    await house.hear(tell(olena))
    await claimed(house, post, dead.worker)
    await sweep(house.unit, post, next_one)
    assert house.states()["receipt"][0] == "in_flight"
    await ended(house, dead)
    await sweep(house.unit, post, next_one)
    await house.send_all(post)
    assert len(mailserver.taken) == 1
    await next_one.let_go()


async def test_what_a_dead_worker_had_begun_is_in_doubt_at_once(house: House, olena: UUID, post: Post) -> None:
    dead, next_one = Living(house.service.engine), Living(house.service.engine)
    await dead.hold()
    await house.hear(tell(olena))
    await claimed(house, post, dead.worker)
    house.run("UPDATE send_attempt SET stage = 'data'")
    await ended(house, dead)
    await sweep(house.unit, post, next_one)
    assert house.states() == {"receipt": ("unresolved", "worker_lost")}
    assert [type(fact) for fact in house.said] == [MessageUnresolved]


async def test_a_worker_that_lives_keeps_what_it_holds_and_so_does_who_asks(
    house: House, olena: UUID, post: Post
) -> None:
    one, other = Living(house.service.engine), Living(house.service.engine)
    await one.hold()
    await other.hold()
    await house.hear(tell(olena))
    await claimed(house, post, one.worker)
    assert await buried(house, other) == 0
    assert await buried(house, one) == 0
    await ended(house, one)
    assert await buried(house, one) == 0, "nobody buries himself"
    assert await buried(house, other) == 1
    assert await buried(house, other) == 0
    await other.let_go()


async def test_without_a_worker_only_the_lease_speaks(house: House, olena: UUID, post: Post) -> None:
    await house.hear(tell(olena))
    await claimed(house, post, None)
    assert await buried(house, Living(house.service.engine)) == 0


async def test_a_lock_that_the_database_dropped_is_held_again(house: House, olena: UUID, post: Post) -> None:
    one, other = Living(house.service.engine), Living(house.service.engine)
    await one.hold()
    async with house.unit() as unit:
        assert await unit.tx.scalar(text(f"SELECT pg_terminate_backend(pid, 60000) {HELD}"), {"worker": one.worker})
    await one.hold()
    await house.hear(tell(olena))
    await claimed(house, post, one.worker)
    assert await buried(house, other) == 0
    await one.let_go()


async def test_a_number_that_somebody_looks_at_just_now_is_held_in_the_next_round(house: House) -> None:
    one = Living(house.service.engine)
    async with house.unit() as unit:
        held = text("SELECT pg_advisory_xact_lock(:space, :worker)")
        await unit.tx.execute(held, {"space": LOCK_SPACE, "worker": one.worker})
        await one.hold()
    async with house.unit() as unit:
        free = text("SELECT pg_try_advisory_xact_lock(:space, :worker)")
        assert await unit.tx.scalar(free, {"space": LOCK_SPACE, "worker": one.worker}), "it was not held"
    await one.hold()
    async with house.unit() as unit:
        assert not await unit.tx.scalar(free, {"space": LOCK_SPACE, "worker": one.worker})
    await one.let_go()
