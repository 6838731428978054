"""The kinds of family links, read from the file that comes with the service and checked before anybody relies on it."""

import json
from pathlib import Path
from typing import get_args

from lotse_contracts.intake.kin import LinkKind
from lotse_intake.domain.kin import Kind, Kinds

SHIPPED = Path(__file__).parent.parent / "data" / "link_kinds.json"
LANGUAGES = frozenset({"uk", "ru", "de", "en"})


class KindsInvalid(ValueError):
    """The file does not describe the kinds that messages name; the text names the code at fault."""


def read_kinds(path: Path = SHIPPED) -> Kinds:
    """The kinds by code. Raises KindsInvalid, which ends the start of the service."""
    rows = json.loads(path.read_text(encoding="utf-8"))["kinds"]
    kinds = {row["code"]: Kind(row["code"], row["inverse"], row["kept"], row["names"]) for row in rows}
    if kinds.keys() != set(get_args(LinkKind)):
        raise KindsInvalid("not the kinds of the contract")
    for code, kind in kinds.items():
        if not _is_whole(kind, kinds):
            raise KindsInvalid(code)
    return kinds


def _is_whole(kind: Kind, kinds: Kinds) -> bool:
    """Of two inverse kinds exactly one is kept, and both have names in four languages."""
    other = kinds.get(kind.inverse)
    if other is None or other.inverse != kind.code or kind.names.keys() != LANGUAGES:
        return False
    return kind.kept if kind.is_symmetric else kind.kept != other.kept
