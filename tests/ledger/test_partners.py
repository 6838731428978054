"""Between two ledgers, on two real databases: fingerprints and awards told; checkpoints are in `test_witness`."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.ledger import (
    AwardTold,
    DecisionRecorded,
    VoucherFingerprintAnswered,
    VoucherFingerprintAsked,
)
from lotse_contracts.sealed import public_bytes
from lotse_ledger.domain.fingerprints import shared_key
from lotse_ledger.handlers import fingerprints, recording
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
