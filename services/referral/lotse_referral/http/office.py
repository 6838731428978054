"""The page behind an office's link, without account or script: GET shows, POST opens, answers, or has a link sent."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.problems import preferred_language
from lotse_chassis.service import Service, Unit
from lotse_referral.domain.office_links import SESSION_LIFE
from lotse_referral.handlers import office
from lotse_referral.handlers.office import OfficeAnswer, Seen
from lotse_referral.handlers.telling import OwnPages, all_with_links
from lotse_referral.pages.office import HEADERS, OFFICE_LANGUAGES, TIMES_MAX, code_html, office_html
from lotse_referral.providers.offices import LINK_PATH, Offices

FORM_BYTES_MAX = 20_000  # two thousand characters of four bytes each, percent-encoded, and what stands beside them
FIELDS_MAX = 60
HERE = ZoneInfo("Europe/Berlin")
ROLE, ACTOR = "receiver", "office"
STATUS = {
    **dict.fromkeys(("door", "page", "renewed"), 200),
    "unknown": 404,
    **dict.fromkeys(("used", "expired", "replaced", "withdrawn", "over"), 410),
    **dict.fromkeys(("signed_out", "forbidden"), 403),
    "too_soon": 429,
    "no_address": 409,
}
FAULTS = ("reason_needed", "outcome_needed", "question_needed", "text_too_long", "malformed")
WRONG_TIMES = ("ends_before_start", "time_is_over", "too_long", "unknown_place", "appointment_of_another")
RETRY_SECONDS = 3_600


def routes(service: Service, offices: Offices) -> APIRouter:
    """Everything under `/l`; a session's cookie goes nowhere else."""
    router = APIRouter(default_response_class=HTMLResponse, tags=["offices"])
    face = OfficeFace(service, offices)
    send = ["POST"]
    root, code = LINK_PATH.rstrip("/"), LINK_PATH + "{code}"
    router.add_api_route(root, face.type_in, summary="Type in the code of a letter")
    router.add_api_route(code, face.show, summary="What an office's link shows; changes nothing")
    for path, look in ((root, face.type_in), (code, face.show)):
        router.add_api_route(path, look, methods=["HEAD"], include_in_schema=False)
    router.add_api_route(code + "/open", face.open, methods=send, summary="Open the link; it is used up")
    router.add_api_route(code + "/answer", face.answer, methods=send, summary="Accept, decline, ask back, propose, end")
    router.add_api_route(code + "/again", face.again, methods=send, summary="Mail another link to the address on file")
    return router


@dataclass(frozen=True)
class OfficeFace:
    """The five things that a browser of an office can ask of us."""

    service: Service
    offices: Offices

    async def type_in(self, request: Request, code: str = "", lang: str = "") -> Response:
        """Leads to the page of the code that somebody types in from a letter."""
        wished = _language(request, lang)
        if code:
            return _found(f"l/{_path_safe(code)}", wished)
        return _html(code_html(self.offices.sender, wished), 200, wished)

    async def show(self, request: Request, code: str, lang: str = "", done: str = "") -> Response:
        """Mail scanners and previews come here, too: nothing is used up, and nothing of anybody is shown."""
        seen = await self._seen(code, _session(request, code))
        return self._answered(request, code, seen, _language(request, lang), done=bool(done))

    async def open(self, request: Request, code: str, lang: str = "") -> Response:
        """The one time that a link opens."""
        wished = _language(request, lang)
        if not self._is_own(request):
            return self._answered(request, code, Seen("forbidden"), wished)
        async with self._unit() as unit:
            secret, said = await office.open_link(unit.tx, unit.context, code)
            unit.say(*said)
        response = _found(f"../{_path_safe(code)}", wished)
        if secret is not None:
            self._remember(response, code, secret)
        return response

    async def answer(self, request: Request, code: str, lang: str = "") -> Response:
        """What the office decides; a form from elsewhere decides nothing."""
        wished, session = _language(request, lang), _session(request, code)
        form = await _form(request)
        forged = form is None or (session and not office.token_holds(session, _one(form, "token")))
        if form is None or forged or not self._is_own(request):
            return self._answered(request, code, Seen("forbidden"), wished)
        try:
            async with self._unit() as unit:
                given = _given(form)
                said = await office.answer(self.offices, unit.tx, unit.context, code, session=session, given=given)
                pages = OwnPages(self.offices.base_url, self.offices.notify_key)
                unit.say(*await all_with_links(unit.tx, pages, said, unit.context.now))
        except Refused as fault:
            return await self._refused(request, code, wished, fault)
        return _found(f"../{_path_safe(code)}", wished, done=True)

    async def again(self, request: Request, code: str, lang: str = "") -> Response:
        """Never to the visitor."""
        wished = _language(request, lang)
        if not self._is_own(request):
            return self._answered(request, code, Seen("forbidden"), wished)
        async with self._unit() as unit:
            kind, said = await office.renew(self.offices, unit.tx, unit.context, code)
            unit.say(*said)
        return self._answered(request, code, Seen(kind), wished)

    async def _refused(self, request: Request, code: str, language: str, fault: Refused) -> Response:
        """The page again, with the sentence that says what to do; nothing was changed."""
        session = "" if fault.code == "signed_out" else _session(request, code)
        seen = await self._seen(code, session)
        if fault.code == "signed_out" and seen.kind not in ("unknown", "withdrawn"):
            seen = replace(seen, kind="signed_out")
        wrong_time = "time_wrong" if fault.code in WRONG_TIMES else "action_not_allowed"
        said = fault.code if fault.code in FAULTS else wrong_time
        return self._answered(request, code, seen, language, fault=said)

    async def _seen(self, code: str, session: str) -> Seen:
        async with self._unit() as unit:
            return await office.look(self.offices, unit.tx, unit.context, code, session)

    def _answered(
        self, request: Request, code: str, seen: Seen, language: str, *, done: bool = False, fault: str = ""
    ) -> Response:
        token = office.form_token(_session(request, code)) if seen.kind == "page" else ""
        given = {"code": _path_safe(code), "token": token, "fault": fault}
        body = office_html(seen, self.offices.sender, language, done=done, **given)
        status = STATUS[seen.kind]
        if fault and seen.kind == "page":
            status = 409 if fault == "action_not_allowed" else 422
        response = _html(body, status, language)
        if seen.kind == "too_soon":
            response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    def _remember(self, response: Response, code: str, secret: str) -> None:
        base = urlsplit(self.offices.base_url)
        response.set_cookie(
            office.cookie_of(code),
            secret,
            max_age=int(SESSION_LIFE.total_seconds()),
            path=base.path.rstrip("/") + LINK_PATH.rstrip("/"),
            secure=base.scheme == "https",
            httponly=True,
            samesite="strict",
        )

    def _is_own(self, request: Request) -> bool:
        """Browsers say where a form comes from; what they do not say is left to the cookie and the form's token."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        base = urlsplit(self.offices.base_url)
        own = (f"{base.scheme}://{base.netloc}", f"{request.url.scheme}://{request.url.netloc}")
        return request.headers.get("origin", "") in ("", "null", *own)

    def _unit(self) -> AbstractAsyncContextManager[Unit]:
        return self.service.unit(actor=ACTOR, role=ROLE)


def _html(body: str, status: int, language: str) -> HTMLResponse:
    return HTMLResponse(body, status_code=status, headers=HEADERS | {"Content-Language": language})


def _found(place: str, language: str, *, done: bool = False) -> RedirectResponse:
    """See Other, so that reloading the page repeats nothing."""
    query = f"?lang={language}" + ("&done=1" if done else "")
    return RedirectResponse(place + query, status_code=303, headers=HEADERS)


def _session(request: Request, code: str) -> str:
    return request.cookies.get(office.cookie_of(code), "")


def _path_safe(code: str) -> str:
    """The code as it was given out, or nothing of what was typed instead."""
    canonical = links.canonical(code)
    safe = canonical.isascii() and canonical.isalnum() and len(canonical) == links.CODE_CHARACTERS
    return canonical if safe else "-"


def _language(request: Request, lang: str) -> str:
    if lang in OFFICE_LANGUAGES:
        return lang
    wish = preferred_language(request.headers.get("accept-language", ""))
    return wish if wish in OFFICE_LANGUAGES else "de"


async def _form(request: Request) -> Mapping[str, list[str]] | None:
    """A form as browsers send it without JavaScript; None if it is none, or too large."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > FORM_BYTES_MAX:
        return None
    try:
        return parse_qs((await request.body()).decode("utf-8"), max_num_fields=FIELDS_MAX, keep_blank_values=True)
    except (ValueError, UnicodeDecodeError):
        return None


def _one(form: Mapping[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


def _given(form: Mapping[str, list[str]]) -> OfficeAnswer:
    """Raises Refused where a time cannot be read."""
    return OfficeAnswer(
        action=_one(form, "action"),
        reason=_one(form, "reason") or None,
        outcome=_one(form, "outcome") or None,
        question=_one(form, "question") or None,
        groups=tuple(form.get("group", ())),
        text=_one(form, "text").replace("\r\n", "\n"),
        times=_times(form) if _one(form, "action") == office.PROPOSE else (),
        nonce=_one(form, "form"),
    )


def _times(form: Mapping[str, list[str]]) -> tuple[tuple[datetime, datetime], ...]:
    """The rows that were filled in. Raises Refused where one cannot be read, or none was."""
    rows = list(zip(form.get("day", ()), form.get("starts", ()), form.get("ends", ()), strict=False))[:TIMES_MAX]
    found = tuple((_moment(day, starts), _moment(day, ends)) for day, starts, ends in rows if day or starts or ends)
    if not found:
        raise Refused("malformed", fields=("times",))
    return found


def _moment(day: str, clock: str) -> datetime:
    """Of the office's clock."""
    try:
        return datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M").replace(tzinfo=HERE)
    except ValueError:
        raise Refused("malformed", fields=("times",)) from None
