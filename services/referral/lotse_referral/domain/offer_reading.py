"""An offer as an order or a row of a file says it, read into the domain's words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from lotse_contracts import referral
from lotse_contracts.envelope import Code, Language
from lotse_contracts.referral import GroupOfferContent, OfferText
from lotse_contracts.values import GroupKind
from lotse_referral.domain.directory import identifier
from lotse_referral.domain.groups import GroupOffer, OfferWords, faults
from lotse_referral.domain.series import Series

NAME_CHARACTERS_MAX = 200
SEATS_MAX = 10_000
OF_A_KEY = {"service": "service_id"}
"""What a row names by a key and an offer by an id."""


class OfferRow(BaseModel):
    """One row of the file for `load-offers`; only key, name and seats are needed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str = Field(min_length=1)
    name: str = Field(min_length=1, max_length=NAME_CHARACTERS_MAX)
    seats: StrictInt = Field(ge=0, le=SEATS_MAX)
    service: str | None = None
    open: StrictBool = True
    kind: GroupKind = "course"
    texts: tuple[OfferText, ...] = Field(default=(), max_length=4)
    series: referral.Series | None = None
    place: str = Field(default="", max_length=NAME_CHARACTERS_MAX)
    languages: tuple[Language, ...] = ()
    age_from: StrictInt | None = None
    age_to: StrictInt | None = None
    women_only: StrictBool = False
    drop_in: StrictBool = False
    grant_id: UUID | None = None
    plan_line: Code | None = None


def of_order(order: GroupOfferContent) -> GroupOffer:
    """The offer that an order describes; nothing about its version, which is ours."""
    return GroupOffer(
        offer_id=order.offer_id,
        name=order.name,
        seats=order.seats,
        open=order.open,
        service_id=order.service_id,
        kind=order.kind,
        texts=_texts(order.texts),
        series=series_of(order.series),
        location_id=order.location_id,
        place=order.place,
        languages=order.languages,
        age_from=order.age_from,
        age_to=order.age_to,
        women_only=order.women_only,
        drop_in=order.drop_in,
        registration_until=order.registration_until,
        grant_id=order.grant_id,
        plan_line=order.plan_line,
    )


@dataclass(frozen=True)
class Loaded:
    """An offer of a file, and the names of what its row says about it; the rest is as it is, or by default."""

    offer: GroupOffer
    given: frozenset[str]

    def on(self, held: GroupOffer) -> GroupOffer:
        """The offer as it is from now on: what the row does not say stays."""
        said = {name: getattr(self.offer, name) for name in self.given}
        if said.get("place"):
            said["location_id"] = None
        return replace(held, **said)


def offers_of(rows: Sequence[Any]) -> tuple[tuple[Loaded, ...], tuple[int, ...]]:
    """The offers that a list describes, and the numbers, from 1, of rows that describe none."""
    read = [_offer(row) for row in rows]
    wrong = tuple(number for number, offer in enumerate(read, start=1) if offer is None)
    return tuple(offer for offer in read if offer is not None), wrong


def series_of(said: referral.Series) -> Series:
    """Dates and times of day instead of their texts."""
    return Series(
        date.fromisoformat(said.starts_on),
        time.fromisoformat(said.at),
        said.minutes,
        said.rule,
        said.skips_holidays,
    )


def _offer(row: Any) -> Loaded | None:
    try:
        read = OfferRow.model_validate(row)
    except ValidationError:
        return None
    offer = GroupOffer(
        offer_id=identifier("group-offer", read.key),
        name=read.name,
        seats=read.seats,
        open=read.open,
        service_id=None if read.service is None else identifier("service", read.service),
        kind=read.kind,
        texts=_texts(read.texts),
        series=None if read.series is None else series_of(read.series),
        place=read.place,
        languages=read.languages,
        age_from=read.age_from,
        age_to=read.age_to,
        women_only=read.women_only,
        drop_in=read.drop_in,
        grant_id=read.grant_id,
        plan_line=read.plan_line,
    )
    given = {OF_A_KEY.get(name, name) for name in read.model_fields_set - {"key"}}
    return None if any(faults(offer)) else Loaded(offer, frozenset(given))


def _texts(texts: Sequence[OfferText]) -> tuple[OfferWords, ...]:
    return tuple(OfferWords(one.language, one.title, one.about) for one in texts)
