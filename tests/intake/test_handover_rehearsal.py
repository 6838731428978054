"""The rehearsal: 1,000 people, killed in the middle of packing, of receipts and of the purge, again and again."""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from lotse_contracts import intake, ledger, notify, referral
from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_intake.app import assembled
from lotse_intake.domain.handover import reference_of
from lotse_intake.providers.content import encrypted_fields
from lotse_intake.providers.handover_files import digest_of_file
from lotse_intake.store import arrivals
from lotse_intake.store.arrivals import Arrival, NewConcern
from tests.intake.given import Intake
from tests.intake.handing import NOW, Receiver, run

CASES = 1_000
KILLS = {"package": 3, "receipt": 2, "purge": 2}
STEPS = {"package": 4_000, "receipt": 2_000, "purge": 9_000}
"""About as many as a run has that nobody kills; a kill may also come too late, and then the run has ended."""
ERASED_TO_THE_END = 25
PLACES = {"nord": "01127", "west": "Gorbitz", "mitte": "Blasewitz", "sued": "Prohlis"}
GROUPS = ("identity", "contact", "status", "need_summary", "health")
ROOT = Path(__file__).parents[2]


@dataclass
class Person:
    """Somebody of the rehearsal, and what she wants."""

    person_id: UUID
    canary: str
    region: str
    consent_id: UUID = field(default_factory=uuid4)
    answer: str = ""
    groups: tuple[str, ...] = ()
    fate: str = ""

    @property
    def goes(self) -> bool:
        return self.answer == "take_me" and not self.fate


@dataclass
class Rehearsal:
    """The place, the people, and the receiver."""

    here: Intake
    receiver: Receiver
    dice: random.Random
    people: list[Person] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)

    def command(self, now: datetime, count: int, *words: object) -> int:
        """In a process of its own; -9 where it died."""
        typed = [sys.executable, "-m", "tests.intake.doomed_handover", now.isoformat(), str(count), "handover"]
        done = subprocess.run(
            [*typed, *map(str, words)], cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, -9), done.stderr[-2000:]
        return done.returncode

    async def killed_until_done(self, now: datetime, *words: object) -> None:
        """Die at random moments, and come back, until a run ends by itself."""
        action = str(words[0])
        for _ in range(KILLS[action]):
            count = int(self.dice.triangular(1, STEPS[action], 1))
            self.kills[action] += await asyncio.to_thread(self.command, now, count, *words) == -9
            self.assert_files_are_whole()
        await self.done(now, *words)

    async def done(self, now: datetime, *words: object) -> None:
        """A run that nobody kills."""
        self.here.now = now
        assert await run(self.here, *words) == 0

    def assert_files_are_whole(self) -> None:
        """Whatever has its name opens, and is what the database knows."""
        known = dict(self.here.rows("SELECT batch_id, package_sha256 FROM handover_batch"))
        for path in self.receiver.packages():
            batch_id = UUID(path.name.removesuffix(".zip.age")[-36:])
            assert self.receiver.opened(path)
            assert digest_of_file(path) == known[batch_id]

    def _environment(self) -> dict[str, str]:
        given = {
            "LOTSE_ASSOCIATION": self.here.settings.association,
            "LOTSE_DATABASE_URL": self.here.database.url,
            "LOTSE_SEAL_KEY_FILE": str(self.here.settings.seal_key_file),
            "LOTSE_SIGN_KEY_FILE": str(self.here.settings.sign_key_file),
            "LOTSE_PARTNERS_FILE": str(self.here.settings.partners_file),
            "LOTSE_KEYS_FOLDER": str(self.here.settings.keys_folder),
            "LOTSE_KEK_FILE": str(self.here.settings.kek_file),
            "LOTSE_ATTACHMENTS_FOLDER": str(self.here.settings.attachments_folder),
            "LOTSE_NOTIFY_SEAL_KEY": self.here.settings.notify_seal_key,
            "LOTSE_HTTP_PORT": "-1",
            "PYTHONPATH": str(ROOT),
        }
        return {**{name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}, **given}


async def prepared(stage: Rehearsal) -> None:
    """A thousand people with open cases; most are taken along, some want their papers, some say nothing.

    What they answered is written into the tables as the handlers leave it, which other tests show.
    """
    service, office = assembled(stage.here.settings)
    stage.people += [_somebody(stage.dice, number) for number in range(CASES)]
    new = await asyncio.to_thread(lambda: [_arrival(office, one) for one in stage.people])
    async with service.engine.begin() as tx:
        await arrivals.add(tx, new)
    await service.engine.dispose()
    agreed = [_consent(one, kind) for one in stage.people if one.answer == "take_me" for kind in CONSENTS]
    with psycopg.connect(stage.here.database.owner_url) as connection, connection.cursor() as cursor:
        cursor.executemany(INTO_CONSENT, agreed)
        cursor.executemany(INTO_CASE, [_standing(one) for one in stage.people])
        for statement, fate in ((TAKEN_BACK, "withdrawn"), (RESTRICTED, "restricted")):
            cursor.executemany(statement, [(one.person_id,) for one in stage.people if one.fate == fate])


CONSENTS = ("handover_2027", "secrecy_release")
INTO_CONSENT = """INSERT INTO consent (consent_id, person_id, kind, recipient, purpose, codes, field_groups, method,
    text_version, text_language, given_at, valid_to, health_ticked, pending_until)
    VALUES (%s, %s, %s, %s, 'handover', '{housing}', %s, %s, '2026-11', 'uk', %s, '2027-04-01', %s, %s)"""
INTO_CASE = """INSERT INTO handover_case (person_id, version, round, asked_at, told, answer, answered_at, region,
    consent_id) VALUES (%s, 2, 1, %s, false, %s, %s, %s, %s)"""
TAKEN_BACK = """INSERT INTO consent_withdrawal (consent_id, withdrawn_at, withdrawn_by)
    SELECT consent_id, '2026-12-01', 'person' FROM handover_case WHERE person_id = %s"""
RESTRICTED = "UPDATE person SET restricted = true WHERE person_id = %s"


def _consent(one: Person, kind: str) -> tuple[Any, ...]:
    """A signed sheet whose scan never came counts no more."""
    consent_id = one.consent_id if kind == CONSENTS[0] else uuid4()
    method, until = ("written", NOW - timedelta(days=1)) if one.fate == "unproved" else ("oral_witnessed", None)
    scope = (f"msa-{one.region}", list(one.groups), method, NOW - timedelta(days=15))
    return (consent_id, one.person_id, kind, *scope, "health" in one.groups, until)


def _standing(one: Person) -> tuple[Any, ...]:
    taken = one.answer == "take_me"
    answered = (one.answer, NOW) if one.answer else (None, None)
    return (one.person_id, NOW, *answered, one.region if taken else None, one.consent_id if taken else None)


def _somebody(dice: random.Random, number: int) -> Person:
    one = Person(uuid4(), f"Canary-{number:04d}-{dice.getrandbits(40):x}", dice.choice(list(PLACES)))
    one.answer = dice.choices(("take_me", "my_papers", "close", ""), (70, 8, 7, 15))[0]
    if one.answer == "take_me":
        one.groups = tuple(group for group in GROUPS if dice.random() < 0.6) or ("need_summary",)
        one.fate = dice.choices(("", "withdrawn", "restricted", "unproved"), (88, 6, 3, 3))[0]
    return one


def _arrival(office: Any, one: Person) -> Arrival:
    office.keys.create(one.person_id)
    said = {group: f"{one.canary}-{group}" for group in GROUPS}
    fields = PersonFields(
        identity={"name": said["identity"]},
        contact=ContactPoint(kind="email", value=f"{said['contact']}@example.org"),
        status={"value": said["status"]},
        need_summary=said["need_summary"],
        health=said["health"],
    )
    return Arrival(
        person_id=one.person_id,
        enquiry_id=uuid4(),
        case_id=uuid4(),
        concerns=(NewConcern(uuid4(), "housing", unknown_code=False),),
        receipt=uuid4().hex * 2,
        channel="web",
        frontend="web",
        language="uk",
        flags=(),
        urgency="normal",
        due_at=NOW,
        at=NOW - timedelta(days=20),
        notice_version="2026-11",
        association=office.association,
        contact_kind="email",
        contact_consented=True,
        contact_safe=True,
        fields=encrypted_fields(office.keys, one.person_id, fields),
        consent_id=uuid4(),
    )


async def test_a_thousand_cases_are_handed_over_exactly_once_whatever_dies(here: Intake, receiver: Receiver) -> None:
    seed = int(os.environ.get("LOTSE_SEED", "") or random.SystemRandom().getrandbits(32))
    print(f"seed {seed}")
    stage = Rehearsal(here, receiver, random.Random(seed))  # noqa: S311 - a rehearsal that can be repeated
    here.now = NOW
    await prepared(stage)
    goes = [one for one in stage.people if one.goes]
    await _packed(stage)
    batches = dict(here.rows("SELECT region, batch_id FROM handover_batch WHERE placed_at IS NOT NULL"))
    wanted = {reference_of(batches[one.region], one.person_id): one for one in goes}
    _assert_packages(stage, wanted)
    _assert_said_once(here, "handover-packaged", {one.person_id for one in goes})
    await _confirmed(stage)
    _assert_said_once(here, "handover-receipted", {one.person_id for one in goes})
    later = NOW + timedelta(days=31)
    await stage.killed_until_done(later, "purge", "--yes")
    _assert_said_once(here, "handover-purged", {one.person_id for one in goes})
    _assert_said_once(here, "erase-person", {one.person_id for one in goes}, times=4)
    await _assert_erased(stage, goes[:ERASED_TO_THE_END], later)
    print(f"killed: {dict(stage.kills)}; {len(goes)} of {CASES} went along in {len(batches)} packages")
    assert sum(stage.kills.values()) >= 3


async def _packed(stage: Rehearsal) -> None:
    words = ("package", "--keys", stage.receiver.keys(*PLACES), "--out", stage.receiver.folder / "out")
    await stage.killed_until_done(NOW, *words)
    before = {path: path.read_bytes() for path in stage.receiver.packages()}
    await stage.done(NOW, *words)  # nobody waits any more
    assert {path: path.read_bytes() for path in stage.receiver.packages()} == before


def _assert_packages(stage: Rehearsal, wanted: dict[UUID, Person]) -> None:
    """Everybody who agreed is in one package, once, with what she ticked; nobody else is, in not one byte."""
    seen: Counter[str] = Counter()
    strangers = [one.canary.encode() for one in stage.people if not one.goes]
    for path in stage.receiver.packages():
        files = stage.receiver.opened(path)
        manifest = json.loads(files["manifest.json"])
        whole = b"".join(files.values())
        assert not [canary for canary in strangers if canary in whole]
        records = stage.receiver.records(path)
        seen.update(list(records))
        assert manifest["counts"]["persons"] == len(records)
        (row,) = stage.here.rows(f"SELECT persons FROM handover_batch WHERE batch_id = '{manifest['batch']}'")
        assert row == (len(records),)
        for reference, record in records.items():
            one = wanted[UUID(reference)]
            assert set(record["person"]) == set(one.groups)
            for name in GROUPS:
                page = files[f"persons/{reference}/page.html"]
                assert (f"{one.canary}-{name}".encode() in page) == (name in one.groups)
    assert seen == Counter({str(reference): 1 for reference in wanted})


async def _confirmed(stage: Rehearsal) -> None:
    at = NOW + timedelta(hours=1)
    for number, path in enumerate(stage.receiver.packages()):
        receipt = stage.receiver.folder / f"{path.name}.receipt"
        await stage.done(at, "open", path, "--identity", stage.receiver.identity_file(), "--receipt", receipt)
        await (stage.killed_until_done if number == 0 else stage.done)(at, "receipt", receipt)
    assert stage.here.rows("SELECT count(*) FROM handover_item WHERE receipted_at IS NULL") == [(0,)]
    await stage.done(NOW + timedelta(days=29), "purge", "--yes")
    assert stage.here.rows("SELECT count(*) FROM handover_case WHERE purged_at IS NOT NULL") == [(0,)]


def _assert_said_once(here: Intake, name: str, people: set[UUID], *, times: int = 1) -> None:
    rows = here.rows(f"SELECT key, count(*) FROM outbox WHERE subject LIKE '%.{name}.%' GROUP BY key")
    assert dict(rows) == {str(person_id): times for person_id in people}


async def _assert_erased(stage: Rehearsal, people: list[Person], at: datetime) -> None:
    """The saga ends as any erasure does; the certificate knows them by their references alone."""
    stage.here.now = at
    for one in people:
        await stage.here.hear(intake.ErasePerson(person_id=one.person_id), actor=None)
        for kind in (referral.PersonErased, notify.PersonErased, ledger.PersonErased):
            await stage.here.hear(kind(person_id=one.person_id, digest="0" * 64), actor=None)
        assert not stage.here.keys.holds(one.person_id)
    certificate = stage.receiver.folder / "certificate.html"
    assert await run(stage.here, "purge", "--yes", "--certificate", certificate) == 0
    page = certificate.read_text()
    assert page.count(" gelöscht intake:") == len(people)
    assert not [one for one in stage.people if str(one.person_id) in page]
