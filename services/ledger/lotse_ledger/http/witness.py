"""Our witness for other logs over HTTP, to the letter of C2SP tlog-witness; nobody needs a token, a log's key is one.

Who asks too often waits, who sends too much is refused, and before the log's signature holds nothing is written down
but that it did not.
"""

import hashlib

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from lotse_chassis.faults import Refused
from lotse_ledger.domain.notes import SigningKey
from lotse_ledger.domain.witnessing import CONFLICT, REQUEST_BYTES_MAX, NotWitnessed, Submission, submission
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.witnessing import BY_HTTP, note_refusal, public_keys, witnessed
from lotse_ledger.http.access import Gate, gate_of
from lotse_ledger.http.evidence import A_MOMENT, address_of
from lotse_ledger.http.pace import Pace
from lotse_ledger.store import heads
from lotse_ledger.store.alarms import Alarm

SIZE_TYPE = "text/x.tlog.size"
ALARM_NOTE_CHARACTERS_MAX = 8_192


def routes(house: House) -> APIRouter:
    """The witness of this house, with a pace of its own."""
    found, pace = APIRouter(prefix="/witness"), Pace(house.evidence.requests_a_minute)

    @found.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        """`old N`, the proof, an empty line, the checkpoint; answered with our signature line."""
        pace.take(address_of(request))
        key = house.evidence.witness
        if key is None:
            raise Refused("not_found")
        try:
            given = submission(await _body(request))
        except NotWitnessed as fault:
            return _refused(fault)
        return await _answer(gate_of(request), key, given)

    @found.get("/{origin_sha256}/checkpoint")
    async def seen(request: Request, origin_sha256: str) -> Response:
        """What we countersigned last of this log, with both signatures."""
        async with gate_of(request).service.engine.connect() as tx:
            for one in await heads.all_seen(tx):
                if hashlib.sha256(one.head.origin.encode()).hexdigest() == origin_sha256:
                    return PlainTextResponse(one.note.encode(), headers={"Cache-Control": A_MOMENT})
        raise Refused("not_found")

    return found


async def _answer(gate: Gate, key: SigningKey, given: Submission) -> Response:
    """Look and remember in one transaction, and answer once it is committed."""
    async with gate.service.unit() as unit:
        now = unit.context.now
        try:
            known = await public_keys(unit.tx, gate.house)
            line = await witnessed(unit.tx, given, keys=known, key=key, now=now)
            answer: Response = PlainTextResponse(line.line.encode(), headers={"Cache-Control": "no-store"})
        except NotWitnessed as fault:
            note = given.checkpoint.raw.decode()[:ALARM_NOTE_CHARACTERS_MAX]
            one = Alarm(given.head.origin[:200], BY_HTTP, fault.code, given.head.size, fault.latest_size, note)
            await note_refusal(unit.tx, gate.house, one, now=now)
            answer = _refused(fault)
    return answer


def _refused(fault: NotWitnessed) -> Response:
    if fault.code != CONFLICT:
        return PlainTextResponse(f"{fault.code}\n", status_code=fault.status, headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": "no-store", "Content-Type": SIZE_TYPE}  # exactly so, without a charset
    return Response(f"{fault.latest_size}\n", status_code=fault.status, headers=headers)


async def _body(request: Request) -> bytes:
    """No more than a request can have. Raises Refused."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > REQUEST_BYTES_MAX:
            raise Refused("too_large", allowed=f"{REQUEST_BYTES_MAX} bytes")
    return body
