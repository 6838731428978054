"""What an auditor asked, kept so that the association cannot read it and cannot drop it unseen.

Each query is sealed to the auditor's own key. The rows of a token are a chain: each digest covers the row and the
digest before it, so that who holds the newest one notices a row that was changed, dropped or put in between. She gets
it with every answer; the log gets it once a day.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from lotse_ledger.domain.entries import canonical
from lotse_ledger.domain.instants import stamp

SEALED_TYPE = "lotse.ledger.audit-query.v1"
"""What the sealed bytes are bound to, besides the token's id and the row's number."""
BODY_CHARACTERS_MAX = 4_096


@dataclass(frozen=True)
class Asked:
    """A request as it came, without its headers."""

    asked_at: datetime
    method: str
    path: str
    query: str
    body: str = ""

    def content(self) -> bytes:
        """What is sealed: canonical JSON."""
        return canonical(
            {
                "asked_at": stamp(self.asked_at),
                "method": self.method,
                "path": self.path,
                "query": self.query,
                "body": self.body[:BODY_CHARACTERS_MAX],
            }
        )


@dataclass(frozen=True)
class SealedQuery:
    """A row; `number` counts the token's queries from 1."""

    token_id: str
    number: int
    asked_at: datetime
    kid: str
    enc: str
    ciphertext: str
    digest: bytes


@dataclass(frozen=True)
class Chain:
    """How many rows a token has, and the digest over all of them."""

    token_id: str
    number: int
    digest: bytes

    def grown(self, *, asked_at: datetime, kid: str, enc: str, ciphertext: str) -> SealedQuery:
        """The next row."""
        number = self.number + 1
        said = {"number": number, "asked_at": stamp(asked_at), "kid": kid, "enc": enc, "ciphertext": ciphertext}
        digest = hashlib.sha256(self.digest + canonical(said)).digest()
        return SealedQuery(self.token_id, number, asked_at, kid, enc, ciphertext, digest)


def beginning(token_id: str) -> Chain:
    """The chain of a token that asked nothing."""
    return Chain(token_id, 0, hashlib.sha256(token_id.encode()).digest())


def sealed_key(token_id: str, number: int) -> str:
    """What the sealed bytes of a row are bound to besides the type, so that no row passes for another."""
    return f"{token_id}:{number}"
