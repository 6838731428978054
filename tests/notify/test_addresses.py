"""What is an address, in which form it is kept, and who must be asked before it is used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import ContactKind
from lotse_notify.domain.addresses import Checked, address_of, checked, digested, is_russian


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("+4915112345678", "+4915112345678"),
        ("+49 151 1234-5678", "+4915112345678"),
        ("0151 12345678", "+4915112345678"),
        ("0049 151 12345678", "+4915112345678"),
        ("+380 (67) 123-45-67", "+380671234567"),
        ("+48512345678", "+48512345678"),
    ],
)
def test_a_mobile_number_is_kept_as_the_networks_write_it(value: str, address: str) -> None:
    assert checked("sms", value) == Checked(address)


@pytest.mark.parametrize(
    ("value", "because"),
    [
        ("+493514880000", "not_mobile"),
        ("0351 4880000", "not_mobile"),
        ("+49 900 1234567", "not_mobile"),
        ("110", "invalid_address"),
        ("+49 151", "invalid_address"),
        ("(0)151 12345678", "invalid_address"),
        ("80501234567", "invalid_address"),
        ("380671234567", "invalid_address"),
        ("+49 151 12345678; +49 151 12345679", "invalid_address"),
        ("call me", "invalid_address"),
        ("", "invalid_address"),
        ("+" + "1" * 300, "invalid_address"),
    ],
)
def test_what_takes_no_sms_is_none_and_no_region_is_guessed(value: str, because: str) -> None:
    assert checked("sms", value).hindrance == because


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("sms", "+79161234567"),
        ("sms", "+7 (978) 123-45-67"),
        ("email", "olena@mail.ru"),
        ("email", "olena@YANDEX.ru"),
        ("email", "olena@ya.ru"),
        ("email", "olena@yandex.ua"),
        ("email", "olena@mx.yandex.com"),
        ("email", "olena@vk.com"),
        ("email", "olena@почта.рф"),
        ("email", "olena@post.su"),
    ],
)
def test_trap_15_what_a_russian_operator_carries_waits_until_she_was_asked(kind: ContactKind, value: str) -> None:
    assert checked(kind, value).hindrance == "russian_operator"
    assert checked(kind, value, russian_accepted=True).hindrance is None


@pytest.mark.parametrize(
    "value", ["olena@ukr.net", "olena@gmail.com", "olena@notyandex.com", "olena@rumail.com", "a@ru.com"]
)
def test_other_mailboxes_are_no_russian_ones(value: str) -> None:
    assert checked("email", value).hindrance is None


@given(st.text(max_size=60), st.sampled_from(["sms", "email", "none"]))
def test_no_text_breaks_it_and_what_is_kept_is_one_line(value: str, kind: ContactKind) -> None:
    found = checked(kind, value)
    assert (found.address is None) or (found.address.isascii() and found.address.isprintable())
    assert found.address is not None or found.hindrance is not None


@given(st.emails())
def test_the_stored_form_is_stored_as_it_is(value: str) -> None:
    first = checked("email", value, russian_accepted=True)
    if first.address is not None:
        assert checked("email", first.address, russian_accepted=True) == first
        assert digested("email", first.address) == digested("email", first.address.upper())
        assert is_russian("email", first.address) == (checked("email", value).hindrance == "russian_operator")


@pytest.mark.parametrize(
    ("kind", "value", "address"),
    [
        ("email", "Olena.S@EXAMPLE.org", "Olena.S@example.org"),
        ("email", "olena@приклад.укр", "olena@xn--80aikifvh.xn--j1amh"),
        ("email", "олена@example.org", None),
        ("email", "olena@example.org\r\nBcc: all@example.org", None),
        ("email", "no address", None),
        ("sms", "+4915112345678", "+4915112345678"),
        ("none", "", None),
    ],
)
def test_an_address_is_stored_in_one_form_or_not_at_all(kind: ContactKind, value: str, address: str | None) -> None:
    assert address_of(kind, value) == address
