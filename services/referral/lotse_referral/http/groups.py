"""Group offers as JSON, for web and bot frontends: reading needs nothing, signing up a PIN and an idempotency key."""

import time
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import AwareDatetime, Field

from lotse_chassis.bucket import Bucket
from lotse_chassis.calendar import ZONE
from lotse_chassis.faults import Refused
from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_contracts.envelope import Part
from lotse_contracts.intake import Pin
from lotse_contracts.referral import Series as SeriesPart
from lotse_contracts.values import GroupKind, RecipientLanguage
from lotse_referral.domain.calendar_file import media_type
from lotse_referral.domain.group_calendar import Shown, method_of, series_file
from lotse_referral.domain.series import Series, Session
from lotse_referral.handlers import group_views, sign_up
from lotse_referral.handlers.group_views import View
from lotse_referral.handlers.sign_up import Place, PlaceState
from lotse_referral.handlers.telling import OwnPages
from lotse_referral.http.bounded import Bounded
from lotse_referral.settings import ReferralSettings

CODE_CHARACTERS_MAX = 40  # people write it with spaces and hyphens
POSTS_PER_SECOND, POSTS_BURST = 20.0, 60
"""From all addresses together: a flood of strangers never takes the database from the desk."""
FULL_RETRY_SECONDS = 5
CALENDAR_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Disposition": 'attachment; filename="gruppe.ics"',
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}

IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=16, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")
]

Lang = Annotated[RecipientLanguage, Query(description="of title and about, where they are written in it")]


class PublicSession(Part):
    """One meeting; times with Dresden's offset. `session` is the day on which the rule puts it."""

    session: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str | None
    moved: bool
    cancelled: bool


class PublicOffer(Part):
    """An offer as people see it. `refusal` is the code that says why nobody can sign up now; null: somebody can."""

    offer_id: UUID
    kind: GroupKind
    title: str
    about: str
    text_language: RecipientLanguage = Field(description="of title and about")
    place: str | None
    languages: tuple[str, ...]
    age_from: int | None
    age_to: int | None
    women_only: bool
    drop_in: bool
    seats: int
    free: int = Field(description="seats that the next one gets at once")
    waiting: int
    registration_until: AwareDatetime | None
    cancelled: bool
    refusal: str | None
    series: SeriesPart | None
    next_sessions: tuple[PublicSession, ...]


class PublicOffers(Part):
    """Those that take place and are not over, soonest first."""

    offers: tuple[PublicOffer, ...]


class NewPlace(Part):
    """Nothing about her: only the PIN that she chooses."""

    pin: Pin


class CodeAndPin(Part):
    """Proves that it is her place."""

    code: str = Field(max_length=CODE_CHARACTERS_MAX)
    pin: Pin


class PlaceStanding(Part):
    """How it stands; `before` is how many wait before her."""

    state: PlaceState
    offer_id: UUID | None = None
    before: int | None = None


class PlaceReceipt(PlaceStanding):
    """`code` is shown once; only its hash is kept. `repeated`: this key was sent before."""

    code: str
    repeated: bool


class Gate:
    """What every anonymous POST passes: a rate for its address, and one for all together."""

    def __init__(self, settings: ReferralSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._each = Limit(settings.group_posts_per_minute, settings.trusted_proxies)
        self._all = Bucket(POSTS_PER_SECOND, POSTS_BURST, clock)

    async def __call__(self, request: Request) -> None:
        """Raises Refused if this address, or all of them, have had their share."""
        await self._each(request)
        if self._all.available() < 1:
            raise Refused("too_many", retry_after_seconds=FULL_RETRY_SECONDS)
        self._all.take(1)


def routes(service: Service, pages: OwnPages, gate: Gate) -> APIRouter:
    """The routes of group offers for machines."""
    router = APIRouter(tags=["groups"], route_class=Bounded)
    write = Depends(gate)

    @router.get("/group-offers", summary="Group offers that take place")
    async def offers(lang: Lang = "de", kind: GroupKind | None = None) -> PublicOffers:
        async with service.engine.connect() as tx:
            seen = await group_views.current(tx, service.now())
        return PublicOffers(offers=tuple(public(one, lang) for one in seen if kind in (None, one.offer.kind)))

    @router.get("/group-offers/{offer_id}", summary="One group offer")
    async def offer(offer_id: UUID, lang: Lang = "de") -> PublicOffer:
        async with service.engine.connect() as tx:
            return public(await group_views.view(tx, offer_id, service.now()), lang)

    @router.post("/group-offers/{offer_id}/places", status_code=201, dependencies=[write], summary="Sign up")
    async def place(offer_id: UUID, body: NewPlace, key: IdempotencyKey, response: Response) -> PlaceReceipt:
        """The same Idempotency-Key is the same place, however often it is sent."""
        made = await sign_up.sign_up(service, offer_id, body.pin, key)
        response.status_code = 200 if made.repeated else 201
        response.headers["Cache-Control"] = "no-store"
        standing = made.place
        return PlaceReceipt(
            state=standing.state,
            offer_id=standing.offer_id,
            before=standing.before,
            code=made.code,
            repeated=made.repeated,
        )

    @router.post("/group-places/state", dependencies=[write], summary="How a place stands")
    async def state(body: CodeAndPin, response: Response) -> PlaceStanding:
        """A POST, since what GET asks stands in logs and histories. A wrong PIN and an unknown code look alike."""
        response.headers["Cache-Control"] = "no-store"
        return _standing(await sign_up.look(service, body.code, body.pin))

    @router.post("/group-places/cancel", dependencies=[write], summary="Give a place back")
    async def cancel(body: CodeAndPin, response: Response) -> PlaceStanding:
        """Whoever waits longest has it then; again changes nothing."""
        response.headers["Cache-Control"] = "no-store"
        return _standing(await sign_up.cancel(service, pages, body.code, body.pin))

    return router


async def calendar(service: Service, offer_id: UUID, lang: RecipientLanguage, *, discreet: bool) -> Response:
    """The series as a calendar file. Raises Refused if there is no offer, or nobody has said when it meets."""
    async with service.engine.connect() as tx:
        seen = await group_views.view(tx, offer_id, service.now())
    if seen.offer.series is None:
        raise Refused("unknown_session", fields=("offer_id",))
    shown = Shown(service.association, lang, seen.place, service.now(), discreet)
    content = series_file(seen.offer, seen.offer.series, seen.deviations, shown)
    headers = CALENDAR_HEADERS | {"Content-Type": media_type(method_of(seen.offer))}
    return Response(content, headers=headers)


def public(one: View, language: RecipientLanguage) -> PublicOffer:
    """What people see of an offer."""
    offer, words = one.offer, one.offer.words(language)
    return PublicOffer(
        offer_id=offer.offer_id,
        kind=offer.kind,
        title=words.title,
        about=words.about,
        text_language=words.language,
        place=one.place,
        languages=offer.languages,
        age_from=offer.age_from,
        age_to=offer.age_to,
        women_only=offer.women_only,
        drop_in=offer.drop_in,
        seats=offer.seats,
        free=one.free,
        waiting=one.waiting,
        registration_until=offer.registration_until,
        cancelled=offer.cancelled,
        refusal=one.refusal,
        series=None if offer.series is None else _series(offer.series),
        next_sessions=tuple(_session(session) for session in one.next_sessions),
    )


def _series(series: Series) -> SeriesPart:
    return SeriesPart(
        starts_on=series.starts_on.isoformat(),
        at=f"{series.at:%H:%M}",
        minutes=series.minutes,
        rule=series.rule,
        skips_holidays=series.skips_holidays,
    )


def _session(session: Session) -> PublicSession:
    return PublicSession(
        session=session.session.isoformat(),
        starts_at=session.starts_at.astimezone(ZONE),
        ends_at=session.ends_at.astimezone(ZONE),
        place=session.place,
        moved=session.moved,
        cancelled=session.cancelled,
    )


def _standing(place: Place) -> PlaceStanding:
    return PlaceStanding(state=place.state, offer_id=place.offer_id, before=place.before)
