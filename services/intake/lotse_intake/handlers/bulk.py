"""One action on many concerns: first a preview of each, then all that it showed, in one transaction or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import Act, AskBulkPreview, BulkActOnConcerns, BulkPreviewAnswer, PreviewedAct
from lotse_intake.domain.guards import Light, Step
from lotse_intake.domain.moves import TooManyTags, change_of
from lotse_intake.domain.previews import fingerprint, moved_since, seal_of
from lotse_intake.handlers import acting, moving
from lotse_intake.handlers.lights import lit, role_of
from lotse_intake.store import concerns

NAMED_MAX = 50  # concerns that have moved, named in one refusal


@dataclass(frozen=True)
class Outlook:
    """What would become of one concern: a step, or why there is none."""

    concern_id: UUID
    row: Row[Any] | None
    light: Light | None = None
    step: Step | None = None
    refused: str | None = None
    fields: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def fingerprint(self, act: Act) -> bytes:
        """Of all that this outlook depends on; a reminder that was given meanwhile is nothing of that."""
        row = self.row
        stands = None if row is None else (row.state, row.assignee, row.offered_to, row.team, row.urgency, row.code)
        tags = None if row is None else sorted(row.tags)
        to = None if self.step is None else self.step.rule.to
        return fingerprint(self.concern_id, stands, tags, act.model_dump(mode="json"), to, self.refused, self.warnings)


async def ask_preview(question: AskBulkPreview, context: Context, tx: AsyncConnection) -> BulkPreviewAnswer:
    """What the action would do to each, for whoever asks; nothing is changed."""
    act = _act(question)
    outlooks = await _outlooks(tx, context, question.concern_ids, act, lock=False)
    return BulkPreviewAnswer(
        entries=tuple(_entry(one) for one in outlooks),
        would_move=sum(one.step is not None for one in outlooks),
        seal=seal_of([one.fingerprint(act) for one in outlooks]),
    )


async def act_on_many(order: BulkActOnConcerns, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """As the preview said. Raises Refused with the places of those that have changed since, and changes nothing."""
    act = _act(order)
    outlooks = await _outlooks(tx, context, order.concern_ids, act, lock=True)
    moved = moved_since(order.preview, [one.fingerprint(act) for one in outlooks])
    if moved:
        raise Refused("world_moved", fields=tuple(f"concern_ids.{place}" for place in moved[:NAMED_MAX]))
    said: list[Message] = []
    for one in outlooks:
        if one.row is not None and one.step is not None and one.light is not None:
            move = moving.Move(act.action, role_of(context), one.step.rule, one.light, warnings=one.warnings)
            said += await moving.moved(tx, context, one.row, move)
    return said


def _act(asked: AskBulkPreview | BulkActOnConcerns) -> Act:
    return Act.model_validate(asked.model_dump(include=set(Act.model_fields)))


async def _outlooks(
    tx: AsyncConnection, context: Context, concern_ids: Sequence[UUID], act: Act, *, lock: bool
) -> list[Outlook]:
    """In the order in which they were named. Raises Refused if one is named twice."""
    if len(set(concern_ids)) != len(concern_ids):
        raise Refused("named_twice", fields=("concern_ids",))
    rows = await concerns.some(tx, concern_ids, lock=lock)
    seen = await lit(tx, list(rows.values()), context, act)
    found = []
    for concern_id in concern_ids:
        row = rows.get(concern_id)
        if row is None:
            found.append(Outlook(concern_id, None, refused="unknown_concern", fields=("concern_id",)))
            continue
        found.append(_outlook(context, row, act, seen.lights[concern_id], seen.warnings(row)))
    return found


def _outlook(context: Context, row: Row[Any], act: Act, light: Light, warnings: tuple[str, ...]) -> Outlook:
    """What needs a second person is left to it: many at once are nobody's second look."""
    try:
        if row.frozen or row.restricted:
            raise Refused("person_erased" if row.frozen else "person_restricted", fields=("concern_id",))
        step = acting.decided(act, role_of(context), light)
        if step.second:
            raise Refused(acting.SECOND, fields=("concern_id",))
        change_of(row, act.action, step.rule, light)
    except Refused as fault:
        return Outlook(row.concern_id, row, refused=fault.code, fields=fault.fields)
    except TooManyTags:
        return Outlook(row.concern_id, row, refused="too_many_tags", fields=("tags",))
    return Outlook(row.concern_id, row, light, step, warnings=warnings)


def _entry(one: Outlook) -> PreviewedAct:
    return PreviewedAct(
        concern_id=one.concern_id,
        state=None if one.row is None else one.row.state,
        next_state=None if one.step is None else one.step.rule.to,
        refused=one.refused,
        fields=one.fields,
        warnings=one.warnings,
    )
