"""What the ledgers of two associations owe each other for whatever crosses."""

from typing import ClassVar

from lotse_contracts import envelope


class TransfersHeard(envelope.TransfersHeard):
    """Transfers to our ledger that have come, and need not be said again."""

    SERVICE: ClassVar[str] = "ledger"
