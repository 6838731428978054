"""Between two ledgers, on two real databases: fingerprints and awards told; checkpoints are in `test_witness`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.ledger import (
    AwardTold,
    DecisionRecorded,
    VoucherFingerprintAnswered,
    VoucherFingerprintAsked,
    VoucherPrivate,
)
from lotse_contracts.sealed import public_bytes
from lotse_ledger.domain.fingerprints import shared_key
from lotse_ledger.handlers import fingerprints, recording
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import books
from lotse_ledger.store import fingerprints as kept
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


async def booked(tx: AsyncConnection, house: House, context: Context, **changed: Any) -> list[Any]:
    await take(given.application(), context, tx, house=house)
    return list(await take(given.voucher(**changed), context, tx, house=house))


def asked_in(said: list[Any]) -> list[VoucherFingerprintAsked]:
    return [one for one in said if isinstance(one, VoucherFingerprintAsked)]


@pytest.mark.parametrize("ours_first", [True, False])
async def test_of_two_bookings_of_one_document_the_later_becomes_a_question(
    database: Database, ours_first: bool
) -> None:
    ours, theirs = two_houses()
    later = given.NOW + timedelta(minutes=1)
    document = "cd" * 32
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        at_ours, at_theirs = (given.NOW, later) if ours_first else (later, given.NOW)
        said = await booked(tx, ours, given.context(at_ours), document_sha256=document)
        elsewhere = await booked(
            partner_tx, theirs, given.context(at_theirs, association=given.PARTNER), document_sha256=document
        )
        (ask,), (partner_ask,) = asked_in(said), asked_in(elsewhere)
        (answer,) = await fingerprints.answer_fingerprint(ask, at_partner(), partner_tx)
        (partner_answer,) = await fingerprints.answer_fingerprint(partner_ask, from_partner(), tx)
        assert isinstance(answer, VoucherFingerprintAnswered)
        assert isinstance(partner_answer, VoucherFingerprintAnswered)
        assert answer.known
        assert partner_answer.known
        for _ in range(2):  # heard twice, raised once
            await fingerprints.keep_answer(answer, from_partner(), tx, house=ours)
            await fingerprints.keep_answer(partner_answer, at_partner(), partner_tx, house=theirs)
        raised = [len(await books.entries_of_kinds(one, ("voucher_question",))) for one in (tx, partner_tx)]
        assert raised == ([0, 1] if ours_first else [1, 0])
        assert await kept.shared_vouchers(tx) == [(given.PARTNER, 1)]
        assert await kept.shared_vouchers(partner_tx) == [(ASSOCIATION, 1)]


async def test_two_scans_of_one_invoice_have_one_fingerprint(database: Database) -> None:
    ours, theirs = two_houses()
    invoice: dict[str, Any] = {"number": "RE-0815/26", "invoiced_on": "2026-01-20", "amount": 99_00}
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        await take(given.application(), given.context(), tx, house=ours)
        await take(given.application(), given.context(), partner_tx, house=theirs)
        names = ("Müller & Söhne GmbH", "MUELLER + SOEHNE  G.m.b.H.")
        first, second = (VoucherPrivate(payee=name) for name in names)
        said = await take(given.voucher(**invoice), given.context(), tx, house=ours, private=first)
        await take(given.voucher(**invoice), given.context(), partner_tx, house=theirs, private=second)
        known = []
        for ask in asked_in(list(said)):
            (answer,) = await fingerprints.answer_fingerprint(ask, at_partner(), partner_tx)
            assert isinstance(answer, VoucherFingerprintAnswered)
            known.append(answer.known)
    assert known == [False, True]


async def test_a_document_that_only_we_booked_is_no_question_and_provisional_until_answered(
    database: Database,
) -> None:
    ours, _ = two_houses()
    async with given.transaction(database("ledger")) as tx:
        (asked,) = asked_in(await booked(tx, ours, given.context()))
        assert await kept.unanswered(tx, ours.partners) == {1}
        answer = VoucherFingerprintAnswered(to=ASSOCIATION, fingerprint=asked.fingerprint, known=False)
        await fingerprints.keep_answer(answer, from_partner(), tx, house=ours)
        assert await kept.unanswered(tx, ours.partners) == frozenset()
        assert await kept.shared_vouchers(tx) == []
        unknown = VoucherFingerprintAsked(to=ASSOCIATION, fingerprint="ee" * 32)
        (reply,) = await fingerprints.answer_fingerprint(unknown, from_partner(), tx)
        assert isinstance(reply, VoucherFingerprintAnswered)
        assert (reply.known, reply.recorded_at) == (False, None)


async def test_the_partner_learns_of_an_award_and_keeps_it_as_reported(database: Database) -> None:
    ours, theirs = two_houses()
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        said = await take(given.award(), given.context(), tx, house=ours)
        assert [type(one) for one in said] == [DecisionRecorded, AwardTold]
        told = said[1]
        assert isinstance(told, AwardTold)
        await recording.note_partner_award(told, at_partner(), partner_tx, house=theirs)
        (entry,) = await books.page(partner_tx, first=0, limit=9)
    assert (entry.kind, entry.standing, entry.postings) == ("partner_award", "demo", ())
    assert entry.data["reported_by"] == ASSOCIATION
