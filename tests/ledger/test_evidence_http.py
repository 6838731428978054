"""The evidence over HTTP: read without a token and checked with nothing but what was read."""

import base64
import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lotse_chassis.service import Service
from lotse_chassis.settings import SettingsInvalid
from lotse_ledger.app import build
from lotse_ledger.domain.checkpoints import Head, head_of, origin_of
from lotse_ledger.domain.entries import leaf_hash
from lotse_ledger.domain.merkle import root_of
from lotse_ledger.domain.notes import LOG_KEY, SigningKey, Vkey, cosignature, parse_note, parse_vkey, signers
from lotse_ledger.domain.proofs import consistency_holds, inclusion_holds
from lotse_ledger.domain.tiles import entries_of, hashes
from lotse_ledger.domain.tlogproof import parse_proof
from lotse_ledger.handlers import checkpoints
from lotse_ledger.handlers.house import Evidence
from lotse_ledger.http.pace import Pace
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import witness
from lotse_local import keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import given

Database = Callable[[str], kit.ServiceDatabase]
ORIGIN = origin_of(kit.ASSOCIATION)
SIZES = (300, 515)


def settings(place: AssociationFolder, database: kit.ServiceDatabase, **changed: str) -> LedgerSettings:
    """As `lotse up` gives them."""
    given_by_environment = {
        "LOTSE_ASSOCIATION": kit.ASSOCIATION,
        "LOTSE_DATABASE_URL": database.url,
        "LOTSE_AUDITOR_KEY": keyring.public_signing_key(place, keyring.AUDITOR_KEY),
        "LOTSE_LOG_KEY_FILE": str(place.key(keyring.LOG_KEY)),
        "LOTSE_WITNESS_KEY_FILE": str(place.key(keyring.WITNESS_KEY)),
    }
    return LedgerSettings.from_env(given_by_environment | changed)


def log_key(place: AssociationFolder) -> SigningKey:
    private = keyring.signing_key(place, keyring.LOG_KEY)
    return SigningKey(Vkey(ORIGIN, LOG_KEY, private.public_key().public_bytes_raw()), private.sign)


@pytest.fixture
async def ledger(database: Database, place: AssociationFolder) -> kit.ServiceDatabase:
    """Two checkpoints over more than two tiles; a partner countersigned the first one."""
    found, partner = database("ledger"), given.witness_key(given.PARTNER)
    house = given.house(evidence=Evidence(log=log_key(place)))
    async with given.transaction(found) as tx:
        for size, before in zip(SIZES, (0, *SIZES), strict=False):
            await given.fill(tx, size - before)
            await checkpoints.signed_checkpoint(tx, given.context(), house)
        text = await witness.text_at(tx, SIZES[0])
        assert text is not None
        line = cosignature(text, partner, time=1_795_608_000)
        await witness.add_cosignature(tx, line, size=SIZES[0], witness=given.PARTNER, seen_at=given.NOW)
    return found


@pytest.fixture
async def service(ledger: kit.ServiceDatabase, place: AssociationFolder) -> AsyncIterator[Service]:
    found = build(settings(place, ledger))
    yield found
    await found.engine.dispose()


async def test_the_latest_checkpoint_is_read_and_holds(anybody: httpx.AsyncClient, place: AssociationFolder) -> None:
    answer = await anybody.get("/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=5"
    note = parse_note(answer.content)
    assert list(signers(note, [log_key(place).vkey])) == [log_key(place).vkey]
    assert head_of(note.text).size == 515
    cosigned = parse_note((await anybody.get("/checkpoint", params={"cosigned": "true"})).content)
    assert head_of(cosigned.text).size == 300
    assert [one.name for one in cosigned.signatures] == [ORIGIN, f"{given.PARTNER}/witness"]


async def test_the_log_is_read_in_tiles_and_its_root_is_that_of_the_checkpoint(auditor: httpx.AsyncClient) -> None:
    head = head_of(parse_note((await auditor.get("/checkpoint")).content).text)
    leaves: list[bytes] = []
    for path in ("000", "001", "002.p/3"):
        answer = await auditor.get(f"/tile/0/{path}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        entries = await auditor.get(f"/tile/entries/{path}")
        assert entries.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert [leaf_hash(one) for one in entries_of(entries.content)] == hashes(answer.content)
        leaves += hashes(answer.content)
    assert Head(ORIGIN, len(leaves), root_of(leaves)) == head
    upper = hashes((await auditor.get("/tile/1/000.p/2")).content)
    assert upper == [root_of(leaves[:256]), root_of(leaves[256:512])]
    plain = await auditor.get("/tile/entries/000", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with auditor.stream("GET", "/tile/entries/000", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert gzip.decompress(raw) == plain.content


async def test_an_earlier_checkpoint_keeps_its_partial_tiles(anybody: httpx.AsyncClient) -> None:
    whole = (await anybody.get("/tile/0/001")).content
    assert (await anybody.get("/tile/0/001.p/44")).content == whole[: 44 * 32]
    assert (await anybody.get("/tile/1/000.p/1")).content == root_of(hashes((await anybody.get("/tile/0/000")).content))


@pytest.mark.parametrize(
    "path", ["0/003", "0/002", "0/002.p/4", "1/000", "1/000.p/3", "2/000.p/1", "64/000", "0/0", "0/x000/001", "00/000"]
)
async def test_no_other_tile_exists(anybody: httpx.AsyncClient, path: str) -> None:
    assert (await anybody.get(f"/tile/{path}")).status_code == 404


async def test_the_leaves_are_the_books_and_take_a_token_for_all_of_them(
    anybody: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    assert (await anybody.get("/tile/entries/000")).status_code == 401
    one_grant = {"authorization": f"Bearer {token(f'ledger:grant:{given.GRANT}')}"}
    assert (await anybody.get("/tile/entries/000", headers=one_grant)).status_code == 403
    for path in ("/checkpoint", "/tile/0/000", "/proof/3", "/consistency?old=1&new=2", "/policy", "/vkeys"):
        assert (await anybody.get(path)).status_code == 200, path


async def test_a_proof_is_a_file_that_holds_by_itself(auditor: httpx.AsyncClient, place: AssociationFolder) -> None:
    for index, size in ((0, 300), (299, 300), (300, 515), (514, 515)):
        answer = await auditor.get(f"/proof/{index}")
        assert answer.headers["content-disposition"] == f'attachment; filename="{index}.tlog-proof"'
        proof = parse_proof(answer.content)
        head = head_of(proof.checkpoint.text)
        assert (proof.index, head.size) == (index, size), "by the countersigned checkpoint where it reaches that far"
        assert log_key(place).vkey in signers(proof.checkpoint, [log_key(place).vkey])
        bundle = entries_of((await auditor.get(f"/tile/entries/{_bundle(index)}")).content)
        leaf = leaf_hash(bundle[index % 256])
        assert inclusion_holds(proof.hashes, leaf=leaf, index=index, size=head.size, root=head.root)
    asked = parse_proof((await auditor.get("/proof/3", params={"size": 515})).content)
    assert head_of(asked.checkpoint.text).size == 515
    for beyond in ("/proof/515", "/proof/3?size=299", "/proof/300?size=300"):
        assert (await auditor.get(beyond)).json()["code"] == "beyond_checkpoint"


def _bundle(index: int) -> str:
    number = index // 256
    return f"{number:03d}" if number < 2 else f"{number:03d}.p/{515 % 256}"


@pytest.mark.parametrize(("old", "new"), [(0, 1), (1, 515), (256, 257), (300, 515), (515, 515), (0, 0), (17, 300)])
async def test_consistency_between_any_two_sizes_holds(anybody: httpx.AsyncClient, old: int, new: int) -> None:
    answer = await anybody.get("/consistency", params={"old": old, "new": new})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    said = answer.json()
    assert consistency_holds(
        [base64.b64decode(one) for one in said["proof"]],
        old=old,
        old_root=base64.b64decode(said["old_root"]),
        new=new,
        new_root=base64.b64decode(said["new_root"]),
    )
    hashed = [
        one for path in ("000", "001", "002.p/3") for one in hashes((await anybody.get(f"/tile/0/{path}")).content)
    ]
    assert base64.b64decode(said["new_root"]) == root_of(hashed[:new])


@pytest.mark.parametrize("query", ["old=2&new=1", "old=1&new=516", "old=-1&new=2", "old=x&new=2", "old=1"])
async def test_consistency_of_what_no_checkpoint_covers_is_refused(anybody: httpx.AsyncClient, query: str) -> None:
    assert (await anybody.get(f"/consistency?{query}")).status_code == 422


async def test_the_policy_names_our_log_and_the_witnesses_outside(
    place: AssociationFolder, ledger: kit.ServiceDatabase, tmp_path: Path
) -> None:
    partner, office = given.witness_key(given.PARTNER).vkey, given.witness_key("sozialamt").vkey
    partners = tmp_path / "partners.json"
    raw = keyring.encoded(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    card = f'"verify": "{raw}", "intake_seal": "{raw}", "referral_seal": "{raw}", "ledger_seal": "{raw}"'
    partners.write_text(f'{{"{given.PARTNER}": {{{card}, "ledger_witness": "{partner}"}}}}')
    changed = {"LOTSE_PARTNERS_FILE": str(partners), "LOTSE_OFFICE_WITNESS": str(office)}
    service = build(settings(place, ledger, **changed))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=service.http), base_url="http://ledger") as client:
        lines = [line for line in (await client.get("/policy")).text.splitlines() if not line.startswith("#")]
        keys = [parse_vkey(line) for line in (await client.get("/vkeys")).text.splitlines()]
    await service.engine.dispose()
    assert lines == [
        f"log {log_key(place).vkey}",
        f"witness W-{given.PARTNER} {partner}",
        f"witness W-office {office}",
        f"group outside any W-{given.PARTNER} W-office",
        "quorum outside",
    ]
    assert [key.name for key in keys] == [ORIGIN, f"{kit.ASSOCIATION}/witness"]


async def test_before_the_first_checkpoint_there_is_nothing_to_read(
    database: Database, place: AssociationFolder
) -> None:
    service = build(settings(place, database("ledger")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=service.http), base_url="http://ledger") as client:
        for path in ("/checkpoint", "/tile/0/000.p/1", "/consistency?old=0&new=0"):
            assert (await client.get(path)).json()["code"] in ("no_checkpoint", "not_found"), path
    await service.engine.dispose()


async def test_one_address_that_reads_too_fast_waits(anybody: httpx.AsyncClient, service: Service) -> None:
    service.http.state.public_pace = Pace(1)
    assert (await anybody.get("/vkeys")).status_code == 200
    answer = await anybody.get("/checkpoint")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_a_key_that_is_no_key_or_has_two_roles_stops_the_start(
    place: AssociationFolder, database: Database, tmp_path: Path
) -> None:
    known, short = tmp_path / "known", tmp_path / "short"
    # Source: RFC 8032, section 7.1, TEST 1
    known.write_bytes(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    short.write_bytes(b"x" * 31)
    bad = {
        "LOTSE_LOG_KEY_FILE": (str(known), str(short), str(tmp_path / "absent"), str(place.key(keyring.WITNESS_KEY))),
        "LOTSE_WITNESS_KEY_FILE": (str(known),),
        "LOTSE_WITNESSED_LOGS": ("nonsense", str(given.witness_key().vkey)),
        "LOTSE_OFFICE_WITNESS": (str(given.log_key().vkey),),
        "LOTSE_LOG_ORIGIN": ("a log", "a+log"),
    }
    empty = database("ledger")
    for name, values in bad.items():
        for value in values:
            with pytest.raises(SettingsInvalid):
                build(settings(place, empty, **{name: value}))
