"""`lotse token`: a staff member's token for a working day, or an auditor's read-only one."""

import argparse
from datetime import UTC, datetime, timedelta

from lotse_chassis import identity
from lotse_chassis.identity import Auditor, Staff
from lotse_ledger.domain.scopes import READ
from lotse_local import keyring
from lotse_local.commands import arguments, exits

HOURS = 8.0
AUDITOR_DAYS = 30.0


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    arguments.add_association(parser)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--role", choices=sorted(identity.ROLES), help="role of a member of staff")
    who.add_argument("--auditor", action="store_true", help="a read-only token for the ledger")
    parser.add_argument("--actor", required=True, metavar="NAME", help="a pseudonym; it stands in the access log")
    parser.add_argument("--hours", type=float, help=f"default: {HOURS:.0f}, an auditor {AUDITOR_DAYS:.0f} days")
    parser.add_argument("--scope", action="append", help=f"of an auditor (default: {READ})")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 with the token on the standard output and nothing else."""
    place, now = arguments.place_of(args), datetime.now(UTC)
    if args.auditor:
        lifetime = timedelta(hours=args.hours) if args.hours else timedelta(days=AUDITOR_DAYS)
        auditor = Auditor(args.actor, frozenset(args.scope or [READ]), now + lifetime)
        key = keyring.signing_key(place, keyring.AUDITOR_KEY)
        print(identity.issue_auditor_token(auditor, key, association=place.name, at=now))
    else:
        lifetime = timedelta(hours=args.hours or HOURS)
        key = keyring.signing_key(place, keyring.TOKEN_KEY)
        staff = Staff(args.actor, args.role)
        print(identity.issue_token(staff, key, association=place.name, at=now, lifetime=lifetime))
    return exits.OK
