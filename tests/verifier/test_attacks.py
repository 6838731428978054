"""The attack suite: every attack is caught with the right code, by the command and by the page's core alike."""

import random
from typing import Any

import pytest

from tests.verifier import attacks_on_files, attacks_on_logs, attacks_with_keys
from tests.verifier.asking import Both, clean
from tests.verifier.bundles import bundle, with_manifest
from tests.verifier.cases import ATTACKS
from tests.verifier.histories import history
from tests.verifier.keys import POLICY

PARTS = (attacks_on_files, attacks_on_logs, attacks_with_keys)
"""Their attacks stand in `ATTACKS` once they are imported."""
SEEDS = (1, 2, 3)
SIZE = 40
CLEAN_HISTORIES = 1_000
CLEAN_SIZE_MAX = 40


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_is_caught_with_its_code(name: str, seed: int, both: Both) -> None:
    case = ATTACKS[name](history(seed, SIZE), random.Random(seed))  # noqa: S311
    said, other = both.answers(case)
    assert said == other
    assert not said["holds"]
    first = _findings(said)[0]
    assert first["code"] in case.codes, first
    if case.index is not None:
        assert first["index"] == case.index or first["index"] <= case.index < (first["until"] or 0), first
    if case.file:
        assert first["file"] == case.file, first


def _findings(said: Any) -> list[Any]:
    return [*(one for each in said["bundles"] for one in each["findings"]), *said["across"]]


def test_a_thousand_clean_histories_raise_no_alarm(both: Both) -> None:
    for seed in range(CLEAN_HISTORIES):
        size = random.Random(seed).randint(0, CLEAN_SIZE_MAX)  # noqa: S311
        files = bundle(history(seed, size))
        case = clean(files)
        said, other = both.answers(case, deflate=bool(seed % 2))
        assert said["holds"], (seed, said)
        assert said == other, seed
    print(f"seeds 0 to {CLEAN_HISTORIES - 1}")


def test_a_longer_log_raises_no_alarm_after_an_older_state_of_every_kind(both: Both) -> None:
    kept = history(7, 600)
    files = bundle(kept)
    older = history(7, 600)
    older.leaves = older.leaves[:300]
    older.openings = [one for one in older.openings if one["log_index"] < 300]
    old = bundle(older, key=kept.key)
    for since in (old["log/checkpoint"], next(raw for name, raw in old.items() if name.startswith("proofs/")), old):
        case = clean(files)
        case.since = since
        said, other = both.answers(case)
        assert said == other
        assert said["holds"]
        assert said["bundles"][0]["older_size"] == 300


def test_an_older_state_pasted_from_a_mail_into_an_editor_is_taken(both: Both) -> None:
    kept = history(7, 60)
    old = bundle(kept)["log/checkpoint"]
    pasted = (b"\xef\xbb\xbf" + old.replace(b"\n", b"\r\n"), old.rstrip(b"\n"), old + b"\n\n")
    for since in pasted:
        case = clean(bundle(kept))
        case.since = since
        said, other = both.answers(case)
        assert said == other
        assert said["holds"]
        assert said["bundles"][0]["older_size"] == 60


def test_a_policy_without_quorum_says_so(both: Both) -> None:
    case = clean(bundle(history(3, 20), witnesses=()))
    case.policy = POLICY.replace(b"quorum others", b"quorum none")
    said, other = both.answers(case)
    assert said == other
    assert said["holds"]
    assert "no_witness" in [note["what"] for note in said["bundles"][0]["notes"]]


def _first(said: Any) -> tuple[str, int, int | None]:
    first = said["bundles"][0]["findings"][0]
    return first["code"], first["index"], first["until"]


def test_upper_hashes_bound_the_place_where_the_lower_ones_were_changed_too(both: Both) -> None:
    """The tile of leaf hashes was made to fit; the one above it still leads to the signed root."""
    kept = history(9, 600)
    files, changed = bundle(kept), history(9, 600)
    changed.leaves[300]["standing"] = "public"
    forged = bundle(changed, checkpoint=files["log/checkpoint"])
    forged["log/tile/1/000.p/2"] = files["log/tile/1/000.p/2"]
    forged = {name: raw for name, raw in forged.items() if not name.startswith("proofs/")}
    said, other = both.answers(clean(with_manifest(forged)))
    assert said == other
    assert _first(said) == ("edited", 256, 512)


def test_the_proofs_of_others_bound_the_place_where_all_hashes_were_changed(both: Both) -> None:
    kept = history(9, 64)
    files, changed = bundle(kept), history(9, 64)
    changed.leaves[37]["standing"] = "public"
    forged = bundle(changed, checkpoint=files["log/checkpoint"])
    forged |= {name: raw for name, raw in files.items() if name.startswith("proofs/")}
    said, other = both.answers(clean(with_manifest(forged)))
    assert said == other
    code, index, until = _first(said)
    assert (code, index) == ("edited", 37) or (
        code == "edited" and index <= 37 < (until or 0) and (until or 0) - index <= 8
    )
