"""Somebody who is helped by a running house, and what only she said."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
import psycopg

from lotse_contracts.envelope import Order, Sealed
from lotse_contracts.intake import (
    AnswerEnquiry,
    AskSealingKey,
    AttachmentClaim,
    ContactPoint,
    EnquiryContent,
    NoteContent,
    PersonFields,
    RegisterPerson,
    SubmitEnquiry,
    TextContent,
    WriteNote,
)
from lotse_contracts.sealed import decode, seal
from lotse_local import plan
from lotse_local.demo.frontend import Frontend
from tests import kit
from tests.e2e.asking import Asker, frontend
from tests.e2e.house import House
from tests.intake import papers

NAME = "auslaenderrat"


@dataclass
class Somebody:
    """What only she said, found again in whatever can be read of her."""

    mark: str
    asker: Asker = field(init=False)
    person_id: UUID = field(default_factory=uuid4)
    copied: list[Sealed] = field(default_factory=list)
    """What somebody copied from the wire when it passed; the broker's files lose it sooner or later."""

    def __post_init__(self) -> None:
        self.asker = Asker(f"Мені прийшов лист, {self.mark}-text")

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(f"{self.mark}-{what}" for what in ("text", "name", "mail", "answer", "summary", "health", "note"))

    @property
    def bound_to(self) -> tuple[str, ...]:
        """What sealed content of hers is bound to."""
        digest = self.asker.receipt_sha256
        return (str(self.asker.enquiry_id), str(self.person_id), digest)


async def helped(house: House, one: Somebody) -> tuple[UUID, SubmitEnquiry]:
    """She writes with a paper, is answered, and comes to the desk; returns what was published first."""
    async with frontend(house, NAME, "web") as web, frontend(house, NAME, "desk", "counsellor") as desk:
        own, order = uuid4(), await enquiry_of(house, web, one)
        await accepted(web, order, id=own)
        (found,) = rows(house, "intake", "SELECT person_id FROM enquiry WHERE enquiry_id = %s", one.asker.enquiry_id)
        one.person_id = UUID(str(found[0]))
        fields = PersonFields(
            identity={"name": f"{one.mark}-name", "birth_date": "1987-03-02"},
            need_summary=f"{one.mark}-summary",
            health=f"{one.mark}-health",
        )
        said = await sealed(desk, one, fields, RegisterPerson, one.person_id)
        await accepted(desk, RegisterPerson(person_id=one.person_id, fields=said))
        answer = TextContent(text=f"{one.mark}-answer")
        enquiry_id = one.asker.enquiry_id
        said = await sealed(desk, one, answer, AnswerEnquiry, enquiry_id)
        await accepted(desk, AnswerEnquiry(enquiry_id=enquiry_id, content=said))
        await noted(house, desk, one)
    held = "SELECT address FROM contact_point WHERE person_id = %s"
    await kit.eventually(lambda: rows(house, "notify", held, one.person_id))
    return own, order


async def noted(house: House, desk: Frontend, one: Somebody) -> None:
    """A note in the file of her case, for its author alone."""
    (found,) = rows(house, "intake", "SELECT case_id FROM case_file WHERE person_id = %s", one.person_id)
    note = NoteContent(text=f"{one.mark}-note")
    order = WriteNote(
        note_id=uuid4(),
        case_id=UUID(str(found[0])),
        person_id=one.person_id,
        visibility="self",
        content=await sealed(desk, one, note, WriteNote, one.person_id),
    )
    await accepted(desk, order)


async def enquiry_of(house: House, web: Frontend, one: Somebody) -> SubmitEnquiry:
    async with httpx.AsyncClient(base_url=house.endpoints()["associations"][NAME]["http"]["intake"]) as client:
        headers = {"Content-Type": "application/pdf"}
        uploaded = (await client.post("/attachments", content=papers.pdf(), headers=headers)).raise_for_status().json()
    content = EnquiryContent(
        text=one.asker.text,
        name=f"{one.mark}-name",
        contact=ContactPoint(kind="email", value=f"{one.mark}-mail@example.org"),
        pin=one.asker.pin,
    )
    return SubmitEnquiry(
        frontend="web",
        enquiry_id=one.asker.enquiry_id,
        receipt_sha256=one.asker.receipt_sha256,
        channel="web",
        language="uk",
        codes=("housing",),
        content=await sealed(web, one, content, SubmitEnquiry, one.asker.enquiry_id),
        attachments=(AttachmentClaim(attachment_id=uploaded["attachment_id"], claim=uploaded["claim"]),),
        consent_to_contact=True,
        notice_version="v1",
    )


async def sealed(
    by: Frontend, one: Somebody, content: EnquiryContent | TextContent | PersonFields, order: type[Order], key: UUID
) -> Sealed:
    told = await by.ask(AskSealingKey())
    plaintext = content.model_dump_json(exclude_none=True).encode()
    said = seal(plaintext, decode(told.public_key), type_name=order.type_name(), key=str(key))
    one.copied.append(said)
    return said


async def accepted(by: Frontend, order: Order, id: UUID | None = None) -> None:
    answer = await by.order(order, id=id)
    assert answer.accepted, answer.problem


def owner_url(house: House, service: str) -> str:
    return plan.plan_of(house.data, NAME).cluster.url(service)


def rows(house: House, service: str, sql: str, *arguments: object) -> list[tuple[object, ...]]:
    with psycopg.connect(owner_url(house, service)) as connection:
        return connection.execute(sql.encode(), arguments).fetchall()
