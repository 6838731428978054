"""What a counsellor is shown of a letter: what it says, and the earliest day on which its period may end."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_contracts.intake import Letter, LetterReading
from lotse_intake.domain.letters import end_of
from lotse_intake.providers.content import decrypted, letter_of
from lotse_intake.providers.office import Office
from lotse_intake.store import codelists, concerns, deadlines


async def letter_of_enquiry(
    office: Office, context: Context, tx: AsyncConnection, row: Row[Any]
) -> LetterReading | None:
    """The letter of an enquiry as it is understood today, by the lists of today; None if there is none."""
    if row.letter is None:
        return None
    stored = decrypted(office.keys, row.person_id, letter_of(row.enquiry_id), row.letter)
    letter = Letter.model_validate_json(stored)
    lists = await codelists.newest_of(tx, ("periods", "senders"))
    end = end_of(letter, lists["periods"], lists["senders"], context.now.astimezone(ZONE).date())
    own = await concerns.of_enquiry(tx, row.enquiry_id)
    held = await deadlines.of_concerns(tx, [one.concern_id for one in own])
    return LetterReading(
        **letter.model_dump(),
        earliest_end=end.day.isoformat() if end else None,
        rule=end.rule if end else None,
        source=end.source if end else None,
        to_be_confirmed=not any(one.confirmed_at is not None for one in held),
    )
