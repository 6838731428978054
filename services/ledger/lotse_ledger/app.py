"""Composition root: everything that the ledger hears, answers and serves."""

import asyncio
from collections.abc import Callable
from functools import partial

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from prometheus_client import Counter, Gauge

from lotse_chassis import migrate
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_chassis.settings import secret
from lotse_contracts import ledger as said
from lotse_contracts.notify import CostIncurred, OfficeNotTold
from lotse_contracts.sealed import decode
from lotse_ledger.domain.fingerprints import shared_key
from lotse_ledger.handlers import (
    audits,
    checkpoints,
    deadlines,
    fingerprints,
    following,
    offering,
    office,
    persons,
    questions,
    recording,
    replaying,
    snapshotting,
    witnessing,
)
from lotse_ledger.handlers.equipment import evidence_of
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.orders import WAYS, take
from lotse_ledger.http import serve
from lotse_ledger.migrations import MIGRATIONS
from lotse_ledger.problems import PROBLEM_TEXTS, STATUSES
from lotse_ledger.providers.evidence_files import evidence_files
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store.replays import Replay


def build(settings: LedgerSettings) -> Service:
    """The service, ready to run."""
    service = Service("ledger", settings, PROBLEM_TEXTS, migrate.expected(MIGRATIONS), statuses=STATUSES)
    house = _house(service, settings)
    _hear(service, house)
    service.answers(said.AskBalances, questions.balances)
    service.answers(said.AskHeadroom, questions.headroom)
    service.answers(said.AskDeadlines, questions.deadlines)
    service.answers(said.AskOpenMatters, questions.open_matters)
    service.answers(said.AskSealingKey, partial(questions.sealing_key, house=house))
    service.answers(said.AskPersonData, partial(persons.person_data, house=house))
    service.on_timer(checkpoints.CHECKPOINT_TIMER, partial(checkpoints.regular_checkpoint, house=house))
    service.on_timer(office.OFFICE_TIMER, partial(office.mail_checkpoint, house=house))
    service.on_timer(deadlines.DEADLINE_TIMER, deadlines.deadline_comes_near)
    service.on_timer(following.EXPIRY_TIMER, partial(following.drawdown_expires, house=house))
    service.works("checkpoints", partial(_sign_at_start, service=service, house=house))
    service.on_timer(audits.SESSIONS_TIMER, partial(audits.sessions_over, house=house))
    service.works("audits", partial(audits.watch_sessions, service=service, house=house))
    service.works("snapshots", partial(snapshotting.watch, service=service))
    service.works("replay", partial(replaying.watch, service=service, counted=_broken_gauge(service)))
    serve(
        service,
        house,
        auditor_key=decode(settings.auditor_key),
        requests_a_minute=settings.auditor_requests_per_minute,
        files=evidence_files(settings),
    )
    return service


def _hear(service: Service, house: House) -> None:
    for order in WAYS:
        service.hears(order, partial(take, house=house))
    service.hears(said.ErasePerson, partial(persons.erase_person, house=house))
    service.hears(CostIncurred, partial(recording.commit_message_costs, house=house))
    service.hears(said.AwardTold, partial(recording.note_partner_award, house=house))
    service.hears(said.CheckpointOffered, partial(witnessing.countersign, house=house))
    service.hears(said.CheckpointCosigned, partial(offering.keep_cosignature, house=house))
    service.hears(said.CheckpointRefused, partial(offering.take_refusal, house=house))
    service.hears(OfficeNotTold, partial(office.note_not_told, house=house))
    service.hears(said.VoucherFingerprintAsked, fingerprints.answer_fingerprint)
    service.hears(said.VoucherFingerprintAnswered, partial(fingerprints.keep_answer, house=house))


def _house(service: Service, settings: LedgerSettings) -> House:
    partners = service.partners
    keys = {}
    if service.seal_key is not None:
        for name, partner in partners.items():
            public = X25519PublicKey.from_public_bytes(partner.ledger_seal)
            keys[name] = shared_key(service.seal_key.exchange(public))
    return House(
        checkpoint_entries=settings.checkpoint_entries,
        checkpoint_hours=settings.checkpoint_hours,
        books_standing=settings.books_standing,
        sign_key=service.signer.sign_key,
        verify_keys={name: partner.verify for name, partner in partners.items()},
        fingerprint_keys=keys,
        origin=settings.log_origin,
        keys=_person_keys(settings),
        seal_key=service.seal_key,
        own_fingerprint_key=b"" if service.seal_key is None else shared_key(service.seal_key.private_bytes_raw()),
        evidence=evidence_of(settings, partners, alarmed=_alarm_counter(service)),
    )


def _person_keys(settings: LedgerSettings) -> PersonKeys | None:
    """What seals the openings; without a folder and its key they would lie open, so a real house has both."""
    if settings.keys_folder is None or settings.kek_file is None:
        return None
    return PersonKeys(settings.keys_folder, secret(settings.kek_file, "kek_file"))


def _alarm_counter(service: Service) -> Callable[[str], None]:
    counted = Counter(
        "lotse_ledger_alarms",
        "checkpoints that were not countersigned, ours and others'",
        ["code"],
        registry=service.meters.registry,
    )
    return lambda code: counted.labels(code).inc()


def _broken_gauge(service: Service) -> Callable[[Replay], None]:
    broken = Gauge(
        "lotse_ledger_invariants_broken",
        "things that break an invariant of the books, as of the last nightly check",
        ["invariant"],
        registry=service.meters.registry,
    )

    def counted(found: Replay) -> None:
        for one in found.verdicts:
            broken.labels(one.code).set(one.broken if one.state == "broken" else 0)

    return counted


async def _sign_at_start(stopping: asyncio.Event, *, service: Service, house: House) -> None:
    """What was entered before, such as the public facts, is fixed now; then the timer goes on."""
    async with service.unit() as unit:
        unit.say(*await checkpoints.keep_signing(unit.tx, unit.context, house, again=True))
        await office.begin(unit.tx, unit.context, house)
    await stopping.wait()
