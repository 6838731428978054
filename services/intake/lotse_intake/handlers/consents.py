"""Consents are given and withdrawn, each bound for good to what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    ConsentGiven,
    ConsentTerms,
    ConsentWithdrawn,
    GiveConsent,
    GiveConsents,
    WithdrawConsent,
)
from lotse_contracts.notify import OptedOut
from lotse_intake.domain.consent_rules import DIGITAL, Giver, refusal_to_give
from lotse_intake.domain.consent_texts import HERE, LANGUAGES, ConsentText
from lotse_intake.domain.consents import CHANNEL, DISCLOSURE, WRITTEN
from lotse_intake.handlers import channel, consent_timers, people
from lotse_intake.handlers.consent_texts import digest_shown
from lotse_intake.handlers.guarding import youngest
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, guardians, merges, persons

GIVEN_VERSION = 1


@dataclass(frozen=True)
class _Giver:
    """Whose consents they are, and how old she is at least."""

    person_id: UUID
    age: int | None


async def give_consent(office: Office, order: GiveConsent, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A consent that is known changes nothing."""
    return await _all_given(office, order.person_id, [order], context, tx)


async def give_consents(
    office: Office, order: GiveConsents, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """All of one conversation, or none; what a disclosure rests on is said before it."""
    ordered = sorted(order.consents, key=lambda terms: terms.kind == DISCLOSURE)
    return await _all_given(office, order.person_id, ordered, context, tx)


async def _all_given(
    office: Office, person_id: UUID, wanted: Sequence[ConsentTerms], context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    await people.living(tx, person_id)
    giver = _Giver(person_id, await _age(office, tx, person_id, context.now))
    said: list[Message] = []
    for terms in wanted:
        said += await _given(office, giver, terms, context, tx)
    return said


async def _given(
    office: Office, giver: _Giver, terms: ConsentTerms, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    person_id = giver.person_id
    if (known := await consents.get(tx, terms.consent_id)) is not None:
        _require_same(known, person_id, terms)
        return []
    await _require_allowed(office, giver, terms, context, tx)
    row = _row(office, person_id, terms, context)
    if not await consents.give(tx, row):  # somebody was faster by a moment
        _require_same(await consents.get(tx, terms.consent_id), person_id, terms)
        return []
    await consent_timers.set_end(tx, await consents.get(tx, terms.consent_id), context.now)
    await _log(tx, context, terms.consent_id, "consent")
    given = _fact(person_id, terms, row["pending_until"])
    return [given, *(await _channel_began(office, terms.consent_id, context, tx) if terms.kind == CHANNEL else [])]


async def _channel_began(office: Office, consent_id: UUID, context: Context, tx: AsyncConnection) -> list[Message]:
    row = await consents.get(tx, consent_id)
    return [] if row is None else await channel.began(office, context, tx, row)


def _require_same(known: Row[Any] | None, person_id: UUID, terms: ConsentTerms) -> None:
    """The same id is the same consent. Raises Refused if it was another's: a proof is never written over."""
    if known is None or known.person_id != person_id or known.kind != terms.kind:
        raise Refused("consent_id_taken", fields=("consent_id",))


async def _require_allowed(
    office: Office, giver: _Giver, terms: ConsentTerms, context: Context, tx: AsyncConnection
) -> None:
    guardian_id = terms.guardian_id
    linked = guardian_id is not None and await guardians.is_guardian(tx, guardian_id, giver.person_id)
    stands = Giver(age=giver.age, guardian_linked=linked, counsellor=context.actor or context.sender)
    refusal = refusal_to_give(terms, stands, office.consents.rules, context.now)
    if refusal is not None:
        raise Refused(refusal.code, fields=(refusal.field,), rule=f"consent_rules {office.consents.rules.version}")
    text = _text(office, terms, context.now)
    if terms.method == DIGITAL and terms.proof_sha256 != await digest_shown(office, tx, text, terms):
        raise Refused("proof_does_not_fit", fields=("proof_sha256",))
    if not await consents.pin_text(tx, text, context.now):
        raise Refused("consent_text_changed", fields=("text_version",))


def _text(office: Office, terms: ConsentTerms, now: datetime) -> ConsentText:
    text = office.consents.version(terms.kind, terms.text_version)
    if text is None or text.valid_from > now.astimezone(HERE).date():
        raise Refused("unknown_consent_text", fields=("text_version",))
    if terms.text_language not in LANGUAGES:
        raise Refused("unknown_consent_text", fields=("text_language",))
    return text


def _row(office: Office, person_id: UUID, terms: ConsentTerms, context: Context) -> dict[str, Any]:
    giving = context.actor or context.sender
    waits = terms.method == WRITTEN
    return {
        **terms.model_dump(),
        "person_id": person_id,
        "codes": list(terms.codes),
        "field_groups": list(terms.field_groups),
        "capacity_assessed_by": (terms.capacity_assessed_by or giving) if terms.capacity else None,
        "given_at": context.now,
        "given_by": giving,
        "pending_until": context.now + timedelta(days=office.consents.rules.pending_days) if waits else None,
    }


def _fact(person_id: UUID, terms: ConsentTerms, pending_until: datetime | None) -> ConsentGiven:
    return ConsentGiven(
        consent_id=terms.consent_id,
        person_id=person_id,
        version=GIVEN_VERSION,
        kind=terms.kind,
        recipient=terms.recipient,
        purpose=terms.purpose,
        codes=terms.codes,
        field_groups=terms.field_groups,
        grantor=terms.grantor,
        text_version=terms.text_version,
        valid_to=terms.valid_to,
        pending_until=pending_until,
    )


async def withdraw_consent(
    office: Office, order: WithdrawConsent, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """A consent ends; whoever received fields under it hears it from referral, notify that the channel's has ended."""
    await people.living(tx, order.person_id, also_restricted=True)
    row = await consents.get(tx, order.consent_id)
    if row is None or row.person_id != order.person_id:
        raise Refused("unknown_consent", fields=("consent_id",))
    return await ended_by(office, row, context.actor or context.sender, context, tx)


async def ended_by(office: Office, row: Row[Any], by: str, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """What follows from a withdrawal, once; the person of the consent is locked."""
    if not await consents.withdraw(tx, row.consent_id, context.now, by):
        return []
    await consent_timers.cancel(tx, row.consent_id)
    await _log(tx, context, row.consent_id, "withdrawal")
    return [withdrawn(row), *(await channel.ended(office, context, tx, row) if row.kind == CHANNEL else [])]


async def hear_opted_out(office: Office, fact: OptedOut, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """She said STOP: notify has stopped already, intake records that her channel consents ended, or one way alone.

    Notify is told so, too: it ends her STOP when it has heard of the withdrawal and then of a new consent.
    """
    person = await persons.get(tx, fact.person_id, lock=True)
    if person is None or person.frozen:
        return []
    if fact.scope == "channel" and fact.channel != "none":
        return await channel.way_stopped(office, context, tx, person, fact.channel)
    ended = [
        row
        for row in await consents.of_person(tx, fact.person_id)
        if row.kind == CHANNEL and await consents.withdraw(tx, row.consent_id, context.now, "person")
    ]
    for row in ended:
        await consent_timers.cancel(tx, row.consent_id)
    told = await channel.stopped(office, context, tx, person)
    return [*(withdrawn(row) for row in ended), *told]


def withdrawn(row: Row[Any]) -> ConsentWithdrawn:
    """The fact that this consent ended; the row is as it was before."""
    return ConsentWithdrawn(
        consent_id=row.consent_id,
        person_id=row.person_id,
        version=row.version + 1,
        kind=row.kind,
        recipient=row.recipient,
    )


async def _age(office: Office, tx: AsyncConnection, person_id: UUID, now: datetime) -> int | None:
    """How old she is at least, by what any of her records says."""
    records = [await persons.get(tx, one) for one in await merges.group_of(tx, person_id)]
    here = [row for row in records if row is not None and not row.frozen]
    return youngest([decrypted_fields(office.keys, row.person_id, row.fields) for row in here], now)


async def _log(tx: AsyncConnection, context: Context, consent_id: UUID, purpose: str) -> None:
    await accesslog.record(
        tx, context, action="write", object_kind="consent", object_id=str(consent_id), purpose=purpose
    )
