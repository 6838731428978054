"""What documents say that the city put into its budget, and froze of it."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Code, Part
from lotse_contracts.ledger.entries import LedgerOrder
from lotse_contracts.ledger.values import BasisPoints, Cents, Currency, Day, Standing, Year

FreezeFallsOnName = Literal["remainder", "pro_rata"]
FACTORS_MAX = 50


class DocumentRef(Part):
    """The document that a reported fact stands on."""

    title: str = Field(max_length=300)
    source: str = Field(max_length=300)


class FieldFactor(Part):
    """What a freeze leaves to a field of the budget."""

    field: Code
    factor: BasisPoints


class ReportAppropriation(LedgerOrder):
    """A document says what the city put into its budget; never the city's books."""

    NAME: ClassVar[str] = "report-appropriation"
    KEY: ClassVar[str] = "report_id"

    report_id: UUID
    budget_year: Year
    amount: Cents
    currency: Currency = "EUR"
    budget_part: str = Field(max_length=200)
    title: str = Field(max_length=300)
    valid_on: Day
    documents: tuple[DocumentRef, ...] = Field(min_length=1, max_length=20)
    standing: Standing


class ReportFreeze(LedgerOrder):
    """A document says that the city froze part of a budget year, or released it: what is left to each field."""

    NAME: ClassVar[str] = "report-freeze"
    KEY: ClassVar[str] = "report_id"

    report_id: UUID
    budget_year: Year
    factors: tuple[FieldFactor, ...] = Field(min_length=1, max_length=FACTORS_MAX)
    posted_as: Code = Field(description="the field whose factor is taken for what is left; `every_field` for the rest")
    freeze_falls_on: FreezeFallsOnName = Field(default="remainder", description="an assumption, said in every answer")
    currency: Currency = "EUR"
    exempt: str = Field(default="", max_length=300)
    title: str = Field(max_length=300)
    valid_on: Day
    documents: tuple[DocumentRef, ...] = Field(min_length=1, max_length=20)
    standing: Standing
