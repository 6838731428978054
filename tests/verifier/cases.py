"""What an attack is: a bundle, what the auditor brings along, and what the verifier must say first."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.verifier.bundles import Files
from tests.verifier.histories import History
from tests.verifier.keys import POLICY

EDITED, INSERTED, REMOVED, TRUNCATED = "edited", "inserted", "removed", "truncated"
SIGNATURE, WITNESS, RULE = "signature", "witness", "rule"


@dataclass
class Case:
    """What the auditor gets and brings. `index` is what must be named, where it can be known."""

    files: Files
    codes: tuple[str, ...]
    index: int | None = None
    policy: bytes = POLICY
    since: bytes | Files | None = None
    witnessed_since: str | None = None
    manifest: str | None = None
    others: list[Files] = field(default_factory=list)
    file: str = ""


Attack = Callable[[History, random.Random], Case]
ATTACKS: dict[str, Attack] = {}


def attack(make: Attack) -> Attack:
    """Named by its function."""
    ATTACKS[make.__name__.removeprefix("_")] = make
    return make
