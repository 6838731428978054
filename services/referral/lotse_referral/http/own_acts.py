"""What she does on her page: each a form of this very session, and once more the page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, get_args
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.values import CheckbackAnswerName, MoveWish
from lotse_referral.handlers import own_page, own_places
from lotse_referral.http import own_session
from lotse_referral.http.own_face import Face, refusable
from lotse_referral.store import ownpage
from lotse_referral.store.ownpage import OwnSession


@dataclass(frozen=True)
class Given:
    """A transaction, who she has proved to be, and the form that she sent."""

    tx: AsyncConnection
    session: OwnSession
    context: Context
    form: Mapping[str, str]


Act = Callable[[UUID, Given], Awaitable[Sequence[Message]]]
NOTHING = "nothing"
T = TypeVar("T", bound=str)

ANSWERS: tuple[CheckbackAnswerName, ...] = get_args(CheckbackAnswerName)
WISHES: tuple[MoveWish, ...] = get_args(MoveWish)


def add(router: APIRouter, face: Face) -> None:
    """The routes of her acts."""
    for kind, name, act in ACTS:
        _add(router, face, f"/me/{kind}/{{object_id}}/{name}", DONE[name], act)


def _add(router: APIRouter, face: Face, path: str, done: str, act: Act) -> None:
    @router.post(path)
    async def handle(request: Request, object_id: UUID) -> Response:
        return await refusable(face, request, lambda: _acted(face, request, done, partial(act, object_id)))


async def _answer(id: UUID, given: Given) -> Sequence[Message]:
    answer = chosen(given.form, "answer", ANSWERS)
    return await own_page.answer(given.tx, given.session, id, answer, given.context)


async def _take_time(id: UUID, given: Given) -> Sequence[Message]:
    return await own_page.take_time(given.tx, given.session, id, _id(given.form, "proposal"), given.context)


async def _withdraw(id: UUID, given: Given) -> Sequence[Message]:
    return await own_page.withdraw_consent(given.tx, given.session, id, given.context)


async def _cancel(id: UUID, given: Given) -> Sequence[Message]:
    return await own_page.cancel(given.tx, given.session, id, given.context)


async def _move(id: UUID, given: Given) -> Sequence[Message]:
    wish = chosen(given.form, "wish", WISHES)
    return await own_page.wish_to_move(given.tx, given.session, id, wish, given.context)


async def _give_back(id: UUID, given: Given) -> Sequence[Message]:
    return await own_places.give_back(given.tx, given.session, id, given.context)


ACTS: tuple[tuple[str, str, Act], ...] = (
    ("referrals", "answer", _answer),
    ("referrals", "time", _take_time),
    ("referrals", "withdraw", _withdraw),
    ("appointments", "cancel", _cancel),
    ("appointments", "move", _move),
    ("places", "give-back", _give_back),
)
"""What the path names, the last part of it, and what is done."""
DONE = {
    "answer": "checkback",
    "time": "time",
    "withdraw": "withdraw",
    "cancel": "cancel",
    "move": "move",
    "give-back": "give_back",
}
"""What her page then says, by its text."""


def chosen(form: Mapping[str, str], name: str, of: Sequence[T]) -> T:
    """One of these. Raises Refused if it is none."""
    for one in of:
        if form.get(name) == one:
            return one
    raise Refused("malformed", fields=(name,))


async def _acted(
    face: Face, request: Request, done: str, act: Callable[[Given], Awaitable[Sequence[Message]]]
) -> Response:
    face.must_come_from_here(request)
    form, token = await own_session.form_of(request), own_session.token_of(request)
    async with face.service.unit() as unit:
        hers = await ownpage.session_of(unit.tx, token, unit.context.now)
        if hers is None:
            raise Refused("session_over")
        own_session.must_be_ours(form, token)
        said = await act(Given(unit.tx, hers, unit.context, form))
        unit.say(*said)
    return face.to_her_page(own_session.language_of(request, hers.language), done=done if said else NOTHING)


def _id(form: Mapping[str, str], name: str) -> UUID:
    try:
        return UUID(form.get(name, ""))
    except ValueError:
        raise Refused("malformed", fields=(name,)) from None
