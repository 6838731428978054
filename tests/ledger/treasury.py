"""The treasurer's commands as she types them, on a real database with keys and folders of its own."""

import asyncio
import base64
import contextlib
import io
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import command
from lotse_contracts.ledger import LedgerOrder, MoveCash
from lotse_ledger.cli.commands import COMMANDS
from lotse_ledger.handlers.house import Evidence
from lotse_ledger.handlers.orders import take
from lotse_ledger.providers.evidence_files import EvidenceFiles, evidence_files
from lotse_ledger.settings import LedgerSettings
from tests import kit
from tests.ledger import given


@dataclass(frozen=True)
class Done:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str
    raw: bytes = field(repr=False, default=b"")


class _Captured(io.TextIOWrapper):
    """Standard output with its buffer, as a command that writes bytes needs it."""


@dataclass(frozen=True)
class Treasury:
    """One association's ledger without its service."""

    database: kit.ServiceDatabase
    folder: Path
    settings: LedgerSettings

    def run(self, *words: str) -> Done:
        """Type a command."""
        args = command._parser("ledger", COMMANDS).parse_args(words)
        chosen = COMMANDS[args.command]
        assert isinstance(chosen, command.Subcommand)
        out, err = _Captured(io.BytesIO(), encoding="utf-8", newline=""), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = chosen.run(self.settings, args)
        out.flush()
        raw = out.buffer.getvalue()  # type: ignore[attr-defined]
        return Done(code, raw.decode("utf-8"), err.getvalue(), raw)

    def order(self, *orders: LedgerOrder) -> None:
        """Give orders as the service would hear them."""

        async def all_of(tx: AsyncConnection) -> None:
            for one in orders:
                await take(one, given.context(), tx, house=given.house(evidence=Evidence()))

        self.do(all_of)

    def do(self, work: Callable[[AsyncConnection], Coroutine[Any, Any, Any]]) -> Any:
        """Run something in one transaction of the service's role."""

        async def within() -> Any:
            async with given.transaction(self.database) as tx:
                return await work(tx)

        return asyncio.run(within())

    def rows(self, sql: str, **values: object) -> list[Any]:
        """Ask the database."""

        async def asked(tx: AsyncConnection) -> list[Any]:
            return list(await tx.execute(text(sql), values))

        found: list[Any] = self.do(asked)
        return found

    def stored(self) -> str:
        """Every leaf and every opening, as somebody sees them who reads the database."""
        leaves = self.rows("SELECT body FROM entry ORDER BY log_id, log_index")
        openings = self.rows("SELECT encode(sealed, 'escape') AS sealed FROM opening")
        return "\n".join([*(row.body for row in leaves), *(row.sealed for row in openings)])

    @property
    def evidence(self) -> EvidenceFiles:
        found = evidence_files(self.settings)
        assert found is not None
        return found


def cash(amount: int) -> MoveCash:
    """Money for the cash box, before anything is paid from it."""
    return MoveCash(transfer_id=uuid4(), direction="to_cash", amount=amount, moved_on="2025-12-01", standing="demo")


def treasury(database: kit.ServiceDatabase, folder: Path, **changed: str) -> Treasury:
    """Keys are made, the grant is awarded and planned (DEMO)."""
    keys: Mapping[str, bytes] = {
        "seal": X25519PrivateKey.generate().private_bytes_raw(),
        "sign": Ed25519PrivateKey.generate().private_bytes_raw(),
        "log": Ed25519PrivateKey.generate().private_bytes_raw(),
        "auditor": Ed25519PrivateKey.generate().private_bytes_raw(),
        "kek": bytes(range(32)),
    }
    for name, raw in keys.items():
        (folder / f"{name}.key").write_bytes(raw)
    public = Ed25519PrivateKey.from_private_bytes(keys["auditor"]).public_key().public_bytes_raw()
    environment = {
        "LOTSE_ASSOCIATION": kit.ASSOCIATION,
        "LOTSE_DATABASE_URL": database.url,
        "LOTSE_HTTP_PORT": "-1",
        "LOTSE_SEAL_KEY_FILE": str(folder / "seal.key"),
        "LOTSE_SIGN_KEY_FILE": str(folder / "sign.key"),
        "LOTSE_LOG_KEY_FILE": str(folder / "log.key"),
        "LOTSE_AUDITOR_KEY_FILE": str(folder / "auditor.key"),
        "LOTSE_AUDITOR_KEY": base64.urlsafe_b64encode(public).rstrip(b"=").decode(),
        "LOTSE_KEYS_FOLDER": str(folder / "person-keys"),
        "LOTSE_KEK_FILE": str(folder / "kek.key"),
        "LOTSE_EVIDENCE_FOLDER": str(folder / "files"),
        "LOTSE_CHECKPOINT_ENTRIES": "1000000",
        **changed,
    }
    found = Treasury(database, folder, LedgerSettings.from_env(environment))
    found.order(given.award(), given.plan(state="approved"))
    return found
