"""Between two ledgers, on two real databases: checkpoints, fingerprints, awards told."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.ledger import (
    AwardTold,
    CheckpointCosigned,
    CheckpointOffered,
    CheckpointSigned,
    DecisionRecorded,
    VoucherFingerprintAnswered,
    VoucherFingerprintAsked,
)
from lotse_contracts.sealed import public_bytes, sign, signature_holds
from lotse_ledger.domain.checkpoints import Head, note, origin_of
from lotse_ledger.domain.fingerprints import shared_key
from lotse_ledger.domain.merkle import root_of
from lotse_ledger.handlers import checkpoints, fingerprints, recording
from lotse_ledger.handlers.house import House
from lotse_ledger.store import books, witness
from tests.kit import ASSOCIATION, ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]


def two_houses() -> tuple[House, House]:
    """Ours and the partner's; each knows the other's public keys."""
    ours, theirs = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    shared = shared_key(b"agreed")
    return (
        given.house(
            sign_key=ours,
            verify_keys={given.PARTNER: public_bytes(theirs)},
            fingerprint_keys={given.PARTNER: shared},
        ),
        given.house(
            sign_key=theirs, verify_keys={ASSOCIATION: public_bytes(ours)}, fingerprint_keys={ASSOCIATION: shared}
        ),
    )


def at_partner() -> Context:
    """A transfer from us as the partner hears it."""
    return given.context(association=given.PARTNER, sender_association=ASSOCIATION, sender="ledger", actor=None)


def from_partner() -> Context:
    """A transfer from the partner as we hear it."""
    return given.context(sender_association=given.PARTNER, sender="ledger", actor=None)


async def vouchers(tx: AsyncConnection, house: House, number: int) -> list[Any]:
    said: list[Any] = []
    for _ in range(number):
        order = given.voucher(document_sha256=uuid4().hex * 2)
        said += await recording.record_voucher(order, given.context(), tx, house=house)
    return said


async def test_a_checkpoint_is_signed_when_the_log_has_grown_far_enough(database: Database) -> None:
    house, _ = two_houses()
    async with given.transaction(database("ledger")) as tx:
        said = await vouchers(tx, replace(house, checkpoint_entries=3), 7)
        leaves = await books.leaves(tx, 0)
    signed = [one for one in said if isinstance(one, CheckpointSigned)]
    offered = [one for one in said if isinstance(one, CheckpointOffered)]
    assert [one.size for one in signed] == [one.size for one in offered] == [3, 6]
    assert house.sign_key is not None
    for one in signed:
        root = root_of(leaves[: one.size])
        assert one.root_sha256 == root.hex()
        head = Head(origin_of(ASSOCIATION), one.size, root)
        assert signature_holds(note(head), one.signature, public_bytes(house.sign_key))


async def test_the_regular_timer_signs_what_is_new_and_sets_its_successor(database: Database) -> None:
    house = given.house()
    async with given.transaction(database("ledger")) as tx:
        await vouchers(tx, house, 2)
        timer = timers.Timer("checkpoint", "regular", given.NOW, {}, uuid4())
        first = await checkpoints.regular_checkpoint(timer, given.context(), tx, house=house)
        second = await checkpoints.regular_checkpoint(timer, given.context(), tx, house=house)
        waiting = await timers.due(tx, now=given.NOW + timedelta(hours=24), limit=9)
    assert [one.size for one in first if isinstance(one, CheckpointSigned)] == [2]
    assert second == []
    assert [one.kind for one in waiting] == ["checkpoint"]


async def test_the_partner_countersigns_and_we_keep_it(database: Database) -> None:
    ours, theirs = two_houses()
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        said = await vouchers(tx, replace(ours, checkpoint_entries=2), 4)
        for offered in (one for one in said if isinstance(one, CheckpointOffered)):
            for _ in range(2):
                (answer,) = await checkpoints.countersign(offered, at_partner(), partner_tx, house=theirs)
                assert isinstance(answer, CheckpointCosigned)
                assert await checkpoints.keep_cosignature(answer, from_partner(), tx, house=ours) == []
        found = await witness.checkpoints(tx)
    assert [(one.size, one.cosigned_by) for one in found] == [(4, (given.PARTNER,)), (2, (given.PARTNER,))]


async def test_a_log_rolled_back_forked_or_forged_is_not_countersigned(database: Database) -> None:
    ours, theirs = two_houses()
    assert ours.sign_key is not None
    origin = origin_of(ASSOCIATION)

    def offer(size: int, root: bytes, key: Ed25519PrivateKey, origin: str = origin) -> CheckpointOffered:
        signature = sign(note(Head(origin, size, root)), key)
        return CheckpointOffered(
            to=given.PARTNER, origin=origin, size=size, root_sha256=root.hex(), signature=signature
        )

    key = ours.sign_key
    attacks = {
        "checkpoint_forked": offer(5, b"b" * 32, key),
        "checkpoint_signature_false": offer(6, b"a" * 32, Ed25519PrivateKey.generate()),
        "checkpoint_of_another": offer(6, b"a" * 32, key, origin_of(given.PARTNER)),
        "checkpoint_root_wrong": offer(0, b"a" * 32, key),
    }
    async with given.transaction(database("ledger")) as tx:
        await checkpoints.countersign(offer(5, b"a" * 32, key), at_partner(), tx, house=theirs)
        for code, attack in attacks.items():
            with pytest.raises(Refused) as refused:
                await checkpoints.countersign(attack, at_partner(), tx, house=theirs)
            assert refused.value.code == code
        cut = offer(4, b"a" * 32, key)
        assert await checkpoints.countersign(cut, at_partner(), tx, house=theirs) == []
        assert await witness.last_seen(tx, origin) == Head(origin, 5, b"a" * 32)


async def test_checkpoints_in_any_order_leave_the_longest_as_last_seen(database: Database) -> None:
    ours, theirs = two_houses()
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        said = await vouchers(tx, replace(ours, checkpoint_entries=2), 6)
        offers = [one for one in said if isinstance(one, CheckpointOffered)]
        for permutation in itertools.permutations(offers):
            attempt = await partner_tx.begin_nested()
            for offered in permutation:
                await checkpoints.countersign(offered, at_partner(), partner_tx, house=theirs)
            seen = await witness.last_seen(partner_tx, offers[-1].origin)
            assert seen == Head(offers[-1].origin, 6, bytes.fromhex(offers[-1].root_sha256))
            await attempt.rollback()


async def test_a_countersignature_of_what_we_never_signed_is_refused(database: Database) -> None:
    ours, theirs = two_houses()
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        said = await vouchers(tx, replace(ours, checkpoint_entries=2), 2)
        offered = next(one for one in said if isinstance(one, CheckpointOffered))
        (answer,) = await checkpoints.countersign(offered, at_partner(), partner_tx, house=theirs)
        assert isinstance(answer, CheckpointCosigned)
        for changed, code in (
            ({"root_sha256": "00" * 32}, "checkpoint_of_another"),
            ({"size": 3}, "checkpoint_of_another"),
            ({"seen_at": answer.seen_at + timedelta(seconds=5)}, "checkpoint_signature_false"),
        ):
            forged = answer.model_copy(update=changed)
            with pytest.raises(Refused) as refused:
                await checkpoints.keep_cosignature(forged, from_partner(), tx, house=ours)
            assert refused.value.code == code


@pytest.mark.parametrize("ours_first", [True, False])
async def test_the_same_document_booked_on_both_sides_becomes_a_question(database: Database, ours_first: bool) -> None:
    ours, theirs = two_houses()
    document = "cd" * 32
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        sides: list[tuple[AsyncConnection, House, Context]] = [
            (tx, ours, given.context()),
            (partner_tx, theirs, given.context(association=given.PARTNER)),
        ]
        asked: list[tuple[VoucherFingerprintAsked, AsyncConnection, Context, AsyncConnection, Context]] = []
        for mine, house, context in sides if ours_first else reversed(sides):
            said = await recording.record_voucher(given.voucher(document_sha256=document), context, mine, house=house)
            (question,) = (one for one in said if isinstance(one, VoucherFingerprintAsked))
            if mine is tx:
                asked.append((question, partner_tx, at_partner(), tx, from_partner()))
            else:
                asked.append((question, tx, from_partner(), partner_tx, at_partner()))
        known = []
        for question, other_tx, other, own_tx, own in asked:
            (answer,) = await fingerprints.answer_fingerprint(question, other, other_tx)
            assert isinstance(answer, VoucherFingerprintAnswered)
            known.append(answer.known)
            await fingerprints.keep_answer(answer, own, own_tx)
        assert known == [True, True]
        assert await witness.shared_vouchers(tx) == [(given.PARTNER, 0)]
        assert await witness.shared_vouchers(partner_tx) == [(ASSOCIATION, 0)]


async def test_a_document_that_only_we_booked_is_no_question(database: Database) -> None:
    ours, _ = two_houses()
    async with given.transaction(database("ledger")) as tx:
        said = await vouchers(tx, ours, 1)
        (asked,) = (one for one in said if isinstance(one, VoucherFingerprintAsked))
        answer = VoucherFingerprintAnswered(to=ASSOCIATION, fingerprint=asked.fingerprint, known=False)
        await fingerprints.keep_answer(answer, from_partner(), tx)
        assert await witness.shared_vouchers(tx) == []
        unknown = VoucherFingerprintAsked(to=ASSOCIATION, fingerprint="ee" * 32)
        (reply,) = await fingerprints.answer_fingerprint(unknown, from_partner(), tx)
        assert isinstance(reply, VoucherFingerprintAnswered)
        assert reply.known is False


async def test_the_partner_learns_of_an_award_and_keeps_it_as_reported(database: Database) -> None:
    ours, theirs = two_houses()
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        said = await recording.record_decision(given.award(), given.context(), tx, house=ours)
        assert [type(one) for one in said] == [DecisionRecorded, AwardTold]
        told = said[1]
        assert isinstance(told, AwardTold)
        await recording.note_partner_award(told, at_partner(), partner_tx, house=theirs)
        (entry,) = await books.page(partner_tx, first=0, limit=9)
    assert (entry.kind, entry.standing, entry.postings) == ("partner_award", "demo", ())
    assert entry.data["reported_by"] == ASSOCIATION
