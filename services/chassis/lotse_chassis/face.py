"""The HTTP face of a service: health, metrics, its own routes, and every error as a problem in four languages."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from lotse_chassis.faults import Refused
from lotse_chassis.meters import Meters
from lotse_chassis.patience import Patient
from lotse_chassis.problems import Problems, to_response

log = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 30
CONCURRENT_REQUESTS_MAX = 200
STOP_SECONDS = 5

CODES_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 401: "token_missing"}


def face_of(service: str, problems: Problems, meters: Meters, health: Callable[[], dict[str, Any]]) -> FastAPI:
    """An application with the chassis's routes; `health` says what is missing, nothing when the service is ready."""
    app = FastAPI(title=f"Lotse {service}", version="1", openapi_url="/openapi.json", docs_url=None, redoc_url=None)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"service": service, "state": "live"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> JSONResponse:
        missing = health()
        return JSONResponse({"ready": not missing, "missing": missing}, status_code=503 if missing else 200)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(meters.registry), media_type=CONTENT_TYPE_LATEST)

    _answer_with_problems(app, problems)
    return app


def _answer_with_problems(app: FastAPI, problems: Problems) -> None:
    def answered(request: Request, code: str, fields: tuple[str, ...] = (), status: int | None = None) -> Response:
        wish = request.headers.get("accept-language", "")
        return to_response(problems.problem(code, fields), status or problems.status_of(code), wish)

    @app.exception_handler(Refused)
    async def refused(request: Request, fault: Refused) -> Response:
        return problem_of(request, fault, problems)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, fault: RequestValidationError) -> Response:
        known = {str(error["loc"][-1]) for error in fault.errors() if error["type"] != "extra_forbidden"}
        return answered(request, "malformed", tuple(sorted(known)))

    @app.exception_handler(HTTPException)
    async def stopped(request: Request, fault: HTTPException) -> Response:
        found = answered(request, CODES_OF_STATUS.get(fault.status_code, "malformed"), status=fault.status_code)
        found.headers.update(fault.headers or {})  # such as what a path allows instead
        return found

    @app.exception_handler(Exception)
    async def broken(request: Request, fault: Exception) -> Response:
        log.error("request failed: %s", type(fault).__name__, exc_info=fault)
        return answered(request, "internal")


def problem_of(request: Request, fault: Refused, problems: Problems) -> Response:
    """The answer to what was refused, in the reader's language."""
    wish = request.headers.get("accept-language", "")
    said = {name: value for name, value in (("rule", fault.rule), ("allowed", fault.allowed)) if value is not None}
    found = to_response(problems.problem(fault.code, fault.fields), problems.status_of(fault.code), wish, said)
    if fault.retry_after_seconds is not None:
        found.headers["Retry-After"] = str(fault.retry_after_seconds)
    return found


class Face:
    """Serves the application until stopped; `port` is known once it listens."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer of two writes waits 40 ms.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=Patient,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
                limit_concurrency=CONCURRENT_REQUESTS_MAX,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen."""
        self._serving = asyncio.create_task(self._server._serve([self._socket]))  # noqa: SLF001 - `serve` would take the signals
        while not self._server.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Finish what is in hand, then close."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
        self._socket.close()
