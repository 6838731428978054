"""The attack suite: every attack is caught with the right code, by the command and by the page's core alike."""

import random
from typing import Any

import pytest

from tests.verifier import attacks_on_files, attacks_on_logs, attacks_with_keys
from tests.verifier.asking import Both, clean
from tests.verifier.bundles import bundle
from tests.verifier.cases import ATTACKS
from tests.verifier.histories import POLICY, history

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


def test_a_policy_without_quorum_says_so(both: Both) -> None:
    case = clean(bundle(history(3, 20), witnesses=()))
    case.policy = POLICY.replace(b"quorum others", b"quorum none")
    said, other = both.answers(case)
    assert said == other
    assert said["holds"]
    assert "no_witness" in [note["what"] for note in said["bundles"][0]["notes"]]
