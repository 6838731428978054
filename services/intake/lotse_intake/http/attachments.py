"""Photos and letters: taken as a stream, checked, cleaned and encrypted before anything reaches the disk."""

import asyncio
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Request, Response

from lotse_chassis import accesslog
from lotse_chassis.faults import Refused
from lotse_chassis.identity import verify_token
from lotse_chassis.personkeys import KeyDestroyed
from lotse_chassis.service import Service
from lotse_contracts.values import COUNSELLORS
from lotse_intake.domain.files import FILE_BYTES_MAX, MEDIA_TYPES, MediaType, claimed_type, sniffed
from lotse_intake.http.bodies import Uploaded
from lotse_intake.http.limits import Limit
from lotse_intake.http.routes import TooSoon, route_class
from lotse_intake.providers.attachments import FileMissing, claim_digest, new_claim
from lotse_intake.providers.cleaning import Cleaning
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import attachments

UPLOADS_MAX = 4  # at once, each up to 15 MiB in memory
UPLOAD_SECONDS_MAX = 180.0  # 15 MiB at 0.7 Mbit/s
BUSY_SECONDS = 5.0
HEAD_BYTES = 16

_UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES},
    }
}
_DOWNLOAD_HEADERS = {
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}

Authorization = Annotated[str, Header(alias="Authorization", max_length=3_000)]


def router(service: Service, office: Office, cleaning: Cleaning, settings: IntakeSettings) -> APIRouter:
    """The routes of attachments."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["attachments"])
    limit, room = Depends(Limit(settings.uploads_per_minute, settings.trusted_proxies)), asyncio.Semaphore(UPLOADS_MAX)

    @routes.post("/attachments", status_code=201, dependencies=[limit], openapi_extra=_UPLOAD_BODY)
    async def upload(request: Request) -> Uploaded:
        """One file as the request's body, its type in Content-Type. The claim goes with the enquiry."""
        claimed = claimed_type(request.headers.get("content-type", ""))
        if claimed is None:
            raise Refused("file_type_not_taken", fields=("Content-Type",))
        if room.locked():
            raise TooSoon(BUSY_SECONDS)
        async with room:
            content = await _received(request, claimed)
            cleaned, media_type = await cleaning.cleaned(content, claimed)
        return await _kept(service, office, cleaned, media_type)

    @routes.get("/attachments/{attachment_id}", response_class=Response)
    async def download(attachment_id: UUID, authorization: Authorization = "") -> Response:
        """A claimed file, for a counsellor's token; it goes into the access log."""
        return await _read(service, office, attachment_id, authorization)

    return routes


async def _received(request: Request, claimed: MediaType) -> bytes:
    """The whole body. A file that lies is refused by its first bytes, without reading the rest."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > FILE_BYTES_MAX:
        raise Refused("too_large")
    content = bytearray()
    judged = False
    try:
        async with asyncio.timeout(UPLOAD_SECONDS_MAX):
            async for chunk in request.stream():
                content += chunk
                if len(content) > FILE_BYTES_MAX:
                    raise Refused("too_large")
                if not judged and len(content) >= HEAD_BYTES:
                    _require_honest(bytes(content[:HEAD_BYTES]), claimed)
                    judged = True
    except TimeoutError:
        raise Refused("timed_out") from None
    _require_honest(bytes(content[:HEAD_BYTES]), claimed)
    return bytes(content)


def _require_honest(head: bytes, claimed: MediaType) -> None:
    if sniffed(head) != claimed:
        raise Refused("file_lies", fields=("Content-Type",))


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
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or service.reader.token_key is None:
        raise Refused("token_missing")
    key, association = service.reader.token_key, service.association
    staff = verify_token(token.strip(), public_key=key, association=association, at=service.now())
    if staff.role not in COUNSELLORS:
        raise Refused("role_not_allowed")
    async with service.unit(actor=staff.actor, role=staff.role) as unit:
        row = await attachments.get(unit.tx, attachment_id)
        if row is None:
            raise Refused("unknown_attachment")
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
    return Response(content, media_type=row.media_type, headers=_DOWNLOAD_HEADERS)
