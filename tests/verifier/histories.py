"""Random clean histories and the bundles over them, written after docs/guides/bundle.md and not after any code.

The tree is the recursion of RFC 6962, the canonical JSON that of the library `rfc8785`: slow and plain, so that the
verifier is checked against something that it does not stand on.
"""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import rfc8785

from tests.verifier.keys import LOG_KEY, NEXT_LOG_KEY, ORIGIN, Key, rotation_data

START = datetime(2025, 10, 1, 8, tzinfo=UTC)
LINES = ("personnel", "fees", "rent", "material")
REASONS = ("Miete März", "Honorar Übersetzung", "=1+1 Büro", 'Papier; "A4"', "Strom", "Заробітна плата")


@dataclass
class History:
    """A log as it was kept: leaves, and what lies beside them."""

    leaves: list[dict[str, Any]] = field(default_factory=list)
    openings: list[dict[str, Any]] = field(default_factory=list)
    evidence: dict[str, bytes] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    grants: list[str] = field(default_factory=list)
    plans: dict[tuple[str, str], int] = field(default_factory=dict)
    key: Key = LOG_KEY

    @property
    def bodies(self) -> list[bytes]:
        return [rfc8785.dumps(leaf) for leaf in self.leaves]


class Writer:
    """Keeps one log, entry by entry, by the rules of the books."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.history = History(grants=sorted(str(self._uuid()) for _ in range(2)))
        self.recorded = START
        self.closed = ""
        self.vouchers: list[dict[str, Any]] = []
        self.free: list[dict[str, Any]] = []
        """Entries that post something and were not reversed."""

    def _uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def enter(self, kind: str, valid_on: date, **given: Any) -> dict[str, Any]:
        """One entry at the end of the log."""
        self.recorded += timedelta(microseconds=self.random.randint(1, 10**10))
        stamp = self.recorded.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        private = given.pop("private", {})
        index = len(self.history.leaves)
        leaf = {
            "v": self.random.choice((1, 2)) if not private else 2,
            "origin": ORIGIN,
            "log_index": index,
            "recorded_at": stamp,
            "known_at": stamp,
            "reconstructed": False,
            "valid_on": valid_on.isoformat(),
            "key": given.pop("key", f"{kind}:{self._uuid()}"),
            "kind": kind,
            "standing": self.random.choice(("own", "own", "own", "demo")),
            "commitments": {part: self._commit(index, part, content) for part, content in private.items()},
            **given,
        }
        made = {name: value for name, value in leaf.items() if value is not None and value != {} and value != []}
        self.history.leaves.append(made)
        if "postings" in made:
            self.free.append(made)
        if kind == "voucher":
            self.vouchers.append(made)
        return made

    def _one_of(self, some: list[Any]) -> Any:
        """One of them at random, taken out; their order is nobody's."""
        place = self.random.randrange(len(some))
        some[place], some[-1] = some[-1], some[place]
        return some.pop()

    def _commit(self, index: int, part: str, content: Any) -> str:
        salt = self.random.randbytes(32)
        self.history.openings.append({"log_index": index, "part": part, "salt": salt.hex(), "content": content})
        return hashlib.sha256(salt + rfc8785.dumps(content)).hexdigest()

    def day(self) -> date:
        """A day around now, always in the open period."""
        day = self.recorded.date() - timedelta(days=self.random.randint(0, 40))
        return max(day, date.fromisoformat(self.closed) + timedelta(days=1)) if self.closed else day

    def plan(self, grant: str) -> None:
        costs = []
        for line in LINES:
            amount = self.random.randint(1, 5_000_000)
            self.history.plans[grant, line] = amount
            costs.append({"line": line, "title": line.title(), "amount": str(amount)})
        self.enter("plan", START.date(), grant_id=grant, data={"plan_id": str(self._uuid()), "costs": costs})

    def voucher(self) -> dict[str, Any]:
        paid = self.random.randint(1, 900_000)
        shares = self._shares()
        refused = self.random.choice((0, 0, 0, paid // 3))
        evidence = self.random.randbytes(self.random.randint(16, 200))
        digest = hashlib.sha256(evidence).hexdigest()
        if self.random.random() < 0.8:
            self.history.evidence[digest] = evidence
        else:
            self.history.missing.add(digest)
        data = {
            "voucher_id": str(self._uuid()),
            "number": self.random.choice(("R-", "@", "2026/")) + str(self.random.randint(1, 9999)),
            "line": shares[0]["line"],
            "kind": self.random.choice(("invoice", "payroll")),
            "invoiced_on": (self.recorded.date() - timedelta(days=50)).isoformat(),
            "gross": str(paid + self.random.choice((0, 100))),
            "vat": str(paid // 6),
            "amount": str(paid),
            "refused_reason": "über Plan" if refused else "",
            "reason": self.random.choice(REASONS),
            "document_sha256": digest,
        }
        if len(shares) > 1 or self.random.random() < 0.5:
            data["shares"] = shares
        return self.enter(
            "voucher",
            self.day(),
            grant_id=shares[0]["grant_id"],
            data=data,
            postings=_postings(paid, refused, shares if "shares" in data else [{**shares[0], "basis_points": 10_000}]),
            attachments=[{"sha256": digest, "bytes": len(evidence), "media_type": "text/plain", "role": "invoice"}],
            private={"payee": {"name": self.random.choice(("Vermieter GmbH", "-Druck", "Ölmühle"))}, "actor": "a1"},
        )

    def _shares(self) -> list[dict[str, Any]]:
        grants = self.random.sample(self.history.grants, self.random.randint(1, 2))
        points = [self.random.randint(1, 10_000 // len(grants)) for _ in grants]
        return [
            {"grant_id": grant, "line": self.random.choice(LINES), "basis_points": point}
            for grant, point in zip(grants, points, strict=True)
        ]

    def refund(self) -> None:
        if not self.vouchers:
            return
        voucher = self.random.choice(self.vouchers)
        amount = max(1, int(voucher["data"]["amount"]) // 10)
        back = [one for one in voucher["postings"] if one["account"].startswith("expense:") and one["amount"] != "0"]
        account = back[0]["account"] if back else "expense:own"
        self.enter(
            "refund",
            self.day(),
            grant_id=voucher["grant_id"],
            data={"refund_id": str(self._uuid()), "voucher_id": voucher["data"]["voucher_id"], "amount": str(amount)},
            postings=_moved(account, "assets:bank", -amount),
        )

    def reversal(self) -> None:
        if self.free:
            target = self._one_of(self.free)
            mirrored = [{**one, "amount": str(-int(one["amount"]))} for one in target["postings"]]
            self.enter(
                "reversal",
                self.day(),
                key=f"reversal:{target['log_index']}",
                grant_id=target.get("grant_id"),
                reverses=target["log_index"],
                data={"reason": "Irrtum", "reverses_kind": target["kind"]},
                postings=mirrored,
            )

    def closing(self) -> None:
        until = (self.recorded.date() - timedelta(days=self.random.randint(30, 60))).isoformat()
        if until > self.closed:
            self.enter("period_closed", self.recorded.date(), data={"until": until})
            self.closed = until

    def reopening(self) -> None:
        if self.closed:
            until = (date.fromisoformat(self.closed) - timedelta(days=self.random.randint(1, 20))).isoformat()
            data = {"until": until, "reason": "Nachtrag"}
            self.enter("period_reopened", self.recorded.date(), data=data, private={"approver": "b2"})
            self.closed = until

    def erasure(self) -> None:
        if self.history.openings:
            gone = self._one_of(self.history.openings)
            data = {"log_index": gone["log_index"], "part": gone["part"]}
            self.enter("opening_erased", self.recorded.date(), data=data)

    def rotation(self) -> None:
        if self.history.key is LOG_KEY:
            self.enter("key_rotated", self.recorded.date(), data=rotation_data(LOG_KEY, NEXT_LOG_KEY))
            self.history.key = NEXT_LOG_KEY

    def disbursement(self) -> None:
        amount = self.random.randint(1, 10**7)
        grant = self.random.choice(self.history.grants)
        data = {"disbursement_id": str(self._uuid()), "amount": str(amount)}
        self.enter(
            "disbursement",
            self.day(),
            grant_id=grant,
            budget_year=2026,
            data=data,
            postings=_moved("assets:bank", f"liab:grant_unused:{grant}", amount),
        )


def _moved(debit: str, credit: str, amount: int) -> list[dict[str, str]]:
    pairs = ((debit, amount), (credit, -amount))
    return [{"account": account, "amount": str(cents), "currency": "EUR"} for account, cents in pairs]


def _postings(paid: int, refused: int, shares: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Each grant's part of what is eligible, what is refused, and the rest as own cost."""
    eligible, rest = paid - refused, paid
    accounts: dict[str, int] = {}
    for share in shares:
        part = eligible * share["basis_points"] // 10_000
        account = f"expense:{share['grant_id']}:{share['line']}"
        accounts[account] = accounts.get(account, 0) + part
        rest -= part
    accounts["expense:own"] = rest
    accounts["assets:bank"] = -paid
    return [
        {"account": name, "amount": str(amount), "currency": "EUR"} for name, amount in accounts.items() if amount != 0
    ]


def history(seed: int, size: int) -> History:
    """A random clean history of about this many entries."""
    writer = Writer(seed)
    for grant in writer.history.grants:
        writer.plan(grant)
    acts = (
        [writer.voucher] * 6 + [writer.disbursement] * 2 + [writer.refund, writer.reversal, writer.closing]
        + [writer.reopening, writer.erasure]
    )  # fmt: skip
    while len(writer.history.leaves) < size:
        writer.random.choice(acts)()
        if writer.random.random() < 0.01:
            writer.rotation()
    return writer.history
