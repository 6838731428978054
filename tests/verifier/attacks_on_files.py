"""Files beside the log are changed, with a manifest that fits; or the manifest is."""

import base64
import copy
import hashlib
import random
from collections.abc import Callable
from typing import Any

import rfc8785

from tests.verifier.bundles import Files, bundle, with_manifest
from tests.verifier.cases import EDITED, INSERTED, REMOVED, RULE, Case, attack
from tests.verifier.histories import History
from tests.verifier.keys import POLICY, key_of

# Files beside the log.


def _with(kept: History, name: str, change: Callable[[bytes], bytes]) -> Files:
    files = bundle(kept)
    return with_manifest({**files, name: change(files[name])})


def _covered(kept: History) -> list[int]:
    return sorted(int(name.split("/")[1].split(".")[0]) for name in bundle(kept) if name.startswith("proofs/"))


@attack
def _forged_voucher_file(kept: History, rng: random.Random) -> Case:
    digest = rng.choice(sorted(kept.evidence))
    return Case(
        _with(kept, f"belege/{digest}", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])), (EDITED,), _naming(kept, digest)
    )


@attack
def _voucher_file_in_place_of_another(kept: History, rng: random.Random) -> Case:
    files = bundle(kept)
    name = f"belege/{rng.choice(sorted(kept.evidence))}"
    del files[name]
    forged = b"another invoice"
    files[f"belege/{hashlib.sha256(forged).hexdigest()}"] = forged
    return Case(with_manifest(files), (INSERTED,))


@attack
def _voucher_file_left_out(kept: History, rng: random.Random) -> Case:
    files, covered = bundle(kept), _covered(kept)
    digests = [one["sha256"] for at in covered for one in kept.leaves[at].get("attachments", ())]
    digest = rng.choice([one for one in digests if one in kept.evidence])
    del files[f"belege/{digest}"]
    return Case(with_manifest(files), (REMOVED,), _naming(kept, digest))


def _naming(kept: History, digest: str) -> int:
    return next(int(leaf["log_index"]) for leaf in kept.leaves if digest in str(leaf))


@attack
def _voucher_charged_by_both_associations(kept: History, rng: random.Random) -> Case:
    other = copy.deepcopy(kept)
    other.key = key_of("beta.example/grant-ledger", 1, "beta")
    voucher = next(
        leaf for leaf in reversed(other.leaves)
        if leaf["kind"] == "voucher" and "shares" not in leaf["data"] and _lives(other, leaf["log_index"])
    )  # fmt: skip
    for leaf in other.leaves:
        leaf["origin"] = other.key.name
        if leaf["kind"] == "voucher" and leaf is not voucher:
            leaf["data"]["document_sha256"] = hashlib.sha256(str(leaf).encode()).hexdigest()
        if leaf["kind"] == "key_rotated":
            leaf["kind"], leaf["data"] = "notice", {}
    beta = f"log {other.key.vkey}\n".encode() + POLICY
    return Case(bundle(kept), (RULE,), voucher["log_index"], policy=beta, others=[bundle(other)])


def _lives(kept: History, index: int) -> bool:
    return all(leaf.get("reverses") != index for leaf in kept.leaves)


def _cells(change: Callable[[list[list[str]]], None]) -> Callable[[bytes], bytes]:
    """Change rows of a list; cells with quotes stay as they are."""

    def changed(raw: bytes) -> bytes:
        head, *rows = raw.decode().removesuffix("\r\n").split("\r\n")
        parts = [row.split(";") for row in rows]
        change(parts)
        return "".join(f"{line}\r\n" for line in (head, *(";".join(row) for row in parts))).encode()

    return changed


@attack
def _list_with_another_amount(kept: History, _: random.Random) -> Case:
    def change(rows: list[list[str]]) -> None:
        rows[0][14] = "1" + rows[0][14].removeprefix("-")

    return Case(_with(_plain(kept), "belegliste.csv", _cells(change)), (EDITED,), file="belegliste.csv")


@attack
def _list_without_a_row(kept: History, rng: random.Random) -> Case:
    def change(rows: list[list[str]]) -> None:
        del rows[rng.randrange(len(rows))]

    return Case(_with(kept, "belegliste.csv", _cells(change)), (REMOVED,), file="belegliste.csv")


@attack
def _list_with_a_row_twice(kept: History, rng: random.Random) -> Case:
    change = _cells(lambda rows: rows.append(list(rng.choice(rows))))
    return Case(_with(kept, "belegliste.csv", change), (INSERTED,), file="belegliste.csv")


@attack
def _list_with_a_row_of_nothing(kept: History, _: random.Random) -> Case:
    def change(rows: list[list[str]]) -> None:
        rows.append(list(rows[-1]))
        rows[-1][-2] = "99999"

    return Case(_with(_plain(kept), "belegliste.csv", _cells(change)), (INSERTED,), 99999, file="belegliste.csv")


@attack
def _list_in_another_order(kept: History, _: random.Random) -> Case:
    change = _cells(lambda rows: rows.reverse())
    kept.grants[:] = kept.grants[:2]
    return Case(_with(kept, "belegliste.csv", change), (EDITED,), file="belegliste.csv")


@attack
def _list_as_a_formula(kept: History, _: random.Random) -> Case:
    def change(rows: list[list[str]]) -> None:
        rows[0][3] = "=1+1"

    return Case(_with(_plain(kept), "belegliste.csv", _cells(change)), (EDITED,), file="belegliste.csv")


def _plain(kept: History) -> History:
    """With texts that need no quotes in a list."""
    plain = copy.deepcopy(kept)
    for leaf in plain.leaves:
        if leaf["kind"] == "voucher":
            leaf["data"]["reason"] = "Miete"
    return plain


@attack
def _plan_against_actual_with_another_figure(kept: History, _: random.Random) -> Case:
    def change(rows: list[list[str]]) -> None:
        rows[0][4] = "1" + rows[0][4].removeprefix("-")

    return Case(_with(kept, "soll_ist.csv", _cells(change)), (EDITED,), file="soll_ist.csv")


@attack
def _plan_against_actual_without_a_line(kept: History, _: random.Random) -> Case:
    def change(rows: list[list[str]]) -> None:
        rows.remove(next(row for row in rows if row[4] != "0,00"))

    return Case(_with(kept, "soll_ist.csv", _cells(change)), (REMOVED,), file="soll_ist.csv")


@attack
def _journal_with_another_amount(kept: History, _: random.Random) -> Case:
    def change(raw: bytes) -> bytes:
        return raw.replace(b"  assets:bank  ", b"  assets:bank  1", 1).replace(b"  1-", b"  -1", 1)

    return Case(_with(kept, "journal.hledger", change), (EDITED,), file="journal.hledger")


@attack
def _journal_that_includes_another_file(kept: History, _: random.Random) -> Case:
    change: Callable[[bytes], bytes] = lambda raw: b"include /tmp/other\n" + raw  # noqa: E731
    return Case(_with(kept, "journal.hledger", change), (EDITED,), file="journal.hledger")


@attack
def _journal_with_a_transaction_of_its_own(kept: History, _: random.Random) -> Case:
    more = b'\n2026-01-01 * "mine"\n  log_index: "99999"\n  Equity:A0  1.00 EUR\n  Equity:A1  -1.00 EUR\n'
    return Case(_with(kept, "journal.beancount", lambda raw: raw + more), (INSERTED,), 99999, file="journal.beancount")


@attack
def _journal_with_two_accounts_made_one(kept: History, _: random.Random) -> Case:
    change: Callable[[bytes], bytes] = lambda raw: raw.replace(b"Equity:A1 ", b"Equity:A0 ")  # noqa: E731
    return Case(_with(kept, "journal.beancount", change), (EDITED,), file="journal.beancount")


@attack
def _opening_with_another_name(kept: History, rng: random.Random) -> Case:
    changed = copy.deepcopy(kept)
    opening = rng.choice([one for one in changed.openings if one["part"] == "payee"])
    opening["content"] = {"name": "Vetter"}
    files = with_manifest({**bundle(kept), "openings.jsonl": bundle(changed)["openings.jsonl"]})
    return Case(files, (EDITED,), opening["log_index"], file="openings.jsonl")


@attack
def _opening_of_nothing(kept: History, _: random.Random) -> Case:
    more: dict[str, Any] = {"content": "x", "log_index": 99999, "part": "payee", "salt": "0" * 64}
    change: Callable[[bytes], bytes] = lambda raw: raw + rfc8785.dumps(more) + b"\n"  # noqa: E731
    return Case(_with(kept, "openings.jsonl", change), (INSERTED,), 99999, file="openings.jsonl")


@attack
def _proof_of_another_entry(kept: History, _: random.Random) -> Case:
    files = bundle(kept)
    names = sorted(name for name in files if name.startswith("proofs/"))
    files[names[0]] = files[names[1]]
    return Case(with_manifest(files), (EDITED,), int(names[0].split("/")[1].split(".")[0]), file=names[0])


@attack
def _proof_with_another_hash(kept: History, rng: random.Random) -> Case:
    index = rng.choice(_covered(kept))
    name = f"proofs/{index}.tlog-proof"

    def change(raw: bytes) -> bytes:
        lines = raw.split(b"\n")
        lines[2] = base64.b64encode(rng.randbytes(32))
        return b"\n".join(lines)

    return Case(_with(kept, name, change), (EDITED,), index, file=name)


@attack
def _proof_left_out(kept: History, rng: random.Random) -> Case:
    files, index = bundle(kept), rng.choice(_covered(kept))
    del files[f"proofs/{index}.tlog-proof"]
    return Case(with_manifest(files), (REMOVED,), index)


@attack
def _hashes_of_nothing(kept: History, rng: random.Random) -> Case:
    name = next(name for name in bundle(kept) if name.startswith("log/tile/0/"))
    return Case(_with(kept, name, lambda raw: rng.randbytes(32) + raw[32:]), (EDITED,), file=name)


@attack
def _bundle_about_another_day(kept: History, _: random.Random) -> Case:
    change: Callable[[bytes], bytes] = lambda raw: raw.replace(b'"size":', b'"size":1')  # noqa: E731
    return Case(_with(kept, "bundle.json", change), (EDITED,), file="bundle.json")


@attack
def _manifest_with_another_digest(kept: History, _: random.Random) -> Case:
    files = bundle(kept)
    lines = files["MANIFEST.sha256"].decode().splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.endswith("LIESMICH.txt\n"))
    lines[at] = "0" * 64 + lines[at][64:]
    return Case({**files, "MANIFEST.sha256": "".join(lines).encode()}, (EDITED,), file="LIESMICH.txt")


@attack
def _manifest_without_a_file(kept: History, _: random.Random) -> Case:
    files = bundle(kept)
    lines = files["MANIFEST.sha256"].decode().splitlines(keepends=True)
    kept_lines = [line for line in lines if not line.endswith("policy.txt\n")]
    return Case({**files, "MANIFEST.sha256": "".join(kept_lines).encode()}, (INSERTED,), file="policy.txt")


@attack
def _file_gone(kept: History, _: random.Random) -> Case:
    files = bundle(kept)
    del files["LIESMICH.txt"]
    return Case(files, (REMOVED,), file="LIESMICH.txt")


@attack
def _file_of_no_bundle(kept: History, _: random.Random) -> Case:
    return Case(with_manifest({**bundle(kept), "README.exe": b"MZ"}), (INSERTED,), file="README.exe")


@attack
def _text_changed_with_a_manifest_that_fits(kept: History, _: random.Random) -> Case:
    known = hashlib.sha256(bundle(kept)["MANIFEST.sha256"]).hexdigest()
    files = _with(kept, "LIESMICH.txt", lambda raw: raw + b"Rufen Sie an: 0900\n")
    return Case(files, (EDITED,), manifest=known, file="MANIFEST.sha256")
