"""The steps and rights of this part: the directory beyond its first shape: HSDS 3.1 with our extension."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = ()

RIGHTS: dict[str, str] = {}
