"""What the ledger holds about a person, told to whoever may ask, and erased: openings alone can name somebody."""

import json
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import AskPersonData, ErasePerson
from lotse_contracts.person import PersonDataAnswer
from lotse_contracts.sealed import CannotOpen, decode, seal
from lotse_ledger.domain.erasure import erased, receipt
from lotse_ledger.domain.instants import day_of
from lotse_ledger.handlers.checkpoints import after_entries
from lotse_ledger.handlers.entering import journal_of
from lotse_ledger.handlers.house import House
from lotse_ledger.store import books, log, openings


async def erase_person(order: ErasePerson, context: Context, tx: AsyncConnection, *, house: House) -> Sequence[Message]:
    """Openings are deleted and their key destroyed; the log says which parts can be opened no more."""
    await log.hold(tx)
    named = await openings.of_person(tx, order.person_id)
    entries = {index: await books.at(tx, index) for index in {index for index, _ in named}}
    drafts = [erased(entry, part, day_of(context.now)) for index, part in named if (entry := entries[index])]
    journal = journal_of(context, house)
    places = await log.append_many(tx, drafts, journal=journal, now=context.now) if drafts else []
    gone = await openings.erase_person(tx, order.person_id, keys=house.keys)
    said: list[Message] = [receipt(order.person_id, openings=gone, entries=len(entries))]
    if places:
        said += await after_entries(tx, context, house, first=places[0].log_index, last=places[-1].log_index)
    return said


async def person_data(
    question: AskPersonData, context: Context, tx: AsyncConnection, *, house: House
) -> PersonDataAnswer:
    """Sealed to whoever asked, and written into the access log. Raises Refused if that key is none."""
    named = await openings.of_person(tx, question.person_id)
    if not named:
        return PersonDataAnswer(held=False)
    held = []
    for index, part in named:
        entry = await books.at(tx, index)
        contents = await openings.contents(tx, index, keys=house.keys)
        if entry is not None:
            held.append(
                {
                    "log_index": index,
                    "kind": entry.kind,
                    "valid_on": entry.valid_on.isoformat(),
                    part: contents.get(part),
                }
            )
    seen = await accesslog.seen(tx, str(question.person_id))
    document = {"service": "ledger", "person_id": str(question.person_id), "entries": held, "seen_by": seen}
    try:
        content = seal(
            json.dumps(document, ensure_ascii=False).encode(),
            decode(question.reply_key),
            type_name=AskPersonData.type_name(),
            key=str(question.person_id),
        )
    except CannotOpen:
        raise Refused("reply_key_unusable", fields=("reply_key",)) from None
    await accesslog.record(
        tx, context, action="read", object_kind="person", object_id=str(question.person_id), purpose="person_data"
    )
    return PersonDataAnswer(held=True, content=content)
