"""Many small commits as few: what comes while a transaction runs goes into the next one, together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Flush = Callable[[Sequence[T]], Awaitable[Sequence[R]]]


class Group(Generic[T, R]):
    """One transaction at a time. `flush` returns a result for each item in order.

    A flush of several that fails is repeated one by one, so that one bad item spoils nothing but itself. Nobody waits
    for others to come but so long as `gather_seconds`: a few that come one after the other are one commit as well.
    """

    def __init__(self, flush: Flush[T, R], items_max: int, gather_seconds: float = 0.0) -> None:
        self._flush, self._items_max, self._gather_seconds = flush, items_max, gather_seconds
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def put(self, item: T) -> R:
        """Its result, after the commit. Raises what its flush raised, were it alone."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), context=Context())  # nobody's trace
        return await result

    async def _run(self) -> None:
        while self._waiting:
            if self._gather_seconds and len(self._waiting) < self._items_max:
                await asyncio.sleep(self._gather_seconds)
            taken = [self._waiting.popleft() for _ in range(min(self._items_max, len(self._waiting)))]
            if not await self._flushed(taken):
                for one in taken:
                    await self._flushed([one])

    async def _flushed(self, taken: Sequence[tuple[T, asyncio.Future[R]]]) -> bool:
        """False: several failed together, and each is to be tried alone."""
        try:
            results = await self._flush([item for item, _ in taken])
        except Exception as fault:  # noqa: BLE001 - whoever waits for it settles it
            if len(taken) > 1:
                return False
            _settle(taken[0][1], fault)
            return True
        except BaseException:  # the process ends: nobody is left waiting
            for _, result in taken:
                result.cancel()
            raise
        for (_, result), value in zip(taken, results, strict=True):
            if not result.done():
                result.set_result(value)
        return True


def _settle(result: "asyncio.Future[R]", fault: Exception) -> None:
    if not result.done():
        result.set_exception(fault)
