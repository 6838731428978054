"""Brings databases, migrations, streams and durables of one association to what is planned; run again at will."""

import asyncio
import importlib
import sys
from pathlib import Path

from lotse_chassis import migrate, streams
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


def main() -> None:
    """`python -m lotse_local.prepare DATA ASSOCIATION`."""
    root, name = sys.argv[1:]
    plan = plan_of(DataFolder(Path(root)), name)
    for change in [*asyncio.run(broker(plan)), *databases(plan)]:
        print(change, flush=True)


if __name__ == "__main__":
    main()
