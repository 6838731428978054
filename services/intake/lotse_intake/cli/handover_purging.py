"""`handover receipt` and `purge`: what the receiver confirmed, and what is erased here because of it."""

import argparse
import asyncio
from collections import Counter
from pathlib import Path

from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_intake.cli.session import EXIT_DONE, EXIT_REFUSED, Told, actor_of
from lotse_intake.handlers import handover_purging, handover_receipts
from lotse_intake.pages.handover import certificate_page
from lotse_intake.problems import PROBLEM_TEXTS
from lotse_intake.providers import handover_files
from lotse_intake.providers.office import Office
from lotse_intake.store import handover

COORDINATOR = "coordinator"
TOO_EARLY = "handover_too_early"
RECEIPT_BYTES_MAX = 16 * 1024**2

FAULTS = {
    "malformed": {"de": "nicht lesbar", "en": "not readable"},
    "unknown_reference": {"de": "diese Nummer ist nicht im Paket", "en": "this number is not in the package"},
    "twice": {"de": "steht mehrmals da, keine Zeile gilt", "en": "stands there more than once, no line counts"},
    "hash_differs": {"de": "Prüfsumme stimmt nicht", "en": "the digest differs"},
    "not_received": {"de": "vom Empfänger nicht angenommen", "en": "not taken by the receiver"},
    "too_many_lines": {"de": "zu viele Zeilen", "en": "too many lines"},
}


async def receipt(service: Service, office: Office, args: argparse.Namespace) -> int:
    """Every person in a transaction of her own: a second run goes on where the first one ended."""
    content = await asyncio.to_thread(_content, Path(args.file))
    async with service.unit() as unit:
        found = await handover_receipts.read(content, unit.tx)
    counts: Counter[str] = Counter()
    for reference in found.judged.taken:
        async with service.unit(actor=actor_of(args), role=COORDINATOR) as unit:
            said = await handover_receipts.receipted(found, reference, unit.context, unit.tx)
            unit.say(*(said or ()))
        counts["before" if said is None else "taken"] += 1
    for one in found.judged.refused:
        print(f"{one.number}: {one.reference or '-'} {FAULTS[one.fault][args.lang]}")
    for reference in found.judged.missing:
        print(f"-: {reference} {'fehlt in der Bestätigung' if args.lang == 'de' else 'is missing in the receipt'}")
    german = f"{counts['taken']} neu bestätigt, {counts['before']} schon vorher, {len(found.judged.refused)} abgewiesen"
    english = f"{counts['taken']} newly confirmed, {counts['before']} before, {len(found.judged.refused)} refused"
    print({"de": german, "en": english}[args.lang])
    return EXIT_REFUSED if found.judged.refused or found.judged.missing else EXIT_DONE


def _content(path: Path) -> bytes:
    if path.stat().st_size > RECEIPT_BYTES_MAX:
        raise Told("Die Datei ist zu groß für eine Bestätigung.", "The file is too large for a receipt.")
    return path.read_bytes()


async def purge(service: Service, office: Office, args: argparse.Namespace) -> int:
    """Nobody before the receipt and the period after it; who must stay is named with the reason."""
    stay: Counter[str] = Counter()
    gone = 0
    async with service.unit() as unit:
        people = [row.person_id for row in await handover.receipted(unit.tx)]
    for person_id in people:
        try:
            async with service.unit(actor=actor_of(args), role=COORDINATOR) as unit:
                if args.dry_run:
                    held = await handover.case_of(unit.tx, person_id)
                    if held is not None and (reason := await handover_purging.why_not(unit.tx, held, unit.context)):
                        raise Refused(reason)
                else:
                    unit.say(*await handover_purging.purged(office, person_id, unit.context, unit.tx))
            gone += 1
        except Refused as fault:
            stay[fault.code] += 1
            if fault.code != TOO_EARLY:
                print(f"{person_id}  {PROBLEM_TEXTS.get(fault.code, {}).get(args.lang, fault.code)}")
    if stay[TOO_EARLY]:
        early = {"de": "noch nicht: die Frist nach der Bestätigung läuft", "en": "not yet: the period still runs"}
        print(f"{stay[TOO_EARLY]:6} {early[args.lang]}")
    planned = {"de": "würden gelöscht", "en": "would be erased"}
    begun = {"de": "Löschung begonnen", "en": "erasure begun"}
    print(f"{gone:6} {(planned if args.dry_run else begun)[args.lang]}")
    if args.certificate:
        await _certificate(service, office, args)
    return EXIT_DONE


async def _certificate(service: Service, office: Office, args: argparse.Namespace) -> None:
    async with service.unit() as unit:
        batches = [one for one in await handover.batches(unit.tx) if one.placed_at is not None]
        found = [(batch, await handover_purging.certified(unit.tx, batch)) for batch in batches]
        at = unit.context.now
    page = certificate_page(found, language=args.lang, association=office.association, at=at)
    handover_files.write_plain(Path(args.certificate), page.encode())
    print(args.certificate)
