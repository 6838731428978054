"""A file of any kind is taken apart: what is no directory is said, hostile rows are left out, others read."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from lotse_referral.providers.directory_file import Asked, read
from tests.referral.directories import TODAY, read_faults

ORGANIZATION = {"id": str(uuid4()), "name": "Caritas", "description": "A welfare association."}


def service(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": "Advice", "status": "active", "organization": ORGANIZATION} | more


def test_a_page_a_list_a_package_and_one_object_are_read(tmp_path: Path) -> None:
    one = service()
    for given in (
        one,
        [one],
        {"total_items": 1, "contents": [one]},
        {"services": [one]},
        {"x": [1], "services": [one]},
    ):
        file, faults = read_faults(given, tmp_path)
        assert (len(file.services), faults, file.whole) == (1, [], True)
    single = ORGANIZATION | {
        "services": [one | {"organization": None}],
        "locations": [{"id": str(uuid4()), "location_type": "virtual"}],
    }
    file, faults = read_faults(single, tmp_path)
    assert ([type_ for type_, _ in file.batches()], faults) == (["organization", "location", "service"], [])


BROKEN: tuple[tuple[str, str], ...] = (
    ("", "not_json"),
    ("null", "not_json"),
    ("{}", "not_a_directory"),
    ('{"services": 1}', "not_a_directory"),
    ("[{]", "not_json"),
    ("[" * 100_000, "ends_too_early"),
    ("[1] trailing", "not_json"),
    ('{"a" 1}', "not_json"),
    ('{"services": [], }', "not_json"),
    ('["abc', "ends_too_early"),
)


@pytest.mark.parametrize(("text", "code"), BROKEN, ids=[text[:20] for text, _ in BROKEN])
def test_what_is_no_directory_is_said_and_nothing_breaks(text: str, code: str, tmp_path: Path) -> None:
    file, faults = read_faults(text, tmp_path)
    assert faults[-1].code == code
    assert not file.whole


HOSTILE_ROWS: tuple[tuple[str, str], ...] = (
    ('{"id": 1, "id": 2}', "field_twice"),
    ('{"name": NaN}', "not_json"),
    ('{"name": "a' + chr(10) + '"}', "not_json"),
    ('{"a": ' * 100 + "1" + "}" * 100, "too_deep"),
    ('{"a": ' * 20_000 + "1" + "}" * 20_000, "too_deep"),
    ('{"name": ' + "9" * 5_000 + "}", "not_json"),
    ('{"name": "' + "x" * (5 * 1024 * 1024) + '"}', "too_large"),
    ("[1, 2, 3]", "not_an_object"),
    ('"text"', "not_an_object"),
)


@pytest.mark.parametrize(("row", "code"), HOSTILE_ROWS, ids=[row[:20] for row, _ in HOSTILE_ROWS])
def test_a_hostile_row_is_left_out_and_its_neighbours_are_read(row: str, code: str, tmp_path: Path) -> None:
    first, last = service(), service()
    file, faults = read_faults(f"[{json.dumps(first)}, {row}, {json.dumps(last)}]", tmp_path)
    if code == "too_large":  # a text of megabytes has no end that is worth looking for
        assert (faults[-1].code, file.services >= {first["id"]}) == (code, True)
        return
    assert file.services == {first["id"], last["id"]}
    assert [(fault.place.split(".")[0], fault.code, fault.fatal) for fault in faults] == [("rows[1]", code, True)]


def test_a_file_that_ends_in_the_middle_keeps_what_came_before(tmp_path: Path) -> None:
    rows = [service() for _ in range(3)]
    text = json.dumps({"services": rows})
    file, faults = read_faults(text[:-40], tmp_path)
    assert (set(file.services), file.whole) == ({rows[0]["id"], rows[1]["id"]}, False)
    assert [(fault.place, fault.code) for fault in faults] == [("file", "ends_too_early")]


def test_what_is_not_utf_8_is_said(tmp_path: Path) -> None:
    file, faults = read_faults("[]", tmp_path)
    assert (file.whole, faults) == (True, [])
    (tmp_path / "checked.json").write_bytes(b'[{"name": "\xff\xfe"}]')
    said: list[Any] = []
    assert not read(Asked(tmp_path / "checked.json", "a list", TODAY), said.append).whole
    assert said[0].code == "not_utf8"
