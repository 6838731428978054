"""The record of processing (Art. 30 GDPR), from what runs: contracts, wiring, tables, rules, settings, key files."""

import json
import stat
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import streams
from lotse_chassis.keks import keys_in
from lotse_chassis.migrate import CHASSIS_RIGHTS
from lotse_chassis.settings import variable
from lotse_contracts import wiring
from lotse_contracts.catalogue import MESSAGES, SERVICES, facts_of, transfers_to
from lotse_contracts.envelope import Fact, Message, Order, subject_of
from lotse_intake.domain.erasure import DUE, RULE_ACCESS, RULE_CONSENT, TARGET
from lotse_intake.domain.retention import Policy
from lotse_intake.migrations import RIGHTS
from lotse_intake.providers import readable
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import erasures, retention
from lotse_intake.store.tables import consent, enquiry, metadata, person
from lotse_intake.store.tables.desk import staff

NOBODY = UUID(int=0)
PRIVATE_MODES = 0o077  # nobody but the owner may do anything
SECRET_SETTINGS = ("seal_key_file", "sign_key_file", "kek_file", "nats_seed_file", "fed_seed_file", "pepper_file")
KEPT_RULES = {"consent_proof": RULE_CONSENT, "access_log": RULE_ACCESS}


@lru_cache(maxsize=1)
def texts() -> dict[str, Any]:
    """What no configuration says: purposes, legal bases, risks, and what each table and fact is, in German."""
    read: dict[str, Any] = json.loads((files("lotse_intake") / "data" / "dpo.json").read_text())
    return read


def uncovered() -> list[str]:
    """Tables and facts that nobody has described, and descriptions of what there is no more; a test wants none."""
    tables = {table.name for table in metadata.sorted_tables} | set(CHASSIS_RIGHTS)
    facts = {fact.NAME for fact in facts_of("intake")}
    known = texts()
    wrong = [f"table {name}" for name in tables ^ known["tables"].keys()]
    wrong += [f"fact {name}" for name in facts ^ known["events"].keys()]
    named = {message.type_name() for message in MESSAGES}
    return sorted(wrong + [f"recipient {one['message']}" for one in known["recipients"] if one["message"] not in named])


async def record_of(
    office: Office, settings: IntakeSettings, tx: AsyncConnection, *, now: str, service_names: Iterable[str] = SERVICES
) -> dict[str, Any]:
    """The whole record as JSON has it; numbers of persons and enquiries, and never anything about one of them."""
    known = texts()
    return {
        "schema": "urn:lotse:schema:processing-record:v1",
        "made_at": now,
        "association": office.association,
        "controller": known["controller"],
        "purposes": known["purposes"],
        "basis_note": known["basis_note"],
        "subjects": known["subjects"],
        "data": _tables(known),
        "messages": {name: _messages(name, known) for name in service_names},
        "recipients": _recipients(office, known),
        "third_countries": known["third_countries"],
        "retention": _retention(office.retention),
        "streams": _streams(office.association),
        "measures": _measures(office, settings),
        "dpia": {**known["dpia"], "scale": await _scale(tx)},
    }


def _tables(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    erased = {table.name for table, _ in erasures.steps_of(NOBODY)}
    kept = {table.name for table, _ in erasures.kept_of(NOBODY)}
    rows = []
    for table in metadata.sorted_tables:
        told = known["tables"].get(table.name, {"what": "", "category": ""})
        fate = "erased" if table.name in erased else "kept_by_law" if table.name in kept else "not_personal"
        encrypted = [one.name for one in table.columns if isinstance(one.type, LargeBinary)]
        rows.append(
            {
                "table": table.name,
                **told,
                "columns": [one.name for one in table.columns],
                "encrypted": [name for name in encrypted if f"{table.name}.{name}" in readable.CONTEXTS],
                "on_erasure": fate,
                "why_not_personal": erasures.IMPERSONAL.get(table.name),
                "rights_of_service": RIGHTS.get(table.name, ""),
            }
        )
    chassis = [
        {
            "table": name,
            **known["tables"].get(name, {"what": "", "category": ""}),
            "encrypted": [],
            "on_erasure": "technical",
            "rights_of_service": rights,
        }
        for name, rights in sorted(CHASSIS_RIGHTS.items())
    ]
    return rows + chassis


def _messages(service: str, known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a service says and hears; a subject that ends with a person's key can be purged of her."""
    said = [message for message in MESSAGES if service == message.SERVICE and message.KIND in ("evt", "cmd", "xfer")]
    return [_message(message, known) for message in said]


def _message(message: type[Message], known: Mapping[str, Any]) -> dict[str, Any]:
    told = known["events"].get(message.NAME) if message.SERVICE == "intake" else None
    anonymous = issubclass(message, Fact | Order) and message.ANONYMOUS
    return {
        "kind": message.KIND,
        "type": message.type_name(),
        "what": told or (message.__doc__ or "").partition("\n")[0],
        "fields": sorted(message.model_fields),
        "erasable_by": message.KEY,
        "personal": "person_id" in message.model_fields or message.KEY == "person_id",
        "anonymous": anonymous,
        "said_by": sorted(name for name, orders in wiring.ORDERS_GIVEN.items() if message in orders)
        if issubclass(message, Order)
        else [message.SERVICE],
        "heard_by": sorted(name for name, facts in wiring.FACTS_HEARD.items() if message in facts),
    }


def _recipients(office: Office, known: Mapping[str, Any]) -> dict[str, Any]:
    transfers = [message.type_name() for service in SERVICES for message in transfers_to(service)]
    return {"told": known["recipients"], "partners": sorted(office.partners), "transfers": sorted(transfers)}


def _retention(policy: Policy) -> dict[str, Any]:
    return {
        "version": policy.version,
        "source": policy.source,
        "latest": policy.latest.isoformat(),
        "latest_source": policy.latest_source,
        "rules": [{**vars(rule), "kept_as": KEPT_RULES.get(rule.rule)} for rule in policy.rules.values()],
        "erasure_target_hours": int(TARGET.total_seconds() // 3600),
        "erasure_due_days": DUE.days,
    }


def _streams(association: str) -> list[dict[str, Any]]:
    """As the broker is provisioned: how long, how much, and by which subject a person is purged."""
    return [
        {
            "stream": str(one.name),
            "kept_days": (one.max_age or 0) / streams.DAY_SECONDS,
            "bytes_max": one.max_bytes,
            "until_acknowledged": str(one.retention.value if one.retention else "") == "workqueue",
            "subjects": list(one.subjects or ()),
        }
        for one in streams.streams_of(association)
    ]


def _measures(office: Office, settings: IntakeSettings) -> dict[str, Any]:
    """Art. 32, as it can be seen from here and now; what is not as it should be says so."""
    return {
        "encryption": {
            "content": "AES-256-GCM, one key a person, context bound as additional data",
            "sealed_on_the_wire": "HPKE, RFC 9180: X25519, HKDF-SHA256, AES-256-GCM",
            "key_encryption_keys": _kek_count(settings.kek_file),
        },
        "key_files": [_file(settings, name) for name in SECRET_SETTINGS if getattr(settings, name, None)],
        "folders": [
            _folder("keys_folder", settings.keys_folder),
            _folder("attachments_folder", settings.attachments_folder),
        ],
        "keys_apart_from_data": not _inside(settings.kek_file, settings.keys_folder),
        "append_only_tables": sorted(name for name, rights in RIGHTS.items() if rights == "SELECT, INSERT"),
        "public_url_is_https": settings.public_url.startswith("https://"),
        "listens_on": settings.http_host,
        "limits_per_minute": {
            "uploads": settings.uploads_per_minute,
            "enquiries": settings.enquiries_per_minute,
            "reads": settings.reads_per_minute,
        },
        "staff_tokens_verified": bool(settings.token_key),
        "purges": list(wiring.PURGES.get("intake", ())),
        "logs": f"{variable('log_level')}={settings.log_level}; no personal value by test",
        "partners_with_keys": sorted(office.partners),
        "erasable_subjects": subject_of(facts_of("intake")[0], office.association, "{person_id}"),
    }


def _kek_count(path: Path | None) -> int:
    return len(keys_in(path.read_bytes())) if path is not None and path.exists() else 0


def _file(settings: IntakeSettings, name: str) -> dict[str, Any]:
    path: Path = getattr(settings, name)
    there = path.exists()
    return {
        "setting": variable(name),
        "there": there,
        "only_its_owner_reads_it": there and not stat.S_IMODE(path.stat().st_mode) & PRIVATE_MODES,
    }


def _folder(name: str, path: Path | None) -> dict[str, Any]:
    there = path is not None and path.is_dir()
    private = there and path is not None and not stat.S_IMODE(path.stat().st_mode) & PRIVATE_MODES
    return {"setting": variable(name), "there": there, "only_its_owner_reads_it": private}


def _inside(path: Path | None, folder: Path | None) -> bool:
    return path is not None and folder is not None and path.resolve().is_relative_to(folder.resolve())


async def _scale(tx: AsyncConnection) -> dict[str, Any]:
    """How many, for the assessment of the risk."""
    asked = {
        "persons": select(func.count()).select_from(person).where(~person.c.frozen),
        "enquiries": select(func.count()).select_from(enquiry),
        "special_category_consents": select(func.count())
        .select_from(consent)
        .where(consent.c.kind == retention.TEXT_CONSENT),
        "staff": select(func.count()).select_from(staff),
    }
    counts = {name: int((await tx.execute(query)).scalar_one()) for name, query in asked.items()}
    run = await retention.last_run(tx)
    return {**counts, "last_retention_run": run.at.isoformat() if run else None}
