"""The pages behind the links of a mail. They work without JavaScript."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.problems import preferred_language, status_of
from lotse_chassis.service import Unit
from lotse_contracts.notify import OptedOut
from lotse_contracts.values import NoticeChannel, RecipientLanguage
from lotse_notify.domain.choicewords import Words
from lotse_notify.domain.texts import LANGUAGES, Texts
from lotse_notify.domain.verdict import still_opted_out
from lotse_notify.handlers import choices
from lotse_notify.handlers.orders import SHARED_LINKS, STOP_LINK
from lotse_notify.handlers.telling import release
from lotse_notify.http.showing import page
from lotse_notify.store import people, points
from lotse_notify.store.people import Person

Units = Callable[[], AbstractAsyncContextManager[Unit]]
ChoiceWords = Mapping[RecipientLanguage, Words]


def routes(units: Units, texts: Texts, words: ChoiceWords) -> APIRouter:
    """GET changes nothing: mail scanners follow every link."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/stop/{code}", summary="Ask whether the messages shall stop")
    async def ask_stop(request: Request, code: str, lang: str = "") -> HTMLResponse:
        try:
            async with units() as unit:
                holder = await held(unit, code)
                kind = "stopped" if await _has_ended(unit, holder) else "stop"
        except Refused as fault:
            return words_page("gone", texts, wished(request, lang), status_of(fault.code))
        shown = cast("RecipientLanguage", chosen(lang) or holder.language(texts))
        choose = words[shown]["choose_link"] if holder.way is None else ""
        return words_page(kind, texts, shown, 200, code=code, choose=choose)

    @router.post("/stop/{code}", summary="Stop the messages (also one click, RFC 8058)")
    async def stop(request: Request, code: str, lang: str = "") -> HTMLResponse:
        try:
            async with units() as unit:
                holder = await held(unit, code, lock=True)
                await end(unit, holder)
        except Refused as fault:
            return words_page("gone", texts, wished(request, lang), status_of(fault.code))
        return words_page("stopped", texts, chosen(lang) or holder.language(texts), 200)

    @router.get("/read", summary="How to read what waits; for associations without a page of their own")
    async def read(request: Request, lang: str = "") -> HTMLResponse:
        return words_page("read", texts, wished(request, lang), 200)

    return router


@dataclass(frozen=True)
class Holder:
    """Whose link somebody holds. `way`: it came where others read along, so it ends that way and opens nothing."""

    person: Person
    way: NoticeChannel | None = None

    def language(self, texts: Texts) -> RecipientLanguage:
        """Hers."""
        return texts.language_for(self.person.contact.languages if self.person.contact else ())


async def held(unit: Unit, code: str, *, lock: bool = False) -> Holder:
    """Raises Refused if the link is not good, or nothing is known of her any more."""
    ways = {purpose: channel for channel, purpose in SHARED_LINKS.items()}
    found = await links.look_for(unit.tx, code, purposes=(STOP_LINK, *ways), now=unit.context.now)
    person_id = UUID(found.subject_id)
    person = await people.locked(unit.tx, person_id) if lock else await people.seen(unit.tx, person_id)
    if person is None or person.erased:
        raise Refused("not_found")
    return Holder(person, ways.get(found.purpose))


async def end(unit: Unit, holder: Holder) -> None:
    """Again changes nothing: the link stays good, so that a second click reads the same. The person must be locked."""
    person, now = holder.person, unit.context.now
    if holder.way is not None:
        unit.say(*await choices.end_way(unit.tx, person, holder.way, now, through="page"))
    elif person.contact is not None and not still_opted_out(person.contact, person.silence):
        await people.note_opt_out(unit.tx, person.person_id, now)
        unit.say(OptedOut(person_id=person.person_id, channel=person.contact.kind))
        unit.say(*await release(unit.tx, await people.locked(unit.tx, person.person_id), now))


def words_page(
    kind: str, texts: Texts, language: str, status: int, *, code: str = "", choose: str = ""
) -> HTMLResponse:
    """A page that says one thing. `choose`: the words of the link to where she chooses instead."""
    words = next(words for words in texts.words.values() if words.language == language)
    names = {one.language: one.name for one in texts.words.values()}
    return page("person.html", status, kind=kind, words=words, names=names, code=code, choose=choose)


def wished(request: Request, lang: str) -> str:
    """The language of somebody whom we do not know."""
    return chosen(lang) or preferred_language(request.headers.get("accept-language", ""))


def chosen(lang: str) -> str:
    """The language that was asked for, or nothing if we do not write it."""
    return lang if lang in LANGUAGES else ""


async def _has_ended(unit: Unit, holder: Holder) -> bool:
    """Who has stopped is not asked again."""
    person = holder.person
    if holder.way is not None:
        return (await points.stop_of(unit.tx, person.person_id, holder.way)).stands
    return person.contact is not None and still_opted_out(person.contact, person.silence)
