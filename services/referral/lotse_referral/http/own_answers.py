"""An answer without the page: a messenger's button knows a code that is good for one answer to one question."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict

from lotse_chassis import links
from lotse_contracts.values import CheckbackAnswerName
from lotse_referral.handlers import checkbacks
from lotse_referral.http.bounded import Bounded
from lotse_referral.http.own_acts import ANSWERS
from lotse_referral.http.own_face import Face
from lotse_referral.pages.own_page import TEXTS

CODE_CHARACTERS_MAX = 64
CodeInPath = Annotated[str, Path(max_length=CODE_CHARACTERS_MAX)]


class AnswerGiven(BaseModel):
    """Which button it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: CheckbackAnswerName


class AnswerNoted(BaseModel):
    """It counts; `text` may be shown, in four languages."""

    noted: bool
    text: dict[str, str]


class QuestionAsked(BaseModel):
    """What to show: the question, and each answer's words, in four languages. Nothing says what it is about."""

    question: dict[str, str]
    answers: dict[CheckbackAnswerName, dict[str, str]]


def routes(face: Face) -> APIRouter:
    """The routes for bots; the code comes with the notice, sealed, and needs no PIN."""
    router = APIRouter(tags=["checkbacks"], route_class=Bounded)
    said: dict[int | str, dict[str, Any]] = {
        404: {"description": "There is no such code."},
        410: {"description": "It was used, or is over."},
    }

    @router.get("/me/checkbacks/{code}", responses=said)
    async def question(request: Request, code: CodeInPath) -> QuestionAsked:
        """The question behind a code, as often as one likes."""
        del request
        async with face.service.engine.connect() as tx:
            await links.look(tx, code, purpose=checkbacks.CHECKBACK_LINK, now=face.service.now())
        return QuestionAsked(question=_in_all("question"), answers={answer: _in_all(answer) for answer in ANSWERS})

    @router.post("/me/checkbacks/{code}", responses=said)
    async def answer(request: Request, code: CodeInPath, body: AnswerGiven) -> AnswerNoted:
        """Answer once. Refused with `expired_link` the second time, with `checkback_closed` once the loop is closed."""
        await face.limit(request)
        async with face.service.unit() as unit:
            unit.say(*await checkbacks.answered_by_code(unit.tx, code, body.answer, unit.context))
        return AnswerNoted(noted=True, text=_in_all("done_checkback"))

    return router


def _in_all(name: str) -> dict[str, str]:
    return {language: words[name] for language, words in TEXTS.items()}
