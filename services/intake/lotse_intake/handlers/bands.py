"""What of a person is counted is noted whenever somebody writes down who she is; the values themselves stay sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_contracts.intake import PersonFields
from lotse_intake.domain.bands import NOT_STATED, age_band_of, bracket_of, gender_of, language_of
from lotse_intake.providers.districts import districts
from lotse_intake.store import bands


async def note(
    tx: AsyncConnection, person_id: UUID, fields: PersonFields, *, at: datetime, language: str | None = None
) -> None:
    """Keep her bands beside her row, which must be there: age, gender and region follow from the group `identity`
    (`birth_date`, `gender`, `district`), the bracket from `status` (`first_title`). A group that is not given leaves
    its bands as they were; a language that is not given, too."""
    known: dict[str, str] = {}
    if fields.identity is not None:
        known["age_band"] = age_band_of(fields.identity, at.astimezone(ZONE).date())
        known["gender"] = gender_of(fields.identity)
        known["region"] = districts().region_of(fields.identity.get("district", "")) or NOT_STATED
    if fields.status is not None:
        known["residence_bracket"] = bracket_of(fields.status)
    if language:
        known["language"] = language_of(language)
    await bands.note(tx, person_id, known)
