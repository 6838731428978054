"""What the ledger is told by its environment besides what every service is."""

from pydantic import PositiveInt

from lotse_chassis.settings import Settings, setting
from lotse_contracts.ledger import Standing


class LedgerSettings(Settings):
    """The ledger's own."""

    auditor_key: str = setting(
        "public Ed25519 key of auditors' tokens, base64url, 32 raw bytes; empty: no auditor can read", default=""
    )
    checkpoint_entries: PositiveInt = setting(
        "a checkpoint is signed whenever the log's size is a multiple of this", default=5
    )
    checkpoint_hours: PositiveInt = setting(
        "a checkpoint is signed at least this often, if anything was entered", default=24
    )
    books_standing: Standing = setting(
        "standing of what the ledger books from facts of other services: `own` or `demo`", default="own"
    )
