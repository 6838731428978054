"""All checks of one bundle, in the order of trust: signatures, then the log, then what stands on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lotse_verifier import compare, entries, lists, manifest, tiles
from lotse_verifier.books import Books, books
from lotse_verifier.compare import Frame
from lotse_verifier.entries import Entry
from lotse_verifier.evidence import FOLDER, check_evidence
from lotse_verifier.faults import Finding
from lotse_verifier.journals import BEANCOUNT, HLEDGER, check_journal
from lotse_verifier.limits import FINDINGS_MAX
from lotse_verifier.manifest import About
from lotse_verifier.merkle import Tree, leaf_hash
from lotse_verifier.notes import Checkpoint, Cosigned, Vkey, log_signed
from lotse_verifier.openings import check_openings
from lotse_verifier.policy import NONE, Policy
from lotse_verifier.proofs import NAME, Notes, parse_proof, proven
from lotse_verifier.rotation import Keys, log_keys
from lotse_verifier.rules import broken_rules
from lotse_verifier.since import Older, check_older
from lotse_verifier.tiles import Files

Note = tuple[str, tuple[str, ...]]
"""Names a sentence, and what it says."""


@dataclass(frozen=True)
class Asked:
    """What the auditor brings: the policy, and whatever was kept from an earlier check."""

    policy: Policy
    policy_raw: bytes
    older: Older | None = None
    witnessed_since: int | None = None
    manifest_sha256: str | None = None
    page: bytes | None = None


@dataclass
class Report:
    """What holds of one bundle; `findings` begin with the one to tell first."""

    about: About
    checkpoint: Checkpoint
    entries: Sequence[Entry]
    witnesses: dict[bytes, Cosigned] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    older_size: int | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, found: Iterable[Finding]) -> None:
        """Of one check, so many at most."""
        self.findings += islice(found, FINDINGS_MAX)


@dataclass
class Log:
    """The log of a bundle: what stands there, and the tree over it."""

    bodies: list[bytes]
    tree: Tree
    entries: list[Entry]
    notes: Notes
    trusted: dict[int, dict[int, bytes]] = field(default_factory=dict)
    standing: dict[bytes, str] = field(default_factory=dict)
    """What is missing from a note, by its bytes; nothing if it is as the policy wants it."""


def verify(files: Files, asked: Asked) -> Report:
    """Raises Unreadable."""
    manifest.check_files(files)
    about, notes = manifest.read_about(files), Notes()
    checkpoint = notes.parsed(files.read(manifest.CHECKPOINT), manifest.CHECKPOINT)
    bodies, _ = tiles.entries(files)
    read, misshapen = entries.read(bodies)
    log = Log(bodies, Tree([leaf_hash(body) for body in bodies]), read, notes)
    report = Report(about, checkpoint, read)
    keys = _signatures(report, asked, read)
    if not report.findings:
        log.standing[files.read(manifest.CHECKPOINT)] = ""
    proofs = list(_proofs(files, log, keys.current, asked))
    _integrity(files, report, log)
    report.add(check_older(asked.older, checkpoint, log.tree, [*keys.current, *keys.former]) if asked.older else ())
    report.older_size = asked.older.checkpoint.size if asked.older else None
    report.add(_tiles(files, checkpoint, log.tree) if log.tree.root() == checkpoint.root else ())
    report.add(proofs)
    report.add(misshapen)
    report.add(entries.out_of_order(read, checkpoint.origin))
    _what_stands_on_it(files, report, books(read, about.valid_to))
    report.add(broken_rules(read))
    report.add(_about(about, checkpoint, read))
    report.add(manifest.differences(files, asked.manifest_sha256))
    _notes(files, report, asked)
    return report


def _signatures(report: Report, asked: Asked, read: Sequence[Entry]) -> Keys:
    """Signature and witnesses of the checkpoint; returns the keys that may sign for this log."""
    checkpoint, policy = report.checkpoint, asked.policy
    keys = log_keys(policy.logs, read, checkpoint.origin)
    if not signed_by_any(checkpoint, keys.current):
        report.add([Finding("signature", "checkpoint_not_signed", file=manifest.CHECKPOINT)])
    report.add(Finding("signature", "rotation_false", index) for index in keys.false)
    report.witnesses = policy.cosignatures(checkpoint)
    if not policy.is_met(report.witnesses):
        report.add([Finding("witness", "checkpoint_unwitnessed", file=manifest.CHECKPOINT)])
    elif asked.witnessed_since is not None:
        late = [name for name, one in report.witnesses.items() if one.time >= asked.witnessed_since]
        if policy.quorum == NONE or not policy.is_met(late):
            values = (str(asked.witnessed_since),)
            report.add([Finding("witness", "witnessed_too_early", file=manifest.CHECKPOINT, values=values)])
    report.notes += [("key_rotated", (str(index),)) for index in keys.steps]
    return keys


def signed_by_any(checkpoint: Checkpoint, keys: Iterable[Vkey]) -> bool:
    """Whether one of these keys of the log signed."""
    return any(key.name == checkpoint.origin and log_signed(checkpoint, key) for key in keys)


def _integrity(files: Files, report: Report, log: Log) -> None:
    """The entries against the signed root."""
    checkpoint, tree = report.checkpoint, log.tree
    if tree.size == checkpoint.size and tree.root() == checkpoint.root:
        return
    there = tiles.trusted_nodes(tiles.hash_tiles(files), checkpoint.size, checkpoint.root)
    for level, nodes in there.items():
        log.trusted.setdefault(level * tiles.HEIGHT, {}).update(nodes)
    frames = [Frame(None, None)] * tree.size
    for entry in log.entries:
        frames[entry.index] = Frame(entry.leaf["log_index"], entry.leaf["recorded_at"])
    report.add([compare.difference(tree, checkpoint.size, log.trusted, frames)])


def _tiles(files: Files, checkpoint: Checkpoint, tree: Tree) -> Iterable[Finding]:
    """The tiles of an unbroken log: all there, none else, each with the hashes of the entries."""
    missing, extra = tiles.missing_or_extra(files, checkpoint.size)
    yield from (Finding("removed", "tile_missing", file=name) for name in missing)
    yield from (Finding("inserted", "tile_of_nothing", file=name) for name in extra)
    for level, number, width in tiles.layout(tree.size):
        name = tiles.path(level, number, width)
        if files.has(name) and files.read(name) != tiles.expected_tile(tree, level, number, width):
            yield Finding("edited", "tile_differs", file=name)
        if level == 0:
            yield from _bundle(files, tiles.path(tiles.ENTRIES, number, width), width)


def _bundle(files: Files, name: str, width: int) -> Iterable[Finding]:
    """The entries are right altogether; here each lies in its own file."""
    if files.has(name) and len(tiles.split(files.read(name), name)) != width:
        yield Finding("edited", "tile_differs", file=name)


def _proofs(files: Files, log: Log, keys: Sequence[Vkey], asked: Asked) -> Iterable[Finding]:
    """Each proof by itself; what those that hold vouch for helps to find the place of a break."""
    for name in files.names:
        numbered = NAME.fullmatch(name)
        if numbered is None:
            continue
        proof = parse_proof(files.read(name), name)
        checkpoint = log.notes.parsed(proof.note, name)
        if proof.note not in log.standing:
            log.standing[proof.note] = _standing(checkpoint, keys, asked.policy)
        index, fault = int(numbered[1]), log.standing[proof.note]
        if fault == "signature":
            yield Finding("signature", "proof_not_signed", index, file=name)
        elif fault == "witness":
            yield Finding("witness", "proof_unwitnessed", index, file=name)
        nodes = None
        if index == proof.index and index < log.tree.size:
            nodes = proven(proof, log.tree.levels[0][index], checkpoint)
        if nodes is None:
            yield Finding("edited", "proof_broken", index, file=name)
        elif not fault:
            for height, place, hashed in nodes:
                log.trusted.setdefault(height, {})[place] = hashed


def _standing(checkpoint: Checkpoint, keys: Sequence[Vkey], policy: Policy) -> str:
    """What is missing from a checkpoint, if anything."""
    if not signed_by_any(checkpoint, keys):
        return "signature"
    return "" if policy.is_met(policy.cosignatures(checkpoint)) else "witness"


def _what_stands_on_it(files: Files, report: Report, kept: Books) -> None:
    """Openings, evidence, lists and journals."""
    about = report.about
    opened = check_openings(files, report.entries)
    lines = lists.charges(kept, about.grants)
    covered = lists.covered_entries(lines)
    report.add(opened.findings)
    report.add(check_evidence(files, report.entries, covered, about.belege_missing))
    proofs = {name for name in files.names if NAME.fullmatch(name)}
    wanted = {entry.index: f"proofs/{entry.index}.tlog-proof" for entry in covered}
    report.add(
        Finding("removed", "proof_missing", index, file=name) for index, name in wanted.items() if name not in proofs
    )
    report.add(lists.check_belegliste(files, lines, opened.contents))
    report.add(lists.check_soll_ist(files, kept, about.grants))
    report.add(check_journal(files, kept.entries, HLEDGER))
    report.add(check_journal(files, kept.entries, BEANCOUNT))
    report.notes += [("erased_kept", (str(index),)) for index in opened.kept[:FINDINGS_MAX]]
    report.checked = {
        "entries": len(report.entries),
        "proofs": len(proofs),
        "openings": len(opened.contents),
        "evidence": sum(name.startswith(FOLDER) for name in files.names),
        "rows": len(lines),
    }


def _about(about: About, checkpoint: Checkpoint, read: Sequence[Entry]) -> Iterable[Finding]:
    last = read[-1].leaf["recorded_at"] if read else ""
    claims = {
        "origin": about.origin == checkpoint.origin,
        "size": about.size == checkpoint.size,
        "recorded_to": about.recorded_to == last,
        "grants": list(about.grants) == sorted(set(about.grants)),
        "belege_missing": list(about.belege_missing) == sorted(set(about.belege_missing)),
    }
    yield from (
        Finding("edited", "about_differs", file=manifest.ABOUT, values=(name,))
        for name, true in claims.items()
        if not true
    )


def _notes(files: Files, report: Report, asked: Asked) -> None:
    """What is no fault and still to be said."""
    if any(entry.leaf["standing"] == "demo" for entry in report.entries):
        report.notes.append(("demo", ()))
    if report.about.belege_missing:
        report.notes.append(("belege_missing", (str(len(report.about.belege_missing)),)))
    if files.has("policy.txt") and files.read("policy.txt") != asked.policy_raw:
        report.notes.append(("policy_differs", ()))
    if asked.page is not None and files.has("verify.html") and files.read("verify.html") != asked.page:
        report.notes.append(("page_differs", ()))
    if asked.policy.quorum == NONE:
        report.notes.append(("no_witness", ()))
    if asked.older is None:
        report.notes.append(("no_older_state", ()))
    report.notes.append(("not_recomputed", ()))
