"""What every message carries and how every subject is spelled: the one file that knows the names on the wire.

Source: CloudEvents 1.0, structured JSON mode. Subjects: `lotse.<association>.<kind>.<service>.<name>.v<n>[.<key>]`,
and between associations `lotse.<from>.xfer.<to>.<service>.<name>.v<n>.<key>`.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["evt", "cmd", "ask", "dead", "xfer"]

MESSAGE_BYTES_MAX = 262_144  # the broker's max_payload, envelope included
PUBLIC_BYTES_MAX = 65_536  # an order of an anonymous frontend, envelope included
TEXT_CHARACTERS_MAX = 10_000  # one free text of a person
ITEMS_MAX = 200  # entries of one list in a message

# No empty token: the broker denies such a subject, and a denial stops the service. `$` would let a line break in.
ANSWER_SUBJECT = re.compile(r"^_INBOX_[a-z][a-z0-9-]{0,30}(?=.{2,121}\Z)(\.[A-Za-z0-9_-]+)+\Z")

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""One token of a subject: a name or an identifier, never a value of a person."""
AssociationName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,30}$")]
"""The tenant; also its JetStream domain, so neither dash nor dot."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
"""A value of a code list, such as a concern; the lists themselves are data."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
"""BCP 47, such as `uk`."""
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, hexadecimal."""
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""Of an aggregate: rises with each of its facts."""
Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]*$", max_length=MESSAGE_BYTES_MAX)]


class Part(BaseModel):
    """A group of fields inside a message."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SaidPart(BaseModel):
    """A group of fields inside a fact or an answer: unknown ones are ignored, so that one may be added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Message(BaseModel):
    """What crosses a border of a service. `KEY` names the field that ends the subject."""

    NAME: ClassVar[str]
    VERSION: ClassVar[int] = 1
    SERVICE: ClassVar[str]
    KIND: ClassVar[Kind]
    KEY: ClassVar[str]

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents type, such as `intake.case-opened.v1`."""
        return f"{cls.SERVICE}.{cls.NAME}.v{cls.VERSION}"

    @classmethod
    def claim_name(cls) -> str:
        """The name without the version: v1 and v2 of one fact take effect once."""
        return f"{cls.KIND}.{cls.SERVICE}.{cls.NAME}"

    @property
    def key(self) -> str:
        """The erasable last token of the subject."""
        return str(getattr(self, self.KEY))


class Fact(Message):
    """Something that happened: ids and codes only. Unknown fields are ignored, so that a field may be added.

    An `ANONYMOUS` one is about nobody: its envelope names no cause, no actor and no trace that would lead to a person.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    KIND: ClassVar[Kind] = "evt"
    ANONYMOUS: ClassVar[bool] = False


class Order(Message):
    """What somebody asks of a service; unknown fields are refused.

    `ROLES` are the staff roles that may give it, each proved by a token; empty means that the sender's broker
    permission is proof enough. `ANONYMOUS` orders come from public frontends, which end the subject with their name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    KIND: ClassVar[Kind] = "cmd"
    ROLES: ClassVar[frozenset[str]] = frozenset()
    ANONYMOUS: ClassVar[bool] = False


class Answer(BaseModel):
    """What a question is answered with."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Question(Message):
    """Request and reply; nothing is stored on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    KIND: ClassVar[Kind] = "ask"
    KEY: ClassVar[str] = ""
    ANSWER: ClassVar[type[Answer]]
    ROLES: ClassVar[frozenset[str]] = frozenset()


class Transfer(Message):
    """A message to another association: sealed to its key and signed by ours before it leaves the outbox.

    `to` is the receiver; `SERVICE` is the receiving service.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    KIND: ClassVar[Kind] = "xfer"

    to: AssociationName


class TransfersHeard(Transfer):
    """These transfers have come, and need not be said again; each service that hears some has its own (ADR 11)."""

    NAME: ClassVar[str] = "transfers-heard"
    KEY: ClassVar[str] = "receipt_id"

    receipt_id: UUID
    ids: tuple[UUID, ...] = Field(min_length=1, max_length=ITEMS_MAX, description="of their envelopes")


class Sealed(Part):
    """HPKE (RFC 9180) in base mode: X25519, HKDF-SHA256, AES-256-GCM; the info string binds type and key."""

    kid: Token = Field(description="the receiver's key, the first 16 hex digits of the SHA-256 of its raw bytes")
    enc: Base64Url = Field(description="encapsulated key, 32 bytes, base64url without padding")
    ciphertext: Base64Url = Field(description="base64url without padding")


class SealedTransfer(SaidPart):
    """The `data` of an xfer envelope on the wire; inside is the JSON of the Transfer."""

    sealed: Sealed
    signature: Base64Url = Field(description="Ed25519 over `signed_bytes(envelope)`, base64url without padding")
    signer: AssociationName


M = TypeVar("M")


class Envelope(BaseModel, Generic[M]):
    """CloudEvents 1.0 in structured JSON mode, with our extension attributes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,30}/[a-z][a-z0-9-]{0,30}$")]
    type: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9-]*\.v[1-9][0-9]*$")]
    subject: Token | None = None
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str | None = Field(default=None, max_length=200)
    data: M
    causationid: UUID | None = None
    correlationid: UUID | None = None
    actor: Annotated[str, StringConstraints(max_length=80)] | None = None
    tenant: AssociationName


def envelope_of(
    message: Message,
    *,
    id: UUID,
    association: str,
    sender: str,
    time: datetime,
    causation: UUID | None = None,
    correlation: UUID | None = None,
    actor: str | None = None,
) -> Envelope[Message]:
    """Wrap a message for the wire; `sender` is the service or frontend that says it."""
    return Envelope[Message](
        id=id,
        source=f"{association}/{sender}",
        type=message.type_name(),
        subject=message.key if message.KEY else None,
        time=time,
        dataschema=f"urn:lotse:schema:{message.KIND}:{message.type_name()}",
        data=message,
        causationid=causation,
        correlationid=correlation or causation or id,
        actor=actor,
        tenant=association,
    )


def to_json(envelope: Envelope[Message]) -> bytes:
    """The bytes on the wire; absent attributes are left out, as CloudEvents asks."""
    return envelope.model_dump_json(serialize_as_any=True, exclude_none=True).encode()


def signed_bytes(envelope: Envelope[SealedTransfer]) -> bytes:
    """What the signature of an xfer covers: who says which sealed bytes to whom and when, under which id.

    The time is UTC with microseconds, as `2026-11-25T12:00:00.000000+00:00`; the receiver refuses what is too old.
    """
    sealed = envelope.data.sealed
    time = envelope.time.astimezone(UTC).isoformat(timespec="microseconds")
    head = [str(envelope.id), time, envelope.source, envelope.type, envelope.subject or "", envelope.tenant]
    return "\n".join(["lotse.xfer.v1", *head, sealed.kid, sealed.enc, sealed.ciphertext]).encode()


def subject_of(message: type[Message], association: str = "*", key: str = "", to: str = "*") -> str:
    """The subject of a message, or the pattern of its kind where association, key or receiver are wildcards."""
    if message.KIND == "xfer":
        head = f"lotse.{association}.xfer.{to}.{message.SERVICE}.{message.NAME}.v{message.VERSION}"
    else:
        head = f"lotse.{association}.{message.KIND}.{message.SERVICE}.{message.NAME}.v{message.VERSION}"
    return f"{head}.{key}" if key else head


def subject_for(message: Message, association: str) -> str:
    """The subject that carries this very message."""
    to = message.to if isinstance(message, Transfer) else ""
    return subject_of(type(message), association, message.key if message.KEY else "", to)


def pattern_of(message: type[Message], association: str) -> str:
    """The subjects of all messages of this type within one association; for an xfer, of all senders to it."""
    if message.KIND == "xfer":
        return subject_of(message, "*", "*", association)
    return subject_of(message, association, "*" if message.KEY else "")


def erased_filters(association: str, key: str) -> dict[str, str]:
    """By stream, the subjects that end with a key: what a purge takes away with a person."""
    return {
        "EVENTS": f"lotse.{association}.evt.*.*.*.{key}",
        "COMMANDS": f"lotse.{association}.cmd.*.*.*.{key}",
        "DEAD": f"lotse.{association}.dead.*.*.{key}",
    }


def dead_subject(association: str, service: str, name: str, key: str) -> str:
    """Where a message that could not be settled goes; the key keeps it erasable."""
    return f"lotse.{association}.dead.{service}.{name}.{key or 'none'}"


def template_of(subject: str) -> str:
    """The subject without association and key, for span names, metric labels and logs."""
    tokens = subject.split(".")
    if len(tokens) < 6 or tokens[0] != "lotse":
        return "other"
    if tokens[2] == "xfer":
        return ".".join(["lotse", "*", "xfer", "*", *tokens[4:7]])
    return ".".join(["lotse", "*", *tokens[2:6]])
