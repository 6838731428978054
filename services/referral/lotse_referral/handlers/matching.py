"""A concern is matched when a counsellor takes it on, and again when she asks for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import ConcernAccepted
from lotse_contracts.referral import Candidate, GapFound, ProposeServices, ScoredFactor, ServicesProposed
from lotse_referral.domain.matching import Suggestion, match
from lotse_referral.domain.offers import Need, local_day
from lotse_referral.store import alive, concerns, directory
from lotse_referral.store.concerns import Concern


async def concern_accepted(
    fact: ConcernAccepted, context: Context, tx: AsyncConnection, *, as_of: date | None = None
) -> Sequence[Message]:
    """Match what a counsellor carries now; an older version of the concern is old news."""
    if await alive.erased(tx, fact.person_id):
        return ()
    held = await concerns.load(tx, fact.concern_id)
    if held is not None and held.concern_version >= fact.version:
        return ()
    return await _matched(tx, context, _told(fact, fact.version, held, context), as_of)


async def propose(
    order: ProposeServices, context: Context, tx: AsyncConnection, *, as_of: date | None = None
) -> Sequence[Message]:
    """A fresh match. It may come before the fact that the concern was accepted; that one then matches again."""
    if await alive.erased(tx, order.person_id):
        raise Refused("person_erased", fields=("person_id",))
    held = await concerns.load(tx, order.concern_id)
    if held is not None and held.person_id != order.person_id:
        raise Refused("wrong_person", fields=("person_id",))
    version = 0 if held is None else held.concern_version
    return await _matched(tx, context, _told(order, version, held, context), as_of)


def _told(said: ConcernAccepted | ProposeServices, version: int, held: Concern | None, context: Context) -> Concern:
    return Concern(
        concern_id=said.concern_id,
        case_id=said.case_id,
        person_id=said.person_id,
        code=said.code,
        language=said.language,
        urgency=said.urgency,
        concern_version=version,
        match_version=0 if held is None else held.match_version,
        candidates=(),
        gap_code=None if held is None else held.gap_code,
        matched_at=context.now,
    )


async def _matched(tx: AsyncConnection, context: Context, concern: Concern, as_of: date | None) -> Sequence[Message]:
    today = as_of or local_day(context.now)
    need = Need(concern.code, concern.language, concern.urgency)
    found = match(need, await directory.offers(tx), today)
    candidates = tuple(_candidate(suggestion) for suggestion in found.suggestions)
    told = replace(
        concern,
        match_version=concern.match_version + 1,
        candidates=tuple(candidate.model_dump(mode="json") for candidate in candidates),
        gap_code=concern.code if found.gap else concern.gap_code,
    )
    await concerns.save(tx, told)
    proposed = ServicesProposed(
        concern_id=told.concern_id, person_id=told.person_id, version=told.match_version, candidates=candidates
    )
    is_new_gap = found.gap and concern.gap_code != concern.code
    return (proposed, await _gap(tx, context, told)) if is_new_gap else (proposed,)


async def _gap(tx: AsyncConnection, context: Context, concern: Concern) -> GapFound:
    gap_id = uuid4()
    await concerns.add_gap(tx, gap_id, concern.code, concern.language, f"{local_day(context.now):%Y-%m}")
    return GapFound(gap_id=gap_id, code=concern.code, language=concern.language)


def _candidate(suggestion: Suggestion) -> Candidate:
    factors = tuple(ScoredFactor(factor=f.factor, points=f.points, because=f.because) for f in suggestion.factors)
    return Candidate(
        service_id=suggestion.service_id, score=suggestion.score, factors=factors, warnings=suggestion.warnings
    )
