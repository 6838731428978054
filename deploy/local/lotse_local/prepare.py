"""Brings databases, migrations, streams and durables of one association to what is planned; run again at will."""

import asyncio
import importlib
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
from lotse_local.plan import AssociationPlan, plan_of


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
    """`python -m lotse_local.prepare DATA ASSOCIATION`."""
    root, name = sys.argv[1:]
    plan = plan_of(DataFolder(Path(root)), name)
    for change in [*asyncio.run(broker(plan)), *databases(plan), *asyncio.run(erasures(plan))]:
        print(change, flush=True)


if __name__ == "__main__":
    main()
