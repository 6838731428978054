"""Which ways of delivery a service has: those that the directory names, else those that its entry allows."""

from collections.abc import Collection
from typing import cast, get_args

from lotse_contracts.values import DeliveryMode

ALL: tuple[DeliveryMode, ...] = get_args(DeliveryMode)
ALWAYS: frozenset[DeliveryMode] = frozenset({"self", "accompanied"})
"""She can go everywhere with her card, alone or with a volunteer."""
BY_OFFICE: frozenset[DeliveryMode] = frozenset({"link", "letter"})


def modes_of(
    *, named: Collection[str], association: str | None, partners: Collection[str], phone: str | None, confidential: bool
) -> tuple[DeliveryMode, ...]:
    """In one order, the closest first. A partner is reached over the wire, our own house needs no letter to itself.

    To a secret place nobody goes along and no letter goes: one calls, or gives her the number.
    """
    connected: frozenset[DeliveryMode] = frozenset({"connected"} if association in partners else ())
    call: frozenset[DeliveryMode] = frozenset({"call"} if phone else ())
    if confidential:
        possible = frozenset({"self"}) | call
    elif association is not None:
        possible = ALWAYS | connected | call
    elif named:
        possible = frozenset(cast(Collection[DeliveryMode], named)) - {"connected"} | ALWAYS
    else:
        possible = ALWAYS | BY_OFFICE | call
    return tuple(mode for mode in ALL if mode in possible)
