"""An auditor's token opens the ledger for reading. That and when it was used is kept, what was asked is not.

Machines send it in the `Authorization` header; a browser hands it in once by a form and gets a cookie that no script
reads and no other site sends. It is never part of an address.
"""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Request, Security
from fastapi.security import HTTPBearer

from lotse_chassis.faults import Refused
from lotse_chassis.identity import TOKEN_CHARACTERS_MAX, Auditor, verify_auditor_token
from lotse_chassis.service import Service
from lotse_ledger.store import tokens

SCOPE = "ledger:read"
COOKIE = "lotse_auditor"
BEARER = "Bearer "
_SCHEME = HTTPBearer(
    scheme_name="auditor", bearerFormat="JWT", description=f"read-only, scope `{SCOPE}`", auto_error=False
)
FORM_BYTES_MAX = TOKEN_CHARACTERS_MAX + 1_024


@dataclass(frozen=True)
class Gate:
    """Lets auditors of this association in; without a key nobody."""

    service: Service
    auditor_key: bytes

    async def admitted(self, token: str) -> Auditor:
        """Whose token this is; its use is noted. Raises Refused."""
        found = self.verified(token)
        async with self.service.engine.begin() as tx:
            at = self.service.now()
            await tokens.note_use(tx, token_id=found.token_id, auditor=found.name, at=at)
        return found

    def verified(self, token: str) -> Auditor:
        """Whose token this is, if it is one for this ledger and now. Raises Refused."""
        if not self.auditor_key:
            raise Refused("token_invalid")
        service = self.service
        found = verify_auditor_token(
            token, public_key=self.auditor_key, association=service.association, at=service.now()
        )
        if SCOPE not in found.scopes:
            raise Refused("role_not_allowed")
        return found

    @property
    def cookie_is_secure(self) -> bool:
        """Whether the face is reached by TLS; then the cookie never leaves without it."""
        return self.service.settings.public_url.startswith("https://")


def gate_of(request: Request) -> Gate:
    """The gate of this application."""
    gate: Gate = request.app.state.gate
    return gate


def token_of(request: Request) -> str:
    """The token that came along; empty if none did."""
    header = request.headers.get("authorization", "")
    return header.removeprefix(BEARER) if header.startswith(BEARER) else request.cookies.get(COOKIE, "")


async def auditor(request: Request, _: Annotated[object, Security(_SCHEME)]) -> Auditor:
    """Who asks; a dependency of every query. Raises Refused."""
    token = token_of(request)
    if not token:
        raise Refused("token_missing")
    return await gate_of(request).admitted(token)


async def form_value(request: Request, name: str) -> str:
    """One field of a small form. Raises Refused if the form is larger than a token can be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES_MAX:
            raise Refused("too_large")
    return parse_qs(body.decode("ascii", errors="replace")).get(name, [""])[0].strip()
