"""A damaged or hostile bundle is refused with one sentence, by the command and by the page's core alike."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lotse_verifier import limits
from lotse_verifier.faults import Unreadable
from lotse_verifier.names import check_names
from lotse_verifier.verdict import texts
from tests.verifier.archives import zipped
from tests.verifier.asking import Both, asked, clean, refused_the_same
from tests.verifier.bundles import Files, bundle, tile_path, with_manifest
from tests.verifier.histories import history
from tests.verifier.keys import LOG_KEY, POLICY, WITNESS_KEY

Change = Callable[[Files], Files]
RawChange = Callable[[bytes], bytes]
DEEP = b"[" * 5_000 + b"]" * 5_000  # the limit is 32


def _set(name: str, raw: bytes | RawChange) -> Change:
    return lambda files: {**files, name: raw if isinstance(raw, bytes) else raw(files[name])}


def _without(name: str) -> Change:
    return lambda files: {one: raw for one, raw in files.items() if one != name}


def _first_proof(change: RawChange) -> Change:
    return lambda files: _set(min(one for one in files if one.startswith("proofs/")), change)(files)


def _first(prefix: str, change: RawChange) -> Change:
    return lambda files: _set(min(one for one in files if one.startswith(prefix)), change)(files)


def _swap(old: bytes, new: bytes) -> RawChange:
    return lambda raw: raw.replace(old, new)


def _renamed(old: str, new: str) -> Change:
    return lambda files: {new if one == old else one: raw for one, raw in files.items()}


LINE = "\u2014 a AAAAAAAA\n".encode()
CHECKPOINT, ABOUT, OPENINGS, MANIFEST = "log/checkpoint", "bundle.json", "openings.jsonl", "MANIFEST.sha256"
SHORT = b'"salt":"00"}\n'
SALT = b'"salt":"' + b"0" * 64 + b'"}\n'

FILES: dict[str, tuple[str, Change]] = {
    "no manifest": ("file_missing", _without(MANIFEST)),
    "no checkpoint": ("file_missing", _without(CHECKPOINT)),
    "no bundle.json": ("file_missing", _without(ABOUT)),
    "a huge note": ("note_too_large", _set(CHECKPOINT, lambda raw: raw + b"x" * limits.NOTE_BYTES_MAX)),
    "a thousand signatures": ("too_many_signatures", _set(CHECKPOINT, lambda raw: raw + LINE * 999)),
    "a note without signature": ("not_a_checkpoint", _set(CHECKPOINT, lambda raw: raw.partition(b"\n\n")[0] + b"\n")),
    "a note with an empty end": ("not_a_checkpoint", _set(CHECKPOINT, lambda raw: raw.partition(b"\n\n")[0] + b"\n\n")),
    "a note cut off": ("not_a_checkpoint", _set(CHECKPOINT, lambda raw: raw[:-1])),
    "a note in CRLF": ("not_a_checkpoint", _set(CHECKPOINT, _swap(b"\n", b"\r\n"))),
    "a note with NUL": ("not_a_checkpoint", _set(CHECKPOINT, lambda raw: b"\0" + raw)),
    "a note in Latin-1": ("not_a_checkpoint", _set(CHECKPOINT, lambda raw: b"\xe4" + raw)),
    "a note with an extension": ("not_a_checkpoint", _set(CHECKPOINT, _swap(b"\n\n", b"\nmore\n\n"))),
    "a size with a zero in front": ("not_a_checkpoint", _set(CHECKPOINT, _swap(b"\n30\n", b"\n030\n"))),
    "a size beyond what JSON counts": (
        "not_a_checkpoint", _set(CHECKPOINT, _swap(b"\n30\n", b"\n9999999999999999\n"))
    ),
    "a root that is no base64": ("not_a_checkpoint", _set(CHECKPOINT, _swap(b"=\n\n", b"*\n\n"))),
    "a root in another spelling": ("not_a_checkpoint", _set(CHECKPOINT, _swap(b"=\n\n", b"\n\n"))),
    "a signature without a name": ("not_a_checkpoint", _set(CHECKPOINT, lambda raw: raw + b"\xe2\x80\x94 AAAAAAAA\n")),
    "a hyphen for a dash": ("not_a_checkpoint", _set(CHECKPOINT, lambda raw: raw + b"- a AAAAAAAA\n")),
    "a huge proof": ("proof_too_large", _first_proof(lambda raw: raw + b"x" * limits.PROOF_BYTES_MAX)),
    "a proof of 64 hashes": (
        "not_a_proof", _first_proof(lambda raw: raw.replace(b"\n\n", b"\n" + (b"A" * 43 + b"=\n") * 64 + b"\n", 1))
    ),
    "a proof of another version": ("not_a_proof", _first_proof(_swap(b"@v1", b"@v2"))),
    "a proof with extra data": ("not_a_proof", _first_proof(_swap(b"\nindex", b"\nextra AAAA\nindex"))),
    "a proof in CRLF": ("not_a_proof", _first_proof(_swap(b"\n", b"\r\n"))),
    "a proof without a note": ("not_a_checkpoint", _first_proof(lambda raw: raw.partition(b"\n\n")[0] + b"\n\n")),
    "a proof cut off": ("not_a_proof", _first_proof(lambda raw: raw[:30])),
    "deep JSON": ("not_canonical", _set(ABOUT, DEEP + b"\n")),
    "JSON with a float": ("not_canonical", _set(ABOUT, _swap(b'"size":30', b'"size":30.0'))),
    "JSON with a name twice": ("not_canonical", _set(ABOUT, _swap(b'"size":30', b'"size":30,"size":30'))),
    "JSON with half a character": ("not_canonical", _set(ABOUT, _swap(b'"belege', b'"a":"\\ud800","belege'))),
    "JSON with a mark": ("not_canonical", _set(ABOUT, lambda raw: b"\xef\xbb\xbf" + raw)),
    "JSON without an end": ("other_format", _set(ABOUT, lambda raw: raw[:-1])),
    "JSON of another kind": ("other_format", _set(ABOUT, b"[]\n")),
    "JSON of another format": ("other_format", _set(ABOUT, _swap(b"@v1", b"@v2"))),
    "a size that is a text": ("other_format", _set(ABOUT, _swap(b'"size":30', b'"size":"30"'))),
    "deep openings": ("not_canonical", _set(OPENINGS, b'{"content":' + DEEP + b',"log_index":1,"part":"a",' + SALT)),
    "openings out of order": ("openings_out_of_order", _set(OPENINGS, lambda raw: raw + raw)),
    "an opening with a float": ("not_canonical", _set(OPENINGS, b'{"content":1.5,"log_index":1,"part":"a",' + SALT)),
    "an opening with more": ("other_format", _set(OPENINGS, b'{"a":1,"content":1,"log_index":1,"part":"a",' + SALT)),
    "an opening with a short salt": ("other_format", _set(OPENINGS, b'{"content":1,"log_index":1,"part":"a",' + SHORT)),
    "an endless opening": ("line_too_long", _set(OPENINGS, b'{"content":"' + b"x" * limits.LINE_BYTES_MAX + b'"}\n')),
    "openings cut off": ("file_cut", _set(OPENINGS, lambda raw: raw[:-1])),
    "openings in Latin-1": ("not_canonical", _set(OPENINGS, b'{"content":"\xe4"}\n')),
    "entries cut off": ("file_cut", _first("log/tile/entries/", lambda raw: raw[:-1])),
    "entries with a byte more": ("file_cut", _first("log/tile/entries/", lambda raw: raw + b"\0")),
    "a tile too large": ("tile_too_large", lambda files: _set(tile_path("0", 0, 30), bytes(32 * 257))(_broken(files))),
    "a tile in another spelling": ("name_refused", _renamed(tile_path("0", 0, 30), "log/tile/00/000.p/30")),
    "a whole tile as a part": ("name_refused", _renamed(tile_path("0", 0, 30), "log/tile/0/000.p/256")),
    "a tile numbered at length": ("name_refused", _renamed(tile_path("0", 0, 30), "log/tile/0/x000/000.p/30")),
    "a tile of no level": ("name_refused", _renamed(tile_path("0", 0, 30), "log/tile/leaf/000.p/30")),
}  # fmt: skip


def _broken(files: Files) -> Files:
    """Hashes are looked at only where the entries do not lead to the root."""
    name = tile_path("entries", 0, 30)
    return {**files, name: files[name].replace(b"grant-ledger", b"grant-Ledger")}


MANIFESTS: dict[str, Change] = {
    "a manifest of nothing": _set(MANIFEST, b"hello\n"),
    "a manifest cut off": _set(MANIFEST, lambda raw: raw[:-1]),
    "a manifest in CRLF": _set(MANIFEST, _swap(b"\n", b"\r\n")),
    "a manifest in capitals": _set(MANIFEST, lambda raw: raw.upper()),
    "a manifest with a line twice": _set(MANIFEST, lambda raw: raw + raw.splitlines(keepends=True)[-1]),
    "a manifest out of order": _set(MANIFEST, lambda raw: b"".join(reversed(raw.splitlines(keepends=True)))),
    "a manifest in Latin-1": _set(MANIFEST, lambda raw: raw + b"\xe4\n"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused(name: str, both: Both) -> None:
    what, change = FILES[name]
    files = change(_clean())
    refused_the_same(both, zipped(files if what == "file_missing" else with_manifest(files)), what)


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_hostile_manifest_is_refused(name: str, both: Both) -> None:
    refused_the_same(both, zipped(MANIFESTS[name](_clean())), "not_a_manifest")


def _clean() -> Files:
    return bundle(history(4, 30))


def test_names_are_counted_before_anything_is_read() -> None:
    with pytest.raises(Unreadable, match="too_many_files"):
        check_names([str(at) for at in range(limits.FILES_MAX + 1)], 0)


def test_an_entry_that_is_no_json_is_a_finding_and_not_an_error(both: Both) -> None:
    kept = history(4, 30)
    for body in (
        DEEP[:30_000],
        b"\xff\xfe",
        b"",
        b"null",
        b'{"v":3}',
        b'{"v":1e400}',
        b'{"a":1,"a":1}',
        b'{"v":9007199254740993}',
    ):
        said, other = both.answers(clean(bundle(kept, bodies=[*kept.bodies[:-1], body])))
        assert said == other
        assert said["bundles"][0]["findings"][0]["code"] == "rule"
        assert said["bundles"][0]["findings"][0]["index"] == len(kept.leaves) - 1


POLICIES = {
    "nothing": b"",
    "no quorum": b"log %b\n",
    "two quora": b"log %b\nquorum none\nquorum none\n",
    "no log": b"witness w %w\nquorum w\n",
    "a log twice": b"log %b\nlog %b\nquorum none\n",
    "a witness twice": b"log %b\nwitness a %w\nwitness b %w\nquorum a\n",
    "a name twice": b"log %b\nwitness a %w\ngroup a any a\nquorum a\n",
    "a name before it is defined": b"log %b\nquorum a\nwitness a %w\n",
    "a group of none": b"log %b\nwitness a %w\ngroup g any none\nquorum g\n",
    "a group of no one": b"log %b\nwitness a %w\ngroup g any\nquorum g\n",
    "a group of too many": b"log %b\nwitness a %w\ngroup g 2 a\nquorum g\n",
    "a group of nil": b"log %b\nwitness a %w\ngroup g 0 a\nquorum g\n",
    "a member of two groups": b"log %b\nwitness a %w\ngroup g any a\ngroup h any a\nquorum h\n",
    "a witness called none": b"log %b\nwitness none %w\nquorum none\n",
    "a log's key for a witness": b"log %b\nwitness a %b\nquorum a\n",
    "a witness's key for a log": b"log %w\nquorum none\n",
    "another id": b"log a+00000000+AWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\nquorum none\n",
    "CRLF": b"log %b\r\nquorum none\r\n",
    "a form feed": b"log %b\nquorum\x0cnone\n",
    "a word of its own": b"log %b\nquorum none\nmore\n",
    "too long": b"#" * (limits.POLICY_BYTES_MAX + 1),
    "too many lines": b"\n" * limits.POLICY_LINES_MAX + b"log %b\nquorum none\n",
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_that_is_none_is_refused(name: str, both: Both) -> None:
    raw = POLICIES[name].replace(b"%b", LOG_KEY.vkey.encode()).replace(b"%w", WITNESS_KEY.vkey.encode())
    case = clean(_clean())
    case.policy = raw
    said, other = both.answers(case)
    assert said == other
    assert said["code"] == "policy"
    assert said["what"] in texts()["policy"]


def test_a_policy_may_have_blanks_tabs_comments_and_names_that_are_not_ascii(both: Both) -> None:
    case = clean(_clean())
    case.policy = (
        b" # hello \xff\n\n\tlog\t" + LOG_KEY.vkey.encode() + b"  https://alpha.example \nwitness W\xe4 "
        + WITNESS_KEY.vkey.encode() + b"\ngroup g 1 W\xe4\ngroup h all g\nquorum h"
    )  # fmt: skip
    said, other = both.answers(case)
    assert said == other
    assert said["holds"]


def test_a_folder_with_a_link_or_a_pipe_in_it_is_refused(tmp_path: Path) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_bytes(POLICY)
    for name, make in (("link", lambda path: path.symlink_to(policy)), ("pipe", os.mkfifo)):
        folder = tmp_path / name
        folder.mkdir()
        make(folder / "log")
        code, said = asked(str(folder), "--policy", str(policy))
        assert (code, said["what"]) == (3, "not_a_file")


def test_what_does_not_exist_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "policy.txt").write_bytes(POLICY)
    assert asked(str(tmp_path / "a.zip"), "--policy", str(tmp_path / "policy.txt"))[0] == 3
    assert asked(str(tmp_path), "--policy", str(tmp_path / "none.txt"))[0] == 2
