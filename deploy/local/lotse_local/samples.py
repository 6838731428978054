"""The configurations committed in `deploy/nats`: what production uses, with public keys from the environment."""

import sys
from pathlib import Path

from lotse_local.broker_config import BrokerPlan, HubPlan, Leaf, broker_config, hub_config
from lotse_local.keyring import SYSTEM_USER
from lotse_local.permissions import app_users, federation_users

ASSOCIATIONS = ("auslaenderrat", "plattform")
STORE = "/var/lib/nats"
HUB_URL = "tls://hub.example.org:7422"
NATS_PORT, MONITOR_PORT, LEAF_PORT = 4222, 8222, 7422


def samples() -> dict[str, str]:
    """Text by file name."""
    users = (*app_users(), *federation_users(), SYSTEM_USER)
    broker = BrokerPlan(
        association=ASSOCIATIONS[0],
        port=NATS_PORT,
        monitor_port=MONITOR_PORT,
        store=STORE,
        keys={user: _variable(user) for user in users},
        leaf=Leaf(HUB_URL),
    )
    members = {name: _variable(name) for name in (*ASSOCIATIONS, SYSTEM_USER)}
    hub = HubPlan(port=NATS_PORT, leaf_port=LEAF_PORT, monitor_port=MONITOR_PORT, keys=members)
    return {"association.conf": broker_config(broker), "hub.conf": hub_config(hub)}


def _variable(user: str) -> str:
    return "$NKEY_" + user.upper().replace("-", "_")


def main() -> None:
    """`python -m lotse_local.samples FOLDER` writes them."""
    for name, text in samples().items():
        (Path(sys.argv[1]) / name).write_text(text)


if __name__ == "__main__":
    main()
