"""What can be wrong with a bundle: a finding has one of eight codes; what cannot be read at all is an exception."""

import re
from dataclasses import dataclass, field
from typing import Literal

Code = Literal["edited", "inserted", "removed", "truncated", "signature", "witness", "rule", "unreadable"]

NAME_SHOWN_MAX = 80
UNSAFE = re.compile(r"[^A-Za-z0-9._/+-]")


class Unreadable(ValueError):
    """The bundle is damaged or hostile. `key` names the sentence that says so."""

    def __init__(self, key: str, file: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.file = safe_name(file)


class PolicyRefused(ValueError):
    """The policy file is none. `key` names the sentence."""

    def __init__(self, key: str, line: int = 0) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


@dataclass(frozen=True)
class Finding:
    """Something that does not hold.

    `what` names the sentence. `index` is the first broken entry; with `until` it is only known to lie in
    [index, until). `file` is a path in the bundle.
    """

    code: Code
    what: str
    index: int | None = None
    until: int | None = None
    file: str = ""
    values: tuple[str, ...] = field(default=())


def safe_name(name: str) -> str:
    """A name of a stranger, fit for a terminal."""
    return UNSAFE.sub("?", name)[:NAME_SHOWN_MAX]
