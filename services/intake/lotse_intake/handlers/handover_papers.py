"""She wants her papers herself: everything that is held, readable, and then her case is closed."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import PersonFields
from lotse_intake.domain.handover import MY_PAPERS, PURPOSE, reference_of
from lotse_intake.domain.release import merged
from lotse_intake.handlers import people
from lotse_intake.handlers.handover_contents import Going, Missed, files_of
from lotse_intake.handlers.handover_gathering import gathered, names, record_of
from lotse_intake.handlers.moving import by_itself
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import concerns, handover
from lotse_intake.store.merges import group_of


async def papers(
    office: Office, person_id: UUID, context: Context, tx: AsyncConnection
) -> tuple[list[tuple[str, bytes]], Missed]:
    """Names and contents of what she is given. Raises Refused if that is not what she asked for."""
    group = await group_of(tx, person_id)
    await people.living(tx, group[0], also_restricted=True)
    held = await handover.case_of(tx, group[0])
    if held is None or held.answer != MY_PAPERS:
        raise Refused("handover_no_papers", fields=("person_id",))
    whole = await gathered(tx, [group[0]], ended_too=True)
    fields = PersonFields()
    for one in reversed(group):
        if one in whole.persons:
            fields = merged(fields, decrypted_fields(office.keys, one, whole.persons[one].fields))
    reference = reference_of(group[0], group[0])
    going, missed = Going(group[0], reference, record_of(whole, group[0], reference, fields)), Missed()
    files = list(files_of(office, [going], await names(tx), None, missed))
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=str(group[0]), purpose=PURPOSE)
    return [(_flat(reference, name), content) for name, content in files], missed


async def given(person_id: UUID, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """She has them: her case is closed, at her wish."""
    group = await group_of(tx, person_id)
    await people.living(tx, group[0], also_restricted=True)
    said: list[Message] = []
    for one in await handover.concerns_of(tx, group):
        row = await concerns.get(tx, one.concern_id, lock=True)
        if row is not None:
            said += await by_itself(tx, context, row, "withdraw", role="person")
    held = await handover.case_of(tx, group[0], lock=True)
    if held is not None and held.papers_at is None:
        await handover.change(tx, group[0], papers_at=context.now)
    return said


def _flat(reference: UUID, name: str) -> str:
    """Files lie beside each other, so that the desk sees what belongs together."""
    return f"papers-{reference}-{PurePosixPath(name).name}"
