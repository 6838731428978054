"""What the routes of her own page share: where they are, how they answer, and how they say no."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from lotse_chassis.faults import Refused
from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_referral.http import own_session
from lotse_referral.pages import own_page as pages
from lotse_referral.pages.own_page import Where
from lotse_referral.settings import ReferralSettings
from lotse_referral.store import ownpage
from lotse_referral.store.ownpage import OwnSession

SEE_OTHER = 303
STATUS = {
    "person_erased": 403,
    "unknown_referral": 404,
    "unknown_appointment": 404,
    "unknown_consent": 404,
    "unknown_time": 404,
    "action_not_allowed": 409,
    "appointment_cancelled": 409,
    "time_closed": 409,
    "time_is_over": 409,
}
"""Of a page for people, beside those of the service; an erased person's session is as good as none."""
BACK_TO_CODE = frozenset({"code_or_pin_wrong", "intake_away", "session_over", "person_erased", "too_many"})
"""After these she is shown where to enter code and PIN."""


@dataclass(frozen=True)
class Face:
    """What every route needs."""

    service: Service
    public_url: str
    exit_url: str
    limit: Limit

    @property
    def base(self) -> str:
        """What stands before our paths where a proxy puts us below its own."""
        return urlsplit(self.public_url).path.rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people reach us by https, so that the cookie never travels without."""
        return self.public_url.startswith("https://")

    def where(self, path: str) -> Where:
        """The addresses that a page needs."""
        return Where(self.base, self.base + path)

    def text(self, code: str, language: str) -> str:
        """Why not, in her language."""
        return self.service.problems.problem(code).texts[language]

    def status(self, code: str) -> int:
        """The status that fits."""
        return STATUS.get(code, self.service.problems.status_of(code))

    def must_come_from_here(self, request: Request) -> None:
        """Raises Refused if another page made this request."""
        own_session.must_come_from_here(request, self.public_url)

    async def session_of(self, request: Request) -> OwnSession | None:
        """Whoever this browser has proved to be; looking changes nothing."""
        token = own_session.token_of(request)
        if not token:
            return None
        async with self.service.engine.connect() as tx:
            return await ownpage.session_of(tx, token, self.service.now())

    def to_her_page(self, language: str | None, *, done: str | None = None) -> Response:
        """Where she is after whatever she did, so that going back or forth repeats nothing."""
        query = urlencode({name: value for name, value in (("lang", language), ("done", done)) if value})
        address = f"{self.base}/me?{query}" if query else f"{self.base}/me"
        return RedirectResponse(address, status_code=SEE_OTHER, headers={"Cache-Control": "no-store"})


def face_of(service: Service, settings: ReferralSettings) -> Face:
    """The face of a service."""
    limit = Limit(settings.own_page_tries_per_minute, settings.trusted_proxies)
    return Face(service, settings.public_url, settings.quick_exit_url, limit)


def html(text: str, language: str, status: int = 200, **headers: str) -> HTMLResponse:
    """A page with what protects it."""
    return HTMLResponse(text, status, pages.HEADERS | {"Content-Language": language} | headers)


async def refusable(face: Face, request: Request, handle: Callable[[], Awaitable[Response]]) -> Response:
    """A refusal is a page, too: in her language, with the way back, and never with anything that came in."""
    try:
        return await handle()
    except Refused as fault:
        session = await face.session_of(request)
        language = own_session.language_of(request, session.language if session else None)
        status, said = face.status(fault.code), face.text(fault.code, language)
        headers = {} if fault.retry_after_seconds is None else {"Retry-After": str(fault.retry_after_seconds)}
        if fault.code in BACK_TO_CODE:
            away = fault.code == "intake_away"
            page = pages.entering(language, face.where("/me/enter"), said=said, away=away)
        else:
            page = pages.refused(language, face.where("/me"), said)
        return html(page, language, status, **headers)
