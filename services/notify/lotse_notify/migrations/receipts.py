"""The steps and rights of receipts: what providers and mail servers say of an attempt, cut down to codes."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "notify-0060-receipts",
        (
            """CREATE TABLE receipt (
                receipt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                provider text NOT NULL,
                event text NOT NULL,
                kind text NOT NULL CHECK (kind IN ('delivery', 'inbound')),
                reference uuid,
                provider_id text,
                says text CHECK (says IN ('accepted', 'buffered', 'lapsed', 'delivered', 'refused')),
                code text NOT NULL,
                no_way boolean NOT NULL,
                part integer,
                parts integer NOT NULL,
                provider_time text NOT NULL,
                received_at timestamptz NOT NULL,
                state text NOT NULL CHECK (state IN ('parked', 'applied', 'noted')),
                look_at timestamptz NOT NULL,
                looks integer NOT NULL,
                attempt_id uuid,
                person_id uuid,
                applied_at timestamptz,
                UNIQUE (provider, event)
            )""",
            "CREATE INDEX receipt_parked ON receipt (look_at) WHERE state = 'parked'",
            "CREATE INDEX receipt_reference ON receipt (reference) WHERE reference IS NOT NULL",
            "CREATE INDEX receipt_provider_id ON receipt (provider, provider_id) WHERE provider_id IS NOT NULL",
            "CREATE INDEX receipt_attempt ON receipt (attempt_id) WHERE attempt_id IS NOT NULL",
            "CREATE INDEX receipt_person ON receipt (person_id) WHERE person_id IS NOT NULL",
            "CREATE INDEX receipt_received ON receipt (received_at)",
            # A gateway that does not bring our reference back names its own id.
            """CREATE INDEX send_attempt_provider_id ON send_attempt (provider, provider_id)
                WHERE provider_id IS NOT NULL""",
        ),
    ),
)

RIGHTS: dict[str, str] = {"receipt": "SELECT, INSERT, UPDATE, DELETE"}
