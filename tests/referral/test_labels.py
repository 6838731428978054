"""Concerns labelled by somebody who had not seen the matcher: the right service is among the first three."""

import pytest

from lotse_referral.domain.directory import Entry
from tests.referral import labelled

SHARE_MIN = 0.95
CONCERNS_MIN, NEIGHBOURS_MIN = 150, 500


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    return labelled.entries()


def test_the_set_is_large_enough_and_balanced(entries: tuple[Entry, ...]) -> None:
    tuning, held_out = labelled.half("tuning"), labelled.half("held_out")
    assert len(tuning) + len(held_out) >= CONCERNS_MIN
    assert abs(len(tuning) - len(held_out)) <= 10
    assert sum(entry.key.startswith("synthetic-") for entry in entries) >= NEIGHBOURS_MIN


@pytest.mark.parametrize("name", ["tuning", "held_out"])
def test_the_right_service_is_among_the_first_three_and_none_that_is_wrong_by_law(
    name: str, entries: tuple[Entry, ...]
) -> None:
    """Of the half that nobody tunes by, only totals are told."""
    concerns = labelled.half(name)
    ours = labelled.result(concerns, labelled.matcher(entries))
    plain = labelled.result(concerns, labelled.baseline(entries))
    print(
        f"{name}: {ours.found} of {ours.of} ({ours.share:.1%}), {ours.wrong} wrong, {ours.wrong_law} of them by law; ",
        end="",
    )
    print(f"code filter, then name: {plain.found} of {plain.of} ({plain.share:.1%}), {plain.wrong} wrong")
    totals = {"share": ours.share, "wrong by law": ours.wrong_law, "wrong": ours.wrong}
    assert totals["share"] >= SHARE_MIN
    assert totals["wrong by law"] == 0
    assert totals["share"] > plain.share
    assert totals["wrong"] < plain.wrong


@pytest.mark.parametrize("name", ["tuning", "held_out"])
def test_what_nobody_covers_is_a_gap(name: str) -> None:
    is_gap = labelled.gaps(labelled.entries(0))
    expected = [one["concern"] for one in labelled.half(name) if one.get("expect") == "gap"]
    missed = sum(not is_gap(concern) for concern in expected)
    assert (len(expected) > 0, missed) == (True, 0)
