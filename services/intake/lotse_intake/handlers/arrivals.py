"""Somebody asks for help: the enquiry becomes a person, her concerns and a case."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import EnquiryContent, SubmitEnquiry
from lotse_intake.domain.erasure import token_of
from lotse_intake.handlers import incoming, ticking
from lotse_intake.providers.content import opened
from lotse_intake.providers.office import Office
from lotse_intake.store import arrivals, codelists, looks


async def submit_enquiry(
    office: Office, order: SubmitEnquiry, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """One enquiry; see `submit_enquiries`."""
    (said,) = await submit_enquiries(office, [(order, context)], tx)
    return said


async def submit_enquiries(
    office: Office, batch: Sequence[tuple[SubmitEnquiry, Context]], tx: AsyncConnection
) -> list[Sequence[Message]]:
    """What each of a batch says. A repeated submission, also under another envelope id, changes nothing, and neither
    does one of an erased person. Slow work of all of them runs side by side in threads."""
    places = await _fresh(tx, [order for order, _ in batch])
    lists = await codelists.newest_of(tx) if places else {}
    enquiries = [_opened(office, *batch[place], lists) for place in places]
    kept = await asyncio.gather(*(asyncio.to_thread(incoming.encrypted, office, enquiry) for enquiry in enquiries))
    contexts = [batch[place][1] for place in places]
    new = [incoming.arrival_of(office, *three) for three in zip(enquiries, kept, contexts, strict=True)]
    await arrivals.add(tx, new)
    await ticking.begin(tx, new)
    await looks.note_arrivals(
        tx, [(arrival.enquiry_id, arrived) for arrival, arrived in zip(new, contexts, strict=True)]
    )
    said: list[Sequence[Message]] = [[] for _ in batch]
    for place, enquiry, arrival, context in zip(places, enquiries, new, contexts, strict=True):
        said[place] = await incoming.settled(office, enquiry, arrival, context, tx)
    return said


async def _fresh(tx: AsyncConnection, orders: Sequence[SubmitEnquiry]) -> list[int]:
    """The places of those that are here for the first time; of two with one id or receipt code the first."""
    tokens = [(token_of("enquiry", str(one.enquiry_id)), token_of("receipt", one.receipt_sha256)) for one in orders]
    known = await arrivals.known(
        tx,
        enquiry_ids=[order.enquiry_id for order in orders],
        receipts=[order.receipt_sha256 for order in orders],
        tokens=[token for pair in tokens for token in pair],
    )
    seen: set[UUID | str] = {*known.enquiry_ids, *known.receipts, *known.tombstones}
    places = []
    for place, order in enumerate(orders):
        names: set[UUID | str] = {order.enquiry_id, order.receipt_sha256, *tokens[place]}
        if not names & seen:
            places.append(place)
        seen |= names
    return places


def _opened(office: Office, order: SubmitEnquiry, context: Context, lists: incoming.Lists) -> incoming.Opened:
    type_name, key = SubmitEnquiry.type_name(), str(order.enquiry_id)
    content = opened(office, order.content, EnquiryContent, type_name=type_name, key=key)
    return incoming.judged(office, order, content, context, lists, frontend=order.frontend)
