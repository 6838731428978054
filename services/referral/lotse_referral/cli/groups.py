"""What an administrator may call for group offers: load them from a file, and see what is wrong."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from lotse_chassis.settings import Settings
from lotse_referral.cli.session import opened
from lotse_referral.domain.offer_reading import Loaded, offers_of
from lotse_referral.handlers.groups import saved
from lotse_referral.settings import ReferralSettings

EXIT_UNREADABLE = 1
EXIT_DATABASE = 4


def load_offers(settings: Settings) -> int:
    """Load group offers, new or changed; one that is wrong is said by its number, and the rest is loaded."""
    told = ReferralSettings.model_validate(settings.model_dump())
    if told.group_offers_file is None:
        print("lotse referral: name the file of group offers in LOTSE_GROUP_OFFERS_FILE", file=sys.stderr)
        return EXIT_UNREADABLE
    rows = _json(told.group_offers_file)
    if not isinstance(rows, list):
        print("lotse referral: the file of group offers cannot be read, or is not a JSON list", file=sys.stderr)
        return EXIT_UNREADABLE
    offers, wrong = offers_of(rows)
    for number in wrong:
        print(f"row {number}: needs key, name, seats of 0 or more, and a service that is a key; left out")
    try:
        asyncio.run(_save(told, offers))
    except DBAPIError as fault:
        print(f"lotse referral: nothing was loaded: {type(fault).__name__}", file=sys.stderr)
        return EXIT_DATABASE
    print(f"lotse referral: {len(offers)} group offer(s), {len(wrong)} left out")
    return 0


async def _save(settings: ReferralSettings, offers: Sequence[Loaded]) -> None:
    """All or none; whoever waited and has a seat now is told when the service runs."""
    async with opened(settings) as service, service.unit() as unit:
        for offer in sorted(offers, key=lambda one: one.offer.offer_id):
            unit.say(*await saved(unit.tx, unit.context, offer))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
