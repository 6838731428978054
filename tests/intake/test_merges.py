"""Records become one person's and two again: by a person only, in chains but never in a ring, and without a trace."""

import asyncio
import hashlib
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.catalogue import MESSAGES
from lotse_contracts.envelope import Order, subject_of, template_of
from lotse_contracts.intake import MergePersons, PersonsMerged, PersonsUnmerged, UnmergePersons
from lotse_contracts.values import COUNSELLORS
from lotse_intake.store import merges
from tests.intake.given import TABLES, Intake, known_person

OF_THE_MERGE = {"person_merge", "access_log", "outbox", "inbox"}
"""What a merge and its undoing may leave behind."""


def merge(person_id: UUID, kept_id: UUID) -> MergePersons:
    return MergePersons(merge_id=uuid4(), person_id=person_id, kept_id=kept_id, reason="same_person")


def unmerge(made: MergePersons) -> UnmergePersons:
    return UnmergePersons(merge_id=made.merge_id, person_id=made.person_id, reason="two_persons")


async def group(here: Intake, person_id: UUID) -> tuple[UUID, ...]:
    async with here.service.engine.connect() as tx:
        return await merges.group_of(tx, person_id)


async def several(here: Intake, number: int) -> list[UUID]:
    return [await known_person(here) for _ in range(number)]


def digests(here: Intake) -> dict[str, str]:
    """Of each table that a merge must not touch, every byte of it."""
    found = {}
    with psycopg.connect(here.database.owner_url) as connection:
        for (name,) in connection.execute(TABLES.encode()).fetchall():
            if name not in OF_THE_MERGE:
                rows = connection.execute(f"SELECT t::text FROM {name} t ORDER BY 1".encode()).fetchall()
                found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


async def test_two_records_become_one_persons_and_both_hear_of_it(here: Intake) -> None:
    one, other = await several(here, 2)
    made = merge(one, other)
    said = await here.hear(made)
    assert said == [
        PersonsMerged(merge_id=made.merge_id, person_id=one, version=1, part="merged"),
        PersonsMerged(merge_id=made.merge_id, person_id=other, version=1, part="kept"),
    ]
    assert await group(here, one) == await group(here, other) == (other, one)


async def test_nobody_alone_is_a_group_of_one(here: Intake) -> None:
    (one,) = await several(here, 1)
    stranger = uuid4()
    assert await group(here, one) == (one,)
    assert await group(here, stranger) == (stranger,)


async def test_no_fact_of_one_record_names_the_other(here: Intake) -> None:
    one, other = await several(here, 2)
    for order in (made := merge(one, other), unmerge(made)):
        for fact in await here.hear(order):
            assert isinstance(fact, PersonsMerged | PersonsUnmerged)
            stranger = other if fact.person_id == one else one
            assert str(stranger) not in fact.model_dump_json()


async def test_a_merge_that_is_undone_leaves_every_byte_as_it_was(here: Intake) -> None:
    one, other = await several(here, 2)
    before = digests(here)
    await here.hear(made := merge(one, other))
    assert digests(here) == before
    said = await here.hear(unmerge(made))
    assert {(fact.person_id, fact.version) for fact in said if isinstance(fact, PersonsUnmerged)} == {
        (one, 2),
        (other, 2),
    }
    assert digests(here) == before
    assert await group(here, one) == (one,)


async def test_what_is_said_while_they_are_one_stays_with_whom_it_was_said_about(here: Intake) -> None:
    one, other = await several(here, 2)
    twin_one, twin_other = await several(here, 2)
    await here.hear(made := merge(one, other))
    for person_id in (one, twin_one):
        await here.hear(contact(here, person_id))
    await here.hear(contact(here, other))
    await here.hear(unmerge(made))
    counted = dict(here.rows("SELECT person_id, count(*) FROM contact GROUP BY 1"))
    assert counted == {one: 1, other: 1, twin_one: 1}
    assert twin_other not in counted


def contact(here: Intake, person_id: UUID) -> intake.RecordContact:
    return intake.RecordContact(
        contact_id=uuid4(),
        person_id=person_id,
        at=here.now,
        minutes=5,
        channel="phone",
        depth="information",
        language="uk",
    )


async def test_merges_form_chains_and_each_link_opens_again_on_its_own(here: Intake) -> None:
    a, b, c, d = await several(here, 4)
    await here.hear(first := merge(a, b))
    await here.hear(second := merge(b, c))
    await here.hear(third := merge(d, c))
    assert set(await group(here, a)) == {a, b, c, d}
    assert (await group(here, a))[0] == c
    await here.hear(unmerge(second))
    assert set(await group(here, a)) == {a, b}
    assert set(await group(here, c)) == {c, d}
    await here.hear(unmerge(first))
    await here.hear(unmerge(third))
    assert [await group(here, one) for one in (a, b, c, d)] == [(a,), (b,), (c,), (d,)]


async def test_no_ring_is_closed_and_no_record_joins_two(here: Intake) -> None:
    a, b, c = await several(here, 3)
    await here.hear(merge(a, b))
    await here.hear(merge(b, c))
    before = here.counts()
    for person_id, kept_id in ((c, a), (a, c), (b, a), (a, a)):
        with pytest.raises(Refused, match="already_one_person"):
            await here.hear(merge(person_id, kept_id))
    d = await known_person(here)
    with pytest.raises(Refused, match="already_merged"):
        await here.hear(merge(a, d))
    assert here.counts()["person_merge"] == before["person_merge"] == 2


async def test_merges_at_once_close_no_ring_either(here: Intake) -> None:
    for _ in range(5):
        a, b, c, d = await several(here, 4)
        await here.hear(merge(a, b))
        await here.hear(merge(c, d))
        told = await asyncio.gather(here.hear(merge(b, c)), here.hear(merge(d, a)), return_exceptions=True)
        assert sum(isinstance(one, Refused) for one in told) == 1
        assert set(await group(here, a)) == {a, b, c, d}
        kept = here.rows("SELECT kept_id FROM person_merge EXCEPT SELECT merged_id FROM person_merge")
        assert {(await group(here, a))[0]} <= {kept_id for (kept_id,) in kept}


async def test_the_same_order_again_changes_nothing_and_another_under_its_id_is_refused(here: Intake) -> None:
    a, b, c = await several(here, 3)
    made = merge(a, b)
    await here.hear(made)
    assert await here.hear(made) == []
    with pytest.raises(Refused, match="merge_id_taken"):
        await here.hear(made.model_copy(update={"kept_id": c}))
    await here.hear(unmerge(made))
    assert await here.hear(unmerge(made)) == []
    assert here.counts()["person_merge"] == 1


async def test_what_is_not_there_is_neither_merged_nor_parted(here: Intake) -> None:
    a, b = await several(here, 2)
    with pytest.raises(Refused, match="unknown_person"):
        await here.hear(merge(a, uuid4()))
    with pytest.raises(Refused, match="unknown_merge"):
        await here.hear(UnmergePersons(merge_id=uuid4(), person_id=a, reason="x"))
    made = merge(a, b)
    await here.hear(made)
    with pytest.raises(Refused, match="unknown_merge"):
        await here.hear(unmerge(made).model_copy(update={"person_id": b}))
    with pytest.raises(Refused, match="unknown_pair"):
        await here.hear(intake.DismissDuplicate(pair_id=uuid4(), person_id=a, reason="x"))


@pytest.mark.parametrize(("column", "code"), [("frozen", "person_erased"), ("restricted", "person_restricted")])
async def test_nobody_who_is_erased_or_restricted_is_merged_or_parted(here: Intake, column: str, code: str) -> None:
    a, b, c = await several(here, 3)
    await here.hear(made := merge(a, b))
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute(f"UPDATE person SET {column} = true WHERE person_id = %s".encode(), (a,))
    for order in (unmerge(made), merge(c, a)):
        with pytest.raises(Refused, match=code):
            await here.hear(order)
    assert set(await group(here, a)) == {a, b}


async def test_no_service_and_no_timer_merges_anybody(here: Intake) -> None:
    a, b = await several(here, 2)
    made = merge(a, b)
    for order in (made, unmerge(made), intake.DismissDuplicate(pair_id=uuid4(), person_id=a, reason="x")):
        assert type(order).ROLES == COUNSELLORS
        with pytest.raises(Refused, match="role_not_allowed"):
            await here.hear(order, actor=None)
    assert here.counts()["person_merge"] == 0
    assert not {one for one in MESSAGES if issubclass(one, Order) and "merge" in one.NAME and not one.ROLES}


async def test_a_merge_is_in_the_access_log_of_both(here: Intake) -> None:
    a, b = await several(here, 2)
    await here.hear(merge(a, b))
    seen = here.rows("SELECT object_id, actor FROM access_log WHERE action = 'merge'")
    assert sorted(seen) == sorted([(str(a), "w-1"), (str(b), "w-1")])


async def test_a_process_that_dies_in_a_merge_has_merged_nothing(here: Intake) -> None:
    a, b = await several(here, 2)
    made = merge(a, b)
    await lost(here, made)
    assert await group(here, a) == (a,)
    await here.hear(made)
    assert set(await group(here, a)) == {a, b}


async def lost(here: Intake, order: MergePersons) -> None:
    """Handled by a member of staff's order, and then the process dies before the commit."""
    async with here.service.engine.connect() as tx:
        heard = here.service.heard[template_of(subject_of(MergePersons, "x", "k", "y"))]
        await heard.handler([(order, here.context(actor="w-1"))], tx)
        await tx.rollback()
