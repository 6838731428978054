"""How each provider stands, as the sender saw it change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.breaker import Stands
from lotse_notify.store.tables.providers import provider_state


@dataclass(frozen=True)
class Standing:
    """A state, and since when."""

    state: Stands
    since: datetime


async def note(tx: AsyncConnection, states: Mapping[str, Stands], at: datetime) -> None:
    """Whoever stands as before keeps its time."""
    for provider, state in sorted(states.items()):
        row = insert(provider_state).values(provider=provider, state=state, since=at)
        changed = provider_state.c.state != row.excluded.state
        await tx.execute(
            row.on_conflict_do_update(
                index_elements=[provider_state.c.provider], set_={"state": state, "since": at}, where=changed
            )
        )


async def standings(tx: AsyncConnection) -> dict[str, Standing]:
    """By provider; one that was never looked at is not in it."""
    rows = await tx.execute(select(provider_state))
    return {row.provider: Standing(row.state, row.since) for row in rows}
