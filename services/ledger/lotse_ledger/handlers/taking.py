"""The one way of a treasurer's order: known before? else load, decide, enter, and say what follows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import LedgerOrder, VoucherPrivate
from lotse_ledger.domain.booking.drafting import key_of, request_of
from lotse_ledger.domain.booking.known import Known
from lotse_ledger.domain.booking.vouchers import private_parts
from lotse_ledger.domain.entries import ACTOR, Draft
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.refusals import NotAllowed
from lotse_ledger.domain.reports.duties import is_money_nearly_due
from lotse_ledger.handlers.checkpoints import after_entries
from lotse_ledger.handlers.deadlines import deadlines_follow
from lotse_ledger.handlers.entering import journal_of, refusing
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.loading import known_for, private_of
from lotse_ledger.store import log
from lotse_ledger.store.log import Appended


@dataclass(frozen=True)
class Done:
    """What entered: the order, the entry that it became (others may stand before it), what was known before."""

    order: Any
    draft: Draft
    at: Appended
    known: Known
    first: int


Book = Callable[[Any, Known], Draft | tuple[Draft, ...]]
Follow = Callable[[AsyncConnection, Context, House, Done], Awaitable[Sequence[Message]]]


@dataclass(frozen=True)
class Way:
    """How one kind of order is taken. `key` is the name of its entry with the order's ids in braces.

    `unsettled`: it would change what a settlement computed, so none may be booked. `forces`: a checkpoint follows.
    `spends`: of all deadlines it can meet only those of money to be used.
    """

    key: str
    book: Book
    follow: Follow
    unsettled: bool = False
    forces: bool = False
    spends: bool = False


async def taken(
    order: LedgerOrder,
    context: Context,
    tx: AsyncConnection,
    *,
    house: House,
    way: Way,
    private: VoucherPrivate | None = None,
) -> list[Message]:
    """Enter it once: the same again says nothing new, the same id with another body is refused. Raises Refused."""
    private = private or private_of(order, house)
    await log.hold(tx)
    key = key_of(order, way.key)
    if await log.has_key(tx, key) is not None:
        await _entered(tx, context, house, (_bare(order, key, context, private),))
        return []
    with refusing():  # a day that no calendar has may be met while the books are read
        known = await known_for(tx, context, house, order, private)
        drafts = _decided(order, known, way)
    places = await _entered(tx, context, house, drafts)
    done = Done(order, drafts[-1], places[-1], known, places[0].log_index)
    said = [*await way.follow(tx, context, house, done), *await _deadlines(tx, context, way, done)]
    fixed = await after_entries(tx, context, house, first=done.first, last=done.at.log_index, force=way.forces)
    return [*said, *fixed]


async def _deadlines(tx: AsyncConnection, context: Context, way: Way, done: Done) -> list[Message]:
    """Of a grant with many vouchers all are read for this, so not for each payment that can meet no deadline."""
    today = day_of(context.now)
    if way.spends and not any(is_money_nearly_due(grant, today) for grant in done.known.grants.values()):
        return []
    grants = {*done.known.grants, *([done.draft.grant_id] if done.draft.grant_id else ())}
    if not grants:
        return []
    return await deadlines_follow(tx, context, grants, first=done.first, log_size=done.at.log_index + 1)


def _decided(order: LedgerOrder, known: Known, way: Way) -> tuple[Draft, ...]:
    """The decision; the last draft is the order's own entry. Raises NotAllowed."""
    if way.unsettled and any(grant.settlement is not None for grant in known.grants.values()):
        raise NotAllowed("settlement_booked", "grant_id")
    drafts = way.book(order, known)
    return drafts if isinstance(drafts, tuple) else (drafts,)


def _bare(order: LedgerOrder, key: str, context: Context, private: VoucherPrivate | None) -> Draft:
    """As much of a repeated order as the log compares."""
    return Draft(
        key=key,
        kind="repeated",
        standing="own",
        valid_on=day_of(context.now),
        data={},
        request_sha256=request_of(order),
        private=private_parts(private),
    )


async def _entered(tx: AsyncConnection, context: Context, house: House, drafts: Sequence[Draft]) -> list[Appended]:
    """All or none: a refusal undoes the transaction. Who orders is a private part, unless the decision names others."""
    named = [
        replace(one, private={ACTOR: context.actor, **one.private}, cause=one.cause or context.id) for one in drafts
    ]
    with refusing():
        return await log.append_many(tx, named, journal=journal_of(context, house), now=context.now)
