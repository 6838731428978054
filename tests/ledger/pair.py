"""Two ledgers that witness each other, each with its database; what crosses is handed over by hand."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message, Transfer
from lotse_contracts.ledger import CheckpointCosigned, CheckpointOffered, CheckpointRefused
from lotse_contracts.sealed import public_bytes
from lotse_ledger.domain.checkpoints import origin_of
from lotse_ledger.domain.fingerprints import shared_key
from lotse_ledger.handlers import offering, witnessing
from lotse_ledger.handlers.house import Evidence, House
from lotse_ledger.handlers.orders import take
from tests.kit import ASSOCIATION, ServiceDatabase
from tests.ledger import given

HANDLERS: dict[type[Message], Any] = {
    CheckpointOffered: witnessing.countersign,
    CheckpointCosigned: offering.keep_cosignature,
    CheckpointRefused: offering.take_refusal,
}


@dataclass
class Side:
    """One association with what it has said and the other has not heard."""

    name: str
    other: str
    house: House
    tx: AsyncConnection
    said: list[Transfer] = field(default_factory=list)

    def context(self, **changed: Any) -> Context:
        return given.context(association=self.name, **changed)

    async def book(self, number: int) -> None:
        """Vouchers, each followed by a checkpoint where the house says so."""
        for _ in range(number):
            order = given.application()
            self.keep(await take(order, self.context(), self.tx, house=self.house))

    def keep(self, messages: Iterable[Message]) -> None:
        self.said += [one for one in messages if isinstance(one, Transfer) and type(one) in HANDLERS]

    async def hear(self, message: Transfer, **changed: Any) -> list[Transfer]:
        """As if it came over the federation from the other."""
        context = self.context(sender_association=self.other, sender="ledger", actor=None, **changed)
        answers = await HANDLERS[type(message)](message, context, self.tx, house=self.house)
        self.keep(answers)
        return [one for one in answers if isinstance(one, Transfer)]


@dataclass
class Pair:
    """Ours and the partner's."""

    ours: Side
    theirs: Side

    async def exchange(self, rounds: int = 50) -> int:
        """Hand everything over until nobody has anything to say; how many messages crossed."""
        crossed = 0
        for _ in range(rounds):
            waiting = [(self.theirs, one) for one in self.ours.said] + [(self.ours, one) for one in self.theirs.said]
            if not waiting:
                return crossed
            self.ours.said.clear()
            self.theirs.said.clear()
            for side, message in waiting:
                await side.hear(message)
                crossed += 1
        raise AssertionError("they never stop talking")


def houses(every: int = 2) -> tuple[House, House]:
    """Two houses that know each other's keys and sign every so many entries."""
    names = (ASSOCIATION, given.PARTNER)
    signing = {name: Ed25519PrivateKey.generate() for name in names}
    keys = {name: (given.log_key(origin_of(name)), given.witness_key(name)) for name in names}
    found = []
    for name, other in (names, names[::-1]):
        evidence = Evidence(
            log=keys[name][0],
            witness=keys[name][1],
            logs={other: (keys[other][0].vkey,)},
            witnesses={other: keys[other][1].vkey},
        )
        found.append(
            given.house(
                checkpoint_entries=every,
                sign_key=signing[name],
                verify_keys={other: public_bytes(signing[other])},
                fingerprint_keys={other: shared_key(b"agreed")},
                evidence=evidence,
            )
        )
    return found[0], found[1]


@asynccontextmanager
async def pair(ours: ServiceDatabase, theirs: ServiceDatabase, every: int = 2) -> AsyncIterator[Pair]:
    """Both within one transaction each."""
    own, other = houses(every)
    async with given.transaction(ours) as tx, given.transaction(theirs) as partner_tx:
        yield Pair(
            Side(ASSOCIATION, given.PARTNER, own, tx),
            Side(given.PARTNER, ASSOCIATION, other, partner_tx),
        )
