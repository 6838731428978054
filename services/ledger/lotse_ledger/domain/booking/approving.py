"""What one person alone cannot do: close or reopen a period, settle that both associations booked one invoice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from lotse_contracts.ledger import ApprovePeriod, ClosePeriod, ReopenPeriod, SettleVoucherQuestion
from lotse_ledger.domain.booking.correcting import check_nothing_stands_on
from lotse_ledger.domain.booking.drafting import Rest, day, drafted, request_of, said
from lotse_ledger.domain.booking.known import Known, one_of
from lotse_ledger.domain.booking.settling import use_recognised
from lotse_ledger.domain.closing import APPROVER, PERIOD_CLOSED, PERIOD_REOPENED
from lotse_ledger.domain.entries import ACTOR, Draft, Recorded, reversal_of
from lotse_ledger.domain.refusals import NotAllowed

CLOSE_ASKED = "period_close_asked"
REOPEN_ASKED = "period_reopen_asked"
QUESTION = "voucher_question"
ANSWERED = "voucher_question_answered"
SETTLED = "voucher_question_settled"


def close_asked(order: ClosePeriod, known: Known) -> Draft:
    """The first of two: the period is over and lies after what is closed. Raises NotAllowed."""
    until = day(order.until, "until")
    if until >= known.today:
        raise NotAllowed("period_not_over", "until")
    if known.closed_until is not None and until <= known.closed_until:
        raise NotAllowed("period_closed", "until")
    key = f"period:{order.period_id}"
    return drafted(order, key=key, kind=CLOSE_ASKED, valid_on=known.today, data=said(order), rest=Rest())


def reopen_asked(order: ReopenPeriod, known: Known) -> Draft:
    """The first of two, with a reason. Raises NotAllowed."""
    until = day(order.until, "until")
    if known.closed_until is None or until >= known.closed_until:
        raise NotAllowed("period_not_closed", "until")
    key = f"period:{order.period_id}"
    return drafted(order, key=key, kind=REOPEN_ASKED, valid_on=known.today, data=said(order), rest=Rest())


def period_approved(order: ApprovePeriod, known: Known) -> tuple[Draft, ...]:
    """The second of two, never the same person. A closed period books what was used in it. Raises NotAllowed."""
    asked = known.target
    if asked is None:
        raise NotAllowed("unknown_period", "period_id")
    if known.actor is None or known.first_person is None or known.actor == known.first_person:
        raise NotAllowed("second_person_needed", "actor")
    closes = asked.kind == CLOSE_ASKED
    until = date.fromisoformat(asked.data["until"])
    decided = drafted(
        order,
        key=f"period-approved:{order.period_id}",
        kind=PERIOD_CLOSED if closes else PERIOD_REOPENED,
        valid_on=known.today,
        data=dict(asked.data) | {"asked": asked.log_index},
        rest=Rest(private={ACTOR: known.first_person, APPROVER: known.actor}),
    )
    decided = replace(decided, standing=asked.standing)
    if not closes:
        return (decided,)
    used = [use_recognised(grant, until, order.period_id) for grant in known.grants.values()]
    return (*(one for one in used if one is not None), decided)


def question(voucher: Recorded, partner: str, today: date) -> Draft:
    """The partner booked the same invoice earlier: our voucher waits for two people."""
    data = {"voucher_id": voucher.data["voucher_id"], "entry": voucher.log_index, "partner": partner}
    return Draft(
        key=f"voucher-question:{voucher.log_index}:{partner}",
        kind=QUESTION,
        standing=voucher.standing,
        valid_on=today,
        data=data,
        request_sha256="",
        grant_id=voucher.grant_id,
    )


def question_settled(order: SettleVoucherQuestion, known: Known) -> tuple[Draft, ...]:
    """One answer is noted; the same answer of somebody else settles it, and takes our voucher back if it is theirs.

    Raises NotAllowed.
    """
    grant = known.grant(order.grant_id)
    asked = one_of(
        grant.questions,
        lambda one: one.voucher_id == order.voucher_id and one.partner == order.partner,
        "unknown_question",
        "voucher_id",
    )
    if asked.settled_as is not None:
        raise NotAllowed("question_settled", "voucher_id")
    same = [(entry, who) for entry, who in known.answered if entry.data["answer"] == order.answer]
    seconded = next((entry for entry, who in same if who is not None and known.actor not in (None, who)), None)
    if same and seconded is None:
        raise NotAllowed("second_person_needed", "actor")
    answer = drafted(
        order,
        key=f"voucher-answer:{order.settlement_id}",
        kind=ANSWERED if seconded is None else SETTLED,
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",), seconds=None if seconded is None else seconded.log_index),
        rest=Rest(),
    )
    if seconded is None or order.answer != "theirs" or known.target is None:
        return (answer,)
    return _taken_back(order, known.target, known), answer


def pending(entries: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """Periods that were asked for and not decided."""
    decided = {one.data.get("period_id") for one in entries if one.kind in (PERIOD_CLOSED, PERIOD_REOPENED)}
    asked = [one for one in entries if one.kind in (CLOSE_ASKED, REOPEN_ASKED)]
    return tuple(one for one in asked if one.data["period_id"] not in decided)


def _taken_back(order: SettleVoucherQuestion, voucher: Recorded, known: Known) -> Draft:
    check_nothing_stands_on(voucher, known)
    taken = reversal_of(voucher, reason="charged by the partner", valid_on=voucher.valid_on)
    key = f"reversal:{order.settlement_id}"
    return replace(taken, key=key, request_sha256=request_of(order), moves_if_closed=True)
