"""What is wrong with a row of a directory's file: where, what, and what would be allowed."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class RowFault(NamedTuple):
    """`place` is the path of the field, `services[3].phones[0].number`; a fatal one keeps the whole row out."""

    place: str
    key: str
    code: str
    allowed: str = ""
    fatal: bool = False


def line(fault: RowFault) -> str:
    """One line for whoever imports. It holds no value of the file."""
    allowed = f" (allowed: {fault.allowed})" if fault.allowed else ""
    kept = "row left out" if fault.fatal else "left out"
    return f"{fault.place} {fault.key or '-'}: {fault.code}, {kept}{allowed}"


def counted(faults: Iterable[RowFault]) -> dict[str, int]:
    """How often each code occurs, by code."""
    return dict(sorted(Counter(fault.code for fault in faults).items()))
