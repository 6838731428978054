"""The key that content is sealed to at another service: from the settings, or from that service once it answers."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from lotse_chassis.asking import AskFailed, AskTimedOut
from lotse_contracts.envelope import Question
from lotse_contracts.sealed import CannotOpen, decode

log = logging.getLogger(__name__)

KEY_BYTES = 32
ASK_AGAIN_SECONDS = 1.0
ASK_ANEW_SECONDS = 15.0  # far below the grace of a replaced key, so that the other service can open what is sealed


class OtherKey:
    """Known or not yet; nobody waits for it inside a transaction."""

    def __init__(self, configured: str = "") -> None:
        """Raises ValueError if what is configured is no key."""
        self.configured = bool(configured)
        self._key: bytes | None = _raw(configured) if configured else None

    @property
    def key(self) -> bytes | None:
        """The raw public key, or None as long as the other service has not answered."""
        return self._key

    def learn(self, public_key: str) -> bool:
        """Take the key that it gave; whether it is another one. Raises ValueError if it is none."""
        known, self._key = self._key, _raw(public_key)
        return known != self._key


def learning(
    ask: Callable[[Question], Awaitable[object]], question: Question, key: OtherKey
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Asks until it is answered, and again and again, since the other service replaces its key."""

    async def run(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            if not key.configured:
                await _learned(ask, question, key)
            pause = ASK_ANEW_SECONDS if key.key is not None else ASK_AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)

    return run


async def _learned(ask: Callable[[Question], Awaitable[object]], question: Question, key: OtherKey) -> None:
    try:
        answer = await ask(question)
        key.learn(str(getattr(answer, "public_key", "")))
    except (AskFailed, AskTimedOut, ValueError) as fault:
        log.info("%s has not said its sealing key: %s", question.SERVICE, type(fault).__name__)


def _raw(text: str) -> bytes:
    try:
        key = decode(text)
    except CannotOpen:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("no X25519 public key")
    return key
