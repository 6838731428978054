"""Goals, tasks, notes, households, and what is counted."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = ()

RIGHTS: dict[str, str] = {}
