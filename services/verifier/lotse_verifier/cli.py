"""The command: bundles and a policy in, a verdict out.

It ends with 0 if all holds, 1 if something does not, 2 if it was asked wrongly, 3 if the bundle cannot be read.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lotse_verifier import limits, page, verdict
from lotse_verifier.archive import Archive
from lotse_verifier.entries import DIGEST
from lotse_verifier.faults import Finding, PolicyRefused, Unreadable
from lotse_verifier.folder import Folder
from lotse_verifier.policy import parse_policy
from lotse_verifier.rules import charged_twice
from lotse_verifier.since import Older, older_bundle, older_note
from lotse_verifier.tiles import Files
from lotse_verifier.verdict import LANGUAGES, Language
from lotse_verifier.verify import Asked, Report, verify

HOLDS, BROKEN, ASKED_WRONGLY, UNREADABLE = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    given = _parser().parse_args(arguments)
    language: Language = given.language
    if given.page or given.page_digest:
        return _page(given.page)
    if not given.bundles or given.policy is None:
        _parser().error("BUNDLE and --policy are needed")
    try:
        asked = _asked(given)
        reports = [verify(_files(path), asked) for path in given.bundles]
    except PolicyRefused as fault:
        return _refused(given.json, "policy", fault.key, verdict.told_policy(fault, language))
    except Unreadable as fault:
        return _refused(given.json, "unreadable", fault.key, verdict.told_unreadable(fault, language), fault.file)
    across = list(charged_twice([(one.checkpoint.origin, one.entries) for one in reports]))
    holds = all(one.holds for one in reports) and not across
    if given.json:
        print(json.dumps(_json(reports, across, holds), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_told(reports, across, language)))
    return HOLDS if holds else BROKEN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("lotse-verify", description="Checks an auditor's bundle offline.")
    parser.add_argument(
        "bundles", nargs="*", type=Path, metavar="BUNDLE", help="a ZIP, or the folder it was unpacked into"
    )
    parser.add_argument("--policy", type=Path, metavar="FILE", help="yours, not the one in the bundle")
    parser.add_argument("--since", type=Path, metavar="OLDER", help="a checkpoint, proof or bundle of an earlier check")
    parser.add_argument("--witnessed-since", type=_day, metavar="DATE", help="refuse a state last witnessed before it")
    parser.add_argument("--manifest", type=_digest, metavar="SHA256", help="of MANIFEST.sha256, if you have it")
    parser.add_argument("--language", choices=LANGUAGES, default="de")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write verify.html and end")
    parser.add_argument("--page-digest", action="store_true", help="print the SHA-256 of verify.html and end")
    return parser


def _day(text: str) -> int:
    return int(datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp())


def _digest(text: str) -> str:
    if not DIGEST.fullmatch(text):
        raise ValueError("no digest")
    return text


def _page(path: Path | None) -> int:
    made = page.stored()
    if path is not None:
        path.write_bytes(made)
    print(hashlib.sha256(made).hexdigest())
    return HOLDS


def _asked(given: argparse.Namespace) -> Asked:
    raw = _policy(given.policy)
    older = None if given.since is None else _older(given.since)
    return Asked(parse_policy(raw), raw, older, given.witnessed_since, given.manifest, page.stored())


def _policy(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limits.POLICY_BYTES_MAX + 1)
    except OSError:
        raise PolicyRefused("policy_unreadable") from None


def _older(path: Path) -> Older:
    try:
        if path.is_dir() or path.stat().st_size > limits.PROOF_BYTES_MAX:
            return older_bundle(_files(path))
        raw = path.read_bytes()
    except OSError:
        raise Unreadable("not_there", "--since") from None
    return older_bundle(_files(path)) if raw.startswith(b"PK") else older_note(raw)


def _files(path: Path) -> Files:
    try:
        return Folder(path) if path.is_dir() else Archive(path)
    except OSError:
        raise Unreadable("not_there", path.name) from None


def _refused(as_json: bool, code: str, what: str, lines: list[str], file: str = "") -> int:
    if as_json:
        print(json.dumps({"holds": False, "code": code, "what": what, "file": file}, indent=2))
    else:
        print("\n".join(lines))
    return ASKED_WRONGLY if code == "policy" else UNREADABLE


def _json(reports: Sequence[Report], across: Sequence[tuple[str, Finding]], holds: bool) -> dict[str, Any]:
    return {
        "holds": holds,
        "bundles": [verdict.as_json(one) for one in reports],
        "across": [{"origin": origin, **verdict.finding_json(one)} for origin, one in across],
    }


def _told(reports: Sequence[Report], across: Sequence[tuple[str, Finding]], language: Language) -> list[str]:
    """Report by report, then what concerns them all; what is not proven is said once, at the end."""
    lines = []
    for one in reports:
        if reports[1:]:
            lines.append(f"[{one.checkpoint.origin}]")
        lines += verdict.told(one, language)[:-1]
    if across:
        lines.append(verdict.sentence("said", "across", language))
        lines += [f"– {origin}, {verdict.found(one, language)}." for origin, one in across]
    return [*lines, verdict.not_proven(language)]
