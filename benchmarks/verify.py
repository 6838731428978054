"""How long a whole bundle takes to verify, beside reading and hashing the same bytes, and with each check left out.

Run: `python -m benchmarks.verify [--entries N] [--node]`. The bundle is written by the tests' own generator, with the
whole log, a proof for each line of the Belegliste, lists and journals; every check is on. Prints the seconds, the ratio
to the limit, and the ratio to a peer that only reads every file and hashes it.
"""

import argparse
import gc
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lotse_verifier import lists, manifest, verify
from lotse_verifier.archive import Archive
from lotse_verifier.policy import parse_policy
from lotse_verifier.verify import Asked
from tests.verifier.archives import zipped
from tests.verifier.browser_core import BrowserCore
from tests.verifier.bundles import bundle
from tests.verifier.histories import history
from tests.verifier.keys import POLICY

ENTRIES = 100_000
LIMIT_SECONDS = 15.0  # for 100,000 entries
SEED = 1

LEFT_OUT: dict[str, tuple[Any, str]] = {
    "proofs": (verify, "_proofs"),
    "rules": (verify, "broken_rules"),
    "lists": (lists, "check_belegliste"),
    "journals": (verify, "check_journal"),
    "manifest": (manifest, "differences"),
}


def main() -> None:
    """Make a bundle, verify it, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--node", action="store_true", help="the page's core too")
    given = parser.parse_args()
    gc.disable()  # as the command does it
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        path.write_bytes(zipped(_bundle(given.entries)))
        _measure(path, given.entries)
        if given.node:
            _measure_node(path, Path(folder), given.entries)


def _bundle(entries: int) -> dict[str, bytes]:
    """One of the two grants, without its evidence files: a bundle has no more than 65,535 files."""
    kept = history(SEED, entries)
    kept.grants, kept.missing, kept.evidence = kept.grants[:1], {*kept.missing, *kept.evidence}, {}
    return bundle(kept)


def _measure(path: Path, entries: int) -> None:
    limit = LIMIT_SECONDS * entries / ENTRIES
    whole = _seconds(lambda: _holds(path))
    own = _own_seconds(lambda: _holds(path))
    print(f"verify {entries:,} entries, {path.stat().st_size / 1e6:.0f} MB  {whole:.2f} s", end="")
    print(f" ({own:.2f} s of one processor)  limit {limit:.2f} s  ratio {whole / limit:.2f}")
    peer = _seconds(lambda: _hashed(path))
    print(f"read and hash every file  {peer:.2f} s  ratio {whole / peer:.1f}")
    for name, (module, function) in LEFT_OUT.items():
        with _without(module, function):
            rest = _own_seconds(lambda: _verified(path))
        print(f"without {name}  {rest:.2f} s of one processor")


def _own_seconds(work: Callable[[], object]) -> float:
    """What a busy machine takes away does not count here."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _measure_node(path: Path, folder: Path, entries: int) -> None:
    (folder / "policy.txt").write_bytes(POLICY)
    with BrowserCore() as core:
        core.ask("hashes", messages=[])
        took = _seconds(lambda: core.ask("verify", bundles=[str(path)], policy=str(folder / "policy.txt")))
    print(f"the page's core in Node, {entries:,} entries  {took:.2f} s")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _verified(path: Path) -> verify.Report:
    return verify.verify(Archive(path), Asked(parse_policy(POLICY), POLICY))


def _holds(path: Path) -> None:
    report = _verified(path)
    assert report.holds, report.findings[:3]


def _hashed(path: Path) -> None:
    files = Archive(path)
    for name in files.names:
        hashlib.sha256(files.read(name)).digest()


@contextmanager
def _without(module: Any, function: str) -> Iterator[None]:
    kept = getattr(module, function)
    setattr(module, function, lambda *_: ())
    try:
        yield
    finally:
        setattr(module, function, kept)


if __name__ == "__main__":
    main()
