"""Signing in by a form and out by a button, and how the pages look."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from lotse_chassis.faults import Refused
from lotse_ledger.http.access import COOKIE, form_value, gate_of
from lotse_ledger.http.page.tongues import language_of
from lotse_ledger.http.page.visits import problem_text, sign_in_page
from lotse_ledger.pages import stylesheet

routes = APIRouter()


@routes.post("/login")
async def sign_in(request: Request) -> Response:
    """Take the token into a cookie that no script reads and no other site sends."""
    gate, language = gate_of(request), language_of(request)
    try:
        token = await form_value(request, "token")
        auditor = gate.verified(token)
    except Refused as fault:
        return sign_in_page(request, problem_text(gate, fault, language), 401)
    answer = _to_the_overview(request)
    seconds = int((auditor.expires_at - gate.service.now()).total_seconds())
    answer.set_cookie(
        COOKIE, token, max_age=seconds, httponly=True, samesite="strict", secure=gate.cookie_is_secure, path="/"
    )
    return answer


@routes.post("/logout")
async def sign_out(request: Request) -> Response:
    """Forget the cookie."""
    answer = _to_the_overview(request)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/")
    return answer


@routes.get("/style.css")
async def style() -> Response:
    """How it looks."""
    return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def _to_the_overview(request: Request) -> RedirectResponse:
    address = f"./?lang={language_of(request)}"
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
