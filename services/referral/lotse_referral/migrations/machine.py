"""The steps and rights of this part: what the way of a referral needs beside the referral itself."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = ()

RIGHTS: dict[str, str] = {}
