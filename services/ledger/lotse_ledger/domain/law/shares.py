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
    return _by_remainder(amount, amount * whole // WHOLE_BP, basis_points, WHOLE_BP)


def refund_shares(refund: int, left: Mapping[str, int]) -> dict[str, int]:
    """A refund split as the voucher was, own cost included. `left` is what each still bears, after earlier refunds.

    Nobody gets back more than was borne, and a refund of the whole returns exactly that. Raises RefundExceedsVoucher.
    """
    if refund > sum(left.values()):
        raise RefundExceedsVoucher("refund exceeds what is left of the voucher")
    return apportioned(refund, left)


def apportioned(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """The whole amount by weights, largest remainder; nothing where nothing weighs."""
    total = sum(weights.values())
    return _by_remainder(amount, amount, weights, total) if total else dict.fromkeys(weights, 0)


def _by_remainder(amount: int, together: int, weights: Mapping[str, int], whole: int) -> dict[str, int]:
    """Each its quota rounded down; what is left of `together` a cent each by remainder, ties to the smallest key."""
    found = {key: amount * weight // whole for key, weight in weights.items()}
    left = together - sum(found.values())
    for key in sorted(weights, key=lambda one: (-(amount * weights[one] % whole), one))[:left]:
        found[key] += 1
    return found
