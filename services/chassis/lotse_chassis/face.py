"""The HTTP face of a service: health, metrics, its own routes, and every error as a problem in four languages."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any, cast

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ExceptionHandler, Receive, Scope, Send

from lotse_chassis.faults import Refused
from lotse_chassis.meters import Meters
from lotse_chassis.patience import Patient
from lotse_chassis.problems import Problems, to_response

log = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 30
CONCURRENT_REQUESTS_MAX = 200
STOP_SECONDS = 5

MACHINES = "/cb/"
"""What machines call in masses begins so."""
UNTRACED = ("/health/", "/metrics")
"""Called all the time: such traces would push out those of people."""
TELEMETRY: TelemetryConfig = {
    "operation_spans": False,
    "metrics": False,
    "logs": False,  # they would quote what people have entered
    "auto_configure": False,  # nor may a variable of the environment lead traces out of the house
    "exclude": lambda scope: scope["path"].startswith(UNTRACED),
}

CODES_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 401: "token_missing"}


class Application(FastAPI):
    """FastAPI, and ahead of it `machines`: plain routes below `/cb/`, of which it does not even hear."""

    machines: Starlette

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of ASGI."""
        if scope["type"] == "http" and scope["path"].startswith(MACHINES):
            await self.machines(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def face_of(service: str, problems: Problems, meters: Meters, health: Callable[[], dict[str, Any]]) -> Application:
    """An application with the chassis's routes; `health` says what is missing, nothing when the service is ready."""
    app = Application(
        title=f"Lotse {service}",
        version="1",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to the host that the caller names, and from HTTPS to HTTP with the code
        telemetry=TELEMETRY,
    )

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

    app.machines = Starlette()
    app.machines.router.redirect_slashes = False
    for one in (app, app.machines):
        _answer_with_problems(one, problems)
    return app


def _answer_with_problems(app: Starlette, problems: Problems) -> None:
    def answered(request: Request, code: str, fields: tuple[str, ...] = (), status: int | None = None) -> Response:
        wish = request.headers.get("accept-language", "")
        return to_response(problems.problem(code, fields), status or problems.status_of(code), wish)

    async def refused(request: Request, fault: Refused) -> Response:
        return problem_of(request, fault, problems)

    async def invalid(request: Request, fault: RequestValidationError) -> Response:
        known = {str(error["loc"][-1]) for error in fault.errors() if error["type"] != "extra_forbidden"}
        return answered(request, "malformed", tuple(sorted(known)))

    async def stopped(request: Request, fault: HTTPException) -> Response:
        found = answered(request, CODES_OF_STATUS.get(fault.status_code, "malformed"), status=fault.status_code)
        found.headers.update(fault.headers or {})  # such as what a path allows instead
        return found

    async def broken(request: Request, fault: Exception) -> Response:
        log.error("request failed: %s", type(fault).__name__, exc_info=fault)
        return answered(request, "internal")

    handlers: dict[type[Exception], Callable[..., Awaitable[Response]]] = {
        Refused: refused,
        RequestValidationError: invalid,
        HTTPException: stopped,
        Exception: broken,
    }
    for fault, handler in handlers.items():
        app.add_exception_handler(fault, cast("ExceptionHandler", handler))


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
                proxy_headers=False,  # it would believe whoever is on loopback; `limits` believes those who are named
                lifespan="off",
                ws="none",
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
