"""The page on which she chooses how she is told, behind the link under every message. Works without JavaScript."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, cast
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.problems import status_of
from lotse_chassis.service import Unit
from lotse_contracts.envelope import Message
from lotse_contracts.values import NoticeCategory, RecipientLanguage
from lotse_notify.domain.channels import CATEGORIES, CHANNELS, MAY_BE_OFF
from lotse_notify.domain.contact import Choice, Contact, Point
from lotse_notify.domain.texts import Texts
from lotse_notify.domain.verdict import hindrance_of
from lotse_notify.handlers import choices
from lotse_notify.handlers.orders import TELEGRAM_LINK
from lotse_notify.http.showing import page
from lotse_notify.http.stopping import ChoiceWords, Holder, Units, chosen, end, held, wished, words_page
from lotse_notify.store import people
from lotse_notify.store.people import Person

TELEGRAM_LINK_VALID = timedelta(minutes=15)
FORM_BYTES_MAX = 4_096
FORM_FIELDS_MAX = 30


@dataclass(frozen=True)
class Desk:
    """What the page stands on. `bot`: the name of the bot at Telegram; empty: Telegram is off."""

    units: Units
    texts: Texts
    words: ChoiceWords
    bot: str = ""


@dataclass(frozen=True)
class Shown:
    """What there is to see: the person's language, and her contact unless nothing may be shown any more."""

    language: RecipientLanguage
    contact: Contact | None
    saved: bool = False
    telegram_url: str = ""


def routes(desk: Desk) -> APIRouter:
    """GET changes nothing: mail scanners follow every link."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/preferences/{code}", summary="How she is told, to be chosen")
    async def preferences(request: Request, code: str, lang: str = "") -> HTMLResponse:
        return await _answered(desk, request, code, lang)

    @router.post("/preferences/{code}", summary="Choose how she is told")
    async def choose(request: Request, code: str, lang: str = "") -> HTMLResponse:
        return await _answered(desk, request, code, lang, form=await _form(request))

    @router.post("/preferences/{code}/telegram", summary="Get a link that opens the bot, once and for 15 minutes")
    async def telegram(request: Request, code: str, lang: str = "") -> HTMLResponse:
        form = await _form(request)
        return await _answered(desk, request, code, lang, telegram=form.get("accept") == "yes")

    @router.get("/unsubscribe/{code}/{category}", summary="Ask whether messages about this shall end")
    async def ask(request: Request, code: str, category: NoticeCategory, lang: str = "") -> HTMLResponse:
        del category
        return await _answered(desk, request, code, lang)

    @router.post("/unsubscribe/{code}/{category}", summary="End messages about this (one click, RFC 8058)")
    async def end(request: Request, code: str, category: NoticeCategory, lang: str = "") -> HTMLResponse:
        off = {f"first_{category}": "off"}
        return await _answered(desk, request, code, lang, form=off, one_click=category)

    return router


async def _answered(
    desk: Desk,
    request: Request,
    code: str,
    lang: str,
    *,
    form: Mapping[str, str] | None = None,
    telegram: bool = False,
    one_click: NoticeCategory | None = None,
) -> HTMLResponse:
    try:
        async with desk.units() as unit:
            holder = await held(unit, code, lock=form is not None or telegram)
            if one_click is not None and one_click not in MAY_BE_OFF:
                return await _all_ended(desk, unit, holder, lang)
            shown = await _acted(desk, unit, holder, form, telegram=telegram, one_click=one_click is not None)
            if shown.contact is None and form is not None:  # the page that she saw asked only whether to stop
                await end(unit, holder)
    except Refused as fault:
        return words_page("gone", desk.texts, wished(request, lang), status_of(fault.code))
    language = cast("RecipientLanguage", chosen(lang) or shown.language)
    if shown.contact is None:
        return words_page("stop" if form is None else "stopped", desk.texts, language, 200, code=code)
    root = "../.." if request.url.path.count("/", request.url.path.index(code)) else ".."
    return _page(desk, language, shown, code, root)


async def _all_ended(desk: Desk, unit: Unit, holder: Holder, lang: str) -> HTMLResponse:
    """What she cannot do without has no end of its own: whoever wants an end gets it for everything."""
    await end(unit, holder)
    return words_page("stopped", desk.texts, chosen(lang) or holder.language(desk.texts), 200)


async def _acted(
    desk: Desk, unit: Unit, holder: Holder, form: Mapping[str, str] | None, *, telegram: bool, one_click: bool
) -> Shown:
    """Where nothing may be pushed to her, or others read along, nothing is shown: who holds the link may not be she."""
    person, contact = holder.person, holder.person.contact
    language = holder.language(desk.texts)
    if holder.way is not None or contact is None or hindrance_of(contact, person.silence):
        return Shown(language, None)
    if form is not None:
        unit.say(*await _said(unit, person, contact, form, one_click=one_click))
    url = ""
    if telegram and desk.bot:
        expires_at = unit.context.now + TELEGRAM_LINK_VALID
        await links.revoke(unit.tx, purpose=TELEGRAM_LINK, subject_id=str(person.person_id))
        token = await links.create(
            unit.tx, purpose=TELEGRAM_LINK, subject_id=str(person.person_id), expires_at=expires_at
        )
        url = f"https://t.me/{desk.bot}?start={token}"
    after = await people.seen(unit.tx, person.person_id)
    return Shown(language, after.contact if after else None, saved=form is not None, telegram_url=url)


async def _said(
    unit: Unit, person: Person, contact: Contact, form: Mapping[str, str], *, one_click: bool
) -> list[Message]:
    through: choices.Through = "one_click" if one_click else "page"
    facts: list[Message] = []
    for channel in dict.fromkeys(point.channel for point in contact.points):
        act = {"on": choices.resume_way, "off": choices.end_way}.get(form.get(f"way_{channel}", ""))
        if act is not None:
            facts += await act(unit.tx, person, channel, unit.context.now, through=through)
    said = {category: choice for category in CATEGORIES if (choice := _choice(form, category))}
    wanted: dict[NoticeCategory, Choice | None] = {
        category: None if choice == "own" else choice for category, choice in said.items()
    }
    return facts + await choices.choose(unit.tx, person, wanted, unit.context.now, through)


def _choice(form: Mapping[str, str], category: NoticeCategory) -> Choice | Literal["own"] | None:
    """What the form says of a category; None where it says nothing that can be chosen."""
    match form.get(f"first_{category}", ""):
        case "own":
            return "own"
        case "off" if category in MAY_BE_OFF:
            return "off"
        case "email" | "sms" | "telegram" as channel:
            return channel
        case _:
            return None


async def _form(request: Request) -> Mapping[str, str]:
    """Its fields. Raises Refused if it is longer than the page can send."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES_MAX:
            raise Refused("too_large")
    try:
        return dict(parse_qsl(body.decode("ascii", errors="replace"), max_num_fields=FORM_FIELDS_MAX))
    except ValueError:
        raise Refused("too_large") from None


def _page(desk: Desk, language: RecipientLanguage, shown: Shown, code: str, root: str) -> HTMLResponse:
    contact = shown.contact
    channels = [one for one in CHANNELS if contact and any(point.channel == one for point in contact.points)]
    own = contact.points if contact else ()
    values: dict[str, Any] = {
        "language": language,
        "names": {one.language: one.name for one in desk.texts.words.values()},
        "languages_label": desk.texts.words[language].page.languages,
        "words": desk.words[language],
        "code": code,
        "root": root,
        "saved": shown.saved,
        "ways": [
            {"channel": one, "state": _state([point for point in own if point.channel == one])} for one in channels
        ],
        "topics": [
            {
                "name": one,
                "choice": contact.choices.get(one, "own") if contact else "own",
                "may_be_off": one in MAY_BE_OFF,
            }
            for one in CATEGORIES
            if len(channels) > 1 or one in MAY_BE_OFF
        ],
        "channels": channels if len(channels) > 1 else [],
        "telegram": bool(desk.bot) and "telegram" not in channels,
        "telegram_url": shown.telegram_url,
    }
    return page("preferences.html", 200, **values)


def _state(of: list[Point]) -> str:
    """`on`, `off`, or `cannot`: nothing can be sent there whatever she says."""
    if any(point.hindrance is None for point in of):
        return "on"
    return "off" if any(point.hindrance == "opted_out" for point in of) else "cannot"
