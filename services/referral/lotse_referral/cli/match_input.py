"""The concern that `match` reads: the fields of `NeedFacts`, what the desk knows besides, and what is wrong with it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lotse_contracts.envelope import Code
from lotse_contracts.referral import NeedFacts
from lotse_contracts.referral.matching import AGE_MAX, CHILDREN_MAX
from lotse_contracts.values import Urgency
from lotse_referral.domain.codes import CONCERNS, is_known, parent_of
from lotse_referral.domain.directory import identifier
from lotse_referral.domain.eligibility import bracket_of
from lotse_referral.domain.needs import finest

CODES = {"missing": "missing", "extra_forbidden": "unknown_field", "value_error": "not_allowed"}
LANGUAGE_UNKNOWN = "und"
"""Of nobody who speaks a language that we were told (ISO 639-2)."""


class BadConcern(Exception):
    """A concern that is not taken: a code, the field at fault, and what would be taken. Nothing of its content."""

    def __init__(self, code: str, field: str, allowed: str) -> None:
        super().__init__(code)
        self.error = {"error": {"code": code, "field": field, "allowed": allowed}}


class Household(BaseModel):
    """Who lives with her."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    children: int | None = Field(default=None, ge=0, le=CHILDREN_MAX)
    pregnant: bool | None = None


class Told(NeedFacts):
    """One concern. `first_title_on` is a day and becomes its bracket; services are named by id or by their key."""

    code: Code
    sub_code: Code | None = None
    urgency: Urgency = "normal"
    on: date | None = None
    household: Household | None = None
    first_title_on: date | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    age: int | None = Field(default=None, ge=0, le=AGE_MAX)

    @model_validator(mode="before")
    @classmethod
    def _spelled(cls, given: Any) -> Any:
        """Shorter spellings: a service by its key, a free time by its weekday."""
        if not isinstance(given, Mapping):
            return given
        shaped = dict(given)
        if shaped.get("first_title") is None:
            shaped.pop("first_title", None)
        if isinstance(shaped.get("preferred"), list):
            shaped["preferred"] = [_service(one) for one in shaped["preferred"]]
        if isinstance(shaped.get("declined_by"), list):
            shaped["declined_by"] = [_decline(one) for one in shaped["declined_by"]]
        if isinstance(shaped.get("times_free"), list):
            shaped["times_free"] = [{"byday": one} if isinstance(one, str) else one for one in shaped["times_free"]]
        return shaped

    def facts(self) -> NeedFacts:
        """What matching may know, in one form."""
        named = {name: getattr(self, name) for name in NeedFacts.model_fields}
        if self.household is not None:
            named |= {name: value for name, value in self.household.model_dump().items() if value is not None}
        if self.first_title_on is not None:
            named["first_title"] = bracket_of(self.first_title_on)
        return NeedFacts(**named)

    @property
    def language(self) -> str:
        """The first of hers."""
        return self.languages[0] if self.languages else LANGUAGE_UNKNOWN


def read_concern(text: Any) -> Told:
    """The concern of a parsed JSON text. Raises BadConcern."""
    if not isinstance(text, dict):
        raise BadConcern("not_an_object", "", "one JSON object")
    try:
        told = Told.model_validate(text)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        allowed = str(first.get("ctx", {}).get("expected", first["type"]))
        raise BadConcern(CODES.get(first["type"], "not_allowed"), place, allowed) from None
    if not is_known(told.code):
        raise BadConcern("unknown_code", "code", ", ".join(CONCERNS))
    if told.sub_code is not None and finest(told.code, told.sub_code) == told.code:
        raise BadConcern("unknown_code", "sub_code", ", ".join(CONCERNS[parent_of(told.code)].finer))
    if (told.latitude is None) != (told.longitude is None):
        raise BadConcern("missing", "longitude" if told.longitude is None else "latitude", "both or neither")
    return told


def _decline(given: Any) -> Any:
    if not isinstance(given, Mapping) or "service" not in given:
        return given
    return {
        **{name: value for name, value in given.items() if name != "service"},
        "service_id": _service(given["service"]),
    }


def _service(named: Any) -> Any:
    try:
        return str(UUID(named))
    except (ValueError, AttributeError, TypeError):
        return str(identifier("service", named)) if isinstance(named, str) else named
