"""Recipients that nobody can have: what they are, and what each stands for."""

import pytest

from lotse_notify.domain.magic import NAMES, OUTCOMES, held_back, is_magic, outcome_of


@pytest.mark.parametrize(
    "address",
    [
        "olena@example.org",
        "olena@EXAMPLE.com",
        "olena@mail.example.net",
        "olena@post.example",
        "olena@a.test",
        "x@b.invalid",
        "x@localhost",
        "x@example.org.",
    ],
)
def test_addresses_of_reserved_names_are_magic(address: str) -> None:
    assert is_magic("email", address)


@pytest.mark.parametrize(
    "address",
    ["olena@example.de", "olena@notexample.org", "example.org@dresden.de", "o@example.org.dresden.de", "o@mytest"],
)
def test_addresses_that_somebody_can_have_are_not(address: str) -> None:
    assert not is_magic("email", address)


@pytest.mark.parametrize(
    ("number", "magic"),
    [
        ("+447700900000", True),
        ("+447700900999", True),
        ("+447700901000", False),
        ("+44770090000", False),
        ("+4477009000000", False),
        ("+4915112345678", False),
        ("447700900000", False),
    ],
)
def test_numbers_of_dramas_are_magic(number: str, magic: bool) -> None:
    """Source: Ofcom's numbers for drama; there are none of that kind in Germany."""
    assert is_magic("sms", number) == magic


def test_telegram_has_no_magic_recipients() -> None:
    assert not is_magic("telegram", "447700900000")
    assert held_back("living", "telegram", "1") is None
    assert held_back("magic", "telegram", "1") is not None


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_address_stands_for_the_same_as_its_number(name: str) -> None:
    digits = NAMES[name]
    assert outcome_of("email", f"{name}@example.org") == outcome_of("sms", f"+447700900{digits}") == OUTCOMES[digits]


def test_all_others_are_taken_and_never_heard_of_again() -> None:
    outcome = outcome_of("email", "somebody@example.org")
    assert (outcome.ending, outcome.receipt_follows) == ("accepted", False)


def test_locally_anybody_may_be_written_to() -> None:
    """Where every provider is on loopback and delivers nowhere."""
    assert held_back("local", "sms", "+447700900001") is None
    assert held_back("local", "sms", "+4915112345678") is None
