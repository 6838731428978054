"""What the tests of cases stand on: a case with its concern, orders as the desk gives them, the file as it is read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts import intake
from lotse_contracts.intake import AskCase, CaseAnswer, CaseContent, LineContent, NoteContent
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_intake.domain.machine import ENDS
from tests.intake.given import Intake, enquiry, only, sealed_to

OWNER, COLLEAGUE, STRANGER, CHIEF, SECOND_CHIEF = "w-1", "w-2", "w-3", "co-1", "co-2"
SECRET = "Vermerk-Canary-4711: sie will ihn verlassen"
OTHERS = "Vermerk-Canary-0815: der Nachbar trinkt"
LINE = "Canary-Ziel-23: Wohnung bis Mai"


@dataclass(frozen=True)
class Case:
    """A case as an enquiry opened it."""

    case_id: UUID
    person_id: UUID
    concern_id: UUID
    enquiry_id: UUID

    def version(self, here: Intake) -> int:
        return int(here.rows(f"SELECT version FROM case_file WHERE case_id = '{self.case_id}'")[0][0])


async def opened(here: Intake, **changed: Any) -> Case:
    """A case that nobody carries yet."""
    raised = only(await here.hear(enquiry(here, **changed), actor=None), intake.ConcernRaised)
    return Case(raised.case_id, raised.person_id, raised.concern_id, raised.enquiry_id)


async def owned(here: Intake, *, owner: str = OWNER, team: str | None = None, **changed: Any) -> Case:
    """A case that somebody carries."""
    case = await opened(here, **changed)
    await assign(here, case, owner, team=team, by=CHIEF)
    return case


async def given(here: Intake, order: Any, by: str = OWNER) -> list[Any]:
    """An order by a member of staff, with the role that she has."""
    return list(await here.hear(order, actor=by))


async def assign(
    here: Intake, case: Case, owner: str | None, *, by: str, team: str | None = None, version: int | None = None
) -> list[Any]:
    seen = case.version(here) if version is None else version
    return await given(here, intake.AssignCase(case_id=case.case_id, version=seen, owner=owner, team=team), by)


def close(here: Intake, case: Case, **changed: Any) -> intake.CloseCase:
    fields: dict[str, Any] = {"case_id": case.case_id, "version": case.version(here), "reason": "need_met"}
    return intake.CloseCase(**{**fields, **changed})


def note(
    here: Intake, case: Case, *, visibility: Any = "team", text: str = SECRET, others: str = "", id: UUID | None = None
) -> intake.WriteNote:
    content = NoteContent(text=text, about_others=others)
    sealed = sealed_to(here.seal_key, content, intake.WriteNote, str(case.person_id))
    ids = {"note_id": id or uuid4(), "case_id": case.case_id, "person_id": case.person_id}
    return intake.WriteNote(**ids, visibility=visibility, content=sealed)


def goal(here: Intake, case: Case, *, text: str = LINE, **changed: Any) -> intake.SetGoal:
    sealed = sealed_to(here.seal_key, LineContent(text=text), intake.SetGoal, str(case.person_id))
    fields: dict[str, Any] = {"goal_id": uuid4(), "case_id": case.case_id, "person_id": case.person_id}
    return intake.SetGoal(**{**fields, "content": sealed, **changed})


def task(here: Intake, case: Case, *, text: str = LINE, due: str = "2026-12-02", **changed: Any) -> intake.AddTask:
    sealed = sealed_to(here.seal_key, LineContent(text=text), intake.AddTask, str(case.person_id))
    fields: dict[str, Any] = {"task_id": uuid4(), "case_id": case.case_id, "person_id": case.person_id, "due": due}
    return intake.AddTask(**{**fields, "content": sealed, **changed})


def contact(here: Intake, **changed: Any) -> intake.RecordContact:
    fields: dict[str, Any] = {
        "contact_id": uuid4(),
        "at": here.now,
        "minutes": 30,
        "channel": "walk_in",
        "depth": "short_advice",
        "language": "uk",
    }
    return intake.RecordContact(**{**fields, **changed})


async def asked(here: Intake, case: Case, by: str = OWNER, cursor: str | None = None) -> tuple[CaseAnswer, Any]:
    """The answer, and its content as the asker reads it; None without the right to see it."""
    reader = X25519PrivateKey.generate()
    question = AskCase(case_id=case.case_id, reply_key=encode(public_bytes(reader)), cursor=cursor)
    answer: CaseAnswer = await here.ask(question, actor=by)
    if answer.content is None:
        return answer, None
    plaintext = open_sealed(answer.content, reader, type_name=AskCase.type_name(), key=str(case.case_id))
    return answer, CaseContent.model_validate_json(plaintext)


async def content(here: Intake, case: Case, by: str = OWNER) -> CaseContent:
    """The file of a case, as somebody reads it who may."""
    _, found = await asked(here, case, by)
    assert isinstance(found, CaseContent)
    return found


def concern_is(here: Intake, case: Case, state: str) -> None:
    """Set a concern's state behind the machine's back, for tests of what depends on it."""
    rests = state in {*ENDS, "answered"}
    clock = "NULL" if rests else "'look'"
    assignee = f"'{OWNER}'" if state in {"assigned", "in_advice", "waiting_for_client"} else "NULL"
    ended_at = "received_at" if state in ENDS else "NULL"
    changed = f"state = '{state}', clock = {clock}, assignee = {assignee}, ended_at = {ended_at}"
    here.execute(f"UPDATE concern SET {changed} WHERE concern_id = '{case.concern_id}'")


def day(number: int, hour: int = 10) -> datetime:
    """A day of December 2026, UTC."""
    return datetime(2026, 12, number, hour, tzinfo=UTC)
