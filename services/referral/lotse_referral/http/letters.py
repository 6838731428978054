"""Letters on paper for the desk, by a member of staff's token: printing one makes a code, so it is a POST."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from lotse_chassis.service import Service
from lotse_contracts.values import COUNSELLORS, RecipientLanguage
from lotse_referral.handlers import letters
from lotse_referral.http.staff import Authorization, staff_of
from lotse_referral.pages.letters import copy_pdf, letter_pdf
from lotse_referral.providers.offices import Offices

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def routes(service: Service, offices: Offices) -> APIRouter:
    """Both papers of one referral."""
    router = APIRouter(tags=["letters"])

    @router.post("/referrals/{referral_id}/letter.pdf", response_class=Response, summary="Print the covering letter")
    async def letter(referral_id: UUID, authorization: Authorization = "") -> Response:
        """With a fresh code in it; the codes of this referral from before open nothing any more."""
        staff = staff_of(service, authorization, COUNSELLORS)
        async with service.unit(actor=staff.actor, role=staff.role) as unit:
            made, said = await letters.printed(offices, unit.tx, unit.context, referral_id)
            unit.say(*said)
        return _pdf(letter_pdf(made), "letter.pdf", "de")

    @router.post("/referrals/{referral_id}/letter-copy.pdf", response_class=Response, summary="Her copy of the letter")
    async def copy(
        referral_id: UUID,
        language: Annotated[RecipientLanguage, Query()] = "uk",
        authorization: Authorization = "",
    ) -> Response:
        """In her language and in German: what was told about her, and that she may take it back."""
        staff = staff_of(service, authorization, COUNSELLORS)
        async with service.unit(actor=staff.actor, role=staff.role) as unit:
            made = await letters.copied(offices, unit.tx, unit.context, referral_id)
        return _pdf(copy_pdf(made, language), "letter-copy.pdf", language)

    return router


def _pdf(content: bytes, name: str, language: str) -> Response:
    named = {"Content-Disposition": f'inline; filename="{name}"', "Content-Language": language}
    return Response(content, media_type="application/pdf", headers=HEADERS | named)
