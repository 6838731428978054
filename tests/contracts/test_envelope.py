"""What stands on the wire: CloudEvents, subjects, and what happens to fields that a reader does not know."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from lotse_contracts import Envelope, Message, envelope_of, subject_for, subject_of, to_json
from lotse_contracts.answers import OrderAnswer, Problem
from lotse_contracts.catalogue import MESSAGES
from lotse_contracts.envelope import ANSWER_SUBJECT, Order, Question, pattern_of, template_of
from lotse_contracts.intake import CaseOpened, PublishStatistics
from lotse_contracts.referral import ReferralAnswered
from lotse_contracts.schemas import schemas
from tests.contracts.samples import messages

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SCHEMAS = schemas()
ENVELOPE = Draft202012Validator(SCHEMAS["wire.envelope"])
PERSON = UUID("7f9c3f1e-5d0b-4c55-9a51-0d7f4be1c002")
OPENED = CaseOpened(case_id=PERSON, person_id=PERSON, version=1)


def wrapped(message: Message) -> bytes:
    return to_json(envelope_of(message, id=uuid4(), association="alpha", sender="intake", time=NOW))


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: f"{kind.KIND}-{kind.type_name()}")
@given(data=st.data())
def test_a_message_comes_back_as_it_was_said_and_holds_its_schema(kind: type[Message], data: st.DataObject) -> None:
    message = data.draw(messages(kind))
    body = wrapped(message)
    read = Envelope[kind].model_validate_json(body)  # type: ignore[valid-type]
    assert read.data == message
    said = json.loads(body)
    ENVELOPE.validate(said)
    Draft202012Validator(SCHEMAS[f"{kind.KIND}.{kind.type_name()}"]).validate(said["data"])
    assert said["type"] == kind.type_name()
    assert said.get("subject") == (message.key if kind.KEY else None)


def test_the_envelope_is_a_cloud_event() -> None:
    said = json.loads(wrapped(OPENED))
    assert said["specversion"] == "1.0"
    assert said["datacontenttype"] == "application/json"
    assert said["source"] == "alpha/intake"
    assert said["time"] == "2026-01-02T03:04:05Z"
    assert said["dataschema"] == SCHEMAS["evt.intake.case-opened.v1"]["$id"]
    assert said["correlationid"] == said["id"]
    assert "actor" not in said, "absent attributes are left out"
    assert all(name.isalnum() and name == name.lower() for name in said), "names as CloudEvents 1.0 section 3 asks"


def test_a_consequence_carries_what_led_to_it() -> None:
    cause, first = uuid4(), uuid4()
    kept = {"association": "alpha", "sender": "intake", "time": NOW}
    one = envelope_of(OPENED, id=uuid4(), causation=cause, correlation=first, **kept)  # type: ignore[arg-type]
    assert (one.causationid, one.correlationid) == (cause, first)
    assert envelope_of(OPENED, id=uuid4(), causation=cause, **kept).correlationid == cause  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: f"{kind.KIND}-{kind.type_name()}")
def test_unknown_fields_are_refused_in_orders_and_questions_and_ignored_elsewhere(kind: type[Message]) -> None:
    found: list[dict[str, Any]] = []
    try:
        kind.model_validate({"field_of_tomorrow": 1})
    except ValidationError as fault:
        found = [dict(error) for error in fault.errors(include_input=False)]
    refused = any(error["type"] == "extra_forbidden" for error in found)
    assert refused == issubclass(kind, Order | Question)


@pytest.mark.parametrize(
    "broken",
    [
        {"specversion": "0.3"},
        {"id": "no"},
        {"source": "Alpha/Intake"},
        {"type": "case-opened"},
        {"time": "2026-01-02T03:04:05"},
        {"subject": "a name with spaces"},
        {"tenant": "alpha-beta"},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_an_envelope_that_is_none_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Envelope[CaseOpened].model_validate({**json.loads(wrapped(OPENED)), **broken})


def test_subjects_are_spelled_as_the_architecture_says() -> None:
    assert subject_for(OPENED, "alpha") == f"lotse.alpha.evt.intake.case-opened.v1.{PERSON}"
    assert subject_for(PublishStatistics(period="2026-01"), "alpha").endswith(
        ".cmd.intake.publish-statistics.v1.2026-01"
    )
    answered = ReferralAnswered(to="beta", referral_id=PERSON, answer="accepted")
    assert subject_for(answered, "alpha") == f"lotse.alpha.xfer.beta.referral.referral-answered.v1.{PERSON}"
    assert pattern_of(ReferralAnswered, "beta") == "lotse.*.xfer.beta.referral.referral-answered.v1.*"


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: f"{kind.KIND}-{kind.type_name()}")
def test_a_template_names_neither_association_nor_key(kind: type[Message]) -> None:
    subject = subject_of(kind, "alpha", "some-key" if kind.KEY else "", "beta")
    template = template_of(subject)
    assert not {"alpha", "beta", "some-key"} & set(template.split("."))
    assert kind.NAME in template


@given(st.text(max_size=80))
def test_a_subject_of_anybody_has_a_template(subject: str) -> None:
    assert template_of(subject)


@pytest.mark.parametrize("subject", ["_INBOX_web.abc.1", "_INBOX_some-desk.A"])
def test_an_answer_may_go_to_an_inbox(subject: str) -> None:
    assert ANSWER_SUBJECT.match(subject)


@pytest.mark.parametrize(
    "subject", ["lotse.alpha.evt.x", "_INBOX.abc", "_INBOX_web.>", "_INBOX_web.*", "_INBOX_web.a b", "_INBOX_web.a\n"]
)
def test_an_answer_may_go_nowhere_else(subject: str) -> None:
    assert not ANSWER_SUBJECT.match(subject)


def test_an_order_is_answered_with_a_problem_and_never_a_value() -> None:
    problem = Problem(code="unknown_enquiry", fields=("enquiry_id",), texts={"en": "There is no such enquiry."})
    answer = OrderAnswer(order_id=PERSON, accepted=False, problem=problem)
    assert OrderAnswer.model_validate_json(answer.model_dump_json()) == answer
    names = set(Problem.model_fields)
    assert names == {"allowed", "code", "fields", "texts"}  # what is allowed are names, never a value
