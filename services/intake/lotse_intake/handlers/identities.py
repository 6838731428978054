"""What staff write down about who somebody is must be readable: a name that is one, a day that has been, a number."""

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import PersonFields
from lotse_intake.domain.identities import NotTaken, checked


def checked_fields(fields: PersonFields, context: Context) -> PersonFields:
    """As they may be stored. Raises Refused naming the field, never its value."""
    try:
        return checked(fields, today=context.now.astimezone(ZONE).date())
    except NotTaken as fault:
        raise Refused(fault.code, fields=(fault.field,), allowed=fault.allowed) from None
