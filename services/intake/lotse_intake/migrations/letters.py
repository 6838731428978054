"""Letters, deadlines, and the ways in."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = ()

RIGHTS: dict[str, str] = {}
