"""Where somebody lives, as far as matching knows it."""

import json
from importlib.resources import files

from lotse_referral.domain.needs import Need
from lotse_referral.domain.places import kilometres
from tests.referral.match_given import KNOWN

PLACES = KNOWN.places


def test_the_boroughs_are_those_that_intake_knows() -> None:
    """Two services keep the list, since neither may import the other; it must not drift apart."""
    lists = [
        json.loads(files(f"lotse_{member}").joinpath("data", name).read_text(encoding="utf-8"))
        for member, name in (("intake", "districts.json"), ("referral", "places.json"))
    ]
    for part in ("regions", "postcodes", "version"):
        assert lists[0][part] == lists[1][part]


def test_a_part_of_town_lies_in_its_borough_and_a_postal_code_perhaps_in_several() -> None:
    assert PLACES.home_of(Need("work", district="Gorbitz")) == frozenset({"cotta"})
    assert PLACES.home_of(Need("work", district="Dresden-Striesen")) == frozenset({"blasewitz"})
    assert "prohlis" in (PLACES.home_of(Need("work", postal_code="01239")) or ())
    both = PLACES.home_of(Need("work", district="Prohlis", postal_code="01239"))
    assert both == frozenset({"prohlis"})


def test_whoever_says_nothing_lives_in_the_town_and_who_names_another_does_not() -> None:
    assert PLACES.home_of(Need("work")) == PLACES.boroughs
    assert PLACES.home_of(Need("work", district="Nirgendwo")) == PLACES.boroughs
    assert PLACES.home_of(Need("work", town="Dresden")) == PLACES.boroughs
    assert PLACES.home_of(Need("work", town="Pirna")) is None
    assert PLACES.home_of(Need("work", postal_code="04109")) is None


def test_what_contradicts_itself_is_not_decided() -> None:
    home = PLACES.home_of(Need("work", district="Gorbitz", postal_code="01239"))
    assert home is not None
    assert PLACES.serves(frozenset({"Prohlis"}), Need("work", district="Gorbitz", postal_code="01239")) == "unknown"


def test_kilometres_are_near_enough() -> None:
    """From Altmarkt to Pirna's market it is 17 km as the crow flies, by the city's maps."""
    assert 16 < kilometres(51.0498, 13.7383, 50.9617, 13.9403) < 18.5
    assert kilometres(51.05, 13.74, 51.05, 13.74) == 0
