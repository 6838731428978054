"""The handover of cases to whoever comes next."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = ()

RIGHTS: dict[str, str] = {}
