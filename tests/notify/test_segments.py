"""How many parts an SMS takes, exactly; `tests/peers` holds it against two counters that are not ours."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icu4py.breakers import CharacterBreaker

from lotse_notify.domain.segments import (
    EACH_ALONE,
    GSM_BASIC,
    GSM_EXTENDED,
    UNITS_ALONE,
    UNITS_IN_PART,
    encoding_of,
    size_of,
)

GSM = "".join(sorted(GSM_BASIC))
UNICODE = "їЇґёыé–…’漢\u00a0\u202f"


def test_the_alphabet_of_gsm_is_that_of_the_standard() -> None:
    """3GPP TS 23.038: 128 places, one of them the escape; ten signs behind it."""
    assert len(GSM_BASIC) == 127
    assert len(GSM_EXTENDED) == 10
    assert not GSM_BASIC & GSM_EXTENDED


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("ж" * 70, "UCS-2", 70, 1),
        ("ж" * 71, "UCS-2", 71, 2),
        ("ж" * 134, "UCS-2", 134, 2),
        ("ж" * 135, "UCS-2", 135, 3),
    ],
)
def test_one_message_is_longer_than_a_part_of_several(text: str, encoding: str, units: int, segments: int) -> None:
    """Trap 6: the header of each part takes room."""
    assert vars(size_of(text)) == {"encoding": encoding, "units": units, "segments": segments}


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("€" * 80, 160, 1),
        ("a" * 152 + "€" + "a" * 152, 306, 3),  # by division it would be two
        ("€" * 153, 306, 3),
    ],
)
def test_an_escape_and_its_sign_stay_together(text: str, units: int, segments: int) -> None:
    """Trap 6."""
    assert vars(size_of(text)) == {"encoding": "GSM-7", "units": units, "segments": segments}


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("😀" * 35, 70, 1),
        ("ж" * 66 + "😀" + "ж" * 66, 134, 3),  # a surrogate pair on the edge
        ("ж" * 66 + "и\u0306" + "ж" * 66, 134, 3),  # a letter and its mark on the edge
        ("ж" * 65 + "👨\u200d👩" + "ж" * 64, 134, 3),  # a family
        ("ж" * 66 + "🇺🇦" + "ж" * 64, 134, 3),  # a flag
    ],
)
def test_what_is_one_sign_to_the_reader_stays_together(text: str, units: int, segments: int) -> None:
    """Trap 6: surrogates, and combining sequences too."""
    assert vars(size_of(text)) == {"encoding": "UCS-2", "units": units, "segments": segments}


def test_a_sequence_longer_than_a_part_is_parted_after_all() -> None:
    text = "a" + "\u0301" * 200
    assert size_of(text).segments == 3
    assert size_of(text).units == 201


def test_half_a_letter_counts_as_one_unit() -> None:
    assert vars(size_of("a\ud83d")) == {"encoding": "UCS-2", "units": 2, "segments": 1}


@pytest.mark.parametrize("sign", ["\u202f", "\u2068", "–", "„", "…", "\u00a0", "ʼ", "’"])
def test_one_sign_outside_the_alphabet_halves_the_room(sign: str) -> None:
    """Trap 5: `2:00 PM` as CLDR writes it made an English SMS one of 70 letters."""
    assert size_of("a" * 69).encoding == "GSM-7"
    assert vars(size_of("a" * 70 + sign)) == {"encoding": "UCS-2", "units": 71, "segments": 2}


@given(st.text(alphabet=GSM + "".join(GSM_EXTENDED) + UNICODE, max_size=700))
def test_the_parts_have_room_for_all_and_none_is_for_nothing(text: str) -> None:
    size = size_of(text)
    encoding = encoding_of(text)
    assert size.encoding == encoding
    room = UNITS_ALONE[encoding] if size.segments == 1 else UNITS_IN_PART[encoding] * size.segments
    assert size.units <= room
    longest_piece = 3  # of these alphabets: nothing that stays together is longer
    assert size.segments == 1 or size.units > (UNITS_IN_PART[encoding] - longest_piece) * (size.segments - 1)


LETTERS_ALONE = "".join(letter for letter in map(chr, range(0x3000)) if EACH_ALONE.fullmatch(letter))


@given(st.text(alphabet=LETTERS_ALONE, max_size=40))
def test_letters_that_are_not_looked_at_twice_do_stand_alone(text: str) -> None:
    clusters = [cluster for cluster in CharacterBreaker(text, "root") if cluster != "\r\n"]
    assert all(len(cluster) == 1 for cluster in clusters)


@given(st.text(max_size=300), st.text(max_size=50))
def test_more_text_never_takes_less(text: str, more: str) -> None:
    if encoding_of(text) == encoding_of(text + more):
        assert size_of(text + more).segments >= size_of(text).segments


def asked(*lines: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lotse_notify", "segments"]
    given_lines = "".join(f"{line}\n" for line in lines)
    return subprocess.run(command, input=given_lines, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_answers_a_line_for_a_line_without_a_system() -> None:
    done = asked('"abc"', "", '"\\ud83d\\ude00"', '"line\\u2028end"', json.dumps("[]€", ensure_ascii=False))
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"encoding": "GSM-7", "units": 3, "segments": 1},
        {"encoding": "UCS-2", "units": 2, "segments": 1},
        {"encoding": "UCS-2", "units": 8, "segments": 1},
        {"encoding": "GSM-7", "units": 6, "segments": 1},
    ]


def test_what_is_no_string_is_said_without_repeating_it() -> None:
    done = asked('"abc"', "CANARY", '{"a": 1}', "[" * 5_000)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 4
    assert "CANARY" not in done.stdout + done.stderr
