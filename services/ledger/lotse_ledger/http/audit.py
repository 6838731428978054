"""What an auditor does: draw a sample, see her own sealed queries, end the audit."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from lotse_chassis.faults import Refused
from lotse_chassis.identity import Auditor
from lotse_contracts.sealed import CannotOpen, decode
from lotse_ledger.domain.asked import Chain
from lotse_ledger.domain.sampling import ALGORITHM, Method, Sample, drawn, population, seed_of
from lotse_ledger.handlers import audits
from lotse_ledger.http import shaped
from lotse_ledger.http.access import Asking, gate_of
from lotse_ledger.http.answers import AsOfShape, Shape
from lotse_ledger.http.books import one_grant, size_at
from lotse_ledger.http.dates import Books, Reading
from lotse_ledger.http.entries import proof_path
from lotse_ledger.http.exchange import BODY_BYTES_MAX, router
from lotse_ledger.store import samples, tokens
from lotse_ledger.store.samples import Signed

SAMPLE_MAX = 500
NONCE_PATTERN = r"^([0-9a-f]{2}){16,64}$"
QUERIES_PAGE = 100
QUERIES_PAGE_MAX = 500
QUERIES_MAX = 2**31 - 1  # a row's number is a 32-bit integer

routes = router()


class Said(BaseModel):
    """What comes in a body; a field that nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SampleWanted(Said):
    """How many vouchers, by which method, with the auditor's own random bytes."""

    n: int = Field(ge=1, le=SAMPLE_MAX)
    nonce: str = Field(pattern=NONCE_PATTERN, description="16 to 64 bytes, hexadecimal, chosen before looking")
    method: Method = "random"
    grant: UUID | None = Field(default=None, description="vouchers charged to this grant; every grant where left out")


class SampledShape(Shape):
    """A voucher of the sample; it won by its `ticket`, or by its amount alone where it is `certain`."""

    log_index: int
    line: str
    amount: int
    ticket: str
    certain: bool
    entry: str
    proof: str


class StratumShape(Shape):
    """A cost line, how many vouchers it has and how many of them are in the sample."""

    line: str
    items: int
    chosen: int


class SampleShape(AsOfShape):
    """A sample with all that is needed to draw it again: docs/guides/sampling.md says how."""

    algorithm: str
    method: Method
    checkpoint_size: int
    checkpoint_root: str
    nonce: str
    seed: str
    population: int
    total: int
    population_sha256: str
    left_out: int
    interval: int | None
    strata: tuple[StratumShape, ...]
    items: tuple[SampledShape, ...]


class SealedQueryShape(Shape):
    """A query of this token, sealed to the auditor's key (HPKE, RFC 9180): nobody else can open it."""

    number: int
    asked_at: datetime
    kid: str
    enc: str
    ciphertext: str
    digest: str


class QueriesShape(Shape):
    """The rows of this token; `queries` and `digest` are those of the whole chain, this request included."""

    token_id: str
    queries: int
    digest: str
    sealed: bool = Field(description="false: the token carries no key, so what was asked is not kept at all")
    rows: tuple[SealedQueryShape, ...]


class SessionShape(Shape):
    """A day on which this token was used, as the association sees it."""

    token_id: str
    auditor: str
    day: str
    uses: int
    first_at: datetime
    last_at: datetime


class TokenShape(Shape):
    """The token as the ledger reads it, and what the association sees of its use."""

    name: str
    token_id: str
    scopes: tuple[str, ...]
    expires_at: datetime
    sessions: tuple[SessionShape, ...]


class AuditEnd(Said):
    """The auditor's private X25519 key, base64url: with it the association may read what was asked with this token."""

    private_key: str = Field(min_length=43, max_length=43)


class EndedShape(Shape):
    """The audit ended for this token; it opens nothing any more."""

    token_id: str
    queries: int
    digest: str


@routes.post("/audit/sample", max_body_size=BODY_BYTES_MAX)
async def sample(wanted: SampleWanted, at: Books) -> SampleShape:
    """Draw vouchers by a seed of the checkpoint's root and the auditor's nonce."""
    if wanted.grant is not None:
        await one_grant(at, wanted.grant)
    signed, found = await sample_at(
        at, nonce=bytes.fromhex(wanted.nonce), count=wanted.n, method=wanted.method, grant_id=wanted.grant
    )
    return SampleShape(
        **shaped.dated(at.as_of),
        algorithm=ALGORITHM,
        method=found.method,
        checkpoint_size=signed.size,
        checkpoint_root=signed.root.hex(),
        nonce=wanted.nonce,
        seed=found.seed.hex(),
        population=found.population,
        total=found.total,
        population_sha256=found.population_sha256,
        left_out=found.left_out,
        interval=found.interval,
        strata=tuple(StratumShape.model_validate(one) for one in found.strata),
        items=tuple(
            SampledShape(
                log_index=one.item.log_index,
                line=one.item.line,
                amount=one.item.amount,
                ticket=one.ticket,
                certain=one.certain,
                entry=f"/v1/entries/{one.item.log_index}",
                proof=proof_path(one.item.log_index),
            )
            for one in found.chosen
        ),
    )


async def sample_at(
    at: Reading, *, nonce: bytes, count: int, method: Method, grant_id: UUID | None
) -> tuple[Signed, Sample]:
    """A sample on the largest checkpoint that was signed by then. Raises Refused where none was."""
    signed = await samples.latest_signed(at.tx, await size_at(at))
    if signed is None:
        raise Refused("no_checkpoint", fields=("recorded_to",))
    grants = at.reach.grants if grant_id is None else frozenset({grant_id})
    items = population(await samples.vouchers_below(at.tx, signed.size), grants)
    return signed, drawn(items, count=count, seed=seed_of(signed.root, nonce), method=method)


@routes.get("/audit/queries")
async def queries(
    request: Request,
    asking: Asking,
    after: Annotated[int, Query(ge=0, le=QUERIES_MAX, description="rows that follow this number")] = 0,
    limit: Annotated[int, Query(ge=1, le=QUERIES_PAGE_MAX)] = QUERIES_PAGE,
) -> QueriesShape:
    """What was asked with this token, sealed to its auditor; only she can open it."""
    async with gate_of(request).service.engine.connect() as tx:
        whole = await tokens.chain(tx, asking.token_id)
        rows = await tokens.queries(tx, asking.token_id, after=after, limit=limit)
    return QueriesShape(
        token_id=asking.token_id,
        queries=whole.number,
        digest=whole.digest.hex(),
        sealed=bool(asking.seal_key),
        rows=tuple(
            SealedQueryShape(
                number=row.number,
                asked_at=row.asked_at,
                kid=row.kid,
                enc=row.enc,
                ciphertext=row.ciphertext,
                digest=row.digest.hex(),
            )
            for row in rows
        ),
    )


@routes.get("/audit/token")
async def token(request: Request, asking: Asking) -> TokenShape:
    """What this token opens and until when, and what the association sees of it: days, times and how often."""
    async with gate_of(request).service.engine.connect() as tx:
        found = await tokens.sessions(tx, token_id=asking.token_id)
    return TokenShape(
        name=asking.name,
        token_id=asking.token_id,
        scopes=tuple(sorted(asking.scopes)),
        expires_at=asking.expires_at,
        sessions=tuple(
            SessionShape(
                token_id=one.token_id,
                auditor=one.auditor,
                day=one.day.isoformat(),
                uses=one.uses,
                first_at=one.first_at,
                last_at=one.last_at,
            )
            for one in found
        ),
    )


@routes.post("/audit/end", max_body_size=BODY_BYTES_MAX)
async def end(request: Request, end: AuditEnd, asking: Asking) -> EndedShape:
    """End the audit: the association may read what was asked with this token, and the token opens nothing any more."""
    gate = gate_of(request)
    async with gate.service.unit(actor=asking.name) as unit:
        unit.say(*await audits.end(unit.tx, unit.context, gate.house, asking, _key(end.private_key)))
        chain = await tokens.chain(unit.tx, asking.token_id)
    return _ended(asking, chain)


def _key(text: str) -> bytes:
    try:
        return decode(text)
    except CannotOpen:
        raise Refused("key_does_not_fit", fields=("private_key",)) from None


def _ended(asking: Auditor, chain: Chain) -> EndedShape:
    return EndedShape(token_id=asking.token_id, queries=chain.number, digest=chain.digest.hex())
