"""The JSON Schemas that are committed, one file a message: `python -m lotse_contracts.schemas FOLDER` writes them.

A change that breaks somebody on the committed contract is named and refused; `--accept-breaks` is for the time before
the first release, when nobody is on it.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from lotse_contracts import answers, envelope, intake, ledger, notify, referral
from lotse_contracts.catalogue import MESSAGES
from lotse_contracts.compat import ABOUT, Direction, Schema, breaks
from lotse_contracts.envelope import Message, Order, Question, subject_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PLAINTEXTS: Mapping[str, type[BaseModel]] = {
    "intake.submit-enquiry.v1.content": intake.EnquiryContent,
    "intake.add-to-enquiry.v1.content": intake.AdditionContent,
    "intake.answer-enquiry.v1.content": intake.TextContent,
    "intake.withdraw-enquiry.v1.content": intake.WithdrawalContent,
    "intake.give-receipt.v1.content": intake.PinContent,
    "intake.record-addition.v1.content": intake.TextContent,
    "intake.record-enquiry.v1.content": intake.EnquiryContent,
    "intake.answer-handover.v1.content": intake.HandoverAnswerContent,
    "intake.holder.v1.content": intake.HolderContent,
    "intake.register-person.v1.fields": intake.PersonFields,
    "intake.withdraw-own-consent.v1.content": intake.OwnWithdrawalContent,
    "intake.find-persons.v1.query": intake.PersonQuery,
    "intake.find-persons.v1.fields": intake.PersonFields,
    "intake.duplicate-pair.v1.person": intake.PersonFields,
    "intake.duplicate-pair.v1.other": intake.PersonFields,
    "intake.conversation.v1.content": intake.TextContent,
    "intake.rectify-person.v1.fields": intake.PersonFields,
    "intake.subject-access.v1.json_document": intake.SubjectAccessDocument,
    "intake.enquiry.v1.content": intake.TextContent,
    "intake.write-note.v1.content": intake.NoteContent,
    "intake.set-goal.v1.content": intake.LineContent,
    "intake.add-task.v1.content": intake.LineContent,
    "intake.case.v1.content": intake.CaseContent,
    "intake.enquiry.v1.letter": intake.LetterReading,
    "ledger.record-voucher.v1.private": ledger.VoucherPrivate,
    "notify.change-contact.v1.contact": notify.ContactContent,
    "notify.tell.v1.link": notify.PageLink,
    "notify.tell-service.v1.link": notify.PageLink,
    "referral.answer-office.v1.content": referral.OfficeText,
    "referral.delivery.v1.content": referral.OfficeText,
    "referral.forward-fields.v1.fields": intake.PersonFields,
    "referral.referral-info-answered.v1.fields": intake.PersonFields,
    "referral.referral-link.v1.link": referral.OfficePage,
    "referral.referral-offered.v1.fields": intake.PersonFields,
}
"""What is inside the sealed fields: message type and field -> the model of the plaintext JSON."""


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file, without the suffix."""
    return {
        name: {"$schema": DIALECT, "$id": f"urn:lotse:schema:{name.replace('.', ':', 1)}", **body}
        for name, body in _all()
    }


def _all() -> Iterator[tuple[str, dict[str, Any]]]:
    for message in MESSAGES:
        yield f"{message.KIND}.{message.type_name()}", {**message.model_json_schema(), ABOUT: about(message)}
        if issubclass(message, Question):
            yield f"answer.{message.type_name()}", message.ANSWER.model_json_schema()
    for name, plaintext in PLAINTEXTS.items():
        yield f"sealed.{name}", plaintext.model_json_schema()
    yield "wire.envelope", envelope.Envelope[dict[str, Any]].model_json_schema()
    yield "wire.sealed-transfer", envelope.SealedTransfer.model_json_schema()
    yield "wire.order-answer", answers.OrderAnswer.model_json_schema()
    yield "wire.problem", answers.Problem.model_json_schema()


def about(message: type[Message]) -> dict[str, Any]:
    """What a schema alone does not say: where the message travels and who may say it."""
    said: dict[str, Any] = {"kind": message.KIND, "type": message.type_name(), "subject": subject_template(message)}
    if message.KEY:
        said["key"] = message.KEY
    if issubclass(message, Order | Question):
        said["roles"] = sorted(message.ROLES)
    if issubclass(message, Order) and message.ANONYMOUS:
        said["anonymous"] = True
    return said


def subject_template(message: type[Message]) -> str:
    """The subject with names in braces where it varies."""
    if message.KIND == "xfer":
        return subject_of(message, "{from}", f"{{{message.KEY}}}", "{to}")
    return subject_of(message, "{association}", f"{{{message.KEY}}}" if message.KEY else "")


def direction_of(name: str) -> Direction:
    """Orders and questions, and what is sealed in them, are only heard; the rest is said and heard by all ages."""
    return "heard" if name.partition(".")[0] in ("cmd", "ask", "sealed") else "both"


def committed(folder: Path) -> dict[str, Schema]:
    """The schemas as they stand in a folder, by name."""
    return {path.name.removesuffix(".json"): json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def all_breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """What somebody on the old contracts would trip over, each line with the name of its message."""
    found = [f"{name}: removed" for name in sorted(old.keys() - new.keys())]
    for name in sorted(old.keys() & new.keys()):
        found += [f"{name}: {line}" for line in breaks(old[name], new[name], direction_of(name))]
    return found


def text_of(schema: Schema) -> str:
    """The bytes of a committed file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path, *, accept_breaks: bool = False) -> list[str]:
    """Write every schema into the folder and return the breaks; with breaks that nobody accepted nothing is written."""
    new = schemas()
    found = all_breaks(committed(folder), new)
    if found and not accept_breaks:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    for gone in committed(folder).keys() - new.keys():
        (folder / f"{gone}.json").unlink()
    for name, schema in new.items():
        (folder / f"{name}.json").write_text(text_of(schema))
    return found


def main(arguments: list[str]) -> int:
    """The command; status 1 when a break was refused."""
    folders = [argument for argument in arguments if not argument.startswith("--")]
    if len(folders) != 1 or {*arguments} - {*folders, "--accept-breaks"}:
        sys.stderr.write("python -m lotse_contracts.schemas FOLDER [--accept-breaks]\n")
        return 2
    accepted = "--accept-breaks" in arguments
    found = write(Path(folders[0]), accept_breaks=accepted)
    sys.stderr.writelines(f"break: {line}\n" for line in found)
    return 1 if found and not accepted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
