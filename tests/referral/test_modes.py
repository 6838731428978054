"""Which ways of delivery a service has."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lotse_referral.domain.modes import ALL, modes_of

SERVICES = some.fixed_dictionaries(
    {
        "named": some.sets(some.sampled_from(ALL)),
        "association": some.sampled_from((None, "auslaenderrat", "plattform")),
        "phone": some.sampled_from((None, "0351 1")),
        "confidential": some.booleans(),
    }
)


@pytest.mark.parametrize(
    ("service", "modes"),
    [
        ({}, ("link", "letter", "self", "accompanied")),
        ({"phone": "0351 1"}, ("link", "letter", "self", "accompanied", "call")),
        ({"association": "plattform"}, ("connected", "self", "accompanied")),
        ({"association": "auslaenderrat"}, ("self", "accompanied")),
        ({"confidential": True, "phone": "0351 1"}, ("self", "call")),
        ({"named": {"letter"}, "phone": "0351 1"}, ("letter", "self", "accompanied")),
        ({"named": {"connected"}}, ("self", "accompanied")),
    ],
)
def test_the_ways_of_a_service(service: dict[str, object], modes: tuple[str, ...]) -> None:
    given_ = {"named": (), "association": None, "phone": None, "confidential": False} | service
    assert modes_of(**given_, partners={"plattform"}) == modes  # type: ignore[arg-type]


@given(SERVICES)
def test_a_card_works_everywhere_and_a_secret_place_is_never_written_to(service: dict[str, object]) -> None:
    modes = modes_of(**service, partners={"plattform"})  # type: ignore[arg-type]
    assert "self" in modes
    assert not service["confidential"] or not {"link", "letter", "accompanied", "connected"} & set(modes)
    assert ("connected" in modes) == (service["association"] == "plattform" and not service["confidential"])
    assert list(modes) == sorted(modes, key=ALL.index)
