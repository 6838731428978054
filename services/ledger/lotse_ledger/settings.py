"""What the ledger is told by its environment besides what every service is."""

from pathlib import Path

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
    auditor_requests_per_minute: PositiveInt = setting(
        "how often one auditor's token may ask; at once a fifth of it", default=600
    )
    books_standing: Standing = setting(
        "standing of what the ledger books from facts of other services: `own` or `demo`", default="own"
    )
    log_key_file: Path | None = setting(
        "file with the private Ed25519 key that signs checkpoints, 32 raw bytes; empty: none is signed", default=None
    )
    log_origin: str = setting(
        "name of the log in its checkpoints, without spaces and `+`; empty: `<association>/grant-ledger`", default=""
    )
    witness_key_file: Path | None = setting(
        "file with the private Ed25519 key that countersigns other logs, 32 raw bytes, not the log's; empty: none is",
        default=None,
    )
    witnessed_logs: str = setting(
        "verifier keys (C2SP vkeys) of third parties' logs that are countersigned over HTTP, separated by spaces",
        default="",
    )
    witness_requests_per_minute: PositiveInt = setting(
        "checkpoints that one address may hand in over HTTP per minute", default=60
    )
    office_witness: str = setting(
        "verifier key of the social welfare office's witness, if it has one; it is named in the policy", default=""
    )
    checkpoint_office: str = setting(
        "office that notify mails the latest checkpoint to every month, by its name there; empty: none", default=""
    )
    auditor_key_file: Path | None = setting(
        "file with the private Ed25519 key of auditors' tokens, 32 raw bytes; only `auditor add` reads it", default=None
    )
    evidence_folder: Path | None = setting(
        "folder of the encrypted evidence files, outside the database; empty: none is kept", default=None
    )
