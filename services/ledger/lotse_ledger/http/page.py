"""The page for people: signed in by a form, rendered at once, readable without a script."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from lotse_chassis.faults import Refused
from lotse_chassis.identity import Auditor
from lotse_ledger.domain.availability import Availability, NothingKnown
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.reported import KINDS, MOMENTS_YEAR, answers, three_answers
from lotse_ledger.http.access import COOKIE, Gate, form_value, gate_of, token_of
from lotse_ledger.http.books import INDEX_MAX, grants_at, page_of_entries
from lotse_ledger.http.dates import Dates, Reading, dates, look
from lotse_ledger.pages import LedgerPage, ledger_page, sign_in_page, stylesheet
from lotse_ledger.pages.texts import PageLanguage
from lotse_ledger.store import books, witness

ENTRIES_SHOWN = 50
BALANCES_SHOWN = 500
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

routes = APIRouter(include_in_schema=False)

Language = Annotated[PageLanguage, Query()]


@routes.get("/")
async def ledger(
    request: Request,
    lang: Language = "de",
    valid_to: str = "",
    recorded_to: str = "",
    cursor: Annotated[int, Query(ge=0, le=INDEX_MAX)] = 0,
) -> Response:
    """The books at a glance, or the form to sign in."""
    gate = gate_of(request)
    try:
        auditor = await gate.admitted(token_of(request))
    except Refused as fault:
        had_token = bool(token_of(request))
        return _sign_in(gate, lang, _text(gate, fault, lang) if had_token else None, 401 if had_token else 200)
    given = {"valid_to": valid_to, "recorded_to": recorded_to}
    try:
        async with look(gate.service, dates(valid_to, recorded_to)) as at:
            view = await _view(at, auditor, given, cursor)
    except Refused as fault:
        view = await _latest(gate, auditor, given, _text(gate, fault, lang))
    return HTMLResponse(ledger_page(view, lang), headers=HEADERS)


@routes.post("/login")
async def sign_in(request: Request, lang: Language = "de") -> Response:
    """Take the token into a cookie that no script reads and no other site sends."""
    gate = gate_of(request)
    try:
        token = await form_value(request, "token")
        auditor = gate.verified(token)
    except Refused as fault:
        return _sign_in(gate, lang, _text(gate, fault, lang), 401)
    answer = RedirectResponse(f"./?lang={lang}", status_code=303, headers={"Cache-Control": "no-store"})
    seconds = int((auditor.expires_at - gate.service.now()).total_seconds())
    answer.set_cookie(
        COOKIE, token, max_age=seconds, httponly=True, samesite="strict", secure=gate.cookie_is_secure, path="/"
    )
    return answer


@routes.post("/logout")
async def sign_out(lang: Language = "de") -> Response:
    """Forget the cookie."""
    answer = RedirectResponse(f"./?lang={lang}", status_code=303, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/")
    return answer


@routes.get("/style.css")
async def style() -> Response:
    """How it looks."""
    return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


async def _view(at: Reading, auditor: Auditor, given: dict[str, str], cursor: int, problem: str = "") -> LedgerPage:
    facts = await books.entries_of_kinds(at.tx, KINDS)
    entries, next_cursor = await page_of_entries(at, cursor=cursor, limit=ENTRIES_SHOWN)
    return LedgerPage(
        association=at.association,
        auditor=auditor.name,
        problem=problem or None,
        as_of=at.as_of,
        given=given,
        answers=three_answers(facts),
        chosen_answers=_chosen(facts, at) if any(given.values()) else (),
        grants=await grants_at(at),
        balances=tuple(await books.balances(at.tx, at.as_of, limit=BALANCES_SHOWN)),
        entries=entries,
        cursor=cursor,
        next_cursor=next_cursor,
        checkpoints=tuple(await witness.checkpoints(at.tx)),
        shared=tuple(await witness.shared_vouchers(at.tx)),
    )


async def _latest(gate: Gate, auditor: Auditor, given: dict[str, str], problem: str) -> LedgerPage:
    """The latest state with what was wrong about the dates; an empty page while nothing is recorded."""
    try:
        async with look(gate.service, Dates(None, None)) as at:
            return await _view(at, auditor, given | {"recorded_to": "", "valid_to": ""}, 0, problem)
    except Refused:
        return LedgerPage(
            association=gate.service.association,
            auditor=auditor.name,
            problem=problem,
            as_of=None,
            given=given,
            answers=(),
            chosen_answers=(),
            grants=(),
            balances=(),
            entries=(),
            cursor=0,
            next_cursor=None,
            checkpoints=(),
            shared=(),
        )


def _chosen(facts: Sequence[Recorded], at: Reading) -> tuple[Availability, ...]:
    try:
        return answers(facts, MOMENTS_YEAR, at.as_of)
    except NothingKnown:
        return ()


def _sign_in(gate: Gate, lang: PageLanguage, problem: str | None, status: int) -> Response:
    page = sign_in_page(lang, association=gate.service.association, problem=problem)
    headers = HEADERS | ({"WWW-Authenticate": "Bearer"} if status == 401 else {})
    return HTMLResponse(page, status_code=status, headers=headers)


def _text(gate: Gate, fault: Refused, lang: PageLanguage) -> str:
    return gate.service.problems.problem(fault.code, fault.fields).texts[lang]
