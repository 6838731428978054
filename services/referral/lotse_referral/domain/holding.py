"""How long released fields are held for an office, and which ways of delivery hold any."""

from datetime import datetime, timedelta

from lotse_contracts.intake import PersonFields
from lotse_contracts.values import DeliveryMode
from lotse_referral.domain.machine import State

HOLDING: frozenset[DeliveryMode] = frozenset({"link", "letter"})
"""The office reads them on its page or in its letter; on the phone somebody says them, and nothing is held."""
HELD_AFTER_END = timedelta(days=30)  # an office that comes back to it is still understood; then nobody is
AT_ONCE: frozenset[State] = frozenset({"withdrawn", "error", "rerouted"})
"""She took it back, it should never have been sent, or somebody else is asked now: nothing is held any longer."""
GROUPS = ("identity", "contact", "status", "need_summary", "health", "documents")


def held_until(state: State, now: datetime) -> datetime:
    """When the fields of a referral that has ended are destroyed."""
    return now if state in AT_ONCE else now + HELD_AFTER_END


def groups_of(fields: PersonFields) -> tuple[str, ...]:
    """The groups that hold something, in the order in which they are read."""
    return tuple(name for name in GROUPS if getattr(fields, name))


def only(fields: PersonFields, allowed: frozenset[str]) -> PersonFields | None:
    """Without the groups that are not among these; None if nothing is left."""
    left = fields.model_copy(update={name: None for name in GROUPS if name not in allowed})
    return left if groups_of(left) else None


def together(before: PersonFields, later: PersonFields) -> PersonFields:
    """What an office got first, with what came later because it asked back."""
    fresh = {name: getattr(later, name) for name in GROUPS if getattr(later, name)}
    return before.model_copy(update=fresh)
