"""One voucher over several grants: by largest remainder, so that no cent is lost and none is charged twice."""

from collections.abc import Mapping

from lotse_ledger.domain.law.terms import WHOLE_BP


class SharesExceedWhole(ValueError):
    """More than 100 per cent of a voucher would be charged."""


class RefundExceedsVoucher(ValueError):
    """More would come back than was paid."""


def shares_of(amount: int, basis_points: Mapping[str, int]) -> dict[str, int]:
    """Cents of each grant; the grants together get their whole percentage rounded down, the rest is own cost.

    Equal remainders go to the smallest grant id. Raises SharesExceedWhole.
    """
    whole = sum(basis_points.values())
    if whole > WHOLE_BP or any(one < 0 for one in basis_points.values()):
        raise SharesExceedWhole("shares exceed 100 per cent")
    return apportioned(amount * whole // WHOLE_BP, basis_points)


def refund_shares(refund: int, left: Mapping[str, int]) -> dict[str, int]:
    """A refund split as the voucher was, own cost included. `left` is what each still bears, after earlier refunds.

    Nobody gets back more than was borne, and a refund of the whole returns exactly that. Raises RefundExceedsVoucher.
    """
    if refund > sum(left.values()):
        raise RefundExceedsVoucher("refund exceeds what is left of the voucher")
    return apportioned(refund, left)


def apportioned(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Largest remainder: each its quota rounded down, then a cent each by remainder, ties to the smallest key."""
    total = sum(weights.values())
    if total == 0:
        return dict.fromkeys(weights, 0)
    found = {key: amount * weight // total for key, weight in weights.items()}
    left = amount - sum(found.values())
    by_remainder = sorted(weights, key=lambda key: (-(amount * weights[key] % total), key))
    for key in by_remainder[:left]:
        found[key] += 1
    return found
