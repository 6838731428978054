"""The tables of intake and the few questions asked of them."""

from lotse_intake.store.tables import metadata

__all__ = ["metadata"]
