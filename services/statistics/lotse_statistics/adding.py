"""Two published tables added up: nothing but what both say is used, so the sum tells nothing that they do not."""

from collections.abc import Mapping

from lotse_statistics.tables import Key

Published = Mapping[Key, int | None]
"""A table as it was published: None is hidden, what is not named is a shown zero."""


def sum_of(one: Published, other: Published) -> dict[Key, int | None]:
    """Key by key; hidden where it is hidden in either, since beside a shown summand the sum would be the hidden one."""
    found: dict[Key, int | None] = {}
    for key in sorted({*one, *other}):
        first, second = one.get(key, 0), other.get(key, 0)
        found[key] = None if first is None or second is None else first + second
    return found
