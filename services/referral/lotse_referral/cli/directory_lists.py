"""`directory export`, `todo` and `stale` with a database; the service need not run."""

import argparse
import asyncio
import sys

from lotse_referral.cli.directory_offline import today_of
from lotse_referral.cli.directory_printing import opened_for_writing, print_stale, print_todo
from lotse_referral.cli.directory_texts import SAID
from lotse_referral.cli.session import EXIT_DONE, opened
from lotse_referral.domain.directory import doubts
from lotse_referral.domain.directory.doubts import ToDo
from lotse_referral.settings import ReferralSettings
from lotse_referral.store import directory_checks, directory_export, directory_rows


async def export(settings: ReferralSettings, args: argparse.Namespace) -> int:
    """One moment's directory: what changes while it is written does not show."""
    async with opened(settings) as service, service.engine.connect() as plain:
        tx = await plain.execution_options(isolation_level="REPEATABLE READ")
        with opened_for_writing(args.path) as file:
            async for text in directory_export.exported(tx):
                await asyncio.to_thread(file.write, text)
    print(f"{args.path}: {SAID['written'][args.lang]}", file=sys.stderr)
    return EXIT_DONE


async def todo(settings: ReferralSettings, args: argparse.Namespace) -> int:
    """Where most people are sent first."""
    today = today_of(args)
    found: list[ToDo] = []
    async with opened(settings) as service, service.engine.connect() as tx:
        sent_to = await directory_checks.sent_to(tx)
        async for page in directory_rows.pages(tx, "service"):
            links = [link for one in page for link in one.fields.get("service_at_locations", ())]
            places = await directory_rows.loaded(tx, "location", sorted({link["location_id"] for link in links}))
            found += doubts.todo(page, places, today, sent_to)
    print_todo(doubts.in_order(found, sent_to), args)
    return EXIT_DONE


async def stale(settings: ReferralSettings, args: argparse.Namespace) -> int:
    """The longest first."""
    today = today_of(args)
    async with opened(settings) as service, service.engine.connect() as tx:
        ids = await directory_checks.stale(tx, today)
        found = [one for part in ids for one in (await directory_rows.loaded(tx, "service", part)).values()]
    print_stale(doubts.stale(found, today), args)
    return EXIT_DONE
