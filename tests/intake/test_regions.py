"""Which region somebody lives in follows from the list, or is asked; it is never guessed."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_intake.domain.regions import REGIONS, DistrictsInvalid, parsed
from lotse_intake.providers.districts import districts

SOURCE = files("lotse_intake").joinpath("data/districts.json").read_text(encoding="utf-8")
DATA = json.loads(SOURCE)
BOROUGHS = [(region, one) for region in REGIONS for one in DATA["regions"][region]]
NAMES = [(region, name) for region, one in BOROUGHS for name in (one["borough"], *one["parts"])]
BROKEN = ("{", "[]", "{}", SOURCE.replace('"01067"', '"1067"'), SOURCE.replace('"nord"', '"ost"'))
AGREED = (
    ("01187 Plauen", "mitte"),
    ("01187 Dölzschen", "west"),
    ("Горбіц", "west"),
    ("Пролис", "sued"),
    ("01067 Prohlis", None),
)


@pytest.mark.parametrize(("region", "name"), NAMES)
def test_every_district_leads_to_its_region_however_it_is_written(region: str, name: str) -> None:
    plain = name.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    for written in (name, name.upper(), f"  {name} ", name.replace("-", " "), plain, f"Dresden-{name}"):
        assert districts().region_of(written) == region


@pytest.mark.parametrize("code", sorted(DATA["postcodes"]))
def test_a_postcode_decides_only_where_it_lies_in_one_region(code: str) -> None:
    regions = DATA["postcodes"][code]
    assert districts().region_of(code) == (regions[0] if len(regions) == 1 else None)
    assert districts().region_of(f"{code} Dresden") == districts().region_of(code)


def test_all_ten_boroughs_and_nine_villages_are_there_once() -> None:
    assert len(districts().boroughs) == len(set(districts().boroughs)) == 19
    sources = {"nord": 8, "west": 6, "mitte": 3, "sued": 2}
    assert {region: len(DATA["regions"][region]) for region in REGIONS} == sources


@pytest.mark.parametrize(("told", "region"), AGREED)
def test_postcode_and_district_must_agree_and_cyrillic_is_read(told: str, region: str | None) -> None:
    assert districts().region_of(told) == region


@given(st.text(max_size=200))
def test_whatever_is_written_gives_a_region_of_the_list_or_none(place: str) -> None:
    assert districts().region_of(place) in (None, *REGIONS)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_list_is_refused_as_a_whole(broken: str) -> None:
    with pytest.raises(DistrictsInvalid):
        parsed(broken)
