"""What every act of the story has in hand: two houses, who sits at which frontend, and what is known so far."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lotse_contracts.intake import AskSealingKey
from lotse_contracts.sealed import decode
from lotse_contracts.wiring import FACTS_FOLLOWED
from lotse_local.demo.cast import Case, cast
from lotse_local.demo.checks import Checks, Say
from lotse_local.demo.figures import Figures
from lotse_local.demo.frontend import Frontend, connected
from lotse_local.demo.houses import House
from lotse_local.demo.trails import Trail

AT_ONCE_MAX = 12  # orders under way at the same time
FOLLOWS_SECONDS = 120.0  # until what must follow has followed, also when a source that sleeps must be woken first

T = TypeVar("T")


@dataclass
class Scene:
    """Everything on the stage. `step` moves the progress bar by one."""

    home: House
    partner: House
    frontends: dict[str, Frontend]
    partner_desk: Frontend
    seal_key: bytes
    say: Say
    step: Callable[[], None]
    checks: Checks
    mails_before: Mapping[str, frozenset[str]]
    cases: list[Case] = field(default_factory=cast)
    trail: Trail = field(default_factory=Trail)
    figures: Figures = field(default_factory=Figures)

    @property
    def desk(self) -> Frontend:
        """Our own desk, where a counsellor sits."""
        return self.frontends["desk"]

    def with_step(self, *steps: str) -> list[Case]:
        """The cases that the desk takes this far."""
        return [case for case in self.cases if case.script.step in steps]

    @property
    def connected_case(self) -> Case:
        """The one that goes to the other association; its trace is drawn."""
        return self.with_step("connected")[0]

    @property
    def appointment_case(self) -> Case:
        """Somebody who goes with a card, and wants to read when and where."""
        return next(case for case in self.with_step("self") if case.script.detail == "time_and_place")


@asynccontextmanager
async def opened(home: House, partner: House, say: Say, step: Callable[[], None]) -> AsyncIterator[Scene]:
    """Everybody at a desk, with a token where the desk needs one; both desks hear every fact."""
    async with AsyncExitStack() as stack:
        tokens = {"desk": home.token("counsellor-1", "counsellor")}
        frontends = {
            user: await stack.enter_async_context(connected(home.desk(user), token=tokens.get(user)))
            for user in ("web", "bot", "desk")
        }
        token = partner.token("counsellor-2", "counsellor")
        partner_desk = await stack.enter_async_context(connected(partner.desk("desk"), token=token))
        for desk in (frontends["desk"], partner_desk):
            await desk.follow(FACTS_FOLLOWED["desk"])
        key = decode((await frontends["web"].ask(AskSealingKey())).public_key)
        before = {house.name: frozenset(mail["id"] for mail in await house.mails()) for house in (home, partner)}
        yield Scene(home, partner, frontends, partner_desk, key, say, step, Checks(say), before)


async def at_once(do: Callable[[T], Awaitable[Any]], things: Iterable[T]) -> Sequence[Any]:
    """Do it for all of them, several at the same time, results in their order."""
    room = asyncio.Semaphore(AT_ONCE_MAX)

    async def one(thing: T) -> Any:
        async with room:
            return await do(thing)

    return await asyncio.gather(*(one(thing) for thing in things))
