"""Referral's part of what is held about a person: everything by table, sealed to whoever asked for her."""

import json

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.person import PersonDataAnswer
from lotse_contracts.referral import AskPersonData
from lotse_contracts.sealed import CannotOpen, decode, seal
from lotse_referral.providers.readable import shown
from lotse_referral.providers.vault import Vault
from lotse_referral.store import persons


async def person_data(
    question: AskPersonData, context: Context, tx: AsyncConnection, *, vault: Vault | None = None
) -> PersonDataAnswer:
    """One JSON object by table, with who has looked at her; asking goes into the access log itself."""
    person_id, key = question.person_id, str(question.person_id)
    held = await persons.rows_of(tx, person_id)
    objects = await persons.object_ids(tx, person_id)
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=key, purpose="subject_access")
    if not any(held.values()):
        return PersonDataAnswer(held=False)
    rows = {table: [shown(vault, table, row) for row in found] for table, found in held.items()}
    timers = [{"kind": kind, "due_at": at.isoformat()} for kind, at in await persons.timers(tx, person_id, objects)]
    seen = await persons.seen(tx, person_id, objects)
    document = {"service": "referral", "person_id": key, **rows, "timer": timers, "seen_by": seen}
    plaintext = json.dumps(document, ensure_ascii=False).encode()
    try:
        content = seal(plaintext, decode(question.reply_key), type_name=AskPersonData.type_name(), key=key)
    except (CannotOpen, ValueError):
        raise Refused("malformed", fields=("reply_key",)) from None
    return PersonDataAnswer(held=True, content=content)
