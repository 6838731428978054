"""Problems as RFC 9457 has them: a code, the names of the fields at fault, and a text in the reader's language."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

from lotse_chassis.problem_texts import CHASSIS_TEXTS, LANGUAGES
from lotse_contracts.answers import Problem

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:lotse:problem:"
FALLBACK_LANGUAGE = "de"
ACCEPT_LANGUAGE_CHARACTERS_MAX = 500
FALLBACK_STATUS = 422
UNAUTHORIZED = 401

STATUS_OF = {
    "unknown_message": 404,
    "token_missing": 401,
    "token_invalid": 401,
    "role_not_allowed": 403,
    "too_many": 429,
    "too_large": 413,
    "internal": 500,
    "not_ready": 503,
    "timed_out": 504,
    "not_found": 404,
    "method_not_allowed": 405,
    "expired_link": 410,
    "person_erased": 410,
    "unknown_service_error": 502,
}


class TextsMissing(Exception):
    """A code without texts in all four languages; names code and language."""


class Problems:
    """The catalogue of one service: the chassis's codes and its own; `statuses` are those of HTTP for its own."""

    def __init__(
        self, own: Mapping[str, Mapping[str, str]] | None = None, statuses: Mapping[str, int] | None = None
    ) -> None:
        self.statuses = {**STATUS_OF, **(statuses or {})}
        texts = {**CHASSIS_TEXTS, **(own or {})}
        for code, set_of_texts in texts.items():
            _require_all_languages(code, set_of_texts)
        self._texts = {code: {name: given[name] for name in LANGUAGES} for code, given in texts.items()}

    @property
    def codes(self) -> frozenset[str]:
        """Every code that has texts."""
        return frozenset(self._texts)

    def status_of(self, code: str) -> int:
        """The HTTP status that fits a code."""
        return self.statuses.get(code, FALLBACK_STATUS)

    def problem(self, code: str, fields: tuple[str, ...] = (), allowed: str | None = None) -> Problem:
        """The problem of a code; a code nobody wrote texts for reads as `internal`, so that nobody is left without."""
        texts = dict(self._texts.get(code, self._texts["internal"]))
        return Problem(code=code, fields=fields, texts=texts, allowed=allowed)


def _require_all_languages(code: str, texts: Mapping[str, str]) -> None:
    for language in LANGUAGES:
        if not texts.get(language, "").strip():
            raise TextsMissing(f"no text for {code} in {language}")


def status_of(code: str) -> int:
    """The HTTP status that fits a code of the chassis."""
    return STATUS_OF.get(code, FALLBACK_STATUS)


def to_response(
    problem: Problem,
    status: int | None = None,
    accept_language: str = "",
    more: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The problem as `application/problem+json`, its detail in the language that the reader prefers.

    `more` are members beyond these, such as the rule and what it allows. Source: RFC 9457, section 3.2.
    """
    language = preferred_language(accept_language)
    number = status_of(problem.code) if status is None else status
    body = {
        "type": TYPE_PREFIX + problem.code,
        "title": problem.texts.get("en", problem.code),
        "status": number,
        "detail": problem.texts.get(language, problem.code),
        "code": problem.code,
        "fields": list(problem.fields),
        "texts": problem.texts,
        **(more or {}),
    }
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    if number == UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"  # Source: RFC 9110, section 11.6.1
    return JSONResponse(body, status_code=number, headers=headers, media_type=MEDIA_TYPE)


def preferred_language(accept_language: str) -> str:
    """One of the four languages. Source: RFC 9110, section 12.5.4; a quality of zero means never."""
    wishes = [_wish(part) for part in accept_language[:ACCEPT_LANGUAGE_CHARACTERS_MAX].split(",")]
    wanted = sorted((-quality, place, name) for place, (name, quality) in enumerate(wishes) if quality > 0)
    for _, _, name in wanted:
        if name in LANGUAGES:
            return name
    return FALLBACK_LANGUAGE


def _wish(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    name, _, quality = parameter.strip().partition("=")
    try:
        weight = float(quality) if name.strip() == "q" else 1.0
    except ValueError:
        weight = 0.0
    return tag.strip().split("-")[0].lower(), weight
