"""An auditor's token opens the ledger. That and when it was used is kept in clear, what was asked is sealed to her.

Machines send it in the `Authorization` header; a browser hands it in once by a form and gets a cookie that no script
reads and no other site sends. It is never part of an address.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_chassis.identity import TOKEN_CHARACTERS_MAX, Auditor, verify_auditor_token
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_contracts.sealed import CannotOpen, seal
from lotse_ledger.domain.asked import SEALED_TYPE, Asked, Chain, SealedQuery, sealed_key
from lotse_ledger.domain.scopes import GRANT_PREFIX, READ, Reach, reach_of
from lotse_ledger.handlers.house import House
from lotse_ledger.http.pace import Pace
from lotse_ledger.providers.evidence_files import EvidenceFiles
from lotse_ledger.store import tokens

SCOPE = READ
COOKIE = "lotse_auditor"
BEARER = "Bearer "
_SCHEME = HTTPBearer(
    scheme_name="auditor",
    bearerFormat="JWT",
    description=f"scope `{SCOPE}` for every grant, or `{GRANT_PREFIX}<id>` for one",
    auto_error=False,
)
FORM_BYTES_MAX = TOKEN_CHARACTERS_MAX + 1_024


@dataclass(frozen=True)
class Gate:
    """Lets auditors of this association in; without a key nobody."""

    service: Service
    house: House
    auditor_key: bytes = field(repr=False)
    pace: Pace
    files: EvidenceFiles | None = None

    async def admitted(self, request: Request) -> Auditor:
        """Who makes this request; its use is noted, and what is asked sealed to her. Raises Refused."""
        token = token_of(request)
        if not token:
            raise Refused("token_missing")
        found = self.verified(token)
        self.pace.take(found.token_id)
        asked = await _asked(request, self.service.now())
        async with self.service.engine.begin() as tx:
            if await tokens.is_revoked(tx, found.token_id):
                raise Refused("token_revoked")
            if await tokens.disclosed_key(tx, found.token_id) is not None:
                raise Refused("audit_ended")
            await tokens.note_use(tx, token_id=found.token_id, auditor=found.name, at=asked.asked_at)
            request.state.chain = await _kept(tx, found, asked)
        return found

    def verified(self, token: str) -> Auditor:
        """Whose token this is, if it is one for this ledger and now. Raises Refused."""
        if not self.auditor_key:
            raise Refused("token_invalid")
        service = self.service
        found = verify_auditor_token(
            token, public_key=self.auditor_key, association=service.association, at=service.now()
        )
        if reach_of(found.scopes) is None:
            raise Refused("role_not_allowed")
        return found

    @property
    def keys(self) -> PersonKeys | None:
        """What the openings of commitments are sealed with."""
        return self.house.keys

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


async def admitted(request: Request) -> Auditor:
    """Who asks. Raises Refused."""
    return await gate_of(request).admitted(request)


async def auditor(request: Request, _: Annotated[object, Security(_SCHEME)]) -> Auditor:
    """Who asks; a dependency of every query. Raises Refused."""
    return await admitted(request)


Asking = Annotated[Auditor, Depends(auditor)]


async def reads_everything(asking: Asking) -> Auditor:
    """A dependency of what shows the whole log, such as its leaves. Raises Refused for a token of single grants."""
    if not reach(asking).is_whole:
        raise Refused("scope_missing", allowed=SCOPE)
    return asking


def reach(asking: Auditor) -> Reach:
    """What her token opens. Raises Refused if that is nothing."""
    found = reach_of(asking.scopes)
    if found is None:
        raise Refused("role_not_allowed")
    return found


async def form_value(request: Request, name: str) -> str:
    """One field of a small form. Raises Refused if the form is larger than a token can be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES_MAX:
            raise Refused("too_large")
    return parse_qs(body.decode("ascii", errors="replace")).get(name, [""])[0].strip()


async def _asked(request: Request, at: datetime) -> Asked:
    body = (await request.body()).decode(errors="replace") if request.method == "POST" else ""
    return Asked(at, request.method, request.url.path, request.url.query, body)


async def _kept(tx: AsyncConnection, auditor: Auditor, asked: Asked) -> Chain | None:
    """The chain of her queries with this one; None where her token carries no key, since then nobody could open it."""
    if not auditor.seal_key:
        return None
    chain = await tokens.held_chain(tx, auditor.token_id)
    row = _sealed(chain, auditor.seal_key, asked)
    await tokens.add_query(tx, row)
    return Chain(row.token_id, row.number, row.digest)


def _sealed(chain: Chain, seal_key: bytes, asked: Asked) -> SealedQuery:
    key = sealed_key(chain.token_id, chain.number + 1)
    try:
        sealed = seal(asked.content(), seal_key, type_name=SEALED_TYPE, key=key)
    except CannotOpen:  # a key that would let anybody open it
        raise Refused("token_invalid") from None
    return chain.grown(asked_at=asked.asked_at, kid=sealed.kid, enc=sealed.enc, ciphertext=sealed.ciphertext)
