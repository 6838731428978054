"""The auditor's bundle as files: what it says of itself, its list of digests, the order in which they are packed.

Source: docs/guides/bundle.md, `lotse-bundle@v1`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from lotse_ledger.domain.canonical import canonical
from lotse_ledger.domain.instants import stamp

FORMAT = "lotse-bundle@v1"
MANIFEST = "MANIFEST.sha256"
ABOUT = "bundle.json"
README = "LIESMICH.txt"
POLICY = "policy.txt"
CHECKPOINT = "log/checkpoint"
OPENINGS = "openings.jsonl"
BELEGLISTE = "belegliste.csv"
SOLL_IST = "soll_ist.csv"
HLEDGER = "journal.hledger"
BEANCOUNT = "journal.beancount"
VERIFIER = "verify.html"
EVIDENCE_FOLDER = "belege/"
BYTES_MAX = 2**31 - 1  # of all files together; a reader takes 2 GiB
FILES_MAX = 65_535

README_TEXT = """Prüfpaket der Zuwendungsbücher

Dieses Paket lässt sich ohne Netz, ohne Server und ohne den Verein prüfen. In drei Schritten:

1. Nehmen Sie die Richtliniendatei (policy.txt), die Ihnen der Verein einmal auf Papier oder einem Stick gegeben hat,
   und das Prüfprogramm von derselben Stelle: verify.html oder den Befehl lotse-verify. Nehmen Sie nicht die Dateien
   aus diesem Paket: Wer das Paket verändert, könnte auch sie verändert haben.
2. Öffnen Sie verify.html mit einem Doppelklick im Browser und wählen Sie dieses Paket und Ihre Richtliniendatei.
   Oder: lotse-verify PAKET.zip --policy policy.txt
3. Lesen Sie das Ergebnis. Es nennt, was feststeht, oder den ersten Eintrag, der nicht stimmt.

Was damit nicht bewiesen ist: dass alles gebucht wurde, dass die Belege echt sind, dass die Ausgaben zuwendungsfähig
sind. Wo DEMO steht, ist der Wert für eine Vorführung erfunden.

Inhalt
  log/               das Journal, Eintrag für Eintrag, mit Unterschrift und Zeugen
  proofs/            je Zeile der Belegliste ein Beweis, dass der Eintrag im Journal steht
  openings.jsonl     Namen, zu denen im Journal nur ein Siegel steht, soweit Sie sie sehen dürfen
  belege/            Belege unter ihrer SHA-256, soweit Sie sie sehen dürfen
  belegliste.csv     die Belegliste; soll_ist.csv: Soll und Ist je Kostenposition
  journal.hledger    dieselben Buchungen für hledger; journal.beancount: für Beancount
  MANIFEST.sha256    die SHA-256 jeder Datei
"""


class BundleTooLarge(ValueError):
    """More than a reader takes."""


@dataclass(frozen=True)
class About:
    """What a bundle is about. `missing` are attachments of listed entries that it does not hold."""

    origin: str
    size: int
    valid_to: date
    recorded_to: datetime | None
    grants: Sequence[UUID]
    missing: Sequence[str]

    @property
    def text(self) -> bytes:
        """`bundle.json`."""
        about = {
            "belege_missing": sorted(self.missing),
            "format": FORMAT,
            "grants": sorted(map(str, self.grants)),
            "origin": self.origin,
            "size": self.size,
            "valid_to": self.valid_to.isoformat(),
        }
        if self.recorded_to is not None:
            about["recorded_to"] = stamp(self.recorded_to)
        return canonical(about) + b"\n"


@dataclass(frozen=True)
class Bundle:
    """`files` by path, without the manifest; `evidence` are digests with their bytes, read only when packed."""

    size: int
    files: Mapping[str, bytes] = field(repr=False)
    evidence: Mapping[str, int] = field(default_factory=dict)
    cosigned_by: tuple[str, ...] = ()

    @property
    def paths(self) -> list[str]:
        """Of every file, in the order in which they are packed."""
        return sorted([*self.files, MANIFEST, *(EVIDENCE_FOLDER + one for one in self.evidence)], key=str.encode)

    @property
    def manifest(self) -> bytes:
        """As `sha256sum` writes it."""
        digests = {path: hashlib.sha256(content).hexdigest() for path, content in self.files.items()}
        digests |= {EVIDENCE_FOLDER + one: one for one in self.evidence}
        return "".join(f"{digests[path]}  {path}\n" for path in self.paths if path != MANIFEST).encode()

    @property
    def manifest_sha256(self) -> str:
        """What the log will know this bundle by."""
        return hashlib.sha256(self.manifest).hexdigest()

    def check_size(self) -> None:
        """Raises BundleTooLarge."""
        total = sum(map(len, self.files.values())) + sum(self.evidence.values())
        if total > BYTES_MAX - FILES_MAX * 512 or len(self.files) + len(self.evidence) >= FILES_MAX:
            raise BundleTooLarge("more than a reader takes")


def openings_text(openings: Iterable[tuple[int, str, bytes, object]]) -> bytes:
    """A line for each (log index, part, salt, content), by index and part."""
    ordered = sorted(openings, key=lambda one: (one[0], one[1]))
    lines = (
        canonical({"content": content, "log_index": index, "part": part, "salt": salt.hex()})
        for index, part, salt, content in ordered
    )
    return b"".join(line + b"\n" for line in lines)
