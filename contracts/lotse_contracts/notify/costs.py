"""What messages cost."""

from typing import Annotated, ClassVar

from pydantic import Field

from lotse_contracts.envelope import Fact, Token

Sum = Annotated[int, Field(ge=0, le=10**12)]
"""The ledger signs it, and a JSON number of RFC 8785 is exact up to 2^53."""


class CostIncurred(Fact):
    """What messages cost, per provider and day, in 1/10,000 EUR."""

    NAME: ClassVar[str] = "cost-incurred"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "provider"

    provider: Token
    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    messages: Sum
    segments: Sum = Field(default=0, description="parts of SMS that were paid for; 0 where nothing is paid a part")
    amount_e4: Sum = Field(description="1/10,000 EUR")
