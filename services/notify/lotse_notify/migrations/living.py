"""The steps of this part: which process holds a try, so that others see when it is gone."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration("notify-0081-workers", ("ALTER TABLE send_attempt ADD COLUMN worker integer",)),
)

RIGHTS: dict[str, str] = {}
