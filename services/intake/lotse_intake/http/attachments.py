"""Photos and letters: taken as a stream, checked, cleaned and encrypted before anything reaches the disk."""

import asyncio
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response

from lotse_chassis import accesslog
from lotse_chassis.faults import Refused
from lotse_chassis.limits import Limit
from lotse_chassis.personkeys import KeyDestroyed
from lotse_chassis.service import Service
from lotse_contracts.values import COUNSELLORS
from lotse_intake.domain.files import MediaType
from lotse_intake.handlers.viewing import require_no_conflict
from lotse_intake.http.bodies import Uploaded
from lotse_intake.http.routes import TooSoon, route_class
from lotse_intake.http.staff import Authorization, staff_of
from lotse_intake.http.uploads import DOWNLOAD_HEADERS, UPLOAD_BODY, claimed_by, received
from lotse_intake.providers.attachments import FileMissing, claim_digest, new_claim
from lotse_intake.providers.cleaning import Cleaning
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import attachments

UPLOADS_MAX = 4  # at once, each up to 15 MiB in memory
BUSY_SECONDS = 5.0


def router(service: Service, office: Office, cleaning: Cleaning, settings: IntakeSettings) -> APIRouter:
    """The routes of attachments."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["attachments"])
    limit, room = Depends(Limit(settings.uploads_per_minute, settings.trusted_proxies)), asyncio.Semaphore(UPLOADS_MAX)

    @routes.post("/attachments", status_code=201, dependencies=[limit], openapi_extra=UPLOAD_BODY)
    async def upload(request: Request) -> Uploaded:
        """One file as the request's body, its type in Content-Type. The claim goes with the enquiry."""
        claimed = claimed_by(request)
        if room.locked():
            raise TooSoon(BUSY_SECONDS)
        async with room:
            content = await received(request, claimed)
            cleaned, media_type = await cleaning.cleaned(content, claimed)
        return await _kept(service, office, cleaned, media_type)

    @routes.get("/attachments/{attachment_id}", response_class=Response)
    async def download(attachment_id: UUID, authorization: Authorization = "") -> Response:
        """A claimed file, for a counsellor's token; it goes into the access log."""
        return await _read(service, office, attachment_id, authorization)

    return routes


async def _kept(service: Service, office: Office, cleaned: bytes, media_type: MediaType) -> Uploaded:
    attachment_id, claim = uuid4(), new_claim()
    await asyncio.to_thread(office.files.place, attachment_id, claim, cleaned)
    async with service.unit() as unit:
        await attachments.add(
            unit.tx,
            {
                "attachment_id": attachment_id,
                "claim_sha256": claim_digest(claim),
                "media_type": media_type,
                "size_bytes": len(cleaned),
                "uploaded_at": unit.context.now,
            },
        )
    return Uploaded(attachment_id=attachment_id, claim=claim, media_type=media_type, size_bytes=len(cleaned))


async def _read(service: Service, office: Office, attachment_id: UUID, authorization: str) -> Response:
    staff, _ = staff_of(service, authorization, COUNSELLORS)
    async with service.unit(actor=staff.actor, role=staff.role) as unit:
        row = await attachments.get(unit.tx, attachment_id)
        if row is None:
            raise Refused("unknown_attachment")
        await require_no_conflict(unit.tx, unit.context, row.person_id, "attachment_id")
        await accesslog.record(
            unit.tx,
            unit.context,
            action="read",
            object_kind="attachment",
            object_id=str(attachment_id),
            purpose="counselling",
        )
        try:
            content = await asyncio.to_thread(office.files.read, attachment_id, row.person_id)
        except (FileMissing, KeyDestroyed):
            raise Refused("unknown_attachment") from None
    return Response(content, media_type=row.media_type, headers=DOWNLOAD_HEADERS)
