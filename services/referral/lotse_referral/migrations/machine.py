"""The steps and rights of this part: all states and ways of a referral, what it follows, what was heard of it."""

from lotse_chassis.migrate import Migration

_STATES = (
    "'draft', 'consent_pending', 'sent', 'delivered', 'info_requested', 'accepted', 'waitlisted', 'scheduled',"
    " 'in_service', 'completed', 'declined', 'failed', 'withdrawn', 'expired', 'rerouted', 'unconfirmed', 'error'"
)
_ENDS = "'completed', 'declined', 'failed', 'withdrawn', 'expired', 'rerouted', 'unconfirmed', 'error'"

STATES_AND_WAYS = (
    """ALTER TABLE referral DROP CONSTRAINT referral_mode_check, DROP CONSTRAINT referral_state_check,
       DROP CONSTRAINT referral_check1, DROP CONSTRAINT referral_check2""",
    f"""ALTER TABLE referral
       ADD CONSTRAINT referral_mode_known
         CHECK (mode IN ('connected', 'link', 'letter', 'self', 'accompanied', 'call')),
       ADD CONSTRAINT referral_state_known CHECK (state IN ({_STATES})),
       ADD CONSTRAINT referral_connected_has_partner CHECK (mode <> 'connected' OR partner IS NOT NULL),
       ADD CONSTRAINT referral_negative_end_has_reason
         CHECK (state NOT IN ('declined', 'failed', 'withdrawn') OR reason IS NOT NULL)""",
    """ALTER TABLE referral ADD COLUMN entered_at timestamptz, ADD COLUMN parent_id uuid,
       ADD COLUMN link text CHECK (link IN ('reroute', 'sub', 'reopen')),
       ADD COLUMN question text, ADD COLUMN asked_groups text[] NOT NULL DEFAULT '{}',
       ADD COLUMN more_groups text[] NOT NULL DEFAULT '{}',
       ADD COLUMN left_consent_ids uuid[] NOT NULL DEFAULT '{}',
       ADD COLUMN heard_version integer NOT NULL DEFAULT 0,
       ADD COLUMN overruled_rule text, ADD COLUMN overrule_reason text, ADD COLUMN counsellor text,
       ADD COLUMN due_at timestamptz,
       ADD CONSTRAINT referral_follows_one CHECK ((parent_id IS NULL) = (link IS NULL))""",
    "UPDATE referral SET entered_at = changed_at",
    "UPDATE referral SET left_consent_ids = ARRAY[asked_consent_id] WHERE fields_left AND asked_consent_id IS NOT NULL",
    "DROP INDEX referral_open",
    f"CREATE INDEX referral_open ON referral (created_at, referral_id) WHERE state NOT IN ({_ENDS})",
    f"CREATE INDEX referral_due ON referral (due_at) WHERE state NOT IN ({_ENDS})",
    "CREATE INDEX referral_parent ON referral (parent_id) WHERE parent_id IS NOT NULL",
    "CREATE INDEX referral_concern ON referral (concern_id)",
)

_EXPIRED = "ALTER TABLE consent ADD COLUMN expired boolean NOT NULL DEFAULT false"

MIGRATIONS: tuple[Migration, ...] = (
    Migration("referral-0010-states-and-ways", STATES_AND_WAYS),
    Migration("referral-0011-expired-consents", (_EXPIRED,)),
)

RIGHTS: dict[str, str] = {}
