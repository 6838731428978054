"""The log is changed, by four kinds of people.

An *outsider* changes files. Whoever holds the *log's key* also makes every hash, proof, list and signature fit; only
the witness's cosignature and what the auditor kept are out of reach. *Both* also have the witness: then only an older
state that the auditor kept can show it.
"""

import random

from tests.verifier.bundles import bundle, leaf_hash, tile_files, with_manifest
from tests.verifier.cases import ATTACKS, EDITED, INSERTED, REMOVED, TRUNCATED, WITNESS, Attack, Case
from tests.verifier.changes import CHANGES, renumbered
from tests.verifier.histories import History


def _outsider(change: str) -> Attack:
    """Changes the entries alone; hashes and signature stay."""
    make, codes = CHANGES[change]

    def attacked(kept: History, rng: random.Random) -> Case:
        clean, (changed, index) = bundle(kept), make(kept, rng)
        bodies = changed.bodies
        files = {name: raw for name, raw in clean.items() if not name.startswith("log/tile/entries/")}
        entries = tile_files(bodies, [leaf_hash(body) for body in bodies])
        files |= {name: raw for name, raw in entries.items() if name.startswith("log/tile/entries/")}
        return Case(with_manifest(files), codes, index)

    return attacked


def _outsider_with_hashes(change: str) -> Attack:
    """Makes every hash and list fit, and cannot sign: entries, tiles and lists agree, the checkpoint is the old one.

    Removed from the middle and cut off at the end look alike then, once the rest was numbered anew.
    """
    make, codes = CHANGES[change]
    expected = (REMOVED, TRUNCATED) if codes[0] in (REMOVED, TRUNCATED) else codes

    def attacked(kept: History, rng: random.Random) -> Case:
        checkpoint = bundle(kept)["log/checkpoint"]
        changed, _ = make(kept, rng)
        return Case(bundle(renumbered(changed), checkpoint=checkpoint), expected)

    return attacked


def _log_key(change: str) -> Attack:
    """Signs anew; nobody countersigns."""
    make, _ = CHANGES[change]

    def attacked(kept: History, rng: random.Random) -> Case:
        changed, _ = make(kept, rng)
        return Case(bundle(renumbered(changed), key=kept.key, witnesses=()), (WITNESS,))

    return attacked


def _log_key_replayed(change: str) -> Attack:
    """Signs anew and puts the witness's line for the true state below."""
    make, _ = CHANGES[change]

    def attacked(kept: History, rng: random.Random) -> Case:
        line = bundle(kept)["log/checkpoint"].decode().splitlines(keepends=True)[-1]
        changed, _ = make(kept, rng)
        files = bundle(renumbered(changed), key=kept.key, witnesses=())
        return Case(bundle(changed, checkpoint=files["log/checkpoint"] + line.encode()), (WITNESS,))

    return attacked


def _both_and_old_state(change: str) -> Attack:
    """Log and witness together; the auditor has the old checkpoint."""
    make, codes = CHANGES[change]
    expected = (EDITED, TRUNCATED) if codes[0] in (REMOVED, TRUNCATED) else (EDITED,)

    def attacked(kept: History, rng: random.Random) -> Case:
        old = bundle(kept)["log/checkpoint"]
        changed, _ = make(kept, rng)
        return Case(bundle(renumbered(changed), key=kept.key), expected, since=old)

    return attacked


def _both_and_old_bundle(change: str) -> Attack:
    """Log and witness together; the auditor has the whole old bundle, so the place is named."""
    make, codes = CHANGES[change]

    def attacked(kept: History, rng: random.Random) -> Case:
        old = bundle(kept)
        changed, index = make(kept, rng)
        expected = {REMOVED: (REMOVED, EDITED), INSERTED: (INSERTED, EDITED)}.get(codes[0], codes)
        return Case(bundle(renumbered(changed), key=kept.key), expected, index, since=old)

    return attacked


for _made in (
    _outsider, _outsider_with_hashes, _log_key, _log_key_replayed, _both_and_old_state, _both_and_old_bundle
):  # fmt: skip
    for _change in CHANGES:
        ATTACKS[f"{_made.__name__.removeprefix('_')}-{_change}"] = _made(_change)
