"""The way of every order into the log, with the domain's words for why it is refused."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_ledger.domain.bookings import NotADay, PeriodReversed
from lotse_ledger.domain.checkpoints import origin_of
from lotse_ledger.domain.entries import Draft, TooLarge
from lotse_ledger.domain.plans import CostsDifferFromFunding
from lotse_ledger.store import log
from lotse_ledger.store.log import Appended, BodyDiffers


async def enter(tx: AsyncConnection, context: Context, drafted: Callable[[], Draft]) -> Appended:
    """Append what is drafted, with who ordered it and which message caused it. Raises Refused."""
    try:
        draft = replace(drafted(), actor=context.actor, cause=context.id)
        return await log.append(tx, draft, origin=origin_of(context.association), now=context.now)
    except NotADay as fault:
        raise Refused("not_a_day", fields=(fault.field,)) from None
    except PeriodReversed:
        raise Refused("period_reversed", fields=("period_from", "period_to")) from None
    except CostsDifferFromFunding:
        raise Refused("plan_not_balanced", fields=("costs", "funding")) from None
    except TooLarge:
        raise Refused("entry_too_large") from None
    except BodyDiffers:
        raise Refused("body_differs") from None
