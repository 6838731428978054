"""The ledger's tables and the few questions asked of them."""

from lotse_ledger.store.tables import metadata

__all__ = ["metadata"]
