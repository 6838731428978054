"""Staff, teams, and the way of a concern."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = ()

RIGHTS: dict[str, str] = {}
