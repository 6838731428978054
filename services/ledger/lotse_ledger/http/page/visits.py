"""One visit of an auditor to one page: who, in which language, as of which dates; refusals are pages as well."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from lotse_chassis.faults import Refused
from lotse_chassis.identity import Auditor
from lotse_ledger.http.access import Gate, gate_of, token_of
from lotse_ledger.http.dates import Dates, Reading, dates, look
from lotse_ledger.http.page.tongues import language_of
from lotse_ledger.pages import rendered
from lotse_ledger.pages.texts import PageLanguage

VALUE_CHARACTERS_MAX = 200
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
SECTIONS = (
    ("overview", ""),
    ("deadlines", "page/deadlines"),
    ("entries", "page/entries"),
    ("accounts", "page/accounts"),
    ("sample", "page/sample"),
    ("changes", "page/changes"),
    ("freeze", "page/freeze"),
    ("evidence", "page/evidence"),
    ("downloads", "page/downloads"),
    ("rules", "page/rules"),
)
"""The navigation: a section's name, and where it begins below the root."""
CHOSEN = ("valid_to", "recorded_to")
NOTHING_YET = "nothing_recorded"
"""No mistake of the reader: the page says so and is found."""


@dataclass(frozen=True)
class Visit:
    """What a page is built from. `query` is what the address says, `parts` the names in its path."""

    request: Request
    gate: Gate
    auditor: Auditor
    language: PageLanguage
    at: Reading
    parts: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """A template with its values, the section it belongs to and its heading; `keeps` goes into every form."""

    template: str
    section: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


Build = Callable[[Visit], Awaitable[Page | Response]]


@dataclass(frozen=True)
class _Place:
    """Where the reader is, from which links are made: relative, since a proxy may put the ledger below a path."""

    root: str
    path: str
    language: PageLanguage
    query: Mapping[str, str]

    def link(self, path: str, **query: object) -> str:
        """An address that keeps the language and the two dates."""
        kept = {"lang": self.language, **{name: self.query[name] for name in CHOSEN if self.query.get(name)}}
        return self._address(path, {**kept, **query})

    def here(self, **changed: object) -> str:
        """This very page with parts of its address changed."""
        return self._address(self.path, {**self.query, **changed})

    def _address(self, path: str, query: Mapping[str, object]) -> str:
        path, _, fragment = path.partition("#")
        given = {name: value for name, value in query.items() if value is not None and value != ""}
        asked = urlencode(given, quote_via=quote)
        address = f"{self.root}{path}" or "./"
        return f"{address}{'?' if asked else ''}{asked}{'#' if fragment else ''}{fragment}"


def opens(build: Build) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a page."""

    async def endpoint(request: Request) -> Response:
        return await _visited(request, build)

    return endpoint


def sign_in_page(request: Request, problem: str | None, status: int) -> Response:
    """The form that takes a token."""
    page = Page("sign_in.html", "", "sign_in", status=status)
    return _answer(page, _place(request), gate_of(request), problem=problem)


def problem_text(gate: Gate, fault: Refused, language: PageLanguage) -> str:
    """What a refusal reads like."""
    return gate.service.problems.problem(fault.code, fault.fields).texts[language]


async def _visited(request: Request, build: Build) -> Response:
    gate, place = gate_of(request), _place(request)
    token = token_of(request)
    try:
        auditor = await gate.admitted(request)
    except Refused as fault:
        told = problem_text(gate, fault, place.language)
        if fault.retry_after_seconds is not None:
            return _refused(place, gate, None, fault, told)
        return sign_in_page(request, told if token else None, 401 if token else 200)
    return await _shown(request, build, auditor, place)


async def _shown(request: Request, build: Build, auditor: Auditor, place: _Place) -> Response:
    gate, problem = gate_of(request), None
    try:
        chosen = dates(place.query.get("valid_to"), place.query.get("recorded_to"))
        page, at = await _built(request, build, auditor, place, chosen)
    except Refused as fault:
        problem = problem_text(gate, fault, place.language)
        if not set(fault.fields) & set(CHOSEN):
            return _refused(place, gate, auditor, fault, problem)
        # What was wrong about the dates is said above the latest state.
        place = _Place(place.root, place.path, place.language, {**place.query, "valid_to": "", "recorded_to": ""})
        try:
            page, at = await _built(request, build, auditor, place, Dates(None, None))
        except Refused as other:
            return _refused(place, gate, auditor, other, problem_text(gate, other, place.language))
    if isinstance(page, Response):
        return page
    return _answer(page, place, gate, auditor=auditor, at=at, problem=problem)


async def _built(
    request: Request, build: Build, auditor: Auditor, place: _Place, chosen: Dates
) -> tuple[Page | Response, Reading]:
    gate = gate_of(request)
    async with look(gate.service, chosen, auditor) as at:
        parts = {name: str(value) for name, value in request.path_params.items()}
        return await build(Visit(request, gate, auditor, place.language, at, parts, place.query)), at


def _refused(place: _Place, gate: Gate, auditor: Auditor | None, fault: Refused, problem: str) -> Response:
    status = 200 if fault.code == NOTHING_YET else gate.service.problems.status_of(fault.code)
    page = Page("problem.html", "", "refused", status=status)
    answer = _answer(page, place, gate, auditor=auditor, problem=problem)
    if fault.retry_after_seconds is not None:
        answer.headers["Retry-After"] = str(fault.retry_after_seconds)
    return answer


def _place(request: Request) -> _Place:
    path = request.url.path.removeprefix("/")
    query = {name: value[:VALUE_CHARACTERS_MAX] for name, value in request.query_params.items() if name != "lang"}
    language = language_of(request)
    return _Place("../" * path.count("/"), path, language, {**query, "lang": language})


def _answer(
    page: Page,
    place: _Place,
    gate: Gate,
    *,
    auditor: Auditor | None = None,
    at: Reading | None = None,
    problem: str | None = None,
) -> Response:
    values = {
        "association": gate.service.association,
        "auditor": auditor,
        "as_of": at.as_of if at else None,
        "today": at.as_of.valid_to if at else None,
        "given": {name: place.query.get(name, "") for name in CHOSEN},
        "problem": problem,
        "section": page.section,
        "sections": SECTIONS,
        "title": page.title,
        "link": place.link,
        "here": place.here,
        "root": place.root,
        "query": place.query,
    }
    text = rendered(page.template, place.language, {**values, **page.values})
    headers = HEADERS | ({"WWW-Authenticate": "Bearer"} if page.status == 401 else {})
    return HTMLResponse(text, status_code=page.status, headers={**headers, "Content-Language": place.language})
