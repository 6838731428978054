"""What one person alone cannot do, what goes step by step, and what is taken back once."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import ledger as said
from lotse_ledger.domain.fingerprints import shared_key
from lotse_ledger.domain.reports import belegliste, freeze_history
from lotse_ledger.handlers import fingerprints, questions
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import books
from tests.kit import ASSOCIATION, ServiceDatabase
from tests.ledger import given
from tests.ledger.ordered import an, balances, grant, kinds, plan, refused, taken

Database = Callable[[str], ServiceDatabase]
SECOND = "treasurer-2"


async def closed(tx: AsyncConnection, until: str = "2026-06-30") -> None:
    asked = an(said.ClosePeriod, until=until)
    await taken(tx, asked)
    await taken(tx, an(said.ApprovePeriod, period_id=asked.period_id), actor=SECOND)


async def test_nobody_closes_or_reopens_a_period_alone(database: Database) -> None:
    asked = an(said.ClosePeriod)
    approve = an(said.ApprovePeriod, period_id=asked.period_id)
    async with given.transaction(database("ledger")) as tx:
        assert (await refused(tx, approve)).code == "unknown_period"
        await taken(tx, given.award(), asked)
        (matter,) = (await questions.open_matters(said.AskOpenMatters(), given.context(), tx)).matters
        assert (matter.kind, matter.id, matter.asked) == ("period", asked.period_id, "close")
        for actor in ("treasurer-1", None):
            assert (await refused(tx, approve, actor=actor)).code == "second_person_needed"
        await taken(tx, given.voucher(paid_on="2026-06-30"))
        assert kinds(await taken(tx, approve, actor=SECOND)) == ["period_closed"]
        assert await taken(tx, approve, actor=SECOND) == []
        assert (await questions.open_matters(said.AskOpenMatters(), given.context(), tx)).matters == ()
        late = given.voucher(paid_on="2026-06-30")
        assert (await refused(tx, late)).code == "period_closed"
        await taken(tx, given.voucher(paid_on="2026-07-01"))
        assert (await refused(tx, an(said.ClosePeriod, until="2026-06-30"))).code == "period_closed"

        again = an(said.ReopenPeriod, until="2026-05-31")
        allow = an(said.ApprovePeriod, period_id=again.period_id)
        await taken(tx, again)
        assert (await refused(tx, allow)).code == "second_person_needed"
        assert (await refused(tx, late)).code == "period_closed", "asking opens nothing"
        assert kinds(await taken(tx, allow, actor=SECOND)) == ["period_reopened"]
        await taken(tx, late)
        assert (await refused(tx, given.voucher(paid_on="2026-05-31"))).code == "period_closed"
        decided = [one for one in await books.page(tx, first=0, limit=99) if one.kind.startswith("period_re")]
    assert [one.kind for one in decided] == ["period_reopen_asked", "period_reopened"]
    assert decided[1].data["asked"] == decided[0].log_index
    assert decided[1].data["reason"] == "Beleg nachgereicht"
    assert set(decided[1].commitments) == {"actor", "approver"}


async def test_without_a_reason_nothing_is_reopened_or_reversed() -> None:
    for order in (an(said.ReopenPeriod), an(said.ReverseEntry, log_index=1)):
        with pytest.raises(ValueError, match="reason"):
            type(order).model_validate(order.model_dump() | {"reason": ""})


async def test_a_correction_of_a_closed_period_is_booked_in_the_open_one(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), given.voucher(paid_on="2026-02-03"))
        await closed(tx)
        explicit = an(said.ReverseEntry, log_index=1, valid_on="2026-06-30")
        assert (await refused(tx, explicit)).code == "period_closed"
        await taken(tx, an(said.ReverseEntry, log_index=1))
        (entry,) = [one for one in await books.page(tx, first=0, limit=99) if one.kind == "reversal"]
        assert (entry.valid_on.isoformat(), entry.data["refers_to_valid_on"]) == ("2026-07-01", "2026-02-03")
        assert (await balances(tx, until="2026-06-30"))["assets:bank"] == -1_234_56
        assert "assets:bank" not in await balances(tx)


async def test_an_entry_is_reversed_once_and_a_reversal_may_be_reversed(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), given.voucher())
        whole = await balances(tx)
        reverse = an(said.ReverseEntry, log_index=2)
        await taken(tx, reverse, reverse)
        assert (await grant(tx)).vouchers == ()
        assert (await refused(tx, an(said.ReverseEntry, log_index=2))).code == "reversed_twice"
        await taken(tx, an(said.ReverseEntry, log_index=3))
        assert await balances(tx) == whole
        assert len((await grant(tx)).vouchers) == 1
        assert (await refused(tx, an(said.ReverseEntry, log_index=2))).code == "reversed_twice"
        await taken(tx, an(said.ReverseEntry, log_index=4))
        assert (await grant(tx)).vouchers == ()


async def test_what_others_stand_on_stays_until_they_are_taken_back(database: Database) -> None:
    drawdown = given.drawdown()
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), drawdown)
        await taken(tx, an(said.RecordDisbursement, drawdown_id=drawdown.drawdown_id))
        await taken(tx, an(said.RecordRepayment, amount=12_500_00))
        for index in (0, 2, 3):
            assert (await refused(tx, an(said.ReverseEntry, log_index=index))).code == "depended_on", index
        for index in (4, 3, 2, 0):
            await taken(tx, an(said.ReverseEntry, log_index=index))
        assert await balances(tx) == {}


async def test_a_proof_goes_its_way_and_no_other(database: Database) -> None:
    first = an(said.SubmitProof)
    proof_id = first.proof_id
    objected, accepted = (an(said.AnswerProof, proof_id=proof_id, answer=one) for one in ("objected", "accepted"))
    again = an(said.SubmitProof, proof_id=proof_id, submitted_on="2026-11-20")
    steps: dict[str, Any] = {"first": first, "objected": objected, "again": again, "accepted": accepted}
    ways = []
    ledger = database("ledger")
    for way in itertools.permutations(steps):
        async with given.transaction(ledger) as tx:
            attempt = await tx.begin_nested()
            await taken(tx, given.award(), plan())
            taken_steps = [name for name in way if await _goes(tx, steps[name])]
            proofs = (await grant(tx)).proofs
            ways.append((taken_steps, [one.state for one in proofs[0].steps] if proofs else []))
            await attempt.rollback()
    assert (["first", "objected", "again", "accepted"], ["submitted", "objected", "resubmitted", "accepted"]) in ways
    may = {
        None: {"submitted"},
        "submitted": {"objected", "accepted"},
        "objected": {"resubmitted"},
        "resubmitted": {"objected", "accepted"},
        "accepted": set(),
    }
    for _, states in ways:
        assert all(after in may[before] for before, after in itertools.pairwise([None, *states]))


async def _goes(tx: AsyncConnection, order: Any) -> bool:
    attempt = await tx.begin_nested()
    try:
        await take(order, given.context(), tx, house=given.house())
    except Refused:
        await attempt.rollback()
        return False
    await attempt.commit()
    return True


async def test_a_proof_names_the_size_and_root_of_the_log_that_it_was_computed_from(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), given.voucher(), an(said.SubmitProof))
        (proof,) = (await grant(tx)).proofs
    assert proof.size == 3
    assert proof.steps[0].root is not None
    assert len(proof.steps[0].root) == 64


def houses() -> tuple[House, House]:
    shared = shared_key(b"agreed")
    return (
        given.house(verify_keys={given.PARTNER: b"v" * 32}, fingerprint_keys={given.PARTNER: shared}),
        given.house(verify_keys={ASSOCIATION: b"v" * 32}, fingerprint_keys={ASSOCIATION: shared}),
    )


def from_partner() -> Context:
    return given.context(sender_association=given.PARTNER, sender="ledger", actor=None)


async def questioned(tx: AsyncConnection, house: House, **changed: Any) -> said.RecordVoucher:
    """A voucher that the partner booked a minute earlier."""
    order = given.voucher(**changed)
    told = await taken(tx, order, house=house)
    (asked,) = (one for one in told if isinstance(one, said.VoucherFingerprintAsked))
    answer = said.VoucherFingerprintAnswered(
        to=ASSOCIATION,
        fingerprint=asked.fingerprint,
        known=True,
        recorded_at=given.NOW - timedelta(minutes=1),
    )
    (raised,) = await fingerprints.keep_answer(answer, from_partner(), tx, house=house)
    assert isinstance(raised, said.VoucherQuestionRaised)
    assert (raised.voucher_id, raised.partner) == (order.voucher_id, given.PARTNER)
    return order


@pytest.mark.parametrize(("answer", "left"), [("ours", 1_234_56), ("theirs", 0), ("both_in_part", 1_234_56)])
async def test_two_people_settle_that_both_booked_an_invoice(database: Database, answer: Any, left: int) -> None:
    ours, _ = houses()
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan())
        order = await questioned(tx, ours)
        (row,) = belegliste(await grant(tx), given.NOW.date()).rows
        assert row.has_question
        (matter,) = (await questions.open_matters(said.AskOpenMatters(), given.context(), tx)).matters
        assert (matter.kind, matter.id) == ("voucher_question", order.voucher_id)
        first, second, third = (
            an(said.SettleVoucherQuestion, voucher_id=order.voucher_id, answer=answer) for _ in range(3)
        )
        await taken(tx, first)
        assert (await refused(tx, second)).code == "second_person_needed"
        assert (await refused(tx, second, actor=None)).code == "second_person_needed"
        await taken(tx, second, actor=SECOND)
        (asked,) = (await grant(tx)).questions
        assert asked.settled_as == answer
        assert (await grant(tx)).spent.get("material", 0) == left
        assert (await refused(tx, third, actor="treasurer-3")).code == "question_settled"
        assert (await questions.open_matters(said.AskOpenMatters(), given.context(), tx)).matters == ()


async def test_two_people_who_disagree_settle_nothing(database: Database) -> None:
    ours, _ = houses()
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan())
        order = await questioned(tx, ours)
        await taken(tx, an(said.SettleVoucherQuestion, voucher_id=order.voucher_id, answer="ours"))
        theirs = an(said.SettleVoucherQuestion, voucher_id=order.voucher_id, answer="theirs")
        await taken(tx, theirs, actor=SECOND)
        (asked,) = (await grant(tx)).questions
    assert asked.settled_as is None
    assert len(asked.answers) == 2


async def test_an_invoice_taken_back_is_no_longer_known_to_a_partner_who_asks(database: Database) -> None:
    ours, theirs = houses()
    document = "ee" * 32
    async with given.transaction(database("ledger")) as tx, given.transaction(database("ledger")) as partner_tx:
        await taken(tx, given.award(), given.voucher(document_sha256=document), house=ours)
        await take(given.application(), given.context(), partner_tx, house=theirs)
        told = await take(given.voucher(document_sha256=document), given.context(), partner_tx, house=theirs)
        (asked,) = (one for one in told if isinstance(one, said.VoucherFingerprintAsked))
        answers = []
        for _ in range(2):
            (answer,) = await fingerprints.answer_fingerprint(asked, from_partner(), tx)
            assert isinstance(answer, said.VoucherFingerprintAnswered)
            answers.append(answer.known)
            if answer.known:
                await taken(tx, an(said.ReverseEntry, log_index=1), house=ours)
    assert answers == [True, False]


async def test_appropriation_and_freezes_have_a_history_on_both_axes(database: Database) -> None:
    relaxed = an(
        said.ReportFreeze, factors=(said.FieldFactor(field="every_field", factor=5_000),), posted_as="every_field"
    )
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, an(said.ReportAppropriation), relaxed, an(said.ReportFreeze, valid_on="2025-12-11"))
        entries = await books.entries_of_kinds(tx, ("appropriation_reported", "freeze_reported"))
        found = await balances(tx)
    steps = freeze_history(entries, 2026)
    assert [(one.valid_on.isoformat(), one.available) for one in steps] == [
        ("2025-03-31", 100_000_00),
        ("2025-09-26", 50_000_00),
        ("2025-12-11", 90_000_00),
    ]
    assert found["reported:city:available:2026"] == 90_000_00
    assert found["reported:city:frozen:2026"] == 10_000_00
    assert [one.data.get("freeze_falls_on") for one in steps] == [None, "remainder", "remainder"]
