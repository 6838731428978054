"""What the administrator's commands reach a running association with."""

import argparse

from lotse_chassis.reconcile import Brokers
from lotse_contracts.catalogue import SERVICES
from lotse_local import environment, keyring
from lotse_local.commands import arguments
from lotse_local.layout import AssociationFolder


def of(args: argparse.Namespace, place: AssociationFolder) -> Brokers:
    """The streams, as the two provisioning users."""
    url = environment.nats_url(arguments.addresses_of(args, place))
    return Brokers(url, keyring.seed(place, "ops"), keyring.seed(place, "fedops"))


def databases_of(args: argparse.Namespace, place: AssociationFolder) -> dict[str, str]:
    """The database of each service, as its owner."""
    at, passwords = arguments.addresses_of(args, place), keyring.database_passwords(place).services
    return {service: environment.database_url(service, passwords[service], at, owner=True) for service in SERVICES}
