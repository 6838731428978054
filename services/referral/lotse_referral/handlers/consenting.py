"""What intake says about consents: a referral that waits goes on, one under way is stopped."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_contracts.intake import ConsentGiven, ConsentProved, ConsentWithdrawn, FieldsRefused
from lotse_contracts.referral import ConsentWithdrawnNotice
from lotse_referral.domain.consents import Consent
from lotse_referral.domain.referral import Referral, advance
from lotse_referral.handlers.releasing import IntakeKeys, asked
from lotse_referral.handlers.stopping import withdrawn
from lotse_referral.store import alive, consents, referrals

SECRECY_RELEASE = "secrecy_release"
SECRECY_NEEDED = "needs_secrecy_release"
"""Intake's guard: somebody's name leaves only with her release from secrecy as well."""


async def consent_given(
    fact: ConsentGiven, context: Context, tx: AsyncConnection, *, keys: IntakeKeys
) -> Sequence[Message]:
    """Ask intake for the fields of every referral that waited for this. A withdrawal may have come first."""
    if await alive.erased(tx, fact.person_id):
        return ()
    held = await consents.load(tx, fact.consent_id)
    if held is not None and held.kind and held.version >= fact.version:
        return ()
    given = _given(fact, held)
    await consents.save(tx, given)
    orders: list[Message] = []
    for referral in await referrals.of_person(tx, fact.person_id):
        freed = _freed(referral, fact)
        known = await consents.of_person(tx, fact.person_id) if freed is not referral else (given,)
        orders += await _asking(tx, freed, known, context, keys)
    return orders


async def consent_proved(
    fact: ConsentProved, context: Context, tx: AsyncConnection, *, keys: IntakeKeys
) -> Sequence[Message]:
    """The scan of a signed form has come: what intake refused for want of it is asked for again."""
    if await alive.erased(tx, fact.person_id):
        return ()
    known = await consents.of_person(tx, fact.person_id)
    orders: list[Message] = []
    for referral in await referrals.of_person(tx, fact.person_id):
        hers = referral.refused_consent_id == fact.consent_id
        freed = replace(referral, refused_consent_id=None) if hers else _freed(referral, fact)
        if freed is not referral:
            orders += await _asking(tx, freed, known, context, keys)
    return orders


async def consent_withdrawn(fact: ConsentWithdrawn, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """What has not left stays; whoever has the fields is told to stop, also where the referral is closed."""
    if await alive.erased(tx, fact.person_id):
        return ()
    held = await consents.load(tx, fact.consent_id)
    if held is not None and held.withdrawn:
        return ()
    fresh = held or Consent(fact.consent_id, fact.person_id, fact.recipient, fact.version)
    await consents.save(tx, replace(fresh, withdrawn=True, version=max(fresh.version, fact.version)))
    said: list[Message] = []
    for referral in await referrals.of_person(tx, fact.person_id):
        if fact.consent_id in (referral.asked_consent_id, referral.wanted_consent_id):
            said += await _without(tx, referral, context)
    return said


async def fields_refused(fact: FieldsRefused, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Intake's guard said no: the referral waits again, with the reason, for another consent."""
    if await alive.erased(tx, fact.person_id):
        return ()
    held = await referrals.load(tx, fact.referral_id)
    if held is None or held.state != "consent_pending" or held.asked_consent_id is None:
        return ()
    waiting = advance(held, "refuse_fields", "system", context.now, reason=fact.reason)
    await referrals.save(tx, replace(_unbound(waiting), refused_consent_id=held.asked_consent_id))
    return ()


def _freed(held: Referral, fact: ConsentGiven | ConsentProved) -> Referral:
    """A release from secrecy towards its partner lets a referral that waited for one be asked for again."""
    waited = held.reason == SECRECY_NEEDED and held.refused_consent_id is not None
    fits = fact.kind == SECRECY_RELEASE and fact.recipient == held.partner
    return replace(held, refused_consent_id=None) if waited and fits else held


async def _asking(
    tx: AsyncConnection, held: Referral, known: Sequence[Consent], context: Context, keys: IntakeKeys
) -> Sequence[Message]:
    waiting, released = asked(held, known, keys)
    if released:
        await referrals.save(tx, replace(waiting, changed_at=context.now))
    return released


async def _without(tx: AsyncConnection, held: Referral, context: Context) -> Sequence[Message]:
    if held.fields_left and held.partner is not None:
        return (
            ConsentWithdrawnNotice(to=held.partner, referral_id=held.referral_id),
            *await withdrawn(tx, held, context, "consent_withdrawn"),
        )
    if held.state == "consent_pending":
        waiting = advance(held, "lose_consent", "system", context.now, reason="consent_withdrawn")
        await referrals.save(tx, _unbound(waiting))
    return ()


def _given(fact: ConsentGiven, held: Consent | None) -> Consent:
    return Consent(
        consent_id=fact.consent_id,
        person_id=fact.person_id,
        recipient=fact.recipient,
        version=max(fact.version, 0 if held is None else held.version),
        kind=fact.kind,
        codes=frozenset(fact.codes),
        field_groups=frozenset(fact.field_groups),
        withdrawn=held is not None and held.withdrawn,
    )


def _unbound(held: Referral) -> Referral:
    return replace(held, asked_consent_id=None, wanted_consent_id=None)
