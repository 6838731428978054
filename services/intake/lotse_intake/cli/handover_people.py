"""`handover list`, `ask` and `papers`: who has an open case, who is asked how, and who gets her papers."""

import argparse
from collections import Counter
from pathlib import Path
from uuid import UUID

from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_contracts.envelope import ITEMS_MAX
from lotse_contracts.intake import AskAboutHandover, HandoverEntry
from lotse_intake.cli.session import EXIT_DONE, EXIT_REFUSED, Told, actor_of
from lotse_intake.handlers import handover_asking, handover_listing, handover_papers
from lotse_intake.pages.handover import letter_page
from lotse_intake.providers import handover_files
from lotse_intake.providers.handover_plan import plan
from lotse_intake.providers.office import Office
from lotse_intake.store import handover

COORDINATOR = "coordinator"
STEPS = {
    "open": {"de": "noch nicht gefragt", "en": "not asked yet"},
    "asked": {"de": "gefragt, ohne Antwort (wird nicht übergeben)", "en": "asked, no answer (is not handed over)"},
    "take_me": {"de": "will mitgenommen werden", "en": "wants to be taken along"},
    "my_papers": {"de": "will ihre Papiere", "en": "wants her papers"},
    "papers_given": {"de": "hat ihre Papiere", "en": "has her papers"},
    "closed": {"de": "geschlossen", "en": "closed"},
    "packaged": {"de": "im Paket", "en": "in a package"},
    "receipted": {"de": "vom Empfänger bestätigt", "en": "confirmed by the receiver"},
    "purged": {"de": "Löschung begonnen", "en": "erasure begun"},
}


async def list_cases(service: Service, office: Office, args: argparse.Namespace) -> int:
    """Ids, codes and days; the sums at the end."""
    steps: Counter[str] = Counter()
    async with service.unit() as unit:
        people = await handover_listing.people(unit.tx)
        for start in range(0, len(people), ITEMS_MAX):
            for entry in await handover_listing.entries(unit.tx, people[start : start + ITEMS_MAX]):
                steps[entry.step] += 1
                print(entry.model_dump_json() if args.json else _line(entry, args.lang))
    if not args.json:
        for step, count in steps.items():
            print(f"{count:6} {STEPS[step][args.lang]}")
    return EXIT_DONE


def _line(entry: HandoverEntry, language: str) -> str:
    parts = [str(entry.person_id), STEPS[entry.step][language], entry.region or "-", ",".join(entry.codes) or "-"]
    parts += [f"{len(entry.referrals)} {'Vermittlungen' if language == 'de' else 'referrals'}"] * bool(entry.referrals)
    parts += [",".join(entry.deadlines)] * bool(entry.deadlines)
    return "  ".join(parts)


async def ask(service: Service, office: Office, args: argparse.Namespace) -> int:
    """Each in a transaction of her own, so that a second run goes on where the first one ended."""
    done: Counter[str] = Counter()
    async with service.unit() as unit:
        people = await handover_listing.people(unit.tx)
    for person_id in people:
        done[await _asked(service, person_id, args)] += 1
    if args.letters:
        done["letters"] = await _letters(service, office, Path(args.letters))
    for name, texts in _ASKED.items():
        if done[name]:
            print(f"{done[name]:6} {texts[args.lang]}")
    return EXIT_DONE


_ASKED = {
    "told": {
        "de": "gefragt: eine Nachricht sagt, dass etwas wartet",
        "en": "asked: a notice says that something waits",
    },
    "in_person": {
        "de": "gefragt: bitte im Gespräch oder mit einem Brief (--letters)",
        "en": "asked: please in a talk or by a letter (--letters)",
    },
    "would_ask": {"de": "würden gefragt", "en": "would be asked"},
    "before": {"de": "schon gefragt oder ohne offenen Fall", "en": "asked before, or without an open case"},
    "person_restricted": {"de": "eingeschränkt: niemand fragt", "en": "restricted: nobody asks"},
    "person_erased": {"de": "wird gerade gelöscht", "en": "being erased"},
    "letters": {"de": "Briefe geschrieben", "en": "letters written"},
}


async def _asked(service: Service, person_id: UUID, args: argparse.Namespace) -> str:
    if args.dry_run:
        async with service.unit() as unit:
            held = await handover.case_of(unit.tx, person_id)
        waits = held is None or (held.answer is None and held.round < plan().round)
        return "would_ask" if waits else "before"
    try:
        async with service.unit(actor=actor_of(args), role=COORDINATOR) as unit:
            order = AskAboutHandover(person_id=person_id)
            said = await handover_asking.ask_about_handover(order, unit.context, unit.tx)
            unit.say(*said)
    except Refused as fault:
        if fault.code in _ASKED:
            return fault.code
        if fault.code == "handover_no_open_case":
            return "before"
        raise
    return "before" if not said else "told" if len(said) > 1 else "in_person"


async def _letters(service: Service, office: Office, folder: Path) -> int:
    """One for each who was asked, cannot be told and has not answered; written again they are the same."""
    handover_files.ready(folder)
    async with service.unit() as unit:
        waiting = await handover.waiting_for_an_answer(unit.tx)
        people = await handover.persons_of(unit.tx, [row.person_id for row in waiting])
    for person_id, person in people.items():
        language = person.languages[0] if person.languages else "uk"
        page = letter_page(language, plan(), association=office.association, code=str(person_id))
        handover_files.write_plain(folder / f"letter-{person_id}.html", page.encode())
    return len(people)


async def papers(service: Service, office: Office, args: argparse.Namespace) -> int:
    """First the files, then the note that she has them: killed between, it is done again."""
    try:
        person_id = UUID(args.person)
    except ValueError:
        raise Told("PERSON ist eine Nummer wie in `handover list`.", "PERSON is an id as in `handover list`.") from None
    folder = handover_files.ready(Path(args.out))
    async with service.unit(actor=actor_of(args), role=COORDINATOR) as unit:
        files, missed = await handover_papers.papers(office, person_id, unit.context, unit.tx)
    for name, content in files:
        handover_files.write_plain(folder / name, content)
        print(folder / name)
    async with service.unit(actor=actor_of(args), role=COORDINATOR) as unit:
        unit.say(*await handover_papers.given(person_id, unit.context, unit.tx))
    if missed.files:
        print({"de": "Fehlende Dateien", "en": "Missing files"}[args.lang], missed.files)
    return EXIT_REFUSED if missed.files else EXIT_DONE
