"""Referral of one association as its composition root builds it, spoken to without a broker, on a real database."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_contracts import Message
from lotse_contracts.envelope import Question, subject_of, template_of
from lotse_contracts.intake import ConcernAccepted, ConsentGiven
from lotse_contracts.referral import AskSuggestions, NamedCandidate, SendReferral, SuggestionsAnswer
from lotse_contracts.sealed import encode, public_bytes
from lotse_referral.app import build
from lotse_referral.settings import ReferralSettings
from lotse_referral.store import persons
from lotse_referral.store.tables import metadata
from tests.kit import ServiceDatabase

M = TypeVar("M", bound=Message)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEPT_TABLES = tuple(
    table.name
    for table in metadata.sorted_tables
    if persons.IMPERSONAL.get(table.name) != persons.THE_DIRECTORY and table.name != "sign_up_secret"
)
"""All that is not the directory, whoever made it, nor made with the tables once for ever."""


@dataclass
class Desk:
    """`heard` remembers what was said to it, so that a test can say it again."""

    service: Service
    intake_key: X25519PrivateKey
    now: datetime = NOW
    heard: list[tuple[Message, str]] = field(default_factory=list)

    @property
    def association(self) -> str:
        return self.service.association

    def context(self, sender: str) -> Context:
        own = uuid4()
        return Context(
            id=own,
            now=self.now,
            time=self.now,
            association=self.association,
            sender="test",
            sender_association=sender,
            correlation=own,
            actor="olena",
            role="counsellor",
        )

    async def hears(self, message: Message, sender: str = "") -> list[Message]:
        """Handle one message in a transaction of its own; returns what was said."""
        self.heard.append((message, sender))
        handler = self.service.heard[template_of(subject_of(type(message), "x", "k", "y"))].handler
        async with self.service.engine.begin() as tx:
            (said,) = await handler([(message, self.context(sender or self.association))], tx)
            return list(said)

    async def hears_all(self, messages: Sequence[tuple[Message, str]]) -> list[Message]:
        """Handle them one after the other; a refusal is an answer too."""
        said: list[Message] = []
        for message, sender in messages:
            with suppress(Refused):
                said += await self.hears(message, sender)
        return said

    async def asks(self, question: Question) -> Any:
        async with self.service.engine.begin() as tx:
            return await self.service.answerers[type(question)](question, self.context(self.association), tx)

    async def fires_timers(self) -> list[Message]:
        """Fire what is due, once round."""
        said: list[Message] = []
        async with self.service.engine.begin() as tx:
            for timer in await timers.due(tx, now=self.now, limit=100):
                await timers.cancel_timer(tx, kind=timer.kind, key=timer.key)
                said += await self.service.timer_handlers[timer.kind](timer, self.context(self.association), tx)
        return said

    async def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with self.service.engine.connect() as tx:
            found = (await tx.execute(select(metadata.tables[table]))).mappings().all()
        return sorted(({str(k): v for k, v in row.items()} for row in found), key=repr)

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All that is not the directory, timers included."""
        async with self.service.engine.connect() as tx:
            kept = (await tx.execute(select(timers.timer.c.kind, timers.timer.c.key, timers.timer.c.due_at))).all()
        held = {table: await self.rows(table) for table in KEPT_TABLES}
        return held | {"timer": sorted(({"timer": tuple(row)} for row in kept), key=repr)}

    async def state(self, referral_id: UUID) -> str:
        return next(str(row["state"]) for row in await self.rows("referral") if row["referral_id"] == referral_id)

    async def suggested(self, concern_id: UUID, name: str) -> NamedCandidate:
        answer: SuggestionsAnswer = await self.asks(AskSuggestions(concern_id=concern_id))
        return next(candidate for candidate in answer.candidates if name in candidate.name)


def open_desk(
    association: str, database: ServiceDatabase, folder: Path, partners: dict[str, X25519PrivateKey], **changed: Any
) -> Desk:
    """The service of one association; nobody runs it. Keywords change its settings."""
    any_key = encode(public_bytes(X25519PrivateKey.generate()))
    cards = {
        name: {
            "verify": any_key,
            "intake_seal": encode(public_bytes(key)),
            "referral_seal": any_key,
            "ledger_seal": any_key,
        }
        for name, key in partners.items()
        if name != association
    }
    partners_file = folder / f"partners-{association}.json"
    partners_file.write_text(json.dumps(cards))
    settings = ReferralSettings(
        association=association, database_url=database.url, partners_file=partners_file, http_port=-1, **changed
    )
    return Desk(build(settings), partners[association])


@dataclass(frozen=True)
class Person:
    """Somebody with one concern."""

    person_id: UUID = field(default_factory=uuid4)
    concern_id: UUID = field(default_factory=uuid4)
    case_id: UUID = field(default_factory=uuid4)
    consent_id: UUID = field(default_factory=uuid4)
    referral_id: UUID = field(default_factory=uuid4)
    code: str = "community"

    def accepted(self, version: int = 1, **changed: Any) -> ConcernAccepted:
        given = {
            "concern_id": self.concern_id,
            "case_id": self.case_id,
            "person_id": self.person_id,
            "version": version,
            "code": self.code,
            "urgency": "normal",
            "language": "uk",
        }
        return ConcernAccepted.model_validate(given | changed)

    def consents(self, recipient: str = "plattform", **changed: Any) -> ConsentGiven:
        given = {
            "consent_id": self.consent_id,
            "person_id": self.person_id,
            "version": 1,
            "kind": "disclosure",
            "recipient": recipient,
            "codes": (self.code,),
            "field_groups": ("identity", "contact"),
        }
        return ConsentGiven.model_validate(given | changed)

    def sent(self, service_id: UUID, **changed: Any) -> SendReferral:
        given = {
            "referral_id": self.referral_id,
            "concern_id": self.concern_id,
            "person_id": self.person_id,
            "service_id": service_id,
            "mode": "self",
        }
        return SendReferral.model_validate(given | changed)

    def connected(self, service_id: UUID, **changed: Any) -> SendReferral:
        groups = ("identity", "contact")
        return self.sent(service_id, **{"mode": "connected", "field_groups": groups} | changed)


def only(kind: type[M], said: Sequence[Message]) -> M:
    """The one message of this kind."""
    (found,) = [message for message in said if isinstance(message, kind)]
    return found


def names(said: Sequence[Message]) -> list[str]:
    return [type(message).__name__ for message in said]
