"""Pages of the handover: her case to read, the question as a letter, and the certificate of what was purged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lotse_contracts.values import RecipientLanguage
from lotse_intake.domain.contacts import recipient_languages
from lotse_intake.domain.handover import HERE, MY_PAPERS, TAKE_ME, Plan, Words
from lotse_intake.domain.handover_record import Deadline, Names, Record

GERMAN: RecipientLanguage = "de"

CERTIFICATE: Mapping[str, Mapping[str, str]] = {
    "de": {
        "title": "Bescheinigung über die Löschung nach der Übergabe",
        "text": "Diese Fälle wurden mit Einwilligung übergeben, und die empfangende Stelle hat jeden bestätigt. Erst "
        "nach der Frist wurden die Daten hier in allen Diensten gelöscht und die Schlüssel vernichtet. Auf dieser "
        "Seite stehen Zufallszahlen und Prüfsummen, keine Person.",
        "batch": "Paket",
        "manifest": "Prüfsumme des Verzeichnisses (SHA-256)",
        "packaged": "übergeben",
        "receipted": "bestätigt",
        "purged": "Löschung begonnen",
        "confirmed": "Löschung in allen Diensten bestätigt",
        "receipts": "Je Person: Nummer im Paket, Stand, Quittungen der Dienste",
        "open": "noch hier",
        "begun": "Löschung begonnen",
        "gone": "gelöscht",
    },
    "en": {
        "title": "Certificate of deletion after the handover",
        "text": "These cases were handed over with consent, and the receiver has confirmed each of them. Only after "
        "the period were the data here deleted in all services and the keys destroyed. This page names random numbers "
        "and digests, and no person.",
        "batch": "Package",
        "manifest": "Digest of the manifest (SHA-256)",
        "packaged": "handed over",
        "receipted": "confirmed",
        "purged": "deletion begun",
        "confirmed": "deletion confirmed by all services",
        "receipts": "For each person: number in the package, state, receipts of the services",
        "open": "still here",
        "begun": "deletion begun",
        "gone": "deleted",
    },
}

_PAGES = Environment(
    loader=PackageLoader("lotse_intake", "pages"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(default=True),
)


@dataclass(frozen=True)
class Purged:
    """What became of one person of a batch; the digests are those of the services' receipts."""

    reference: UUID
    step: str
    digests: Sequence[tuple[str, str]]


def record_page(record: Record, plan: Plan, names: Names, *, association: str, region: str | None) -> str:
    """Her case, in her language and in German. Without a region it is for herself."""
    sides = [_side(record, plan.words[language], names, region) for language in both(record.language)]
    return _PAGES.get_template("handover.html").render(
        sides=sides, association=association, recipient=region, reference=record.reference
    )


def letter_page(language: str, plan: Plan, *, association: str, code: str) -> str:
    """The question to print, in her language and in German; `code` lets the desk find her again."""
    sides = [
        {
            "language": one,
            "words": plan.words[one],
            "options": plan.words[one].options.values(),
            "groups": plan.words[one].groups.values(),
        }
        for one in both(language)
    ]
    return _PAGES.get_template("handover_letter.html").render(
        sides=sides, association=association, until=f"{plan.answers_until:%d.%m.%Y}", code=code
    )


def certificate_page(
    batches: Iterable[tuple[Any, Sequence[Purged]]], *, language: str, association: str, at: datetime
) -> str:
    """What was handed over, confirmed and purged, batch by batch."""
    words = CERTIFICATE[language]
    return _PAGES.get_template("handover_certificate.html").render(
        language=language,
        words=words,
        association=association,
        at=f"{at.astimezone(HERE):%d.%m.%Y %H:%M}",
        batches=[_batch(row, persons, words) for row, persons in batches],
    )


def both(language: str) -> tuple[RecipientLanguage, ...]:
    """Her language and German; once where they are one."""
    first = recipient_languages((language,))[0]
    return (first,) if first == GERMAN else (first, GERMAN)


def _side(record: Record, words: Words, names: Names, region: str | None) -> dict[str, Any]:
    page, language = words.page, words.page["language"]
    said = {one.concern_id: names.get(one.code, {}).get(language, one.code) for one in record.concerns}
    lists = [
        (
            page["concerns"],
            [f"{said[one.concern_id]} ({page['since']} {_day(one.received_at)})" for one in record.concerns],
        ),
        (page["referrals"], [_referral(one.completed, said.get(one.concern_id, ""), page) for one in record.referrals]),
        (page["deadlines"], [_deadline(one, said.get(one.concern_id, ""), page) for one in record.deadlines]),
        (page["documents"], [one.path.rpartition("/")[2] for one in record.documents]),
    ]
    return {
        "language": language,
        "words": page,
        "intro": page[f"intro_{TAKE_ME if region else MY_PAPERS}"],
        "recipient": words.recipient[region] if region else "",
        "person": list(_person(record, page, names, language)),
        "lists": lists,
    }


def _person(record: Record, page: Mapping[str, str], names: Names, language: str) -> Iterable[tuple[str, str]]:
    """Every field that is there, each with its label."""
    fields = record.fields
    for name, value in (fields.identity or {}).items():
        yield page.get(f"field_{name}", name), value
    for name, value in (fields.status or {}).items():
        yield page.get(f"field_{name}", name), names.get(value, {}).get(language, value)
    if fields.contact is not None and fields.contact.value:
        yield page["field_contact"], fields.contact.value
    if fields.need_summary is not None:
        yield page["field_need_summary"], fields.need_summary
    if fields.health is not None:
        yield page["field_health"], fields.health


def _referral(completed: bool, concern: str, page: Mapping[str, str]) -> str:
    return f"{concern}: {page['referral_ended' if completed else 'referral_open']}"


def _deadline(one: Deadline, concern: str, page: Mapping[str, str]) -> str:
    doubt = "" if one.confirmed else f" ({page['confirm']})"
    return f"{page['until']} {one.on:%d.%m.%Y}: {concern}{doubt}"


def _day(at: datetime) -> str:
    return f"{at.astimezone(HERE):%d.%m.%Y}"


def _batch(row: Any, persons: Sequence[Purged], words: Mapping[str, str]) -> dict[str, Any]:
    steps = [one.step for one in persons]
    counts = {
        "packaged": len(persons),
        "receipted": sum(step != "packaged" for step in steps),
        "purged": sum(step in ("begun", "gone") for step in steps),
        "confirmed": steps.count("gone"),
    }
    return {
        "recipient": row.recipient,
        "batch_id": row.batch_id,
        "manifest_sha256": row.manifest_sha256,
        "counts": [(words[name], count) for name, count in counts.items()],
        "lines": [_line(one, words) for one in persons],
    }


def _line(one: Purged, words: Mapping[str, str]) -> str:
    step = words.get(one.step, words["open"])
    return " ".join([str(one.reference), step, *(f"{service}:{digest}" for service, digest in one.digests)])
