"""The question about the handover over HTTP: read by code, agreed and answered by code and PIN."""

from fastapi import APIRouter, Depends
from pydantic import Field

from lotse_chassis.faults import Refused
from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_contracts.envelope import Part
from lotse_contracts.intake import (
    AskHandoverConsent,
    AskHandoverQuestion,
    HandoverAnswerContent,
    HandoverConsentAnswer,
    HandoverQuestionAnswer,
    Pin,
)
from lotse_contracts.intake.consents import GROUPS_MAX
from lotse_contracts.intake.handover import PLACE_CHARACTERS_MAX
from lotse_contracts.values import FieldGroup, RecipientLanguage
from lotse_intake.handlers import handover_answering, handover_questions
from lotse_intake.http.enquiries import CodeInPath, code_of
from lotse_intake.http.routes import route_class
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import enquiries


class HandoverWish(Part):
    """What she would like to have taken along."""

    pin: Pin
    language: RecipientLanguage
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=GROUPS_MAX)
    place: str = Field(default="", max_length=PLACE_CHARACTERS_MAX)


def router(service: Service, office: Office, settings: IntakeSettings) -> APIRouter:
    """The routes of the handover."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["handover"])
    write = Depends(Limit(settings.enquiries_per_minute, settings.trusted_proxies))
    read = Depends(Limit(settings.reads_per_minute, settings.trusted_proxies))

    @routes.get("/enquiries/{code}/handover", dependencies=[read])
    async def question(code: CodeInPath, language: RecipientLanguage = "uk") -> HandoverQuestionAnswer:
        """Whether the question waits, and its words; nothing about her, and nothing of what she answered."""
        async with service.unit() as unit:
            asked = AskHandoverQuestion(receipt_code=code_of(code), language=language)
            found = await handover_questions.handover_question(asked, unit.context, unit.tx)
        if not found.known:
            raise Refused("unknown_enquiry")
        return found

    @routes.post("/enquiries/{code}/handover/consent", dependencies=[read])
    async def consent(code: CodeInPath, body: HandoverWish) -> HandoverConsentAnswer:
        """Word by word what she would agree to, with the digests that prove what she saw."""
        async with service.unit() as unit:
            asked = AskHandoverConsent(receipt_code=code_of(code), **body.model_dump())
            return await handover_questions.handover_consent(office, asked, unit.context, unit.tx)

    @routes.post("/enquiries/{code}/handover", status_code=204, dependencies=[write])
    async def answer(code: CodeInPath, body: HandoverAnswerContent) -> None:
        """Answer, or answer otherwise; taking a consent back is an answer, too."""
        async with service.unit() as unit:
            digest = await enquiries.digest_of_code(unit.tx, code_of(code))
            unit.say(*await handover_answering.answered_by_code(office, digest or "", body, unit.context, unit.tx))

    return routes
