"""The entries of a log: what each must be by itself, and what the next must be after it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from lotse_verifier import limits
from lotse_verifier.canonical import NotCanonical, parsed
from lotse_verifier.faults import Finding

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
AMOUNT = re.compile(r"0|-?[1-9][0-9]{0,37}", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
VERSIONS = (1, 2)
"""The first has `actor_commitment` where the second has `commitments`."""
DAYS_KEPT = 4096  # eleven years of days that were looked up before
STANDINGS = ("public", "demo", "own")
TEXTS = ("origin", "key", "kind")
OPTIONAL_TEXTS = ("grant_id", "cause")
OPTIONAL_INTEGERS = ("budget_year", "reverses")


class Posting(NamedTuple):
    """Minor units; a debit is positive."""

    account: str
    amount: int
    currency: str


@dataclass(slots=True)
class Entry:
    """An entry that reads as one; its place is where it stands in the bundle.

    `valid_on` is the day it is true for, as ISO writes it: such texts sort like days. `reverses` is the entry that it
    takes out of force.
    """

    index: int
    leaf: Mapping[str, Any]
    kind: str
    valid_on: str
    data: Mapping[str, Any]
    reverses: int | None
    postings: list[Posting]

    @property
    def commitments(self) -> Mapping[str, str]:
        """Part by part, what the entry commits to without saying it."""
        old = self.leaf.get("actor_commitment")
        given: Mapping[str, str] = self.leaf.get("commitments", {"actor": old} if old is not None else {})
        return given

    @property
    def attachments(self) -> list[tuple[str, int]]:
        """Digest and length of each file that it stands on."""
        return [(one["sha256"], one["bytes"]) for one in self.leaf.get("attachments", ())]


def read(bodies: Sequence[bytes]) -> tuple[list[Entry], list[Finding]]:
    """The entries that read as such, and what is wrong with the others."""
    found, faults = list[Entry](), list[Finding]()
    for index, body in enumerate(bodies):
        entry = _entry(index, body)
        if isinstance(entry, Entry):
            found.append(entry)
        elif len(faults) < limits.FINDINGS_MAX:
            faults.append(entry)
    return found, faults


def _entry(index: int, body: bytes) -> Entry | Finding:
    try:
        leaf = parsed(body)
    except NotCanonical:
        return Finding("rule", "entry_not_canonical", index)
    member = _misshapen(leaf)
    if member:
        return Finding("rule", "entry_misshapen", index, values=(member,))
    postings = [Posting(one["account"], int(one["amount"]), one["currency"]) for one in leaf.get("postings", ())]
    return Entry(index, leaf, leaf["kind"], leaf["valid_on"], leaf.get("data", {}), leaf.get("reverses"), postings)


def _misshapen(leaf: Any) -> str:
    """The first member that is not as the format says, or nothing."""
    if not isinstance(leaf, dict) or leaf.get("v") not in VERSIONS or leaf["v"] is True:
        return "v"
    for name in TEXTS:
        if not isinstance(leaf.get(name), str):
            return name
    for name in OPTIONAL_TEXTS:
        if not isinstance(leaf.get(name, ""), str):
            return name
    for name in ("log_index", *OPTIONAL_INTEGERS):
        value = leaf.get(name, 0 if name != "log_index" else None)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            return name
    for name in ("recorded_at", "known_at"):
        if not isinstance(leaf.get(name), str) or not INSTANT.fullmatch(leaf[name]):
            return name
    return _misshapen_parts(leaf)


def _misshapen_parts(leaf: dict[str, Any]) -> str:
    if not _is_day(leaf.get("valid_on")):
        return "valid_on"
    if leaf.get("standing") not in STANDINGS:
        return "standing"
    if not isinstance(leaf.get("data", {}), dict):
        return "data"
    commitments = leaf.get("commitments", {})
    if not isinstance(commitments, dict) or not all(_is_digest(one) for one in commitments.values()):
        return "commitments"
    if not _is_digest(leaf.get("actor_commitment", "0" * 64)):
        return "actor_commitment"
    if not _all(leaf.get("attachments", []), _is_attachment):
        return "attachments"
    return "" if _all(leaf.get("postings", []), _is_posting) else "postings"


def _all(value: Any, fits: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) and fits(one) for one in value)


def _is_posting(one: dict[str, Any]) -> bool:
    texts = isinstance(one.get("account"), str) and isinstance(one.get("currency"), str)
    return texts and isinstance(one.get("amount"), str) and bool(AMOUNT.fullmatch(one["amount"]))


def _is_attachment(one: dict[str, Any]) -> bool:
    return _is_digest(one.get("sha256")) and isinstance(one.get("bytes"), int) and not isinstance(one["bytes"], bool)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and bool(DIGEST.fullmatch(value))


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value) == len("2026-01-01") and _is_in_calendar(value)


@lru_cache(DAYS_KEPT)
def _is_in_calendar(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def out_of_order(entries: Sequence[Entry], origin: str) -> Iterator[Finding]:
    """I11 and the frame: this log, its own place, later than the entry before, a key of its own."""
    recorded = known = ""
    keys: dict[str, int] = {}
    for entry in entries:
        leaf, index = entry.leaf, entry.index
        if leaf["origin"] != origin:
            yield Finding("rule", "entry_of_another_log", index)
        if leaf["log_index"] != index:
            yield Finding("rule", "entry_names_another_place", index)
        if leaf["recorded_at"] <= recorded:
            yield Finding("rule", "recorded_not_later", index)
        if leaf["known_at"] < known:
            yield Finding("rule", "known_earlier", index)
        if keys.setdefault(leaf["key"], index) != index:
            yield Finding("rule", "key_twice", index, values=(str(keys[leaf["key"]]),))
        recorded, known = leaf["recorded_at"], leaf["known_at"]
