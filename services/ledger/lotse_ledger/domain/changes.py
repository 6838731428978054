"""What changed between two states of the books: what an auditor asks once a proof of use is handed in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lotse_contracts.ledger import Standing

AccountKey = tuple[str, str, Standing]
"""Account, currency and standing: what is summed apart."""


@dataclass(frozen=True)
class AccountChange:
    """Minor units, debit positive."""

    account: str
    currency: str
    standing: Standing
    before: int
    after: int

    @property
    def change(self) -> int:
        """What was added."""
        return self.after - self.before


@dataclass(frozen=True)
class Total:
    """All accounts of one currency and standing: what stands on either side, and whether both are equal."""

    currency: str
    standing: Standing
    debit: int
    credit: int

    @property
    def is_balanced(self) -> bool:
        """As it must be."""
        return self.debit == self.credit


def account_changes(before: Mapping[AccountKey, int], after: Mapping[AccountKey, int]) -> tuple[AccountChange, ...]:
    """The accounts that differ, by name; one that is new stood at 0."""
    return tuple(
        AccountChange(*key, before.get(key, 0), after.get(key, 0))
        for key in sorted(before.keys() | after.keys())
        if before.get(key, 0) != after.get(key, 0)
    )


def totals(amounts: Iterable[tuple[str, Standing, int]]) -> tuple[Total, ...]:
    """Given currency, standing and balance of each account: the trial balance's totals."""
    sides: dict[tuple[str, Standing], list[int]] = {}
    for currency, standing, amount in amounts:
        side = sides.setdefault((currency, standing), [0, 0])
        side[0 if amount > 0 else 1] += abs(amount)
    return tuple(Total(*key, debit, credit) for key, (debit, credit) in sorted(sides.items()))
