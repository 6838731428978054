"""Where the queries were before they stood below `/v1`: whoever asks there is sent on."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

from lotse_ledger.http.exchange import PREFIX

FORMER = ("grants", "entries", "balances", "availability", "deadlines", "checkpoints")
RENAMED = {"/plan-against-actual": "/soll-ist"}

routes = APIRouter(include_in_schema=False)


async def moved(request: Request) -> RedirectResponse:
    """The same question at its present place; the token goes along, since it is the same host."""
    path = request.url.path
    for former, present in RENAMED.items():
        path = path.removesuffix(former) + present if path.endswith(former) else path
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{PREFIX}{path}{query}", status_code=308, headers={"Cache-Control": "no-store"})


for name in FORMER:
    routes.add_api_route(f"/{name}", moved, methods=["GET"])
    routes.add_api_route(f"/{name}/{{rest:path}}", moved, methods=["GET"])
