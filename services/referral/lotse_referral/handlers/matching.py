"""A concern is matched when it is taken on, when a counsellor asks, and again when a way has come to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import ConcernAccepted
from lotse_contracts.referral import GapFound, NeedFacts, ProposeServices, ServicesProposed
from lotse_referral.domain.needs import finest
from lotse_referral.domain.offers import DIRECTORY_ZONE, local_day
from lotse_referral.domain.telling import candidate_of, found_of, kept_of, need_of
from lotse_referral.store import alive, concerns
from lotse_referral.store.concerns import Concern
from lotse_referral.store.offers import Catalogue


@dataclass(frozen=True)
class Matcher:
    """What every match needs: the directory in memory, and for a demonstration the day that counts as today."""

    catalogue: Catalogue
    as_of: date | None = None

    def moment(self, now: datetime) -> datetime:
        """Now, or the same time of the day that counts as today."""
        if self.as_of is None:
            return now
        local: time = now.astimezone(DIRECTORY_ZONE).time()
        return datetime.combine(self.as_of, local, DIRECTORY_ZONE)


async def concern_accepted(
    fact: ConcernAccepted, context: Context, tx: AsyncConnection, *, matcher: Matcher
) -> Sequence[Message]:
    """Match what a counsellor carries now; an older version of the concern is old news."""
    if await alive.erased(tx, fact.person_id):
        return ()
    held = await concerns.load(tx, fact.concern_id)
    if held is not None and held.concern_version >= fact.version:
        return ()
    facts = _facts(held)
    if fact.languages:
        facts = facts.model_copy(update={"languages": fact.languages})
    return await _matched(tx, context, _told(fact, fact.version, held, facts), matcher)


async def propose(
    order: ProposeServices, context: Context, tx: AsyncConnection, *, matcher: Matcher
) -> Sequence[Message]:
    """A fresh match. It may come before the fact that the concern was accepted; that one then matches again."""
    if await alive.erased(tx, order.person_id):
        raise Refused("person_erased", fields=("person_id",))
    held = await concerns.load(tx, order.concern_id)
    if held is not None and held.person_id != order.person_id:
        raise Refused("wrong_person", fields=("person_id",))
    version = 0 if held is None else held.concern_version
    facts = _facts(held) if order.facts is None else order.facts
    return await _matched(tx, context, _told(order, version, held, facts), matcher)


async def again(tx: AsyncConnection, context: Context, concern_id: UUID | None, matcher: Matcher) -> Sequence[Message]:
    """A way has come to nothing: who else could help, now that this service has said no? Nothing without a concern."""
    held = None if concern_id is None else await concerns.load(tx, concern_id)
    if held is None or await alive.erased(tx, held.person_id):
        return ()
    return await _matched(tx, context, held, matcher)


def _facts(held: Concern | None) -> NeedFacts:
    return NeedFacts() if held is None else NeedFacts.model_validate(held.facts)


def _told(said: ConcernAccepted | ProposeServices, version: int, held: Concern | None, facts: NeedFacts) -> Concern:
    return Concern(
        concern_id=said.concern_id,
        case_id=said.case_id,
        person_id=said.person_id,
        code=said.code,
        sub_code=said.sub_code,
        language=said.language,
        urgency=said.urgency,
        concern_version=version,
        match_version=0 if held is None else held.match_version,
        candidates=(),
        facts=facts.model_dump(mode="json", exclude_defaults=True),
        gap_code=None if held is None else held.gap_code,
        gap_codes=() if held is None else held.gap_codes,
        matched_at=datetime.min.replace(tzinfo=DIRECTORY_ZONE),
    )


async def _matched(tx: AsyncConnection, context: Context, concern: Concern, matcher: Matcher) -> Sequence[Message]:
    moment = matcher.moment(context.now)
    refused = await concerns.declined(tx, concern.concern_id)
    need = need_of(concern.code, concern.sub_code, concern.language, concern.urgency, _facts(concern), refused=refused)
    index = await matcher.catalogue.index(tx, context.now)
    found = index.match(need, moment)
    code = finest(concern.code, concern.sub_code)
    is_new_gap = found.gap and code not in concern.gap_codes
    told = replace(
        concern,
        match_version=concern.match_version + 1,
        candidates=tuple(kept_of(suggestion) for suggestion in found.suggestions),
        found=found_of(found, index.known),
        gap_code=code if found.gap else concern.gap_code,
        gap_codes=(*concern.gap_codes, code) if is_new_gap else concern.gap_codes,
        matched_at=context.now,
    )
    await concerns.save(tx, told)
    proposed = ServicesProposed(
        concern_id=told.concern_id,
        person_id=told.person_id,
        version=told.match_version,
        candidates=tuple(candidate_of(suggestion) for suggestion in found.suggestions),
    )
    return (proposed, await _gap(tx, context, code, concern.language)) if is_new_gap else (proposed,)


async def _gap(tx: AsyncConnection, context: Context, code: str, language: str) -> GapFound:
    gap_id = uuid4()
    await concerns.add_gap(tx, gap_id, code, language, f"{local_day(context.now):%Y-%m}")
    return GapFound(gap_id=gap_id, code=code, language=language)
