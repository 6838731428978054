"""Referral's part of an erasure: rows, timers and what was still to be said are gone, partners are told."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, outbox, sealturn
from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_contracts.referral import ErasePerson, ErasureNotice, OfficeToTell, ReferralAnswered
from lotse_referral.domain.receipt import receipt
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.consenting import consent_withdrawn_notice
from lotse_referral.handlers.places import free_places
from lotse_referral.providers.vault import Vault
from lotse_referral.store import alive, departed, office_links, persons, referrals

TAKEN = ("accepted", "scheduled", "in_service")
"""From here on the receiver can only say what came of it."""


async def erase(
    order: ErasePerson, context: Context, tx: AsyncConnection, *, vault: Vault | None = None
) -> Sequence[Message]:
    """Under the person's lock; a second order finds nothing and says so in its receipt.

    Her keys go before the commit: should that fail, all of it is done again.
    """
    person_id = order.person_id
    await alive.locked(tx, person_id)
    held = await referrals.of_person(tx, person_id)
    objects = await persons.object_ids(tx, person_id)
    await departed.keep(tx, person_id)
    offices = await _offices(tx, held)
    counts = await _deleted(tx, person_id, objects)
    counts["booking"], moved_up = await free_places(tx, context, person_id)
    if vault is not None:
        names = (person_id, *(one.referral_id for one in held))
        counts["key"] = sum([await vault.destroy(name) for name in names])
        await sealturn.ask(tx, context.now)  # what was sealed to us about her was on its way
    buried = (person_id, *(UUID(one) for one in objects))
    await alive.bury(tx, buried, context.now)
    await accesslog.record(
        tx, context, action="erase", object_kind="person", object_id=str(person_id), purpose="erasure"
    )
    looks = await persons.looks(tx, person_id, objects)
    stays = {"tombstone": len(buried), "access_log": looks}
    return (receipt(person_id, counts, stays), *_notices(held), *offices, *moved_up)


async def _deleted(tx: AsyncConnection, person_id: UUID, objects: Sequence[str]) -> dict[str, int]:
    """How much is gone: rows by table, what was still to be said, timers, and links that somebody might follow."""
    counts = await persons.delete_rows(tx, person_id)
    counts["outbox"] = sum([await outbox.forget(tx, key) for key in (str(person_id), *objects)])
    counts["timer"] = await persons.cancel_timers(tx, person_id, objects)
    counts["link"] = await persons.close_links(tx, person_id, objects)
    return counts


def _notices(held: Sequence[Referral]) -> tuple[Message, ...]:
    """Art. 19 GDPR: whoever got her fields from us learns that she is erased here.

    What was to be said is forgotten with her, so a consent taken back is said again unless its stop has come back.
    Whoever sent her to us waits for an answer, which can only be that nothing comes of it any more.
    """
    said: list[Message] = []
    for referral in held:
        if referral.partner is None:
            continue
        if referral.reason == "consent_withdrawn" and referral.withdrawal_acknowledged_at is None:
            said += consent_withdrawn_notice(referral)
        if referral.fields_left:
            said.append(ErasureNotice(to=referral.partner, referral_id=referral.referral_id))
        elif referral.direction == "in" and referral.open:
            said.append(_nothing_comes_of_it(referral, referral.partner))
    return tuple(said)


async def _offices(tx: AsyncConnection, held: Sequence[Referral]) -> list[Message]:
    """Offices without a machine that would hear of it: our desk tells them. A page that nobody opened told nothing."""
    said: list[Message] = []
    for one in held:
        if not one.fields_left or one.partner is not None or one.service_id is None:
            continue
        opened = [link for link in await office_links.of_referral(tx, one.referral_id) if link.used_at is not None]
        if opened or one.mode != "link":
            said.append(OfficeToTell(referral_id=one.referral_id, service_id=one.service_id, mode=one.mode))
    return said


def _nothing_comes_of_it(held: Referral, sender: str) -> ReferralAnswered:
    following = held.version + 1  # newer than all that was answered
    if held.state in TAKEN:
        return ReferralAnswered(
            to=sender, referral_id=held.referral_id, answer="completed", outcome="unknown", version=following
        )
    return ReferralAnswered(
        to=sender, referral_id=held.referral_id, answer="declined", reason="other", version=following
    )
