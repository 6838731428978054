"""Files that staff bring into a case or onto a consent, and take again: checked, cleaned, encrypted, logged."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.identity import Staff
from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_contracts.envelope import Part
from lotse_contracts.values import COUNSELLORS
from lotse_intake.handlers import documents
from lotse_intake.handlers.documents import Brought, Place
from lotse_intake.http.routes import TooSoon, route_class
from lotse_intake.http.staff import Authorization, staff_of
from lotse_intake.http.uploads import DOWNLOAD_HEADERS, UPLOAD_BODY, claimed_by, received
from lotse_intake.providers.cleaning import Cleaning
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings

UPLOADS_MAX = 4  # at once, each up to 15 MiB in memory
BUSY_SECONDS = 5.0
SCAN = "consent_scan"

IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", max_length=100, pattern=r"^([A-Za-z0-9_-]{16,100})?$")]
Kind = Annotated[str, Query(max_length=41, pattern=r"^[a-z][a-z0-9_]{0,40}$", description="such as letter, form")]
Where = Callable[[AsyncConnection, Context], Awaitable[Place]]


class DocumentHeld(Part):
    """A file as it is kept; `repeated` says that this very request was carried out before."""

    document_id: UUID
    media_type: str
    size_bytes: int
    sha256: str
    repeated: bool = False


def router(service: Service, office: Office, cleaning: Cleaning, settings: IntakeSettings) -> APIRouter:
    """The routes of documents."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["documents"])
    limit = Depends(Limit(settings.staff_uploads_per_minute, settings.trusted_proxies))
    desk = _Desk(service, office, cleaning)

    @routes.post("/cases/{case_id}/documents", status_code=201, dependencies=[limit], openapi_extra=UPLOAD_BODY)
    async def into_case(
        case_id: UUID,
        request: Request,
        kind: Kind = "letter",
        authorization: Authorization = "",
        key: IdempotencyKey = "",
    ) -> DocumentHeld:
        """A file of a case, as the request's body; the same Idempotency-Key is the same document."""
        staff, _ = staff_of(service, authorization, COUNSELLORS)
        document_id = uuid5(case_id, key) if key else uuid4()
        return await desk.take(
            request, staff, document_id, kind, lambda tx, context: documents.place_in_case(tx, context, case_id)
        )

    @routes.post("/consents/{consent_id}/proof", status_code=201, dependencies=[limit], openapi_extra=UPLOAD_BODY)
    async def onto_consent(
        consent_id: UUID, request: Request, authorization: Authorization = "", key: IdempotencyKey = ""
    ) -> DocumentHeld:
        """The scan of a signed consent; `attach-consent-proof` then names this document."""
        staff, _ = staff_of(service, authorization, COUNSELLORS)
        document_id = uuid5(consent_id, key) if key else uuid4()
        return await desk.take(
            request, staff, document_id, SCAN, lambda tx, context: documents.place_on_consent(tx, context, consent_id)
        )

    @routes.get("/documents/{document_id}", response_class=Response)
    async def take(document_id: UUID, authorization: Authorization = "") -> Response:
        """The file, for whoever may see its case; it goes into the access log."""
        staff, _ = staff_of(service, authorization, COUNSELLORS)
        async with service.unit(actor=staff.actor, role=staff.role) as unit:
            content, media_type = await documents.read(office, unit.tx, unit.context, document_id)
        return Response(content, media_type=media_type, headers=DOWNLOAD_HEADERS)

    return routes


class _Desk:
    """Takes files one by one: the right to bring one is asked before its bytes are read, and again when it is kept."""

    def __init__(self, service: Service, office: Office, cleaning: Cleaning) -> None:
        self._service, self._office, self._cleaning = service, office, cleaning
        self._room = asyncio.Semaphore(UPLOADS_MAX)

    async def take(self, request: Request, staff: Staff, document_id: UUID, kind: str, where: Where) -> DocumentHeld:
        claimed = claimed_by(request)
        async with self._service.unit(actor=staff.actor, role=staff.role) as unit:
            await where(unit.tx, unit.context)
        if self._room.locked():
            raise TooSoon(BUSY_SECONDS)
        async with self._room:
            cleaned, media_type = await self._cleaning.cleaned(await received(request, claimed), claimed)
        return await self._kept(staff, Brought(document_id, kind, media_type, cleaned), where)

    async def _kept(self, staff: Staff, brought: Brought, where: Where) -> DocumentHeld:
        """A file whose row is not committed is swept later: nobody knows better whether a commit came through."""
        async with self._service.unit(actor=staff.actor, role=staff.role) as unit:
            place = await where(unit.tx, unit.context)
            known = await documents.known(unit.tx, place, brought.document_id)
            if known is not None:
                return _held(known.document_id, known.media_type, known.size_bytes, known.sha256, repeated=True)
            unit.say(*await documents.kept(self._office, unit.tx, unit.context, place, brought))
        return _held(brought.document_id, brought.media_type, len(brought.content), brought.sha256)


def _held(document_id: UUID, media_type: str, size_bytes: int, sha256: str, *, repeated: bool = False) -> DocumentHeld:
    return DocumentHeld(
        document_id=document_id, media_type=media_type, size_bytes=size_bytes, sha256=sha256, repeated=repeated
    )
