"""How the public face says no: every refusal is a problem in four languages with its fitting status."""

from collections.abc import Callable, Coroutine
from math import ceil
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from lotse_chassis.faults import Refused
from lotse_chassis.problems import Problems, status_of, to_response

BODY_BYTES_MAX = 65_536  # of everything but a file
FILES = ("/attachments", "/documents", "/proof")
"""Where a file is the body."""

STATUS = {
    "unknown_enquiry": 404,
    "unknown_attachment": 404,
    "unknown_case": 404,
    "unknown_consent": 404,
    "unknown_consent_text": 404,
    "unknown_document": 404,
    "not_your_case": 403,
    "case_closed": 409,
    "wrong_pin": 403,
    "no_pin": 403,
    "pin_locked": 429,
    "file_type_not_taken": 415,
    "file_lies": 415,
    "length_required": 411,
    "files_not_taken": 503,
}


class TooSoon(Refused):
    """Too many; `seconds` say when there is room again."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too_many", retry_after_seconds=ceil(seconds))


def route_class(problems: Problems) -> type[APIRoute]:
    """The routes of this service."""

    class PublicRoute(APIRoute):
        """Answers a refusal with its own status, and reads no body without bounds."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answered(request: Request) -> Response:
                try:
                    if request.method == "POST" and not self.path.endswith(FILES):
                        _require_small(request)
                    response = await handle(request)
                except Refused as fault:
                    response = _refusal(problems, fault, request)
                response.headers.setdefault("Cache-Control", "no-store")
                return response

            return answered

    return PublicRoute


def _require_small(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise Refused("length_required")
    if int(length) > BODY_BYTES_MAX:
        raise Refused("too_large")


def _refusal(problems: Problems, fault: Refused, request: Request) -> Response:
    status = STATUS.get(fault.code, status_of(fault.code))
    wish = request.headers.get("accept-language", "")
    response = to_response(problems.problem(fault.code, fault.fields), status, wish)
    if fault.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(fault.retry_after_seconds)
    return response
