"""From the real service to both verifiers: every turn of the books, exported, checked and tampered with."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.ledger import (
    ApprovePeriod,
    ClosePeriod,
    LedgerOrder,
    RecordDisbursement,
    RecordRefund,
    ReopenPeriod,
    ReverseEntry,
    Share,
)
from lotse_ledger.domain.notes import COSIGNER_KEY, cosignature, parse_note
from lotse_ledger.handlers.house import Evidence
from lotse_ledger.handlers.orders import take
from tests import kit
from tests.ledger import given
from tests.ledger.treasury import Treasury, treasury
from tests.verifier.archives import zipped
from tests.verifier.asking import asked, without_page
from tests.verifier.browser_core import BrowserCore
from tests.verifier.bundles import with_manifest

OTHER_GRANT = UUID("5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2027")
SEEN_AT = 1_795_000_000


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    return treasury(database("ledger"), tmp_path)


@pytest.fixture(scope="module")
def core() -> Iterator[BrowserCore]:
    with BrowserCore() as running:
        yield running


def _give(ledger: Treasury, *orders: LedgerOrder, actor: str = "treasurer-1") -> None:
    async def all_of(tx: AsyncConnection) -> None:
        for one in orders:
            await take(one, given.context(actor=actor), tx, house=given.house(evidence=Evidence()))

    ledger.do(all_of)


def _index_of(ledger: Treasury, kind: str) -> int:
    return int(ledger.rows("SELECT max(log_index) FROM entry WHERE kind = :kind", kind=kind)[0][0])


def _history(ledger: Treasury) -> None:
    """Shares over two grants, refunds, reversals of reversals, periods closed and opened again."""
    shares = (
        Share(grant_id=given.GRANT, line="material", basis_points=3_333),
        Share(grant_id=OTHER_GRANT, line="material", basis_points=3_334),
    )
    shared = given.voucher(shares=shares, amount=1_000_01, gross=1_020_01, vat=1_59, number="=R-1")
    _give(ledger, given.award(grant_id=OTHER_GRANT), given.plan(grant_id=OTHER_GRANT, state="approved"))
    _give(
        ledger, shared, given.voucher(line="fees", amount=777_77, eligible=500_00, refused_reason='über Plan; "Sekt"')
    )
    refund: dict[str, Any] = {
        "grant_id": given.GRANT,
        "refund_id": uuid4(),
        "voucher_id": shared.voucher_id,
        "standing": "demo",
    }
    _give(ledger, RecordRefund(**refund, amount=100_01, received_on="2026-03-01", reason="Gutschrift"))
    _give(ledger, given.voucher(amount=5_00))
    for kind in ("voucher", "reversal"):
        reverse = ReverseEntry(reversal_id=uuid4(), log_index=_index_of(ledger, kind), reason="Irrtum")
        _give(ledger, reverse)
    disbursed: dict[str, Any] = {
        "grant_id": given.GRANT,
        "disbursement_id": uuid4(),
        "budget_year": 2026,
        "standing": "demo",
    }
    _give(ledger, given.drawdown(), RecordDisbursement(**disbursed, amount=9_000_00, credited_on="2026-02-01"))
    closed, opened = uuid4(), uuid4()
    _give(ledger, ClosePeriod(period_id=closed, until="2026-06-30", standing="own"))
    _give(ledger, ApprovePeriod(period_id=closed), actor="treasurer-2")
    _give(ledger, given.voucher(paid_on="2026-07-01", amount=1))
    _give(ledger, ReopenPeriod(period_id=opened, until="2026-05-31", reason="Nachtrag", standing="own"))
    _give(ledger, ApprovePeriod(period_id=opened), actor="treasurer-2")
    _give(ledger, given.voucher(paid_on="2026-06-15", amount=2))


def _exported(ledger: Treasury, name: str = "paket.zip") -> Path:
    file = ledger.folder / name
    done = ledger.run("export", "bundle", "--out", str(file), "--valid-to", "2026-12-31", "--vouchers")
    assert done.code == 0, done.err
    return file


def _contents(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _both(core: BrowserCore, file: Path, policy: Path, *since: Path) -> Any:
    """What both say, which must be the same."""
    code, said = asked(str(file), "--policy", str(policy), *(str(one) for path in since for one in ("--since", path)))
    other = core.ask("verify", bundles=[str(file)], policy=str(policy), since=str(since[0]) if since else None)
    other.pop("told", None)
    assert without_page(said) == other
    assert (code == 0) == said["holds"]
    return said


def _policy(folder: Path, contents: dict[str, bytes]) -> Path:
    """The log's key, and no witness."""
    log = next(one for one in contents["policy.txt"].decode().splitlines() if one.startswith("log "))
    path = folder / "own-policy.txt"
    path.write_text(f"{log}\nquorum none\n")
    return path


def test_every_turn_of_the_books_is_exported_and_found_true_by_both(ledger: Treasury, core: BrowserCore) -> None:
    _history(ledger)
    file = _exported(ledger)
    contents = _contents(file)
    said = _both(core, file, _policy(ledger.folder, contents))
    assert said["holds"], said["bundles"][0]["findings"]
    kinds = [json.loads(one)["kind"] for one in _entries(contents)]
    assert {"voucher", "refund", "reversal", "period_closed", "period_reopened", "disbursement"} <= set(kinds)
    assert kinds.count("reversal") == 2
    assert said["bundles"][0]["checked"]["rows"] >= 6


def test_a_later_bundle_goes_on_from_an_earlier_one(ledger: Treasury, core: BrowserCore) -> None:
    _history(ledger)
    first = _exported(ledger, "eins.zip")
    _give(ledger, given.voucher(amount=3, paid_on="2026-08-01"))
    second = _exported(ledger, "zwei.zip")
    contents = _contents(second)
    assert _both(core, second, _policy(ledger.folder, contents), first)["holds"]
    backwards = _both(core, first, _policy(ledger.folder, contents), second)
    assert backwards["bundles"][0]["code"] == "truncated"


def _entries(contents: dict[str, bytes]) -> list[bytes]:
    raw, found = contents[next(name for name in contents if name.startswith("log/tile/entries/"))], []
    while raw:
        length = int.from_bytes(raw[:2], "big")
        found.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    return found


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("log/tile/entries/", b'"paid":"77777"', b'"paid":"67777"', "edited"),
        ("belegliste.csv", b";500,00;", b";577,00;", "edited"),
        ("soll_ist.csv", b";-", b";-1", "edited"),
        ("journal.hledger", b"    assets:bank", b"    assets:cash", "edited"),
        ("journal.beancount", b" EUR\n\n", b' EUR\n; x\ninclude "y"\n\n', "edited"),
        ("log/checkpoint", b"\n\n", b"\n\n\xe2\x80\x94 a/b AAAAAAA=\n", None),
        ("bundle.json", b'"valid_to":"2026', b'"valid_to":"2025', "inserted"),
    ],
)
def test_a_real_bundle_that_was_tampered_with_is_caught(
    name: str, old: bytes, new: bytes, code: str | None, ledger: Treasury, core: BrowserCore
) -> None:
    _history(ledger)
    contents = _contents(_exported(ledger))
    path = next(one for one in contents if one.startswith(name))
    assert old in contents[path]
    tampered = with_manifest({**contents, path: contents[path].replace(old, new, 1)})
    file = ledger.folder / "anders.zip"
    file.write_bytes(zipped(tampered))
    said = _both(core, file, _policy(ledger.folder, contents))
    # A signature by somebody unknown is ignored in the note itself, as C2SP wants it.
    assert said["bundles"][0]["code"] == code, said["bundles"][0]["findings"]


def test_a_witness_of_the_policy_is_asked_for_and_found(ledger: Treasury, core: BrowserCore) -> None:
    _history(ledger)
    contents = _contents(_exported(ledger))
    key = given.witness_key(given.PARTNER)
    assert key.vkey.kind == COSIGNER_KEY
    log = next(one for one in contents["policy.txt"].decode().splitlines() if one.startswith("log "))
    policy = ledger.folder / "witnessed.txt"
    policy.write_text(f"{log}\nwitness partner {key.vkey}\nquorum partner\n")
    file = ledger.folder / "ohne.zip"
    file.write_bytes(zipped(contents))
    assert _both(core, file, policy)["bundles"][0]["code"] == "witness"
    text = parse_note(contents["log/checkpoint"]).text
    line = cosignature(text, key, time=SEEN_AT).line.encode()
    seen = {
        name: raw + line if name == "log/checkpoint" or name.startswith("proofs/") else raw
        for name, raw in contents.items()
    }
    file.write_bytes(zipped(with_manifest(seen)))
    said = _both(core, file, policy)
    assert said["holds"], said["bundles"][0]["findings"]
    assert [(one["name"], one["time"]) for one in said["bundles"][0]["witnesses"]] == [("partner", SEEN_AT)]
