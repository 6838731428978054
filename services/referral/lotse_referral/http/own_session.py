"""Who is on her own page: a cookie that only our own pages send back, and forms that only our own pages can make."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response

from lotse_chassis.faults import Refused
from lotse_chassis.problems import preferred_language
from lotse_contracts.values import RecipientLanguage
from lotse_referral.domain.own_page import SESSION_LIVES
from lotse_referral.pages.own_page import LANGUAGES

COOKIE = "me"
FORM_BYTES_MAX = 4_096
FORM_FIELDS_MAX = 10
TOKEN_CHARACTERS_MAX = 64
FROM_HERE = frozenset({"same-origin", "none"})
"""Source: Fetch Metadata, `Sec-Fetch-Site`; `none` is what somebody typed."""
_FORM_INFO = b"lotse.own-page.form.v1"


def token_of(request: Request) -> str:
    """What her browser brought; empty if nothing."""
    return request.cookies.get(COOKIE, "")[:TOKEN_CHARACTERS_MAX]


def form_token(token: str) -> str:
    """Proves that a form was made for this session; whoever reads it cannot open the session with it."""
    return hmac.new(token.encode(), _FORM_INFO, hashlib.sha256).hexdigest()


def remember(response: Response, token: str, *, base: str, secure: bool) -> None:
    """SameSite=Strict: no other page can act with it, not even by a link."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIVES.total_seconds()),
        path=f"{base}/me",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def forget(response: Response, *, base: str, secure: bool) -> None:
    """She has left."""
    response.delete_cookie(COOKIE, path=f"{base}/me", secure=secure, httponly=True, samesite="strict")


def must_come_from_here(request: Request, public_url: str) -> None:
    """Raises Refused if another page made this request. A browser that says nothing about it is held by the cookie."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in FROM_HERE:
            raise Refused("not_from_this_page")
        return
    origin = request.headers.get("origin", "null")
    if origin != "null" and urlsplit(origin).netloc not in {urlsplit(public_url).netloc, request.headers.get("host")}:
        raise Refused("not_from_this_page")


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form, each once. Raises Refused if it is none of ours."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > FORM_BYTES_MAX:
        raise Refused("too_large")
    try:
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX)
    except ValueError:
        raise Refused("malformed") from None
    return {name: values[-1] for name, values in fields.items()}


def must_be_ours(form: Mapping[str, str], token: str) -> None:
    """Raises Refused if the form was not made for this session."""
    if not token or not hmac.compare_digest(form.get("token", "").encode(), form_token(token).encode()):
        raise Refused("not_from_this_page")


def language_of(request: Request, own: str | None = None) -> RecipientLanguage:
    """What she chose, else her own language, else what her browser wishes; Russian never stands in for Ukrainian."""
    chosen = request.query_params.get("lang", "")
    wished = preferred_language(request.headers.get("accept-language", ""))
    ordered = (chosen, (own or "").split("-", maxsplit=1)[0], wished)
    return next(language for one in ordered for language in LANGUAGES if language == one)
