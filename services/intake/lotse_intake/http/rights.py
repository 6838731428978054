"""A person's rights over HTTP: access for coordinators, erasure and who has seen her data for the person herself."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_contracts.envelope import Part
from lotse_contracts.intake import AskErasure, AskOwnSeenBy, SeenByAnswer, SubjectAccessDocument
from lotse_contracts.values import COORDINATORS, RecipientLanguage
from lotse_intake.handlers import access, erasure_requests, seen_by
from lotse_intake.http.bodies import PinGiven
from lotse_intake.http.enquiries import CodeInPath, code_of
from lotse_intake.http.routes import route_class
from lotse_intake.http.staff import Authorization, staff_of
from lotse_intake.pages.certificate import certificate_of
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings

WITHHELD_MAX = 200
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}

Withheld = Annotated[list[str], Query(max_length=WITHHELD_MAX)]


class ErasureAsked(Part):
    """Her request is taken. `begun`: nobody has to decide, it is being done now."""

    begun: bool
    due_at: datetime


def router(service: Service, office: Office, settings: IntakeSettings) -> APIRouter:
    """The routes of rights."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["rights"])
    write = Depends(Limit(settings.enquiries_per_minute, settings.trusted_proxies))
    read = Depends(Limit(settings.reads_per_minute, settings.trusted_proxies))

    @routes.post("/enquiries/{code}/erasure", status_code=202, dependencies=[write])
    async def erasure(code: CodeInPath, body: PinGiven) -> ErasureAsked:
        """Ask to be forgotten, with code and PIN: begun at once, or decided by a coordinator within a month."""
        async with service.unit() as unit:
            said, due_at = await erasure_requests.request_erasure(
                office, code_of(code), body.pin, unit.context, unit.tx
            )
            unit.say(*said)
        return ErasureAsked(begun=any(message.NAME == "erasure-begun" for message in said), due_at=due_at)

    @routes.post("/enquiries/{code}/seen-by", dependencies=[read])
    async def own_seen_by(code: CodeInPath, body: PinGiven) -> SeenByAnswer:
        """Who has seen my data: days, roles and purposes."""
        async with service.unit() as unit:
            question = AskOwnSeenBy(receipt_code=code_of(code), pin=body.pin)
            return await seen_by.own_seen_by(office, question, unit.context, unit.tx)

    _for_coordinators(routes, service, office)
    return routes


def _for_coordinators(routes: APIRouter, service: Service, office: Office) -> None:
    @routes.get("/persons/{person_id}/access.json", response_model=SubjectAccessDocument)
    async def access_json(person_id: UUID, authorization: Authorization = "", withheld: Withheld = []) -> Response:  # noqa: B006 - FastAPI copies it
        """All that is held about a person, for machines (Art. 20); logged."""
        made = await _documents(service, office, person_id, authorization, language=None, withheld=withheld)
        return Response(made.json_bytes, media_type="application/json", headers=_as_file("access.json"))

    @routes.get("/persons/{person_id}/access.html", response_class=Response)
    async def access_html(
        person_id: UUID,
        authorization: Authorization = "",
        language: RecipientLanguage | None = None,
        withheld: Withheld = [],  # noqa: B006 - FastAPI copies it
    ) -> Response:
        """The same to read and to print, in her language or in this one; logged."""
        made = await _documents(service, office, person_id, authorization, language=language, withheld=withheld)
        return Response(made.html, media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)

    @routes.get("/erasures/{person_id}/certificate.html", response_class=Response)
    async def certificate(
        person_id: UUID, authorization: Authorization = "", language: RecipientLanguage = "de"
    ) -> Response:
        """What became of an erasure, to hand to her: every service's receipt, and what stays by which rule."""
        staff, _ = staff_of(service, authorization, COORDINATORS)
        async with service.unit(actor=staff.actor, role=staff.role) as unit:
            found = await erasure_requests.erasure_state(AskErasure(person_id=person_id), unit.context, unit.tx)
        if found.state != "confirmed":
            raise Refused("not_erased_yet")
        page = certificate_of(person_id, found, office.association, language)
        return Response(page, media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)


async def _documents(
    service: Service,
    office: Office,
    person_id: UUID,
    authorization: str,
    *,
    language: RecipientLanguage | None,
    withheld: list[str],
) -> access.Documents:
    staff, credential = staff_of(service, authorization, COORDINATORS)
    async with service.unit(actor=staff.actor, role=staff.role) as unit:
        context: Context = replace(unit.context, credential=credential)
        made = await access.documents(
            office, service.ask, person_id, context, unit.tx, language=language, withheld=withheld
        )
    if made is None:
        raise Refused("unknown_person")
    return made


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
