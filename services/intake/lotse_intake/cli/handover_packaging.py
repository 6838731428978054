"""`handover package`: for each region one file for the receiver's key, and who took her consent back afterwards."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from lotse_chassis.service import Service
from lotse_intake.cli.session import EXIT_DONE, EXIT_REFUSED, Told, actor_of
from lotse_intake.domain.handover_package import Batch, withdrawals_name, withdrawals_of
from lotse_intake.domain.regions import REGIONS
from lotse_intake.handlers import handover_purging
from lotse_intake.handlers.handover_packaging import Made, Packing, Target, batch_for, is_whole, made, path_of
from lotse_intake.providers import handover_files
from lotse_intake.providers.office import Office
from lotse_intake.store import handover

COORDINATOR = "coordinator"
LINES_MAX = 200
SECRET = "AGE-SECRET-KEY-"

WHY = {
    "no_consent": {"de": "ohne Einwilligung", "en": "without consent"},
    "consent_not_valid": {"de": "Einwilligung zurückgenommen oder abgelaufen", "en": "consent taken back or expired"},
    "consent_not_proved": {"de": "unterschriebenes Blatt fehlt", "en": "the signed sheet is missing"},
    "person_restricted": {"de": "eingeschränkt", "en": "restricted"},
    "person_erased": {"de": "wird gelöscht", "en": "being erased"},
    "codes_not_covered": {
        "de": "kein offenes Anliegen mehr in der Einwilligung",
        "en": "no open concern in the consent",
    },
    "fields_not_covered": {"de": "nichts angekreuzt, was gehen darf", "en": "nothing ticked that may leave"},
    "needs_secrecy_release": {"de": "Schweigepflichtentbindung fehlt", "en": "the release from secrecy is missing"},
    "in_another_package": {"de": "schon in einem anderen Paket", "en": "in another package already"},
}


async def package(service: Service, office: Office, args: argparse.Namespace) -> int:
    """Every region that somebody waits for must have a key before anything is written."""
    targets, folder = read_targets(Path(args.keys)), handover_files.ready(Path(args.out))
    wanted = [args.only] if args.only else list(REGIONS)
    if args.again:
        await _unplace(service, args.again)
    await _require_targets(service, wanted, targets)
    missing = 0
    for region in (one for one in wanted if one in targets):
        missing += await _region(service, office, targets[region], folder, args)
    await _withdrawals(service, office, targets, folder)
    return EXIT_REFUSED if missing else EXIT_DONE


def read_targets(path: Path) -> dict[str, Target]:
    """Lines such as `nord age1…`; what follows `#` is a remark. Raises Told, which names lines and quotes nothing."""
    found: dict[str, Target] = {}
    for number, line in enumerate(path.read_text(errors="replace").splitlines()[:LINES_MAX], start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or words[0] not in REGIONS or words[0] in found:
            raise Told(
                f"{path.name}, Zeile {number}: erwartet wird eine Region ({', '.join(REGIONS)}) und ein Schlüssel, "
                "jede Region einmal.",
                f"{path.name}, line {number}: expected is a region ({', '.join(REGIONS)}) and a key, each region once.",
            )
        found[words[0]] = _target(words[0], words[1], f"{path.name}, {number}")
    return found


def _target(region: str, key: str, where: str) -> Target:
    if key.upper().startswith(SECRET):
        raise Told(
            f"{where}: Das ist ein geheimer Schlüssel. Der Empfänger muss einen neuen erzeugen und nur den "
            "öffentlichen (age1…) schicken.",
            f"{where}: this is a secret key. The receiver must make a new one and send only the public one (age1…).",
        )
    try:
        return Target(region, key, handover_files.recipient_of_text(key))
    except handover_files.NoRecipient:
        raise Told(
            f"{where}: Das ist kein öffentlicher age-Schlüssel (age1…).", f"{where}: this is no public age key (age1…)."
        ) from None


async def _require_targets(service: Service, wanted: Sequence[str], targets: dict[str, Target]) -> None:
    async with service.unit() as unit:
        missing = [
            region for region in wanted if region not in targets and await handover.anybody_waits(unit.tx, region)
        ]
    if missing:
        raise Told(
            f"Für diese Regionen wartet jemand, aber ein Schlüssel fehlt: {', '.join(missing)}. Nichts wurde gepackt; "
            "--only REGION packt eine einzelne.",
            f"Somebody waits for these regions, but there is no key: {', '.join(missing)}. Nothing was packed; "
            "--only REGION packs a single one.",
        )


async def _region(service: Service, office: Office, target: Target, folder: Path, args: argparse.Namespace) -> int:
    """How many files of hers could not go along."""
    actor, found = actor_of(args), Made()
    async with service.unit(actor=actor, role=COORDINATOR) as unit:
        batch = await batch_for(unit.tx, target, unit.context)
    if batch is None:
        return 0
    if not is_whole(batch, target, folder):
        async with service.unit(actor=actor, role=COORDINATOR) as unit:
            found, said = await made(Packing(office, batch, target, folder, unit.context, unit.tx))
            unit.say(*said)
    async with service.unit(actor=actor, role=COORDINATOR) as unit:
        noted = await handover.batch(unit.tx, batch.batch_id, lock=True)
        if noted is not None and is_whole(noted, target, folder):
            await handover.change_batch(unit.tx, batch.batch_id, placed_at=unit.context.now)
            print(f"{path_of(noted, folder)}  {noted.persons}")
    return _told(found, target, args.lang)


def _told(found: Made, target: Target, language: str) -> int:
    for reason, count in sorted(found.left_out.items()):
        print(f"{target.region}: {count} {WHY.get(reason, {}).get(language, reason)}")
    if found.missed.files:
        said = {"de": "Dateien fehlten und sind nicht im Paket", "en": "files were missing and are not in the package"}
        print(f"{target.region}: {found.missed.files} {said[language]}")
    return found.missed.files


async def _withdrawals(service: Service, office: Office, targets: dict[str, Target], folder: Path) -> None:
    """For each package that left: whom the receiver must forget again."""
    async with service.unit() as unit:
        for batch in await handover.batches(unit.tx):
            found = await handover_purging.taken_back(unit.tx, batch) if batch.placed_at is not None else []
            if found and batch.region in targets:
                whose = Batch(batch.batch_id, office.association, batch.recipient, batch.opened_at)
                path = folder / withdrawals_name(batch.recipient, batch.batch_id)
                handover_files.write_sealed(path, targets[batch.region].recipient, withdrawals_of(whose, found))
                print(f"{path}  {len(found)}")


async def _unplace(service: Service, batch_id: str) -> None:
    """A package that got lost is made anew under its own number, as long as nobody has confirmed anything of it."""
    async with service.unit() as unit:
        batch = await handover.batch(unit.tx, _id_of(batch_id), lock=True)
        if batch is None or (await handover.counts(unit.tx, batch.batch_id))[1]:
            raise Told(
                "Dieses Paket gibt es nicht, oder der Empfänger hat schon etwas daraus bestätigt.",
                "There is no such package, or its receiver has confirmed something of it already.",
            )
        if batch.placed_at is not None and await handover.unplaced_batch(unit.tx, batch.region) is not None:
            raise Told(
                "Für diese Region ist ein anderes Paket angefangen; bitte zuerst ohne --again packen.",
                "Another package of this region is begun; please pack without --again first.",
            )
        await handover.change_batch(unit.tx, batch.batch_id, placed_at=None)


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
