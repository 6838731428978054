"""Brings databases, migrations, streams and durables of one association to what is planned; run again at will."""

import asyncio
import contextlib
import importlib
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from lotse_chassis import migrate, streams
from lotse_chassis.erasures import say_erasures
from lotse_contracts.catalogue import SERVICES
from lotse_local import cards, environment, keyring
from lotse_local.databases import create_database
from lotse_local.layout import DataFolder
from lotse_local.plan import NUDGE, AssociationPlan, plan_of

REAL_CASE = frozenset({"auslaenderrat", "plattform"})
"""The associations of Dresden's Ukrainisches Zentrum, whose grant the shipped public facts are about."""


def databases(plan: AssociationPlan) -> list[str]:
    """Create and migrate each service's database; returns what changed, in words."""
    changes = []
    passwords = keyring.database_passwords(plan.place).services
    for service in SERVICES:
        if create_database(plan.cluster, service, passwords[service]):
            changes.append(f"database {service} created")
        steps = importlib.import_module(f"lotse_{service}.migrations")
        owner_url = environment.database_url(service, passwords[service], plan.at, owner=True)
        applied = migrate.migrate(owner_url, service, steps.MIGRATIONS, steps.RIGHTS)
        changes += [f"database {service}: {step} applied" for step in applied]
    return changes


def public_facts(plan: AssociationPlan) -> list[str]:
    """Load what is public of the real grant into the books of its two associations, before their first own entry."""
    if plan.name not in REAL_CASE:
        return []
    password = keyring.database_passwords(plan.place).services["ledger"]
    url = environment.database_url("ledger", password, plan.at)
    load_facts = importlib.import_module("lotse_ledger.cli").load_facts
    settings = importlib.import_module("lotse_ledger.settings").LedgerSettings
    origin = environment.log_origin(plan.place)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        load_facts(settings(association=plan.name, database_url=url, log_origin=origin))
    return [line for line in said.getvalue().splitlines() if "nothing changed" not in line]


async def broker(plan: AssociationPlan) -> list[str]:
    """Streams and durables of both accounts; returns what changed, in words."""
    url, place = environment.nats_url(plan.at), plan.place
    local = await streams.provision(url, keyring.seed(place, "ops"), plan.name)
    partners = sorted(cards.partners(place))
    federated = await streams.provision_federation(url, keyring.seed(place, "fedops"), plan.name, partners)
    return [*local, *federated]


async def erasures(plan: AssociationPlan) -> list[str]:
    """Say the erasures that a restore left to say; returns what was said, in words."""
    file = plan.place.erasures_to_say
    if not file.is_file():
        return []
    persons = [UUID(person) for person in json.loads(file.read_text())]
    at = datetime.fromtimestamp(file.stat().st_mtime, UTC)  # the same at a repetition, so that it takes effect once
    url, seed = environment.nats_url(plan.at), keyring.seed(plan.place, "ops")
    said = await say_erasures(url, seed, plan.name, persons, now=at)
    file.unlink()
    return [f"{len(persons)} erasure(s) said again, {said} orders"]


def main() -> None:
    """`python -m lotse_local.prepare DATA ASSOCIATION [sources]`; `sources` wakes the federation's."""
    root, name, *wishes = sys.argv[1:]
    plan = plan_of(DataFolder(Path(root)), name)
    if NUDGE in wishes:
        seed = keyring.seed(plan.place, "fedops")
        print(asyncio.run(streams.nudge_sources(environment.nats_url(plan.at), seed)), flush=True)
        return
    for change in [*asyncio.run(broker(plan)), *databases(plan), *public_facts(plan), *asyncio.run(erasures(plan))]:
        print(change, flush=True)


if __name__ == "__main__":
    main()
