"""How long what is kept: rules as dated data, and what they say about one person on one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from lotse_contracts.intake import AccessKeeping

OFFICE_ZONE = ZoneInfo("Europe/Berlin")
RULES = (
    "unclaimed_file",
    "anonymous_enquiry",
    "free_text",
    "letter_file",
    "closed_case",
    "project_end",
    "consent_proof",
    "access_log",
)
"""Every rule that is carried out; the data must have each, and no other."""
DAYS_MAX = 3_660


class RetentionInvalid(ValueError):
    """The data breaks a rule; the text says which."""


@dataclass(frozen=True)
class Rule:
    """`days` after what `after` names, `takes` goes."""

    rule: str
    takes: str
    after: str
    days: int
    source: str


@dataclass(frozen=True)
class Policy:
    """All rules of one version of the data; nothing of a person stays beyond `latest`."""

    version: str
    source: str
    latest: date
    latest_source: str
    rules: Mapping[str, Rule]

    def days(self, rule: str) -> timedelta:
        """How long after."""
        return timedelta(days=self.rules[rule].days)


@dataclass(frozen=True)
class Case:
    """A case of hers. `ended_at` is when it was closed, or None while it is open, also after it was opened again."""

    case_id: UUID
    ended_at: datetime | None


@dataclass(frozen=True)
class Text:
    """Something that was said, and whether she agreed to its being kept although it may tell of health or origin."""

    enquiry_id: UUID
    written_at: datetime
    consented: bool


@dataclass(frozen=True)
class Held:
    """What of one person (all her records) decides how long she stays.

    `anonymous`: no name, no field group but a contact, no consultation, no consent but the channel's. `answered_at` is
    the last time that an answer was given or she wrote, None while somebody still owes her one.
    """

    person_id: UUID
    anonymous: bool
    answered_at: datetime | None
    cases: Sequence[Case]
    texts: Sequence[Text]
    files: Sequence[UUID]
    stopped: bool
    """By a legal hold or a restriction: then nothing goes (Art. 17(3), Art. 18(2))."""


@dataclass(frozen=True)
class Due:
    """One thing that goes, from when on, and by which rule."""

    rule: str
    person_id: UUID
    object_id: UUID
    due_on: date


def read_policy(given: Any) -> Policy:
    """The policy from its JSON. Raises RetentionInvalid naming the rule at fault."""
    try:
        rules = {one["rule"]: Rule(**one) for one in given["rules"]}
        policy = Policy(
            str(given["version"]),
            str(given["source"]),
            date.fromisoformat(given["latest"]),
            str(given["latest_source"]),
            rules,
        )
    except (KeyError, TypeError, ValueError):
        raise RetentionInvalid("retention data: a member is missing or wrong") from None
    if set(rules) != set(RULES) or len(given["rules"]) != len(RULES):
        raise RetentionInvalid("retention data: each rule once, and no other")
    for rule in rules.values():
        if type(rule.days) is not int or not 0 <= rule.days <= DAYS_MAX or not rule.source.strip():
            raise RetentionInvalid(f"retention data: {rule.rule}")
    return policy


def due_of(policy: Policy, held: Held) -> list[Due]:
    """What goes of her and when, earliest first; what is open, held or restricted has no day.

    A day is a day of the office: what is due on it may go from its first moment on.
    """
    if held.stopped:
        return []
    found = [*_whole(policy, held), *_texts(policy, held), *_files(policy, held)]
    return sorted(found, key=lambda due: (due.due_on, due.rule, due.object_id))


def due_now(policy: Policy, held: Held, now: datetime) -> list[Due]:
    """What goes today or should have gone. Where she goes as a whole, nothing else is named."""
    today = day_of(now)
    found = [due for due in due_of(policy, held) if due.due_on <= today]
    whole = [due for due in found if policy.rules[due.rule].takes == "person"]
    return whole[:1] or found


def _whole(policy: Policy, held: Held) -> list[Due]:
    days = {"project_end": policy.latest}
    if held.anonymous and held.answered_at is not None:
        days["anonymous_enquiry"] = day_after(held.answered_at, policy.days("anonymous_enquiry"))
    ends = [case.ended_at for case in held.cases]
    if ends and None not in ends:
        last = max(end for end in ends if end is not None)
        days["closed_case"] = min(day_after(last, policy.days("closed_case")), policy.latest)
    return [Due(rule, held.person_id, held.person_id, day) for rule, day in days.items()]


def _texts(policy: Policy, held: Held) -> list[Due]:
    newest: dict[UUID, date] = {}
    for text in held.texts:
        if not text.consented:
            day = day_after(text.written_at, policy.days("free_text"))
            newest[text.enquiry_id] = min(day, newest.get(text.enquiry_id, day))
    return [Due("free_text", held.person_id, enquiry_id, day) for enquiry_id, day in newest.items()]


def _files(policy: Policy, held: Held) -> list[Due]:
    ends = [case.ended_at for case in held.cases]
    if not ends or None in ends:
        return []
    last = max(end for end in ends if end is not None)
    day = min(day_after(last, policy.days("letter_file")), policy.latest)
    return [Due("letter_file", held.person_id, file, day) for file in held.files]


def day_of(at: datetime) -> date:
    """The day of the office."""
    return at.astimezone(OFFICE_ZONE).date()


def day_after(at: datetime, kept: timedelta) -> date:
    """The first day on which it is kept no longer: a whole period has passed, the day of the beginning not counted.

    Source: § 187(1), § 188(1) BGB.
    """
    return day_of(at) + kept + timedelta(days=1)


def starts_at(day: date) -> datetime:
    """The first moment of a day of the office."""
    return datetime.combine(day, time(), OFFICE_ZONE)


def keeping(policy: Policy) -> tuple[AccessKeeping, ...]:
    """The rules as a person is told them."""
    latest = policy.latest.isoformat()
    bound = {"anonymous_enquiry", "closed_case", "letter_file", "free_text", "project_end"}
    return tuple(
        AccessKeeping(rule=rule.rule, days=rule.days, latest=latest if rule.rule in bound else None, source=rule.source)
        for rule in policy.rules.values()
    )
