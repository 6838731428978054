"""`handover open FILE --identity KEYFILE`: verify and read a package, as its receiver does, with nothing of ours."""

import argparse
import sys
import zipfile
from pathlib import Path

from lotse_intake.cli.session import EXIT_DONE, EXIT_REFUSED
from lotse_intake.domain.handover_package import Opened, PackageBroken
from lotse_intake.domain.handover_receipt import line_of
from lotse_intake.providers import handover_files

BROKEN = {
    "wrong_key": {
        "de": "Diese Datei ist nicht für diesen Schlüssel verschlüsselt.",
        "en": "This file is not encrypted for this key.",
    },
    "damaged": {
        "de": "Die Datei ist beschädigt oder nicht vollständig. Bitte lassen Sie sie noch einmal schicken.",
        "en": "The file is damaged or not complete. Please have it sent again.",
    },
    "not_a_package": {
        "de": "Das ist kein Paket einer Übergabe.",
        "en": "This is no package of a handover.",
    },
    "manifest_unreadable": {
        "de": "Das Verzeichnis des Pakets fehlt oder ist nicht lesbar.",
        "en": "The manifest of the package is missing or not readable.",
    },
    "manifest_of_another_schema": {
        "de": "Das Verzeichnis hat eine Form, die dieses Programm nicht kennt.",
        "en": "The manifest has a form that this program does not know.",
    },
    "manifest_counts_differ": {
        "de": "Die Anzahlen im Verzeichnis stimmen nicht.",
        "en": "The counts of the manifest are wrong.",
    },
    "files_differ_from_manifest": {
        "de": "Im Paket sind andere Dateien als im Verzeichnis.",
        "en": "The package holds other files than its manifest names.",
    },
    "file_name_not_allowed": {
        "de": "Das Paket enthält einen unerlaubten Dateinamen; es wurde nichts entpackt.",
        "en": "The package holds a file name that is not allowed; nothing was unpacked.",
    },
    "hash_differs": {
        "de": "Die Prüfsumme einer Datei stimmt nicht.",
        "en": "The digest of a file differs.",
    },
    "package_too_large": {
        "de": "Die Datei ist zu groß, um sie hier zu öffnen; `age -d` und ein ZIP-Programm öffnen sie auch.",
        "en": "The file is too large to be opened here; `age -d` and a ZIP program open it, too.",
    },
    "no_identity": {
        "de": "In der Schlüsseldatei steht kein geheimer age-Schlüssel.",
        "en": "There is no secret age key in the key file.",
    },
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is typed behind `open`."""
    parser.add_argument("file", metavar="FILE", help="the package")
    parser.add_argument("--identity", metavar="KEYFILE", required=True, help="the secret key, as age-keygen writes it")
    parser.add_argument("--into", metavar="FOLDER", help="unpack into this new folder")
    parser.add_argument("--receipt", metavar="FILE", help="write the confirmation to send back")


def run(args: argparse.Namespace) -> int:
    """The exit code; whatever is wrong becomes a sentence, and nothing is half written."""
    try:
        identities = handover_files.identities_of(Path(args.identity).read_text())
        opened, archive = handover_files.open_package(Path(args.file), identities)
        _written(args, opened, archive)
    except PackageBroken as fault:
        return _refused(fault.code, args.lang)
    except (handover_files.NoIdentity, UnicodeDecodeError):
        return _refused("no_identity", args.lang)
    except OSError as fault:
        print(f"{fault.filename or ''}: {fault.strerror or type(fault).__name__}", file=sys.stderr)
        return EXIT_REFUSED
    _say(opened, args.lang)
    return EXIT_DONE


def _written(args: argparse.Namespace, opened: Opened, archive: zipfile.ZipFile) -> None:
    if args.into:
        handover_files.unpack(archive, Path(args.into))
    if args.receipt:
        lines = [
            line_of(opened.batch_id, opened.manifest_sha256, reference, digest)
            for reference, digest in sorted(opened.records.items())
        ]
        handover_files.write_plain(Path(args.receipt), ("\n".join(lines) + "\n").encode())


def _say(opened: Opened, language: str) -> None:
    persons, documents = len(opened.records), opened.documents
    german = f"Paket {opened.batch_id}\nvon {opened.sender} an {opened.recipient}, angelegt {opened.created}\n"
    german += f"{persons} Personen, {documents} Dokumente; alle Prüfsummen stimmen."
    english = f"package {opened.batch_id}\nfrom {opened.sender} to {opened.recipient}, opened {opened.created}\n"
    english += f"{persons} persons, {documents} documents; all digests agree."
    print({"de": german, "en": english}[language])


def _refused(code: str, language: str) -> int:
    print(f"{BROKEN[code][language]} [{code}]", file=sys.stderr)
    return EXIT_REFUSED
