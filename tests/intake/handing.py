"""What tests of the handover share: people with open cases, answers, a receiver with an age key, and the command."""

import argparse
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyrage  # type: ignore[import-untyped]

from lotse_chassis import administration, links
from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.intake import HandoverAnswerContent, HandoverChoice, PersonFields
from lotse_contracts.values import FieldGroup
from lotse_intake.cli import handover as command
from lotse_intake.cli import handover_open
from lotse_intake.cli.session import opened_office
from lotse_intake.problems import PROBLEM_TEXTS
from lotse_intake.providers import handover_files
from tests.intake.given import NAME, PIN, Intake, known_person, registration, sealed_to

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
PLACE = "Gorbitz"
REGION = "west"
ALL_GROUPS: tuple[FieldGroup, ...] = ("identity", "contact", "status", "need_summary", "documents")
FIELDS = PersonFields(
    identity={"name": NAME, "birth_date": "1988-04-02"},
    status={"value": "p24_title", "valid_to": "2027-03-04"},
    need_summary="Вона шукає житло. Canary-7319",
    health="Діабет. Canary-Health",
)


@dataclass
class Receiver:
    """Whoever comes next: a key of age, and what arrived."""

    folder: Path
    identity: Any = field(default_factory=pyrage.x25519.Identity.generate)

    @property
    def key(self) -> str:
        return str(self.identity.to_public())

    def keys(self, *regions: str) -> Path:
        path = self.folder / "keys.txt"
        path.write_text("# who receives\n" + "".join(f"{region} {self.key}\n" for region in regions or (REGION,)))
        return path

    def identity_file(self) -> Path:
        path = self.folder / "identity.txt"
        path.write_text(f"# created: 2026-11-25\n{self.identity}\n")
        return path

    def packages(self) -> list[Path]:
        return sorted((self.folder / "out").glob("handover-*.zip.age"))

    def opened(self, path: Path) -> dict[str, bytes]:
        """Every file of a package, checked, by name."""
        _, archive = handover_files.open_package(path, [self.identity])
        return {name: archive.read(name) for name in archive.namelist()}

    def records(self, path: Path) -> dict[str, dict[str, Any]]:
        """By reference."""
        files = self.opened(path)
        found = [json.loads(content) for name, content in files.items() if name.endswith("/record.json")]
        return {record["reference"]: record for record in found}


async def with_open_case(here: Intake, **changed: Any) -> tuple[UUID, str]:
    """Somebody with a concern, her fields, a safe contact and a receipt code; returns her id and the code."""
    code = links.new_code()[0]
    person_id = await known_person(here, code=code, **changed)
    await here.hear(registration(here, person_id, FIELDS))
    return person_id, code


async def asked(here: Intake, person_id: UUID) -> list[Any]:
    """A coordinator asks."""
    return await here.hear(intake.AskAboutHandover(person_id=person_id), actor="co-1")


async def consent_shown(here: Intake, code: str, *groups: FieldGroup, place: str = PLACE) -> Any:
    """What she reads before she agrees."""
    question = intake.AskHandoverConsent(receipt_code=code, pin=PIN, language="uk", field_groups=groups, place=place)
    return await here.ask(question, actor=None)


def own_answer(here: Intake, code: str, content: HandoverAnswerContent) -> intake.AnswerHandover:
    """As a frontend seals it."""
    digest = hashlib.sha256(code.encode()).hexdigest()
    sealed = sealed_to(here.seal_key, content, intake.AnswerHandover, digest)
    return intake.AnswerHandover(frontend="web", receipt_sha256=digest, content=sealed)


async def takes_along(here: Intake, code: str, *groups: FieldGroup, place: str = PLACE) -> list[Any]:
    """She reads what she agrees to, and agrees, by herself."""
    wanted = groups or ALL_GROUPS
    shown = await consent_shown(here, code, *wanted, place=place)
    content = HandoverAnswerContent(
        answer="take_me",
        field_groups=wanted,
        place=place,
        pin=PIN,
        language="uk",
        text_sha256=tuple(text.text_sha256 for text in shown.texts),
    )
    return await here.hear(own_answer(here, code, content), actor=None)


async def answers(here: Intake, code: str, answer: str) -> list[Any]:
    """She answers something else by herself."""
    content = HandoverAnswerContent(answer=answer, pin=PIN, language="uk")  # type: ignore[arg-type]
    return await here.hear(own_answer(here, code, content), actor=None)


def at_the_desk(person_id: UUID, answer: str = "take_me", **changed: Any) -> intake.RecordHandoverAnswer:
    """Staff write down what she said."""
    given: dict[str, Any] = {"person_id": person_id, "method": "oral_witnessed", "language": "uk", "witness": "w-2"}
    choice: dict[str, Any] = {
        "answer": answer,
        "field_groups": ALL_GROUPS if answer == "take_me" else (),
        "place": PLACE,
    }
    choice |= {name: changed.pop(name) for name in list(changed) if name in HandoverChoice.model_fields}
    return intake.RecordHandoverAnswer(choice=HandoverChoice(**choice), **{**given, **changed})


async def run(here: Intake, *words: object, lang: str = "de") -> int:
    """The command as an administrator types it, in this process and at our time."""
    parser = argparse.ArgumentParser()
    command._arguments(parser)
    args = parser.parse_args([*map(str, words), "--lang", lang])
    if args.action == "open":
        return handover_open.run(args)
    try:
        async with opened_office(here.settings) as (service, office):
            service.now = lambda: here.now  # type: ignore[method-assign]
            return await command.ACTS[args.action](service, office, args)
    except administration.Told as fault:
        print(fault.texts[lang])
    except Refused as fault:
        print(PROBLEM_TEXTS[fault.code][lang], f"[{fault.code}]")
    return administration.EXIT_REFUSED


def package_words(receiver: Receiver, *more: object, regions: tuple[str, ...] = ()) -> list[object]:
    """What is typed to make packages."""
    return ["package", "--keys", receiver.keys(*regions), "--out", receiver.folder / "out", *more]


async def confirmed(here: Intake, receiver: Receiver, package: Path) -> Path:
    """The receiver opens the package and sends a receipt, which is taken."""
    receipt = receiver.folder / f"{package.name}.receipt.jsonl"
    words = ("open", package, "--identity", receiver.identity_file(), "--receipt", receipt)
    assert await run(here, *words) == 0
    assert await run(here, "receipt", receipt) == 0
    return receipt


def days(number: int) -> timedelta:
    return timedelta(days=number)


async def going(here: Intake, *groups: Any, **changed: Any) -> tuple[UUID, str]:
    """Somebody who has agreed to be taken along."""
    person_id, code = await with_open_case(here, **changed)
    await asked(here, person_id)
    await takes_along(here, code, *groups)
    return person_id, code


async def packed(here: Intake, receiver: Receiver, *more: object) -> Path:
    """The one package that is made."""
    assert await run(here, *package_words(receiver, *more)) == 0
    (path,) = receiver.packages()
    return path


def said(here: Intake, name: str) -> int:
    """How often this stands in the outbox."""
    return int(here.rows(f"SELECT count(*) FROM outbox WHERE subject LIKE '%.{name}.%'")[0][0])
