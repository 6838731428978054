"""What a message costs, in 1/10,000 EUR for each segment, by provider and by where the number belongs; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PRICE = re.compile(r"^([a-z]+)(\+[1-9][0-9]{0,6})?=([0-9]{1,7})$")
RATE = re.compile(r"^([a-z]+)=([0-9]{1,6}(?:\.[0-9]{1,3})?)$")


class TableInvalid(Exception):
    """A part of a table of providers that is none; it names the part by its place, from 1."""


@dataclass(frozen=True)
class Prices:
    """By provider, then by how a number begins; an empty beginning is for all others."""

    table: Mapping[str, Mapping[str, int]]

    def cost_e4(self, provider: str, address: str, segments: int) -> int:
        """Of one message; the longest beginning that fits counts. 0 where nobody said a price."""
        begins = self.table.get(provider, {})
        longest = max((one for one in begins if address.startswith(one)), key=len, default=None)
        return 0 if longest is None else begins[longest] * max(1, segments)


def prices_of(text: str) -> Prices:
    """`seven=750 seven+380=1200`. Raises TableInvalid."""
    table: dict[str, dict[str, int]] = {}
    for place, part in enumerate(text.split(), 1):
        found = PRICE.fullmatch(part)
        if found is None or (found[2] or "") in table.get(found[1], {}):
            raise TableInvalid(str(place))
        table.setdefault(found[1], {})[found[2] or ""] = int(found[3])
    return Prices(table)


def rates_of(text: str) -> dict[str, float]:
    """`smtp=50 seven=10`: messages a second. Raises TableInvalid."""
    rates: dict[str, float] = {}
    for place, part in enumerate(text.split(), 1):
        found = RATE.fullmatch(part)
        if found is None or found[1] in rates:
            raise TableInvalid(str(place))
        rates[found[1]] = float(found[2])
    return rates
