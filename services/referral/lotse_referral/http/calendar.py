"""The calendar file of an appointment under a link: GET and HEAD change nothing, however often a calendar looks."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_referral.domain.calendar_file import FILE_NAME, media_type
from lotse_referral.handlers import calendars

CODE_CHARACTERS_MAX = 64
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""A calendar asks again each time and is told that nothing has changed; nobody between keeps a copy."""
NOT_MODIFIED = 304


def routes(engine: AsyncEngine, association: str, now: Callable[[], datetime]) -> APIRouter:
    """One path; the code is the only key."""
    router = APIRouter()

    @router.head("/calendar/{code}.ics", include_in_schema=False)
    @router.get(
        "/calendar/{code}.ics",
        summary="One appointment as a calendar file (RFC 5545)",
        response_class=Response,
        responses={
            200: {"description": "The file; `METHOD:CANCEL` once it is taken back.", "content": {"text/calendar": {}}},
            304: {"description": "As it was."},
            404: {"description": "There is no such link."},
            410: {"description": "The appointment is over, or the link was taken back."},
        },
    )
    async def calendar(request: Request, code: str) -> Response:
        async with engine.connect() as tx:
            made = await calendars.followed(tx, code[:CODE_CHARACTERS_MAX], association, now())
        tag = f'"{hashlib.sha256(made.content).hexdigest()[:32]}"'
        headers = HEADERS | {"ETag": tag}
        if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=NOT_MODIFIED, headers=headers)
        return Response(made.content, headers=headers | {"Content-Type": media_type(made.method)})

    return router
