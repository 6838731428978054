"""Days, amounts and references, as the books write them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""A calendar day in Europe/Berlin, ISO 8601."""
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Cents = Annotated[int, Field(strict=True, ge=0, le=10**12, description="integer minor units")]
Year = Annotated[int, Field(ge=2000, le=2100)]
Standing = Literal["public", "demo", "own"]
"""`public`: a fact of the real case with its source; `demo`: a demonstration value, said in every row and page;
`own`: what an association books for itself."""
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
BasisPoints = Annotated[int, Field(ge=0, le=10_000, description="1/100 per cent")]
LogIndex = Annotated[int, Field(ge=0, le=2**53)]
FileRef = Annotated[str, StringConstraints(max_length=120)]
"""An authority's file reference."""
Remark = Annotated[str, StringConstraints(max_length=500)]
"""Free text that stays for good: without a person's name."""
