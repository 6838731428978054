"""Somebody may be in danger: staff hear of it at once, and nothing is ever pushed to her contact because of it."""

from uuid import UUID

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import EmergencyRaised
from lotse_contracts.notify import OfficeArgument, TellOffice
from lotse_intake.providers.office import Office


def raised(office: Office, context: Context, enquiry_id: UUID, person_id: UUID, *, version: int) -> list[Message]:
    """The fact for the desk, and the mail to the duty office if there is one.

    The mail names no enquiry, neither in its text nor in its key: one a minute, so that a flood is not mailed.
    """
    fact = EmergencyRaised(enquiry_id=enquiry_id, person_id=person_id, version=version)
    if not office.emergency_office:
        return [fact]
    said = {"association": context.association, "received": f"{context.now.astimezone(ZONE):%H:%M}"}
    mail = TellOffice(
        office=office.emergency_office,
        template="emergency",
        arguments=tuple(OfficeArgument(name=name, value=value) for name, value in said.items()),
        dedupe_key=f"emergency-{context.now:%Y%m%d-%H%M}",
    )
    return [fact, mail]
