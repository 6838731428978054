"""A referral reaches an office: fields are kept for it, a link is made and mailed, and all of it goes again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, links
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import KeyDestroyed
from lotse_chassis.timers import Timer, set_timer
from lotse_contracts import Message
from lotse_contracts.intake import PersonFields
from lotse_contracts.notify import PageLink, ServiceNotTold, ServiceTold, TellService
from lotse_contracts.referral import ForwardFields, HeldFieldsDestroyed, MailReferralLink, ReferralLinkMade
from lotse_contracts.sealed import seal
from lotse_contracts.values import LinkWay
from lotse_referral.domain.holding import HOLDING, groups_of, only, together
from lotse_referral.domain.office_links import LINK_LIFE, OfficeLink
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import forwarding
from lotse_referral.handlers.carrying import LINK_TIMER
from lotse_referral.handlers.finding import known_or_erased, ours
from lotse_referral.handlers.moving import Move, moved
from lotse_referral.providers.offices import Offices
from lotse_referral.providers.vault import Vault
from lotse_referral.store import consents, directory, held, office_links, referrals
from lotse_referral.store.held import Held

FIELDS = "fields"
"""What released fields are bound to, beside person and referral."""
UNREADABLE = "fields_unreadable"
KEY_PAUSE = timedelta(seconds=5)  # until notify has said its key


async def forward(
    order: ForwardFields, context: Context, tx: AsyncConnection, *, offices: Offices
) -> Sequence[Message]:
    """Intake released fields: for a partner they go on sealed, for an office they are opened and kept under lock.

    Fields that we cannot open let the referral wait again, with the reason.
    """
    before = await known_or_erased(tx, order.referral_id)
    if before is None or before.mode not in HOLDING:
        return await forwarding.forward(order, context, tx)
    if before.person_id != order.person_id:
        raise Refused("wrong_person", fields=("person_id",))
    vault = offices.needed_vault("fields")
    fields = vault.fields_in(order)
    if fields is None:
        return await _unreadable(tx, context, before)
    said = await forwarding.forward(order, context, tx)
    after = await referrals.load(tx, order.referral_id)
    if after is None or after.version == before.version or not after.under_way:
        return said  # the consent ended on the way: nothing is kept
    await _keep(vault, tx, context, after, fields)
    return said


async def held_due(timer: Timer, context: Context, tx: AsyncConnection, *, offices: Offices) -> Sequence[Message]:
    """What was held of a referral goes, and its key with it: no file gives it back."""
    referral_id = UUID(timer.key)
    held_referral = await referrals.load(tx, referral_id)
    await office_links.end_sessions(tx, referral_id, context.now)
    await held.destroy(tx, referral_id)
    if offices.vault is not None:
        await offices.vault.destroy(referral_id)
    if held_referral is None or held_referral.person_id is None:
        return ()
    because = str(timer.payload.get("because", "ended"))
    return (HeldFieldsDestroyed(referral_id=referral_id, person_id=held_referral.person_id, because=because),)


async def link_due(timer: Timer, context: Context, tx: AsyncConnection, *, offices: Offices) -> Sequence[Message]:
    """Mail a link where the directory has an address; without one the desk reads it out or prints a letter."""
    sent = await referrals.load(tx, UUID(timer.key))
    if sent is None or not may_be_linked(sent) or await address_of(tx, sent) is None:
        return ()
    if offices.notify_key.key is None:
        await set_timer(tx, kind=LINK_TIMER, key=timer.key, due_at=context.now + KEY_PAUSE)
        return ()
    return await mailed(offices, tx, context, sent)


async def mail_link(
    order: MailReferralLink, context: Context, tx: AsyncConnection, *, offices: Offices
) -> Sequence[Message]:
    """The desk wants the office to have another link."""
    sent = await ours(tx, order.referral_id)
    if not may_be_linked(sent):
        raise Refused("action_not_allowed", fields=("referral_id",))
    if await address_of(tx, sent) is None:
        raise Refused("no_address", fields=("referral_id",))
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(sent.person_id), purpose="referral_link"
    )
    return await mailed(offices, tx, context, sent)


async def mailed(offices: Offices, tx: AsyncConnection, context: Context, sent: Referral) -> Sequence[Message]:
    """A fresh link on its way to the address of the directory; later where notify has not said its key yet."""
    address, key = await address_of(tx, sent), offices.notify_key.key
    if address is None or sent.person_id is None:
        return ()
    if key is None:
        await set_timer(tx, kind=LINK_TIMER, key=str(sent.referral_id), due_at=context.now + KEY_PAUSE)
        return ()
    code, link = await made(tx, sent, "mail", context.now)
    plain = PageLink(url=offices.url(code)).model_dump_json(exclude_none=True).encode()
    order = TellService(
        person_id=sent.person_id,
        address=address,
        sender=offices.sender.name,
        link=seal(plain, key, type_name=TellService.type_name(), key=str(sent.person_id)),
        useful_by=link.expires_at,
        dedupe_key=link.mail_key or "",
    )
    return (order, said_of(link))


async def made(tx: AsyncConnection, sent: Referral, way: LinkWay, now: datetime) -> tuple[str, OfficeLink]:
    """A fresh code and its link; whatever was open before is replaced. Raises Refused where there may be none."""
    if sent.person_id is None or not may_be_linked(sent):
        raise Refused("action_not_allowed", fields=("referral_id",))
    code, digest = links.new_code()
    link = OfficeLink(
        code_sha256=digest,
        referral_id=sent.referral_id,
        person_id=sent.person_id,
        way=way,
        made_at=now,
        expires_at=now + LINK_LIFE,
        mail_key=str(uuid4()) if way == "mail" else None,
    )
    await office_links.add(tx, link)
    return code, link


def may_be_linked(sent: Referral) -> bool:
    """Whether an office answers this one on a page, and may still."""
    return sent.direction == "out" and sent.mode in HOLDING and sent.under_way


async def address_of(tx: AsyncConnection, sent: Referral) -> str | None:
    """The office's address in the directory; the one of a secret place is nobody's business."""
    service = None if sent.service_id is None else await directory.one(tx, sent.service_id)
    return None if service is None or service.confidential else service.email


def said_of(link: OfficeLink) -> ReferralLinkMade:
    """That there is a new link, and how it leaves."""
    return ReferralLinkMade(
        referral_id=link.referral_id, person_id=link.person_id, way=link.way, expires_at=link.expires_at
    )


async def service_told(fact: ServiceTold, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The mail with a link left."""
    await office_links.note_mail(tx, fact.dedupe_key, at=context.time, fault=None)
    return ()


async def service_not_told(fact: ServiceNotTold, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """It did not; the desk sees why and prints a letter, or calls."""
    del context
    await office_links.note_mail(tx, fact.dedupe_key, at=None, fault=fact.reason)
    return ()


async def fields_for(vault: Vault, tx: AsyncConnection, referral_id: UUID) -> PersonFields | None:
    """What is held for an office, or None; whoever reads it writes that into the access log."""
    kept = await held.of_referral(tx, referral_id)
    plain = None if kept is None else vault.unlock(kept.person_id, referral_id, FIELDS, kept.ciphertext)
    return None if plain is None else PersonFields.model_validate_json(plain)


async def readable_for(vault: Vault, tx: AsyncConnection, sent: Referral) -> PersonFields | None:
    """What the office may read now: the groups of consents that are in force today, whenever they left."""
    fields = await fields_for(vault, tx, sent.referral_id)
    known = [await consents.load(tx, consent_id) for consent_id in sent.left_consent_ids]
    allowed = frozenset(name for one in known if one is not None and one.in_force for name in one.field_groups)
    return None if fields is None else only(fields, allowed)


async def _keep(vault: Vault, tx: AsyncConnection, context: Context, after: Referral, fields: PersonFields) -> None:
    """Together with what came before, should the office have asked back."""
    if after.person_id is None:
        return
    before = await fields_for(vault, tx, after.referral_id)
    whole = fields if before is None else together(before, fields)
    plain = whole.model_dump_json(exclude_none=True).encode()
    try:
        ciphertext = await vault.lock(after.person_id, after.referral_id, FIELDS, plain)
    except KeyDestroyed:
        return  # erased meanwhile
    one = Held(
        referral_id=after.referral_id,
        person_id=after.person_id,
        field_groups=groups_of(whole),
        ciphertext=ciphertext,
        held_at=context.now,
    )
    await held.keep(tx, one)
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(after.person_id), purpose="held_for_office"
    )


async def _unreadable(tx: AsyncConnection, context: Context, before: Referral) -> Sequence[Message]:
    """The key that they were sealed to is gone, or they are none of ours: another consent asks for them anew."""
    if before.state not in ("consent_pending", "info_requested") or before.asked_consent_id is None:
        return ()
    refused = before.asked_consent_id
    unbound = replace(before, asked_consent_id=None, wanted_consent_id=None, refused_consent_id=refused)
    given = Given(reason=UNREADABLE, more_fields=bool(before.more_groups))
    _, said = await moved(tx, context, unbound, Move("refuse_fields", "system", given))
    return said
