"""Our own hub: a broker without streams that joins associations, for one machine or for a third party."""

from collections.abc import Sequence

from lotse_local import broker, nkey, ports, process
from lotse_local.broker_config import HubPlan, Leaf, hub_config
from lotse_local.cards import Card
from lotse_local.environment import HOST
from lotse_local.layout import CLOSED_FOLDER, DataFolder, write_private
from lotse_local.process import Command, Running


def launch(folder: DataFolder, members: Sequence[Card], *, listen: str = HOST) -> tuple[Command, Running]:
    """Start the hub with exactly these members."""
    plan = _plan(folder, members, listen)
    command = broker.command(folder.hub, hub_config(plan))
    return command, broker.start(command, plan.monitor_port)


def leaf(folder: DataFolder) -> Leaf:
    """How an association on this machine reaches the hub."""
    return Leaf(f"nats-leaf://{HOST}:{ports.hub_ports(folder)[1]}")


def end_orphan(folder: DataFolder) -> None:
    """End a hub that an earlier supervisor left running."""
    process.end_orphan(folder.hub / "nats.pid")


def _plan(folder: DataFolder, members: Sequence[Card], listen: str) -> HubPlan:
    folder.hub.mkdir(mode=CLOSED_FOLDER, parents=True, exist_ok=True)
    seed = folder.hub / "sys.seed"
    if not seed.is_file():
        write_private(seed, nkey.new_seed().encode())
    port, leaf_port, monitor_port = ports.hub_ports(folder)
    keys = {card.association: card.leaf for card in members} | {"sys": nkey.public_of(seed.read_text().strip())}
    return HubPlan(port=port, leaf_port=leaf_port, monitor_port=monitor_port, keys=keys, listen=listen)
