"""The key to seal to."""

from typing import ClassVar

from pydantic import Field

from lotse_contracts.envelope import Answer, Base64Url, Question, Token


class SealingKeyAnswer(Answer):
    """The public key that orders to this service are sealed to."""

    kid: Token
    public_key: Base64Url = Field(description="X25519, 32 raw bytes")
    algorithm: str = "HPKE-Base-X25519-HKDF-SHA256-AES-256-GCM"


class AskSealingKey(Question):
    """Which key do I seal to?"""

    NAME: ClassVar[str] = "sealing-key"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SealingKeyAnswer
