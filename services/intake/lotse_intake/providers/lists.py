"""The lists of codes that come with the service, read and checked once."""

import json
from functools import lru_cache
from pathlib import Path

from lotse_contracts.values import CodeListName
from lotse_intake.domain.coding import CodeList, read_list
from lotse_intake.domain.letters import require_periods, require_senders
from lotse_intake.domain.triage import require_triggers

FOLDER = Path(__file__).parent.parent / "data"
FILES: dict[CodeListName, str] = {
    "concerns": "concern_codes.json",
    "legal_status": "legal_status.json",
    "periods": "periods.json",
    "senders": "senders.json",
}


@lru_cache(maxsize=len(FILES))
def shipped(name: CodeListName) -> CodeList:
    """The list of this name. Raises ListInvalid, which ends the start of the service."""
    return read_list(json.loads((FOLDER / FILES[name]).read_text(encoding="utf-8")))


def checked(text: str, periods: CodeList | None = None) -> CodeList:
    """A list from the text of a file, with the rules of its own kind. Raises ListInvalid, or ValueError if it is no
    JSON. `periods` are those that senders may name; else the ones that come along."""
    found = read_list(json.loads(text))
    if found.name == "periods":
        require_periods(found)
    if found.name == "senders":
        require_senders(found, periods or shipped("periods"))
    if found.name == "concerns":
        require_triggers(found)
    return found
