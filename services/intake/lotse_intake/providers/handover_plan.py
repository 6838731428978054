"""Days and words of the handover, as they come along; checked whole when they are read."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from lotse_contracts.values import FieldGroup, HandoverAnswerName, RecipientLanguage
from lotse_intake.domain.handover import LANGUAGES, Option, Plan, Words
from lotse_intake.domain.regions import REGIONS

LETTER = ("how", "groups", "place", "sign")
PAGE = (
    "title",
    "intro_take_me",
    "intro_my_papers",
    "person",
    "concerns",
    "referrals",
    "deadlines",
    "documents",
    "nothing",
    "since",
    "until",
    "reference",
    "confirm",
    "referral_open",
    "referral_ended",
)


@cache
def plan() -> Plan:
    """Read once; it does not change while we run."""
    return parsed(files("lotse_intake").joinpath("data/handover.json").read_text(encoding="utf-8"))


def parsed(source: str) -> Plan:
    """The plan from its JSON. Raises KeyError, TypeError or ValueError if something is missing."""
    data = json.loads(source)
    made = Plan(
        version=data["version"],
        round=int(data["round"]),
        remind_after=timedelta(days=data["remind_after_days"]),
        answers_until=date.fromisoformat(data["answers_until"]),
        closes_on=date.fromisoformat(data["closes_on"]),
        deadlines_from=date.fromisoformat(data["deadlines_from"]),
        purge_after=timedelta(days=data["purge_after_days"]),
        consent_ends_on=date.fromisoformat(data["consent_ends_on"]),
        words={language: _words(language, data["words"][language]) for language in LANGUAGES},
    )
    if not made.answers_until <= made.closes_on < made.deadlines_from:
        raise ValueError("handover: the days are not in order")
    return made


def _words(language: RecipientLanguage, given: Mapping[str, Any]) -> Words:
    options = {name: Option(**given["options"][name]) for name in get_args(HandoverAnswerName)}
    groups = {group: str(given["groups"][group]) for group in get_args(FieldGroup)}
    return Words(
        title=given["title"],
        text=given["text"],
        until=given["until"],
        options=options,
        groups=groups,
        place=given["place"],
        letter={name: str(given["letter"][name]) for name in LETTER},
        recipient={region: str(given["recipient"][region]) for region in REGIONS},
        page={name: str(given["page"][name]) for name in PAGE} | {"language": language} | _fields(given),
    )


def _fields(given: Mapping[str, Any]) -> dict[str, str]:
    return {f"field_{name}": str(label) for name, label in given["page"]["fields"].items()}
