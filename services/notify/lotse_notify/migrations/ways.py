"""The steps of this part: by which of her ways a try went, and which of them were never checked."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration("notify-0090-way-of-a-try", ("ALTER TABLE send_attempt ADD COLUMN point_id uuid",)),
    # What was written down before addresses were checked is checked when something is to go there.
    Migration(
        "notify-0091-checked-ways", ("ALTER TABLE contact_point ADD COLUMN checked boolean NOT NULL DEFAULT false",)
    ),
)

RIGHTS: dict[str, str] = {}
"""No foreign key: a way goes when intake names others, and the try stays."""
