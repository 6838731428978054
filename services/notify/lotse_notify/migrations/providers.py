"""The steps and rights of providers: how each one stands, for whoever asks from outside the sender."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "notify-0020-providers",
        (
            """CREATE TABLE provider_state (
                provider text PRIMARY KEY,
                state text NOT NULL CHECK (state IN ('closed', 'open', 'half_open', 'paused')),
                since timestamptz NOT NULL
            )""",
        ),
    ),
)

RIGHTS: dict[str, str] = {"provider_state": "SELECT, INSERT, UPDATE"}
