"""Segments are counted as two counters count them that are not ours, on ten thousand random texts."""

import json
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from lotse_notify.domain.segments import size_of
from tests.peers import needed

TEXTS = 10_000
SEQUENCES = 2_000
SEED = 20261126
SECONDS_MAX = 120

PLAIN = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ ÄÖÜäöüß 0123456789 .,:;-/@£$¥èéùìòÇØøÅåΔΦΓ\n"
ESCAPED = "€[]{}~^|\\\f"
CYRILLIC = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ ыэёъ ’–„“…№"
BEYOND = "😀👍✅🏠📅𝔄"
SEQUENCES_OF = ("а́", "е́", "и́", "👩‍👩‍👧", "🇺🇦", "👍🏽", "❤️", "y̆", "г̑̃")
EDGES = (70, 134, 153, 160, 201, 306, 459)
"""Units at which one part more is needed, in either alphabet."""


@dataclass(frozen=True)
class Count:
    """What a counter says."""

    encoding: str
    units: int
    segments: int


def _text(luck: random.Random) -> str:
    """Short, long, or close to an edge; of one alphabet or of several."""
    pool = luck.choice((PLAIN, PLAIN * 3 + ESCAPED, ESCAPED, CYRILLIC, CYRILLIC + PLAIN, CYRILLIC * 2 + BEYOND, BEYOND))
    length = luck.choice((luck.randint(0, 60), luck.randint(60, 500), luck.choice(EDGES) + luck.randint(-4, 4)))
    return "".join(luck.choice(pool) for _ in range(length))


def _with_sequences(luck: random.Random) -> str:
    """Letters with marks, flags and families among others."""
    pieces = [*CYRILLIC, *SEQUENCES_OF * 3]
    return "".join(luck.choice(pieces) for _ in range(luck.choice((luck.randint(1, 300), 67 + luck.randint(-3, 3)))))


@pytest.fixture(scope="module")
def luck() -> random.Random:
    return random.Random(SEED)  # noqa: S311 - texts, not secrets


def test_ten_thousand_random_texts_are_counted_as_both_count_them(luck: random.Random) -> None:
    texts = [_text(luck) for _ in range(TEXTS)]
    counted = [(text, _ours(text), theirs) for text, theirs in zip(texts, _theirs(texts), strict=True)]
    differing = [one for one in counted if set(one[2]) != {one[1]}]
    assert not differing, f"{len(differing)} of {len(texts)}: {differing[:3]}"
    assert {own.encoding for _, own, _ in counted} == {"GSM-7", "UCS-2"}
    assert max(own.segments for _, own, _ in counted) >= 7


def test_sequences_stay_together_as_one_of_them_has_it_and_never_cost_less_than_the_other_says(
    luck: random.Random,
) -> None:
    """Trap 6: split-sms parts a letter from its marks, so it may need one part fewer."""
    texts = [_with_sequences(luck) for _ in range(SEQUENCES)]
    counted = [(text, _ours(text), *theirs) for text, theirs in zip(texts, _theirs(texts), strict=True)]
    differing = [one for one in counted if one[1] != one[2]]
    assert not differing, f"{len(differing)} of {len(texts)}: {differing[:3]}"
    assert all(own.segments >= other.segments for _, own, _, other in counted)


def _ours(text: str) -> Count:
    size = size_of(text)
    return Count(size.encoding, size.units, size.segments)


def _theirs(texts: Sequence[str]) -> Iterator[tuple[Count, Count]]:
    """Of each text what sms-segments-calculator and split-sms say, in this order."""
    lines = "".join(f"{json.dumps(text)}\n" for text in texts)
    command = [str(needed.NODE), str(needed.HERE / "counters.cjs")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=SECONDS_MAX, check=True)
    for line in done.stdout.splitlines():
        first, second = json.loads(line)
        yield Count(**first), Count(**second)
