"""The public facts of the real case, loaded into each ledger once, before anything else is entered."""

import asyncio

import httpx

from lotse_local.demo.checks import Say
from lotse_local.demo.houses import House

YEAR = 2026


async def loaded(house: House, say: Say) -> None:
    """Load them where the ledger knows nothing yet. Raises RuntimeError if it is too late for that, or nobody says."""
    async with house.http("ledger", token=house.auditor_token("demo")) as http:
        known = await http.get("/v1/availability", params={"year": str(YEAR)})
    if known.status_code == httpx.codes.OK:
        return
    if known.is_server_error:
        raise RuntimeError(f"{house.name}: the ledger does not say what it knows: {known.status_code}")
    # Only the first time, so that later ones need not load a service's libraries.
    from lotse_chassis.settings import Settings
    from lotse_ledger.cli import load_facts

    settings = Settings(association=house.name, database_url=house.at["database"]["ledger"])
    if await asyncio.to_thread(load_facts, settings) != 0:
        raise RuntimeError(f"{house.name}: the ledger was begun without the public facts; --data names another folder")
    say(f"{house.name}: the ledger knows the public facts of the real case, each with its source")
