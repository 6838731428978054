"""What a counsellor asks: where a concern could go, what she may do, which loops are open, what is held of a person."""

import json
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import AllowedActionsAnswer
from lotse_contracts.person import PersonDataAnswer
from lotse_contracts.referral import (
    AskOpenReferrals,
    AskPersonData,
    AskReferralActions,
    AskSuggestions,
    Candidate,
    NamedCandidate,
    OpenReferral,
    OpenReferralsAnswer,
    SuggestionsAnswer,
)
from lotse_contracts.sealed import CannotOpen, decode, seal
from lotse_contracts.values import DeliveryMode
from lotse_referral.domain.cursors import BadCursor, cursor_of, place_of
from lotse_referral.domain.referral import Referral, desk_actions
from lotse_referral.handlers.finding import ours
from lotse_referral.store import concerns, directory, persons, referrals
from lotse_referral.store.directory import NamedService


async def suggestions(
    question: AskSuggestions, context: Context, tx: AsyncConnection, *, partners: Collection[str]
) -> SuggestionsAnswer:
    """The last match with the directory's words as they are today."""
    held = await concerns.load(tx, question.concern_id)
    if held is None:
        return SuggestionsAnswer(matched=False, candidates=())
    candidates = tuple(Candidate.model_validate(candidate) for candidate in held.candidates)
    known = await directory.named(tx, [candidate.service_id for candidate in candidates])
    return SuggestionsAnswer(
        matched=True,
        candidates=tuple(
            _named(candidate, known[candidate.service_id], partners)
            for candidate in candidates
            if candidate.service_id in known
        ),
    )


async def allowed_actions(question: AskReferralActions, context: Context, tx: AsyncConnection) -> AllowedActionsAnswer:
    """What our desk may do now, from the one table of the machine."""
    held = await ours(tx, question.referral_id)
    return AllowedActionsAnswer(state=held.state, actions=desk_actions(held))


async def open_referrals(question: AskOpenReferrals, context: Context, tx: AsyncConnection) -> OpenReferralsAnswer:
    """Oldest first, ours and those that came to us."""
    try:
        after = None if question.cursor is None else place_of(question.cursor)
    except BadCursor:
        raise Refused("malformed", fields=("cursor",)) from None
    page = await referrals.open_page(tx, question.size, after)
    shown = page[: question.size]
    more = len(page) > question.size
    return OpenReferralsAnswer(
        referrals=tuple(_open(held) for held in shown),
        cursor=cursor_of(shown[-1].created_at, shown[-1].referral_id) if more else None,
    )


async def person_data(question: AskPersonData, context: Context, tx: AsyncConnection) -> PersonDataAnswer:
    """One JSON object by table, sealed to whoever asked; asking goes into the access log."""
    rows = await persons.rows_of(tx, question.person_id)
    key = str(question.person_id)
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=key, purpose="subject_access")
    if not any(rows.values()):
        return PersonDataAnswer(held=False)
    seen = await accesslog.seen(tx, key)
    document = {"service": "referral", "person_id": key, **rows, "seen_by": seen}
    plaintext = json.dumps(document, ensure_ascii=False).encode()
    try:
        content = seal(plaintext, decode(question.reply_key), type_name=AskPersonData.type_name(), key=key)
    except (CannotOpen, ValueError):
        raise Refused("malformed", fields=("reply_key",)) from None
    return PersonDataAnswer(held=True, content=content)


def modes_of(service: NamedService, partners: Collection[str]) -> tuple[DeliveryMode, ...]:
    """A partner's service can be reached over the wire; a card works everywhere."""
    return ("connected", "self") if service.association in partners else ("self",)


def _named(candidate: Candidate, service: NamedService, partners: Collection[str]) -> NamedCandidate:
    return NamedCandidate(
        service_id=candidate.service_id,
        name=service.name,
        organization=service.organization,
        address=service.address,
        phone=service.phone,
        modes=modes_of(service, partners),
        association=service.association,
        score=candidate.score,
        factors=candidate.factors,
        warnings=candidate.warnings,
    )


def _open(held: Referral) -> OpenReferral:
    return OpenReferral(
        referral_id=held.referral_id,
        concern_id=held.concern_id,
        service_id=held.service_id,
        sender=held.partner if held.direction == "in" else None,
        mode=held.mode,
        state=held.state,
        codes=held.codes,
        since=held.created_at,
    )
