"""The way of every order into the log, with the domain's words for why it is refused."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import KeyDestroyed
from lotse_ledger.domain.accounts import UnknownAccount, UnknownCurrency
from lotse_ledger.domain.admission import HistoryClosed, NotReversible
from lotse_ledger.domain.checkpoints import origin_of
from lotse_ledger.domain.closing import NotOpen
from lotse_ledger.domain.entries import ACTOR, Draft, TooLarge, Unbalanced
from lotse_ledger.domain.refusals import RULE_OF, NotAllowed
from lotse_ledger.handlers.house import House
from lotse_ledger.store import log
from lotse_ledger.store.log import Appended, BodyDiffers, Journal

_REFUSALS: dict[type[Exception], tuple[str, tuple[str, ...]]] = {
    KeyDestroyed: ("payee_erased", ("private",)),
    TooLarge: ("entry_too_large", ()),
    BodyDiffers: ("body_differs", ()),
    Unbalanced: ("unbalanced", ("postings",)),
    UnknownAccount: ("unknown_account", ("postings",)),
    UnknownCurrency: ("unknown_currency", ("currency",)),
    HistoryClosed: ("history_closed", ()),
}


def journal_of(context: Context, house: House) -> Journal:
    """The association's own log."""
    return Journal(house.origin or origin_of(context.association), keys=house.keys)


async def enter(tx: AsyncConnection, context: Context, house: House, drafted: Callable[[], Draft]) -> Appended:
    """Append what is drafted, with who ordered it and which message caused it. Raises Refused."""
    with refusing():
        draft = drafted()
        private: dict[str, Any] = {**draft.private, ACTOR: context.actor}
        draft = replace(draft, private=private, cause=context.id)
        return await log.append(tx, draft, journal=journal_of(context, house), now=context.now)


@contextmanager
def refusing() -> Any:
    """Whatever the domain refuses, as the code that a person is told. Raises Refused."""
    try:
        yield
    except NotAllowed as fault:
        allowed = None if fault.allowed is None else str(fault.allowed)
        raise Refused(fault.code, fields=fault.fields, rule=fault.rule, allowed=allowed) from None
    except NotOpen as fault:
        raise Refused(fault.code, fields=(fault.field,), rule=RULE_OF[fault.code]) from None
    except NotReversible as fault:
        raise Refused(fault.code, fields=("log_index",), rule=RULE_OF[fault.code]) from None
    except tuple(_REFUSALS) as fault:
        code, fields = _REFUSALS[type(fault)]
        raise Refused(code, fields=fields, rule=RULE_OF[code]) from None
