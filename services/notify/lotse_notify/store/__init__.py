"""The tables of notify and the few questions asked of them."""

from lotse_notify.store.tables import metadata

__all__ = ["metadata"]
