"""What intake says about consents: a referral that waits goes on, one under way is stopped."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_contracts.intake import ConsentExpired, ConsentGiven, ConsentProved, ConsentWithdrawn, FieldsRefused
from lotse_contracts.referral import ConsentWithdrawnNotice
from lotse_referral.domain.consents import Consent
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import moving, ways
from lotse_referral.handlers.moving import Move
from lotse_referral.handlers.pending import resumed
from lotse_referral.handlers.releasing import Keys
from lotse_referral.handlers.stopping import withdrawn
from lotse_referral.store import alive, consents, referrals

ASKING = ("consent_pending", "info_requested")
"""States in which fields are asked of intake."""
SECRECY_RELEASE = "secrecy_release"
SECRECY_NEEDED = "needs_secrecy_release"
"""Intake's guard: somebody's name leaves only with her release from secrecy as well."""


async def consent_given(fact: ConsentGiven, context: Context, tx: AsyncConnection, *, keys: Keys) -> Sequence[Message]:
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
        orders += await resumed(tx, context, freed, known, keys)
    return orders


async def consent_proved(
    fact: ConsentProved, context: Context, tx: AsyncConnection, *, keys: Keys
) -> Sequence[Message]:
    """The scan of a signed form has come: what intake refused for want of it is asked for again."""
    if await alive.erased(tx, fact.person_id):
        return ()
    revived = await _revived(tx, fact)
    known = await consents.of_person(tx, fact.person_id)
    orders: list[Message] = []
    for referral in await referrals.of_person(tx, fact.person_id):
        hers = referral.refused_consent_id == fact.consent_id
        freed = replace(referral, refused_consent_id=None) if hers else _freed(referral, fact)
        if revived or freed is not referral:
            orders += await resumed(tx, context, freed, known, keys)
    return orders


async def consent_withdrawn(fact: ConsentWithdrawn, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """What has not left stays; whoever has the fields is told to stop, also where the referral is closed."""
    if await alive.erased(tx, fact.person_id):
        return ()
    held = await _held(tx, fact)
    if held.withdrawn:
        return ()
    await consents.save(tx, replace(held, withdrawn=True, version=max(held.version, fact.version)))
    said: list[Message] = []
    for referral in await referrals.of_person(tx, fact.person_id):
        said += await _without(tx, referral, fact, context)
    return said


async def consent_expired(fact: ConsentExpired, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Its day is over, or its scan never came: what waited for it waits for another. What has left, left in time."""
    if await alive.erased(tx, fact.person_id):
        return ()
    held = await _held(tx, fact)
    if held.version < fact.version:
        await consents.save(tx, replace(held, expired=True, version=fact.version))
    for referral in await referrals.of_person(tx, fact.person_id):
        if _waits_for(referral, fact.consent_id):
            await _loses(tx, context, referral, "consent_expired", refused=fact)
    return ()


async def fields_refused(fact: FieldsRefused, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Intake's guard said no: the referral waits again, with the reason, for another consent."""
    if await alive.erased(tx, fact.person_id):
        return ()
    held = await referrals.load(tx, fact.referral_id)
    if held is None or held.state not in ASKING or held.asked_consent_id is None:
        return ()
    bound = replace(_unbound(held), refused_consent_id=held.asked_consent_id)
    await moving.moved(
        tx,
        context,
        bound,
        Move("refuse_fields", "system", Given(reason=fact.reason, more_fields=bool(held.more_groups))),
    )
    return ()


def _freed(held: Referral, fact: ConsentGiven | ConsentProved) -> Referral:
    """A release from secrecy towards its partner lets a referral that waited for one be asked for again."""
    waited = held.reason == SECRECY_NEEDED and held.refused_consent_id is not None
    fits = fact.kind == SECRECY_RELEASE and fact.recipient == held.recipient
    return replace(held, refused_consent_id=None) if waited and fits else held


async def _without(tx: AsyncConnection, held: Referral, fact: ConsentWithdrawn, context: Context) -> Sequence[Message]:
    """Whoever has the fields stops; what waits for this consent, and has not left, waits for another."""
    if fact.consent_id in held.left_consent_ids or (held.mode == "call" and held.asked_consent_id == fact.consent_id):
        return (
            *consent_withdrawn_notice(held),
            *await withdrawn(tx, held, context, "consent_withdrawn"),
            *await ways.consent_lost(tx, context, held),
        )
    if _waits_for(held, fact.consent_id):
        await _loses(tx, context, held, "consent_withdrawn")
    return ()


def consent_withdrawn_notice(held: Referral) -> tuple[ConsentWithdrawnNotice, ...]:
    """Of a connected referral of ours: its receiver is told to stop."""
    if held.direction != "out" or held.mode != "connected" or held.partner is None:
        return ()
    return (ConsentWithdrawnNotice(to=held.partner, referral_id=held.referral_id),)


def _waits_for(held: Referral, consent_id: UUID) -> bool:
    return held.state in ASKING and consent_id in (held.asked_consent_id, held.wanted_consent_id)


async def _loses(
    tx: AsyncConnection, context: Context, held: Referral, why: str, *, refused: ConsentExpired | None = None
) -> None:
    bound = replace(_unbound(held), refused_consent_id=refused.consent_id if refused else held.refused_consent_id)
    given = Given(reason=why, more_fields=bool(held.more_groups))
    await moving.moved(tx, context, bound, Move("lose_consent", "system", given))


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
        expired=held is not None and held.expired,
    )


async def _held(tx: AsyncConnection, fact: ConsentProved | ConsentExpired | ConsentWithdrawn) -> Consent:
    """What is known of it; before it was given, its id and recipient alone, which cover nothing."""
    held = await consents.load(tx, fact.consent_id)
    return held or Consent(fact.consent_id, fact.person_id, fact.recipient, 0)


async def _revived(tx: AsyncConnection, fact: ConsentProved) -> bool:
    """Whether it was over for want of its scan, and is not any longer; an older fact is old news."""
    held = await _held(tx, fact)
    if held.version < fact.version:
        await consents.save(tx, replace(held, expired=False, version=fact.version))
    return held.expired and held.version < fact.version


def _unbound(held: Referral) -> Referral:
    return replace(held, asked_consent_id=None, wanted_consent_id=None)
