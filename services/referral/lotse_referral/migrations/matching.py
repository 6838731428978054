"""The steps and rights of this part: what matching was told of a concern, what it left out, and which gaps it told."""

from lotse_chassis.migrate import Migration

TOLD_AND_FOUND = (
    """ALTER TABLE concern ADD COLUMN sub_code text,
       ADD COLUMN facts jsonb NOT NULL DEFAULT '{}', ADD COLUMN found jsonb NOT NULL DEFAULT '{}',
       ADD COLUMN gap_codes text[] NOT NULL DEFAULT '{}'""",
    "UPDATE concern SET gap_codes = ARRAY[gap_code] WHERE gap_code IS NOT NULL",
    "CREATE INDEX gap_month ON gap (month, code)",
    """CREATE INDEX referral_outcome ON referral (service_id)
       WHERE direction = 'out' AND outcome IS NOT NULL AND outcome <> 'unknown'""",
)

MIGRATIONS: tuple[Migration, ...] = (Migration("referral-0030-told-and-found", TOLD_AND_FOUND),)

RIGHTS: dict[str, str] = {}
