"""What a grantee shows the city: notices, proofs of use with their steps, and what was found or asked about them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from lotse_contracts.ledger import NoticeType, ProofKind

ProofState = Literal["submitted", "accepted", "objected", "resubmitted"]


@dataclass(frozen=True)
class Notice:
    """The city was told (R13)."""

    log_index: int
    notice_id: UUID
    type: NoticeType
    about: str
    sent_on: date
    happened_on: date | None


@dataclass(frozen=True)
class ProofStep:
    """One step of a proof."""

    log_index: int
    state: ProofState
    on: date
    size: int | None
    root: str | None


@dataclass(frozen=True)
class Proof:
    """A proof of use with its steps, oldest first; `state` is that of the last."""

    proof_id: UUID
    proof: ProofKind
    budget_year: int
    steps: tuple[ProofStep, ...]

    @property
    def state(self) -> ProofState:
        """Where it stands."""
        return self.steps[-1].state

    @property
    def submitted_on(self) -> date:
        """Of the first submission: what a deadline looks at."""
        return self.steps[0].on

    @property
    def size(self) -> int | None:
        """How many entries the log had at the latest submission: what changed since is asked from here."""
        return next((step.size for step in reversed(self.steps) if step.size is not None), None)


@dataclass(frozen=True)
class Finding:
    """What an examiner found; open until `resolved_on`."""

    log_index: int
    finding_id: UUID
    about: str
    found_on: date
    entry: int | None
    amount: int | None
    resolved_on: date | None


@dataclass(frozen=True)
class VoucherQuestion:
    """Both associations booked one invoice; open until two people of ours gave the same answer."""

    log_index: int
    voucher_id: UUID
    partner: str
    answers: tuple[int, ...]
    settled_as: str | None
