"""Reports that were handed in."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = ()

RIGHTS: dict[str, str] = {}
