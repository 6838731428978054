"""Consents over HTTP: forms for counsellors, the texts for everybody, her own ones for the person herself."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from lotse_chassis.faults import Refused
from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_contracts.intake import (
    AskConsentText,
    AskOwnConsents,
    ConsentTextAnswer,
    OwnConsentsAnswer,
)
from lotse_contracts.values import COUNSELLORS, ConsentKind, RecipientLanguage
from lotse_intake.handlers import consent_forms, consent_questions, consent_texts, own_withdrawals
from lotse_intake.http.bodies import PinGiven
from lotse_intake.http.enquiries import CodeInPath, code_of
from lotse_intake.http.routes import route_class
from lotse_intake.http.staff import Authorization, staff_of
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import enquiries

_PDF_HEADERS = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}

Version = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


def router(service: Service, office: Office, settings: IntakeSettings) -> APIRouter:
    """The routes of consents."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["consents"])
    write = Depends(Limit(settings.enquiries_per_minute, settings.trusted_proxies))
    read = Depends(Limit(settings.reads_per_minute, settings.trusted_proxies))

    @routes.get("/consent-texts/{kind}", dependencies=[read])
    async def text(
        kind: Annotated[ConsentKind, Path()], language: RecipientLanguage, version: Version = None
    ) -> ConsentTextAnswer:
        """The text of a kind with room for its terms; without a version the one in force today."""
        async with service.unit() as unit:
            question = AskConsentText(kind=kind, language=language, version=version)
            return await consent_texts.ask_consent_text(office, question, unit.context, unit.tx)

    @routes.post("/enquiries/{code}/consents", dependencies=[read])
    async def own(code: CodeInPath, body: PinGiven) -> OwnConsentsAnswer:
        """What I have agreed to, with the PIN."""
        async with service.unit() as unit:
            question = AskOwnConsents(receipt_code=code_of(code), pin=body.pin)
            return await consent_questions.ask_own_consents(office, question, unit.context, unit.tx)

    @routes.post("/enquiries/{code}/consents/{consent_id}/withdrawal", status_code=204, dependencies=[write])
    async def withdraw(code: CodeInPath, consent_id: UUID, body: PinGiven) -> None:
        """Take a consent back, with the PIN; doing it again changes nothing."""
        await _withdraw(service, office, code_of(code), consent_id, body.pin)

    @routes.get("/consents/{consent_id}/form.pdf", response_class=Response)
    async def form(consent_id: UUID, authorization: Authorization = "") -> Response:
        """The page to sign, for a counsellor's token; it goes into the access log."""
        staff, _ = staff_of(service, authorization, COUNSELLORS)
        async with service.unit(actor=staff.actor, role=staff.role) as unit:
            page = await consent_forms.form_of(office, consent_id, unit.context, unit.tx)
        named = {"Content-Disposition": f'inline; filename="{page.name}"'}
        return Response(page.content, media_type="application/pdf", headers={**_PDF_HEADERS, **named})

    return routes


async def _withdraw(service: Service, office: Office, code: str, consent_id: UUID, pin: str) -> None:
    async with service.unit() as unit:
        digest = await enquiries.digest_of_code(unit.tx, code)
        if digest is None:
            raise Refused("unknown_enquiry")
        own = own_withdrawals.OwnWithdrawal(digest, consent_id, pin)
        unit.say(*await own_withdrawals.withdrawn_by_herself(office, own, unit.context, unit.tx))
