"""Figures of group offers: how many sessions, heads and sign-ups there were."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Question, SaidPart
from lotse_contracts.intake import Day
from lotse_contracts.values import COORDINATORS, GroupKind


class GroupFigures(SaidPart):
    """Sums of one kind of offer under one plan line. Heads are no persons: whoever comes twice is counted twice."""

    kind: GroupKind
    grant_id: UUID | None = None
    plan_line: Code | None = None
    offers: int = Field(ge=0, description="that had a session held")
    sessions: int = Field(ge=0)
    adults: int = Field(ge=0)
    children: int = Field(ge=0)
    first_time: int = Field(ge=0, description="of sessions at which they were counted")


class SignUpFigures(SaidPart):
    """Sign-ups for one kind of offer; a count that few persons stand behind is hidden (null)."""

    kind: GroupKind
    signed_up: int | None = None


class GroupFiguresAnswer(Answer):
    """Heads by kind and plan line; sign-ups by kind, of the whole months within the period."""

    held: tuple[GroupFigures, ...] = Field(max_length=ITEMS_MAX)
    sign_ups: tuple[SignUpFigures, ...] = Field(max_length=ITEMS_MAX)
    sign_ups_of: tuple[str, ...] = Field(description="the months counted, such as `2026-11`")


class AskGroupFigures(Question):
    """How many sessions took place between two days, both included, and how many heads were there?"""

    NAME: ClassVar[str] = "group-figures"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = GroupFiguresAnswer
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    first: Day
    last: Day
