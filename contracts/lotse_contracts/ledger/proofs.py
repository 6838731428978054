"""What the city is told and shown, and what its examiners find."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Digest
from lotse_contracts.ledger.entries import GrantOrder
from lotse_contracts.ledger.values import Cents, Day, FileRef, LogIndex, Remark, Year

NoticeType = Literal[
    "further_funding",
    "purpose_changed",
    "purpose_unreachable",
    "money_not_used",
    "inventory_unused",
    "insolvency",
    "theft_or_misuse",
]
"""R13 a to g, in that order."""
ProofKind = Literal["interim", "final"]
ProofAnswer = Literal["accepted", "objected"]


class GiveNotice(GrantOrder):
    """The city was told at once what it must be told (R13)."""

    NAME: ClassVar[str] = "give-notice"

    notice_id: UUID
    type: NoticeType
    about: Remark
    sent_on: Day
    happened_on: Day | None = None
    document_sha256: Digest | None = None


class SubmitProof(GrantOrder):
    """A proof of use went to the city; after an objection the same proof again under another submission."""

    NAME: ClassVar[str] = "submit-proof"

    proof_id: UUID
    submission_id: UUID
    proof: ProofKind
    budget_year: Year
    submitted_on: Day
    narrative_sha256: Digest | None = None


class AnswerProof(GrantOrder):
    """The city accepted a proof of use, or objected to it."""

    NAME: ClassVar[str] = "answer-proof"

    answer_id: UUID
    proof_id: UUID
    answer: ProofAnswer
    answered_on: Day
    file_ref: FileRef = ""
    remark: Remark = ""


class RecordFinding(GrantOrder):
    """An examiner found something."""

    NAME: ClassVar[str] = "record-finding"

    finding_id: UUID
    about: Remark
    found_on: Day
    log_index: LogIndex | None = Field(default=None, description="the entry in question")
    amount: Cents | None = None
    file_ref: FileRef = ""


class ResolveFinding(GrantOrder):
    """A finding is settled."""

    NAME: ClassVar[str] = "resolve-finding"

    finding_id: UUID
    resolved_on: Day
    how: Remark
