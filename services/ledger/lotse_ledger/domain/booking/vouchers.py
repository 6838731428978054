"""Payments and what comes back of them: shared over grants by largest remainder, charged at most once (I8)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from lotse_contracts.ledger import RecordRefund, RecordVoucher, Share, VoucherPrivate
from lotse_ledger.domain.acts import Commitment
from lotse_ledger.domain.booking import accounts
from lotse_ledger.domain.booking.drafting import Rest, day, days, drafted, moved, said, summed
from lotse_ledger.domain.booking.known import Known, check_currency
from lotse_ledger.domain.booking.plans import check_line
from lotse_ledger.domain.entries import Attachment, Draft, Posting, Recorded
from lotse_ledger.domain.law.shares import RefundExceedsVoucher, SharesExceedWhole, refund_shares, shares_of
from lotse_ledger.domain.law.terms import WHOLE_BP
from lotse_ledger.domain.law.vouchers import VoucherFacts, warnings_of
from lotse_ledger.domain.refusals import NotAllowed

PAYEE = "payee"
FILES = "evidence"
OWN = "own"
NOT_IN_THE_LEAF = ("paid_on", "amount", "line", "shares", "messages", "gross", "eligible", "person_code", "month")


def voucher(order: RecordVoucher, known: Known) -> Draft:
    """A payment, split over the grants that bear it; what no grant bears is own cost. Raises NotAllowed."""
    paid_on = day(order.paid_on, "paid_on")
    days(order, "ordered_on", "invoiced_on")
    eligible = order.amount if order.eligible is None else order.eligible
    if eligible > order.amount:
        raise NotAllowed("eligible_over_paid", "eligible", "amount", allowed=order.amount)
    if order.paid_from == "cash" and order.amount > known.cash:
        raise NotAllowed("over_cash", "amount", "paid_from", allowed=max(0, known.cash))
    is_payroll = order.kind == "payroll"
    if any((given is not None) != is_payroll for given in (order.person_code, order.month)):
        raise NotAllowed("payroll_without_code", "person_code", "month")
    shares = order.shares or (Share(grant_id=order.grant_id, line=order.line, basis_points=WHOLE_BP),)
    _check_shares(order, shares, known, is_eligible=bool(eligible))
    split = _split(shares, order.amount, eligible)
    used = _commitment_used(order, known)
    return drafted(
        order,
        key=f"voucher:{order.voucher_id}",
        kind="voucher",
        valid_on=paid_on,
        data=said(
            order,
            without=(*NOT_IN_THE_LEAF, *(("commitment_id",) if not used else ())),
            gross=order.amount if order.gross is None else order.gross,
            paid=str(order.amount),
            eligible=eligible,
            line=order.line,
            shares=split,
            person_code=order.person_code,
            month=order.month,
            commitment_used=str(used) if used else None,
            message_costs=_message_costs(order, known),
        ),
        rest=Rest(
            postings=_posted(order, split, used, known),
            attachments=tuple(Attachment(a.sha256, a.bytes, a.media_type, a.role) for a in order.attachments),
            private=private_parts(known.private),
            persons=_persons(known),
        ),
    )


def refund(order: RecordRefund, known: Known) -> Draft:
    """Part of a voucher came back, split exactly as the voucher was, own cost included. Raises NotAllowed."""
    received_on = day(order.received_on, "received_on")
    grant = known.grant(order.grant_id)
    check_currency(grant, order.currency)
    target = known.target
    if target is None:
        raise NotAllowed("unknown_voucher", "voucher_id")
    left = _borne(target, known.twins)
    try:
        back = refund_shares(order.amount, left)
    except RefundExceedsVoucher:
        raise NotAllowed("over_voucher", "amount", allowed=sum(left.values())) from None
    split = [
        {
            **{name: share[name] for name in ("grant_id", "line", "basis_points")},
            "eligible": str(back[f"{place:03d}:eligible"]),
            "ineligible": str(back[f"{place:03d}:ineligible"]),
        }
        for place, share in enumerate(target.data["shares"])
    ]
    money = accounts.MONEY[target.data.get("paid_from", "bank")]
    postings = [
        Posting(money, order.amount, order.currency),
        Posting(accounts.OWN_COST, -back[OWN], order.currency),
        *(row for share in split for row in _borne_by(share, order.currency, sign=-1)),
    ]
    return drafted(
        order,
        key=f"refund:{order.refund_id}",
        kind="refund",
        valid_on=received_on,
        data=said(order, without=("received_on",), shares=split),
        rest=Rest(summed(*postings)),
    )


def warnings_on(order: RecordVoucher, known: Known) -> tuple[str, ...]:
    """What somebody should look at though it is booked, since an auditor would ask about it."""
    facts = VoucherFacts(
        paid_on=day(order.paid_on, "paid_on"),
        recorded_on=known.today,
        gross=order.amount if order.gross is None else order.gross,
        vat=order.vat or 0,
        paid=order.amount,
        eligible=order.amount if order.eligible is None else order.eligible,
        delivered_on=day(order.invoiced_on, "invoiced_on") if order.invoiced_on else None,
        has_payee=order.kind == "payroll" or bool(known.private and known.private.payee),
        has_reason=bool(order.reason),
        has_document=True,
        has_payment_evidence=order.payment_sha256 is not None,
        has_project=True,
    )
    return tuple(one.code for one in warnings_of(facts, known.grant(order.grant_id).terms))


def private_parts(private: VoucherPrivate | None) -> dict[str, Any]:
    """Two parts: who was paid, and what the files are called; either can be erased without the other."""
    if private is None:
        return {}
    payee = {"name": private.payee, "account": private.account}
    files = {one.sha256: one.name for one in private.files}
    return {PAYEE: payee, **({FILES: files} if files else {})}


def _check_shares(order: RecordVoucher, shares: Sequence[Share], known: Known, *, is_eligible: bool) -> None:
    """Every grant is known, accepts costs of that day (I7) and has the line; nothing is charged twice (I8)."""
    paid_on = day(order.paid_on, "paid_on")
    names = "shares" if order.shares else "grant_id"
    for share in shares:
        grant = known.grant(share.grant_id, names)
        check_currency(grant, order.currency)
        if not is_eligible:
            continue  # what does not count may be booked whenever it was paid
        if grant.is_known_to_the_city and not grant.accepts_costs_on(paid_on):
            raise NotAllowed("outside_grant_period", "paid_on")
        check_line(grant, share.line, "shares" if order.shares else "line")
    charged = sum(share.basis_points for share in shares)
    before = sum(int(one["basis_points"]) for twin in known.twins for one in twin.data.get("shares", ()))
    if len({(share.grant_id, share.line) for share in shares}) < len(shares):
        raise NotAllowed("line_twice", "shares")
    if charged + before > WHOLE_BP:
        raise NotAllowed("shares_over_whole", "shares", "document_sha256", allowed=max(0, WHOLE_BP - before))


def _split(shares: Sequence[Share], paid: int, eligible: int) -> list[dict[str, Any]]:
    """Of what counts and of what does not, each grant's cents by largest remainder."""
    points = {f"{one.grant_id}:{one.line}": one.basis_points for one in shares}
    try:
        counts, rest = shares_of(eligible, points), shares_of(paid - eligible, points)
    except SharesExceedWhole:
        raise NotAllowed("shares_over_whole", "shares", allowed=WHOLE_BP) from None
    return [
        {
            "grant_id": str(one.grant_id),
            "line": one.line,
            "basis_points": one.basis_points,
            "eligible": str(counts[f"{one.grant_id}:{one.line}"]),
            "ineligible": str(rest[f"{one.grant_id}:{one.line}"]),
        }
        for one in shares
    ]


def _posted(order: RecordVoucher, split: Sequence[Mapping[str, Any]], used: int, known: Known) -> tuple[Posting, ...]:
    borne = [row for share in split for row in _borne_by(share, order.currency)]
    own = order.amount - sum(row.amount for row in borne)
    bound: tuple[Posting, ...] = ()
    if used:
        line = next(one.line for one in known.grant(order.grant_id).commitments if _is_used(one, order))
        held, rest = accounts.committed(order.grant_id, line), accounts.committed_open(order.grant_id)
        bound = moved(rest, held, used, order.currency)
    messages: tuple[Posting, ...] = ()
    if order.messages is not None:
        provider = accounts.messages(order.messages.provider)
        messages = moved(accounts.MESSAGE_COSTS_OPEN, provider, known.open_messages, "EUR")
    paid = Posting(accounts.MONEY[order.paid_from], -order.amount, order.currency)
    return summed(*borne, Posting(accounts.OWN_COST, own, order.currency), paid, *bound, *messages)


def _borne_by(share: Mapping[str, Any], currency: str, sign: int = 1) -> list[Posting]:
    grant_id = UUID(share["grant_id"])
    return [
        Posting(accounts.expense(grant_id, share["line"]), sign * int(share["eligible"]), currency),
        Posting(accounts.ineligible(grant_id), sign * int(share["ineligible"]), currency),
    ]


def _borne(voucher: Recorded, refunds: Sequence[Recorded]) -> dict[str, int]:
    """What each share and the own cost still bear after earlier refunds; keys sort as the shares stand."""
    left: dict[str, int] = {}
    for place, share in enumerate(voucher.data["shares"]):
        left[f"{place:03d}:eligible"] = int(share["eligible"])
        left[f"{place:03d}:ineligible"] = int(share["ineligible"])
    left[OWN] = int(voucher.data["paid"]) - sum(left.values())
    for one in refunds:
        back = 0
        for place, share in enumerate(one.data["shares"]):
            for name in ("eligible", "ineligible"):
                left[f"{place:03d}:{name}"] -= int(share[name])
                back += int(share[name])
        left[OWN] -= int(one.data["amount"]) - back
    return left


def _commitment_used(order: RecordVoucher, known: Known) -> int:
    """How much of a contract this payment uses up, at most what is left of it."""
    if order.commitment_id is None:
        return 0
    for one in known.grant(order.grant_id).commitments:
        if _is_used(one, order):
            return min(one.left, order.amount)
    raise NotAllowed("unknown_commitment", "commitment_id")


def _is_used(one: Commitment, order: RecordVoucher) -> bool:
    """Whether it is the one that a payment names, on whichever line."""
    return one.commitment_id == order.commitment_id


def _message_costs(order: RecordVoucher, known: Known) -> dict[str, str] | None:
    if order.messages is None:
        return None
    until = day(order.messages.until, "messages.until").isoformat()
    return {"provider": order.messages.provider, "until": until, "committed": str(known.open_messages)}


def _persons(known: Known) -> dict[str, UUID]:
    person_id = known.private.person_id if known.private else None
    return {} if person_id is None else {PAYEE: person_id}
