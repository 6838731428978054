"""What a counsellor reads of a match: the best services with their reasons, what is left out and why, what to ask."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.referral import AskSuggestions, NamedCandidate, NamedExclusion, SuggestionsAnswer
from lotse_contracts.values import DeliveryMode
from lotse_referral.domain import modes
from lotse_referral.store import concerns, directory
from lotse_referral.store.directory import NamedService


async def suggestions(
    question: AskSuggestions, context: Context, tx: AsyncConnection, *, partners: Collection[str]
) -> SuggestionsAnswer:
    """The last match with the directory's words as they are today."""
    held = await concerns.load(tx, question.concern_id)
    if held is None:
        return SuggestionsAnswer(matched=False, candidates=())
    key = str(held.concern_id)
    await accesslog.record(tx, context, action="read", object_kind="concern", object_id=key, purpose="suggestions")
    excluded = held.found.get("excluded", [])
    ids = [UUID(one["service_id"]) for one in (*held.candidates, *excluded)]
    known = {str(service_id): service for service_id, service in (await directory.named(tx, ids)).items()}
    return SuggestionsAnswer(
        matched=True,
        candidates=tuple(
            NamedCandidate(
                name=service.name,
                organization=service.organization,
                address=service.address,
                phone=service.phone,
                modes=modes_of(service, partners),
                association=service.association,
                **one,
            )
            for one in held.candidates
            if (service := known.get(one["service_id"])) is not None
        ),
        excluded=tuple(
            NamedExclusion(name=service.name, **one)
            for one in excluded
            if (service := known.get(one["service_id"])) is not None
        ),
        **{name: value for name, value in held.found.items() if name != "excluded"},
    )


def modes_of(service: NamedService, partners: Collection[str]) -> tuple[DeliveryMode, ...]:
    """How somebody can be referred to this service."""
    return modes.modes_of(
        named=service.delivery_modes,
        association=service.association,
        partners=partners,
        phone=service.phone,
        confidential=service.confidential,
    )
