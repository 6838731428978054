"""Our witness over HTTP, as C2SP tlog-witness has it, for a third party's log on a real database."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest

from lotse_chassis.service import Service
from lotse_ledger.app import build
from lotse_ledger.domain.checkpoints import Head, text_of
from lotse_ledger.domain.entries import leaf_hash
from lotse_ledger.domain.merkle import EMPTY_ROOT, root_of
from lotse_ledger.domain.notes import (
    COSIGNER_KEY,
    Signature,
    SignedNote,
    SigningKey,
    Vkey,
    parse_note,
    signed,
    signers,
    time_of,
)
from lotse_ledger.domain.proofs import Node, consistency_proof
from lotse_ledger.domain.witnessing import grown_out_of, submitted
from lotse_ledger.store import alarms, heads
from lotse_local import keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import given
from tests.ledger.test_evidence_http import settings

Database = Callable[[str], kit.ServiceDatabase]
ORIGIN = "example.com/behind-the-sofa"
ADD = "/witness/add-checkpoint"


@dataclass
class Log:
    """A third party's log with its key; what it claims may be anything."""

    key: SigningKey = field(default_factory=lambda: given.log_key(ORIGIN))
    leaves: list[bytes] = field(default_factory=lambda: [leaf_hash(b"%d" % number) for number in range(40)])

    def note(self, size: int, root: bytes | None = None, origin: str = ORIGIN) -> SignedNote:
        head = Head(origin, size, root_of(self.leaves[:size]) if root is None else root)
        return signed(text_of(head), self.key)

    def body(self, old: int, size: int, note: SignedNote | None = None) -> bytes:
        proof = consistency_proof(old, size, self._read) if old <= size else ()
        return body(old, proof, note or self.note(size))

    def _read(self, node: Node) -> bytes:
        first = node.number << node.height
        return root_of(self.leaves[first : first + (1 << node.height)])


def body(old: int | str, proof: tuple[bytes, ...], note: SignedNote) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof), "", ""]
    return "\n".join(lines).encode() + note.raw


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def ledger(database: Database) -> kit.ServiceDatabase:
    return database("ledger")


@pytest.fixture
async def service(ledger: kit.ServiceDatabase, place: AssociationFolder, log: Log) -> AsyncIterator[Service]:
    changed = {"LOTSE_WITNESSED_LOGS": str(log.key.vkey), "LOTSE_WITNESS_REQUESTS_PER_MINUTE": "1000"}
    found = build(settings(place, ledger, **changed))
    yield found
    await found.engine.dispose()


@pytest.fixture
def witness_vkey(place: AssociationFolder) -> Vkey:
    public = keyring.signing_key(place, keyring.WITNESS_KEY).public_key().public_bytes_raw()
    return Vkey(f"{kit.ASSOCIATION}/witness", COSIGNER_KEY, public)


async def seen(anybody: httpx.AsyncClient) -> httpx.Response:
    return await anybody.get(f"/witness/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint")


async def test_a_log_that_grows_is_countersigned_each_time(
    anybody: httpx.AsyncClient, log: Log, witness_vkey: Vkey
) -> None:
    assert (await seen(anybody)).status_code == 404
    for old, size in ((0, 0), (0, 5), (5, 5), (5, 17), (17, 40)):
        answer = await anybody.post(ADD, content=log.body(old, size))
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/plain")
        # As the specification says: the client may put the answer below its checkpoint and verify that.
        whole = parse_note(log.note(size).raw + answer.content)
        found = signers(whole, [log.key.vkey, witness_vkey])
        assert set(found) == {log.key.vkey, witness_vkey}
        assert time_of(found[witness_vkey]) > 1_700_000_000
        assert (await seen(anybody)).content == whole.raw


async def test_another_old_size_is_answered_with_the_latest(anybody: httpx.AsyncClient, log: Log) -> None:
    await anybody.post(ADD, content=log.body(0, 5))
    for old, size in ((0, 9), (4, 9), (6, 9), (0, 5)):
        answer = await anybody.post(ADD, content=log.body(old, size))
        assert (answer.status_code, answer.text) == (409, "5\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
    assert (await anybody.post(ADD, content=log.body(5, 9))).status_code == 200


async def test_what_is_not_the_log_that_was_seen_is_refused_with_the_specifications_status(
    anybody: httpx.AsyncClient, log: Log, ledger: kit.ServiceDatabase
) -> None:
    await anybody.post(ADD, content=log.body(0, 5))
    honest = (await seen(anybody)).content
    good = log.note(9)
    namesake, stranger = given.log_key(ORIGIN), given.log_key("example.com/stranger")
    mine = good.signatures[0]
    forged = SignedNote(good.text, (Signature(mine.name, mine.key_id, namesake.sign(good.text)),))
    beside = SignedNote(good.text, (*good.signatures, forged.signatures[0]))
    other = Log(log.key, [leaf_hash(b"rewritten"), *log.leaves[1:]])
    proof = consistency_proof(5, 9, log._read)
    attacks: dict[str, tuple[int, bytes]] = {
        "rewritten": (422, other.body(5, 9)),
        "fork of the same size": (422, other.body(5, 5)),
        "spare hash": (422, body(5, (*proof, proof[0]), good)),
        "no proof": (422, body(5, (), good)),
        "old size beyond": (400, log.body(9, 5)),
        "cut": (409, log.body(3, 4)),
        "foreign key": (403, body(5, proof, signed(good.text, stranger))),
        "namesake": (403, body(5, proof, signed(good.text, namesake))),
        "forged": (403, body(5, proof, forged)),
        "a good line and a forged one": (403, body(5, proof, beside)),
        "unknown log": (404, body(5, proof, log.note(9, origin="example.com/other"))),
    }
    for name, (status, request) in attacks.items():
        assert (await anybody.post(ADD, content=request)).status_code == status, name
        assert (await seen(anybody)).content == honest, name
    async with given.transaction(ledger) as tx:
        raised = {one.alarm.code for one in await alarms.alarms(tx)}
    assert raised == {
        "checkpoint_not_consistent",
        "checkpoint_forked",
        "checkpoint_old_size_larger",
        "checkpoint_rolled_back",
        "checkpoint_not_signed",
        "checkpoint_signature_false",
        "checkpoint_of_unknown_log",
    }


async def test_the_empty_log_has_the_root_of_the_empty_log(anybody: httpx.AsyncClient, log: Log) -> None:
    assert (await anybody.post(ADD, content=log.body(0, 0, log.note(0, b"x" * 32)))).status_code == 422
    assert (await anybody.post(ADD, content=body(0, (b"x" * 32,), log.note(3)))).status_code == 422
    assert (await anybody.post(ADD, content=log.body(0, 0, log.note(0, EMPTY_ROOT)))).status_code == 200


async def test_what_is_no_request_is_refused(anybody: httpx.AsyncClient, log: Log) -> None:
    note = log.note(5)
    for request in (
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"old 0\n\nnonsense",
        body("00", (), note),
        body("-1", (), note),
        body("0x1", (), note),
        body(0, (b"short",), note),
        body(0, (b"x" * 32,) * 64, note),
        body(0, (), note).replace(b"old", b"new", 1),
        b"\xff\xfe" + body(0, (), note),
    ):
        assert (await anybody.post(ADD, content=request)).status_code == 400, request[:40]
    assert (await anybody.post(ADD, content=b"old 0\n" + b"x" * 20_000)).status_code == 413
    assert (await anybody.get(ADD)).status_code in (404, 405)


async def test_a_flood_of_unsigned_requests_leaves_one_row(
    anybody: httpx.AsyncClient, log: Log, ledger: kit.ServiceDatabase
) -> None:
    for number in range(20):
        stranger = signed(text_of(Head(ORIGIN, number, b"%032d" % number)), given.log_key("example.com/stranger"))
        assert (await anybody.post(ADD, content=body(0, (), stranger))).status_code == 403
    async with given.transaction(ledger) as tx:
        assert len(await alarms.alarms(tx)) == 1


async def test_one_address_that_asks_too_often_waits(
    place: AssociationFolder, ledger: kit.ServiceDatabase, log: Log
) -> None:
    changed = {"LOTSE_WITNESSED_LOGS": str(log.key.vkey), "LOTSE_WITNESS_REQUESTS_PER_MINUTE": "10"}
    service = build(settings(place, ledger, **changed))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=service.http), base_url="http://ledger") as client:
        found = [(await client.post(ADD, content=b"old 0\n\n")).status_code for _ in range(4)]
    await service.engine.dispose()
    assert found == [400, 400, 429, 429]


async def test_of_many_requests_at_once_for_one_size_exactly_one_grows_the_log(
    anybody: httpx.AsyncClient, log: Log
) -> None:
    """The race of the specification: nobody who looked before another one wrote may write as well."""
    await anybody.post(ADD, content=log.body(0, 5))
    sizes = range(6, 26)
    answers = await asyncio.gather(*(anybody.post(ADD, content=log.body(5, size)) for size in sizes))
    taken = [size for size, answer in zip(sizes, answers, strict=True) if answer.status_code == 200]
    assert len(taken) == 1
    assert {answer.status_code for answer in answers} == {200, 409}
    assert all(answer.text == f"{taken[0]}\n" for answer in answers if answer.status_code == 409)
    assert (await seen(anybody)).text.split("\n")[1] == str(taken[0])


async def test_a_second_connection_waits_for_the_first_and_then_sees_what_it_wrote(
    ledger: kit.ServiceDatabase, log: Log
) -> None:
    """Two connections, interleaved by hand: the second one's look comes after the first one's commit."""
    line = given.witness_key().vkey
    async with given.transaction(ledger) as tx:
        await heads.hold(tx, ORIGIN)  # the log is known already: no insert waits for another one
    order: list[str] = []

    async def second() -> int:
        async with given.transaction(ledger) as tx:
            order.append("second asks")
            latest = await heads.hold(tx, ORIGIN)
            order.append("second looks")
            return latest.size

    async with given.transaction(ledger) as tx:
        assert (await heads.hold(tx, ORIGIN)).size == 0
        waiting = asyncio.create_task(second())
        await kit.eventually(lambda: order == ["second asks"])
        await kit.eventually(lambda: _waits(ledger))
        given_in = submitted(0, (), log.note(5).raw)
        grown_out_of(given_in, None)
        mark = Signature(line.name, line.key_id, b"x" * 72)
        await heads.keep(tx, given_in.head, given_in.checkpoint, mark, seen_at=given.NOW)
        assert order == ["second asks"]
    assert await waiting == 5
    assert order == ["second asks", "second looks"]


async def _waits(ledger: kit.ServiceDatabase) -> bool:
    """Whether a connection waits for another one's transaction."""
    async with given.transaction(kit.ServiceDatabase("ledger", ledger.name, ledger.owner_url, ledger.owner_url)) as tx:
        statement = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return bool((await tx.exec_driver_sql(statement)).scalar_one())


async def test_the_database_itself_lets_no_head_shrink_or_change(ledger: kit.ServiceDatabase, log: Log) -> None:
    async with given.transaction(ledger) as tx:
        await heads.hold(tx, ORIGIN)
        note = log.note(5)
        await heads.keep(tx, Head(ORIGIN, 5, root_of(log.leaves[:5])), note, note.signatures[0], seen_at=given.NOW)
    for statement in (
        "UPDATE witness_head SET size = 4",
        "UPDATE witness_head SET root = sha256('x'::bytea)",
        "DELETE FROM witness_head",
        "TRUNCATE witness_head",
        "UPDATE alarm SET code = code",
        "DELETE FROM tile",
    ):
        owner = kit.ServiceDatabase("ledger", ledger.name, ledger.owner_url, ledger.owner_url)
        with pytest.raises(Exception, match=r"append-only|neither shrinks nor changes"):
            async with given.transaction(owner) as tx:
                await tx.exec_driver_sql(statement)


async def test_the_alarms_are_counted_for_the_monitoring_and_shown_to_auditors(
    auditor: httpx.AsyncClient, log: Log
) -> None:
    await auditor.post(ADD, content=log.body(0, 5))
    fork = log.note(5, b"f" * 32)
    await auditor.post(ADD, content=log.body(5, 5, fork))
    (shown,) = (await auditor.get("/v1/alarms")).json()["alarms"]
    assert (shown["code"], shown["origin"], shown["reporter"]) == ("checkpoint_forked", ORIGIN, "http")
    assert shown["note"].encode() == fork.raw, "two notes of one size, both signed by the log: that is the proof"
    (head,) = (await auditor.get("/v1/witnessed")).json()["logs"]
    assert (head["origin"], head["size"]) == (ORIGIN, 5)
    metrics = (await auditor.get("/metrics")).text
    assert 'lotse_ledger_alarms_total{code="checkpoint_forked"} 1.0' in metrics


async def test_without_a_witness_key_there_is_no_witness(
    place: AssociationFolder, ledger: kit.ServiceDatabase, log: Log
) -> None:
    service = build(settings(place, ledger, LOTSE_WITNESS_KEY_FILE=""))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=service.http), base_url="http://ledger") as client:
        assert (await client.post(ADD, content=log.body(0, 5))).status_code == 404
    await service.engine.dispose()
