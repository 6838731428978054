"""The measures of a bar: whole units along a width, so that a template only draws."""

from dataclasses import dataclass

WIDTH = 150
STROKE = 2  # a mark at the far end stays inside


@dataclass(frozen=True)
class LineBar:
    """A cost line: its plan as a frame, what was spent and committed as fillings, the rule's limit as a stroke."""

    planned: int
    spent: int
    committed: int
    limit: int | None
    width: int = WIDTH


@dataclass(frozen=True)
class ShareBar:
    """A sum and two parts of it, one after the other."""

    first: int
    second: int
    width: int = WIDTH


def line_bar(*, planned: int, spent: int, committed: int, allowed: int | None) -> LineBar:
    """All of a line to one scale; what is below nothing is drawn as nothing."""
    spent, committed = max(0, spent), max(0, committed)
    whole = max(planned, spent + committed, allowed or 0, 1)

    def along(amount: int) -> int:
        return (WIDTH - STROKE) * amount // whole

    return LineBar(
        planned=along(planned),
        spent=along(spent),
        committed=along(committed),
        limit=None if allowed is None else along(allowed),
    )


def share_bar(whole: int, first: int, second: int = 0) -> ShareBar:
    """Parts of a whole; they never reach beyond it."""
    first = min(max(0, first), whole)
    second = min(max(0, second), whole - first)
    if whole <= 0:
        return ShareBar(0, 0)
    return ShareBar(WIDTH * first // whole, WIDTH * second // whole)
