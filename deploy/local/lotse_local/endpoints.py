"""The file that tells frontends of this machine where everything listens, there only while all of it is ready."""

import json
import os
from collections.abc import Sequence
from typing import Any

from lotse_contracts.catalogue import SERVICES
from lotse_local import environment, keyring
from lotse_local.environment import HOST
from lotse_local.layout import DataFolder, write_private
from lotse_local.permissions import app_users, federation_users
from lotse_local.plan import AssociationPlan


def write(folder: DataFolder, plans: Sequence[AssociationPlan]) -> None:
    """Write it for its owner alone; `pid` tells a reader whether its writer still lives."""
    found = {"pid": os.getpid(), "associations": {plan.name: _of(plan) for plan in plans}}
    write_private(folder.endpoints, json.dumps(found, indent=1).encode())


def read(folder: DataFolder) -> dict[str, Any] | None:
    """What it says, or None while not everything is ready."""
    try:
        found: dict[str, Any] = json.loads(folder.endpoints.read_text())
    except FileNotFoundError:
        return None
    return found


def remove(folder: DataFolder) -> None:
    """Everything is about to stop."""
    folder.endpoints.unlink(missing_ok=True)


def _of(plan: AssociationPlan) -> dict[str, Any]:
    place, at = plan.place, plan.at
    passwords = keyring.database_passwords(place).services
    return {
        "nats": environment.nats_url(at),
        "nats_monitor": f"http://{HOST}:{at.nats_monitor}",
        "credentials": {user: str(place.seed(user)) for user in (*app_users(), *federation_users())},
        "http": {service: environment.http_url(service, at) for service in SERVICES},
        "database": {service: environment.database_url(service, passwords[service], at) for service in SERVICES},
        "mailbox": {"smtp": f"{HOST}:{at.mailbox_smtp}", "http": f"http://{HOST}:{at.mailbox_http}"},
        "traces": {service: str(place.traces(service)) for service in SERVICES},
    }
