"""No path leaks a note that is its author's alone, whatever is asked and whatever happens to its case."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.catalogue import questions_to
from lotse_contracts.envelope import Question, Sealed
from lotse_contracts.sealed import CannotOpen, encode, open_sealed, public_bytes
from lotse_contracts.values import COUNSELLORS
from lotse_intake.store import notes
from tests.intake import casework
from tests.intake.casework import CHIEF, COLLEAGUE, LINE, OTHERS, OWNER, SECRET, STRANGER, asked, given, owned
from tests.intake.given import Intake


def question_of(kind: type[Question], case: casework.Case, reply_key: str) -> Question | None:
    """The question about this person and this case, with whatever fields it has; None where it needs a secret."""
    known: dict[str, Any] = {
        "case_id": case.case_id,
        "person_id": case.person_id,
        "concern_id": case.concern_id,
        "enquiry_id": case.enquiry_id,
        "reply_key": reply_key,
        "on": "2026-11-25",
        "purpose": "counselling",
        "which": "open",
        "kind": "disclosure",
        "language": "de",
        "name": "concerns",
    }
    fields = {name: known[name] for name in kind.model_fields if name in known}
    try:
        return kind.model_validate(fields)
    except ValueError:
        return None


def opened_with(answer: Any, reader: X25519PrivateKey, kind: type[Question], keys: list[str]) -> bytes:
    """Everything that an answer says, and everything in it that the asker's key opens."""
    said = answer.model_dump_json().encode()
    waiting, found = [answer.model_dump()], [said]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, dict) and thing.keys() == Sealed.model_fields.keys():
            for key in keys:
                try:
                    found.append(open_sealed(Sealed(**thing), reader, type_name=kind.type_name(), key=key))
                except CannotOpen:
                    continue
        elif isinstance(thing, dict):
            waiting += thing.values()
        elif isinstance(thing, (list, tuple)):
            waiting += thing
    return b"|".join(found)


async def test_the_database_itself_is_not_asked_for_notes_that_are_somebody_elses(here: Intake) -> None:
    case = await owned(here)
    await given(here, casework.note(here, case, visibility="self"))
    await given(here, casework.note(here, case, visibility="team"))
    async with here.service.engine.begin() as tx:
        found = {reader: await notes.readable(tx, case.case_id, reader, limit=10) for reader in (OWNER, CHIEF)}
    assert [len(rows) for rows in found.values()] == [2, 1]


OF_THE_PERSON_HERSELF = {"person-data", "subject-access"}
"""What is drawn up for her: she has a right to every note about her (Art. 15), so these are in it."""


async def test_no_question_that_there_is_gives_a_note_to_anybody_but_its_author(here: Intake) -> None:
    case = await owned(here)
    await given(here, casework.note(here, case, visibility="self"))
    reader = X25519PrivateKey.generate()
    keys = [str(case.case_id), str(case.person_id), str(case.enquiry_id), str(case.concern_id)]
    tried, seen_by_author = [], b""
    for kind in questions_to("intake"):
        question = question_of(kind, case, encode(public_bytes(reader)))
        if question is None or kind.NAME in OF_THE_PERSON_HERSELF or not kind.ROLES & COUNSELLORS:
            continue
        for actor in (COLLEAGUE, CHIEF, OWNER):
            try:
                answer = await here.ask(question, actor=actor)
            except Refused:
                continue
            found = opened_with(answer, reader, kind, keys)
            tried.append(kind.NAME)
            if actor == OWNER:
                seen_by_author += found
            else:
                assert SECRET.encode() not in found, kind.NAME
                assert json.dumps(SECRET).encode() not in found, kind.NAME
    assert SECRET.encode() in seen_by_author, "the attack could have seen it"
    assert {"case", "cases", "enquiry", "inbox", "allowed-actions", "contacts-of-day"} <= set(tried)


READERS = (OWNER, COLLEAGUE, STRANGER, CHIEF)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(
    steps=st.lists(
        st.tuples(
            st.sampled_from(READERS),
            st.sampled_from(["write", "show", "assign", "task", "conflict"]),
            st.sampled_from(["self", "team", "referral"]),
            st.integers(0, 5),
        ),
        max_size=8,
    )
)
async def test_whatever_happens_to_a_case_a_note_is_read_as_its_author_last_said(
    here: Intake, steps: list[tuple[str, str, Any, int]]
) -> None:
    case = await owned(here)
    written: list[list[Any]] = []  # note, author, visibility, text
    for number, (actor, what, visibility, which) in enumerate(steps):
        try:
            if what == "write":
                order = casework.note(here, case, visibility=visibility, text=f"Canary-{number}-{actor}")
                await given(here, order, actor)
                written.append([order.note_id, actor, visibility, f"Canary-{number}-{actor}"])
            elif what == "show" and written:
                note = written[which % len(written)]
                await given(here, intake.ShowNote(note_id=note[0], visibility=visibility), actor)
                note[2] = visibility
            elif what == "assign":
                await casework.assign(here, case, READERS[which % 4], by=actor)
            elif what == "task":
                await given(here, casework.task(here, case, assignee=READERS[which % 4]), actor)
            elif what == "conflict":
                mark = intake.MarkConflict(case_id=case.case_id, actor=READERS[which % 4], reason="relative")
                await given(here, mark, actor)
        except Refused:
            continue
    for reader in READERS:
        _, inside = await asked(here, case, reader)
        if inside is None:
            continue
        expected = {text for _, author, visibility, text in written if visibility != "self" or author == reader}
        assert {note.text for note in inside.notes} == expected


async def test_her_own_document_has_every_note_about_her_but_what_is_about_others(here: Intake) -> None:
    case = await owned(here)
    await given(here, casework.note(here, case, visibility="self", others=OTHERS))
    await given(here, casework.goal(here, case))
    reader = X25519PrivateKey.generate()
    question = intake.AskPersonData(person_id=case.person_id, reply_key=encode(public_bytes(reader)))
    answer = await here.ask(question, actor=CHIEF)
    plaintext = open_sealed(
        answer.content, reader, type_name=intake.AskPersonData.type_name(), key=str(case.person_id)
    ).decode()
    assert SECRET in plaintext
    assert LINE in plaintext
    assert OTHERS not in plaintext
    assert OWNER not in plaintext, "who wrote it is no data of hers"
    whole = json.loads(plaintext)
    assert whole["note"][0]["about_others"] == {"withheld": "third_person"}
