"""Referral's tables and the few questions asked of them."""

from lotse_referral.store.tables import metadata

__all__ = ["metadata"]
