"""All commands by the name that a person types."""

from collections.abc import Mapping

from lotse_chassis.command import Command, Standalone, Subcommand
from lotse_intake.cli.access import ACCESS
from lotse_intake.cli.audit import AUDIT
from lotse_intake.cli.codes import CODES
from lotse_intake.cli.consent_form import CONSENT_FORM
from lotse_intake.cli.consent_texts import CONSENT_TEXTS
from lotse_intake.cli.dpo import DPO
from lotse_intake.cli.handover import HANDOVER
from lotse_intake.cli.keys import KEYS
from lotse_intake.cli.lines import SAME_PERSON, TRANSLITERATE
from lotse_intake.cli.report import REPORT
from lotse_intake.cli.retention import RETENTION
from lotse_intake.cli.staff import STAFF
from lotse_intake.cli.words import WORDS

COMMANDS: Mapping[str, Command | Subcommand | Standalone] = {
    "access": ACCESS,
    "audit": AUDIT,
    "codes": CODES,
    "handover": HANDOVER,
    "dpo": DPO,
    "keys": KEYS,
    "consent-form": CONSENT_FORM,
    "consent-texts": CONSENT_TEXTS,
    "report": REPORT,
    "retention": RETENTION,
    "same-person": SAME_PERSON,
    "staff": STAFF,
    "transliterate": TRANSLITERATE,
    "words": WORDS,
}
