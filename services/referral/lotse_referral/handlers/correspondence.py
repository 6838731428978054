"""What the desk asks and says about an office that answers on a page: its links, its words, and ours to it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.envelope import Sealed
from lotse_contracts.intake import SealingKeyAnswer
from lotse_contracts.referral import (
    AnswerOffice,
    AskDelivery,
    AskReferralLink,
    AskSealingKey,
    DeliveryAnswer,
    LinkEntry,
    OfficeEntry,
    OfficePage,
    OfficeText,
    ReferralLinkAnswer,
)
from lotse_contracts.sealed import CannotOpen, decode, encode, key_id, seal
from lotse_referral.domain.office_links import OfficeLink
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers import delivering, office
from lotse_referral.handlers.finding import ours
from lotse_referral.providers.offices import Offices
from lotse_referral.store import consents, held, office_links


async def sealing_key(
    question: AskSealingKey, context: Context, tx: AsyncConnection, *, offices: Offices
) -> SealingKeyAnswer:
    """The public half of the key that fields and answers for offices are sealed to."""
    del question, tx
    public = offices.needed_vault("public_key").ring.public(context.now)
    return SealingKeyAnswer(kid=key_id(public), public_key=encode(public))


async def referral_link(
    question: AskReferralLink, context: Context, tx: AsyncConnection, *, offices: Offices
) -> ReferralLinkAnswer:
    """A fresh link for the desk alone, to be read out once."""
    sent = await ours(tx, question.referral_id)
    code, link = await delivering.made(tx, sent, "desk", context.now)
    plain = OfficePage(url=offices.url(code)).model_dump_json().encode()
    await _log(tx, context, sent, "write")
    sealed = _sealed(plain, question.reply_key, AskReferralLink.type_name(), sent)
    return ReferralLinkAnswer(expires_at=link.expires_at, link=sealed)


async def delivery(question: AskDelivery, context: Context, tx: AsyncConnection, *, offices: Offices) -> DeliveryAnswer:
    """Links, what is still held, and what was written; reading it is in the access log."""
    sent = await ours(tx, question.referral_id)
    kept = await held.of_referral(tx, sent.referral_id)
    await _log(tx, context, sent, "read")
    written = await office.messages_of(offices, tx, sent)
    return DeliveryAnswer(
        links=tuple(_entry(link, context) for link in await office_links.of_referral(tx, sent.referral_id)),
        held_groups=kept.field_groups if kept else (),  # type: ignore[arg-type]  # of the contract's own list
        held_until=kept.held_until if kept else None,
        messages=tuple(_message(one, question, sent) for one in written),
    )


async def answer_office(
    order: AnswerOffice, context: Context, tx: AsyncConnection, *, offices: Offices
) -> Sequence[Message]:
    """Our words reach an office only under a consent that is in force towards it; the state is another order's."""
    sent = await ours(tx, order.referral_id)
    text = offices.needed_vault("content").text_in(order)
    if text is None:
        raise Refused("not_sealed_to_us", fields=("content",))
    if not delivering.may_be_linked(sent):
        raise Refused("action_not_allowed", fields=("referral_id",))
    if not await _consented(tx, sent):
        raise Refused("consent_does_not_cover", fields=("referral_id",))
    await office.write(offices, tx, context, sent, text.text, by_office=False)
    return ()


async def _consented(tx: AsyncConnection, sent: Referral) -> bool:
    """Whether a consent under which fields left is still in force: what may be told at all is hers to say."""
    for consent_id in sent.left_consent_ids:
        consent = await consents.load(tx, consent_id)
        if consent is not None and consent.in_force and consent.recipient == sent.recipient:
            return True
    return False


def _entry(link: OfficeLink, context: Context) -> LinkEntry:
    return LinkEntry(
        way=link.way,
        state=link.state(context.now),
        made_at=link.made_at,
        expires_at=link.expires_at,
        opened_at=link.used_at,
        mailed_at=link.mailed_at,
        not_mailed=link.not_mailed,
    )


def _message(one: office.Told, question: AskDelivery, sent: Referral) -> OfficeEntry:
    plain = OfficeText(text=one.text).model_dump_json().encode()
    sealed = _sealed(plain, question.reply_key, AskDelivery.type_name(), sent)
    return OfficeEntry(at=one.at, by_office=one.by_office, content=sealed)


def _sealed(plain: bytes, reply_key: str, type_name: str, sent: Referral) -> Sealed:
    """To whoever asked, bound to the question and the referral."""
    try:
        return seal(plain, decode(reply_key), type_name=type_name, key=str(sent.referral_id))
    except (CannotOpen, ValueError):
        raise Refused("malformed", fields=("reply_key",)) from None


async def _log(tx: AsyncConnection, context: Context, sent: Referral, action: str) -> None:
    key = str(sent.person_id or sent.referral_id)
    await accesslog.record(tx, context, action=action, object_kind="person", object_id=key, purpose="referral_link")
