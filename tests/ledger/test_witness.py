"""Two ledgers witness each other on two real databases: honest ones, late ones, and one that rewrites its books."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from lotse_chassis import timers
from lotse_chassis.faults import Refused
from lotse_contracts.ledger import CheckpointCosigned, CheckpointOffered, CheckpointRefused, CheckpointSigned
from lotse_ledger.domain.checkpoints import Head, head_of, origin_of
from lotse_ledger.domain.merkle import root_of
from lotse_ledger.domain.notes import cosignature, parse_line, parse_note, signers
from lotse_ledger.domain.proofs import consistency_holds, inclusion_holds
from lotse_ledger.handlers import checkpoints, offering
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import alarms, heads, tree, witness
from tests import kit
from tests.kit import ASSOCIATION, ServiceDatabase
from tests.ledger import given
from tests.ledger.pair import houses, pair

Database = Callable[[str], ServiceDatabase]
ORIGIN = origin_of(ASSOCIATION)


async def test_a_checkpoint_is_a_signed_note_over_the_log_as_far_as_it_has_grown(database: Database) -> None:
    house = given.house(checkpoint_entries=3)
    key = house.evidence.log
    assert key is not None
    said: list[Any] = []
    async with given.transaction(database("ledger")) as tx:
        for _ in range(7):
            said += await take(given.application(), given.context(), tx, house=house)
        leaves = await tree.leaves(tx, 0)
    told = [one for one in said if isinstance(one, CheckpointSigned)]
    assert [one.size for one in told] == [3, 6]
    for one in told:
        note = parse_note(one.note.encode())
        assert list(signers(note, [key.vkey])) == [key.vkey]
        assert head_of(note.text) == Head(ORIGIN, one.size, root_of(leaves[: one.size]))
        assert one.root_sha256 == root_of(leaves[: one.size]).hex()


async def test_what_is_handed_out_is_fixed_at_once_when_it_is_forced(database: Database) -> None:
    house = given.house()
    async with given.transaction(database("ledger")) as tx:
        await take(given.application(), given.context(), tx, house=house)
        assert await checkpoints.after_entries(tx, given.context(), house, first=0, last=0) == []
        forced = await checkpoints.after_entries(tx, given.context(), house, first=0, last=0, force=True)
        assert [type(one) for one in forced] == [CheckpointSigned]
        assert await checkpoints.after_entries(tx, given.context(), house, first=0, last=0, force=True) == []


async def test_the_regular_timer_signs_what_is_new_and_sets_its_successor(database: Database) -> None:
    house = given.house()
    async with given.transaction(database("ledger")) as tx:
        for _ in range(2):
            await take(given.application(), given.context(), tx, house=house)
        timer = timers.Timer("checkpoint", "regular", given.NOW, {}, uuid4())
        first = await checkpoints.regular_checkpoint(timer, given.context(), tx, house=house)
        second = await checkpoints.regular_checkpoint(timer, given.context(), tx, house=house)
        waiting = await timers.due(tx, now=given.NOW + timedelta(hours=24), limit=9)
    assert [one.size for one in first if isinstance(one, CheckpointSigned)] == [2]
    assert second == []
    assert "checkpoint" in [one.kind for one in waiting]


async def test_the_partner_countersigns_what_grew_out_of_what_she_saw(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        for _ in range(3):
            await both.ours.book(2)
            await both.exchange()
        found = await witness.checkpoints(both.ours.tx)
        assert [(one.size, one.cosigned_by) for one in found] == [(size, (given.PARTNER,)) for size in (6, 4, 2)]
        assert found[0].note is not None
        partner = both.ours.house.evidence.witnesses[given.PARTNER]
        assert list(signers(found[0].note, [partner])) == [partner]
        seen = await heads.last_seen(both.theirs.tx, ORIGIN)
        assert seen is not None
        assert seen.head == Head(ORIGIN, 6, found[0].root)
        assert seen.note == found[0].note.raw.decode()
        assert await alarms.alarms(both.theirs.tx) == []


async def test_a_link_cut_for_days_leaves_one_offer_and_the_rest_follows(database: Database) -> None:
    async with pair(database("ledger"), database("ledger"), every=1) as both:
        await both.ours.book(20)
        assert [type(one) for one in both.ours.said] == [CheckpointOffered]
        crossed = await both.exchange()
        assert await witness.cosigned_size(both.ours.tx, given.PARTNER) == 20
        assert crossed == 4  # the old offer and the latest, each answered
        assert await alarms.alarms(both.theirs.tx) == []


async def test_many_queued_offers_end_with_the_latest_countersigned(database: Database) -> None:
    """As after a month: the daily offer was repeated each day, and all of them arrive at once, in any order."""
    async with pair(database("ledger"), database("ledger"), every=1) as both:
        for day in range(10):
            await both.ours.book(2)
            context = both.ours.context(now=given.NOW + timedelta(hours=25 * (day + 1)))
            both.ours.keep(await checkpoints.keep_signing(both.ours.tx, context, both.ours.house))
        assert len(both.ours.said) == 11
        both.ours.said.reverse()
        await both.exchange()
        assert await witness.cosigned_size(both.ours.tx, given.PARTNER) == 20
        assert {one.alarm.code for one in await alarms.alarms(both.theirs.tx)} <= {"checkpoint_rolled_back"}


async def test_an_answer_that_was_lost_is_asked_for_again(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        (offer,) = both.ours.said
        both.ours.said.clear()
        await both.theirs.hear(offer)
        both.theirs.said.clear()  # lost on the way back
        later = both.ours.context(now=given.NOW + timedelta(hours=25))
        both.ours.keep(await checkpoints.keep_signing(both.ours.tx, later, both.ours.house))
        await both.exchange()
        assert await witness.cosigned_size(both.ours.tx, given.PARTNER) == 2
        assert await alarms.alarms(both.theirs.tx) == []


async def test_what_came_before_the_partner_knew_us_is_offered_again_once_she_is_heard(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        both.ours.said.clear()  # buried where nobody knew who signed it
        await both.theirs.book(2)
        assert await both.exchange() == 4
        for side, other in ((both.ours, both.theirs), (both.theirs, both.ours)):
            assert await witness.cosigned_size(side.tx, other.name) == 2


async def test_what_is_signed_while_an_answer_comes_is_offered_next(database: Database) -> None:
    """The one sees the offer as pending, the other not yet the checkpoint: without the log's lock nobody offers it."""
    own, (ours, theirs) = database("ledger"), houses(every=1)
    key = theirs.evidence.witness
    assert key is not None
    async with given.transaction(own) as tx:
        said = await take(given.application(), given.context(), tx, house=ours)
    (offer,) = [one for one in said if isinstance(one, CheckpointOffered)]
    line = cosignature(parse_note(offer.note.encode()).text, key, time=int(given.NOW.timestamp()))
    answer = CheckpointCosigned(to=ASSOCIATION, log=offer.log, size=1, cosignature=line.line)

    async def heard() -> list[Any]:
        async with given.transaction(own) as tx:
            context = given.context(sender_association=given.PARTNER)
            return list(await offering.keep_cosignature(answer, context, tx, house=ours))

    async with given.transaction(own) as signing:
        await take(given.application(), given.context(), signing, house=ours)
        answering = asyncio.create_task(heard())

        async def waits() -> bool:
            locked = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            return answering.done() or bool((await signing.execute(locked)).scalar_one())

        await kit.eventually(waits)
    assert [type(one) for one in await answering] == [CheckpointOffered]


async def test_a_partner_who_saw_more_than_there_is_raises_an_alarm(database: Database) -> None:
    """We were restored from an old backup: her size is larger than ours."""
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        both.ours.said.clear()
        answer = CheckpointRefused(
            to=ASSOCIATION, log="grant-ledger", size=2, code="checkpoint_old_size_differs", status=409, latest_size=9
        )
        assert await both.ours.hear(answer) == []
        (raised,) = await alarms.alarms(both.ours.tx)
        assert (raised.alarm.code, raised.alarm.latest_size) == ("checkpoint_behind_witness", 9)


async def test_a_partner_who_names_another_size_each_time_is_not_argued_with(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        both.ours.said.clear()
        offered = 0
        for latest_size in (1, 0, 1, 0, 1, 0):
            answer = CheckpointRefused(
                to=ASSOCIATION,
                log="grant-ledger",
                size=2,
                code="checkpoint_old_size_differs",
                status=409,
                latest_size=latest_size,
            )
            offered += len(await both.ours.hear(answer))
        assert offered == offering.OFFERS_IN_A_ROW_MAX - 1


async def test_a_countersignature_of_what_we_never_signed_or_by_another_is_refused(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        (offer,) = both.ours.said
        both.ours.said.clear()
        (answer,) = await both.theirs.hear(offer)
        assert isinstance(answer, CheckpointCosigned)
        line = parse_line(answer.cosignature)
        later = replace(line, blob=(1).to_bytes(8, "big") + line.blob[8:])
        own = both.ours.house.evidence.witness
        assert own is not None
        by_ourselves = cosignature(parse_note(offer.note.encode()).text, own, time=5)  # type: ignore[attr-defined]
        for changed, code in (
            ({"size": 3}, "checkpoint_of_another"),
            ({"cosignature": later.line}, "checkpoint_signature_false"),
            ({"cosignature": by_ourselves.line}, "checkpoint_signature_false"),
            ({"cosignature": "nonsense"}, "checkpoint_signature_false"),
        ):
            with pytest.raises(Refused) as fault:
                await both.ours.hear(answer.model_copy(update=changed))
            assert fault.value.code == code
        assert await both.ours.hear(answer) == []
        assert await witness.cosigned_size(both.ours.tx, given.PARTNER) == 2


async def test_proofs_are_read_from_tiles_and_hold_at_every_size(database: Database) -> None:
    house = given.house(checkpoint_entries=1)
    async with given.transaction(database("ledger")) as tx:
        await given.fill(tx, 600)
        (said,) = await checkpoints.signed_checkpoint(tx, given.context(), house)
        assert isinstance(said, CheckpointSigned)
        assert said.size == 600
        await given.fill(tx, 100)
        await checkpoints.signed_checkpoint(tx, given.context(), house)
        leaves = await tree.leaves(tx, 0)
        for size in (1, 255, 256, 257, 512, 600, 700):
            root = root_of(leaves[:size])
            for index in {0, size // 2, size - 1}:
                proof = await tree.inclusion(tx, index, size)
                assert inclusion_holds(proof, leaf=leaves[index], index=index, size=size, root=root)
            between = await tree.consistency(tx, size, 700)
            assert consistency_holds(between, old=size, old_root=root, new=700, new_root=root_of(leaves))


async def test_nothing_is_signed_without_a_key_and_nothing_countersigned_without_one(database: Database) -> None:
    own, other = houses()
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        (offer,) = both.ours.said
        both.theirs.house = replace(other, evidence=replace(other.evidence, witness=None))
        assert await both.theirs.hear(offer) == []
        both.ours.house = replace(own, evidence=replace(own.evidence, log=None))
        assert await checkpoints.signed_checkpoint(both.ours.tx, given.context(), both.ours.house) == []
