"""All commands by the name that a person types."""

from collections.abc import Mapping

from lotse_chassis.command import Command, Standalone, Subcommand
from lotse_notify.cli.bounce import BOUNCE
from lotse_notify.cli.costs import COSTS
from lotse_notify.cli.dead import DEAD
from lotse_notify.cli.providers import providers_command
from lotse_notify.cli.segments import SEGMENTS
from lotse_notify.cli.switches import switch
from lotse_notify.cli.templates import TEMPLATES
from lotse_notify.cli.unknowns import RESOLVE, UNRESOLVED
from lotse_notify.cli.webhooks import WEBHOOKS
from lotse_notify.cli.why import WHY

COMMANDS: Mapping[str, Command | Subcommand | Standalone] = {
    "bounce": BOUNCE,
    "costs": COSTS,
    "dead": DEAD,
    "providers": providers_command,
    "resolve": RESOLVE,
    "segments": SEGMENTS,
    "switch": switch,
    "templates": TEMPLATES,
    "unresolved": UNRESOLVED,
    "webhooks": WEBHOOKS,
    "why": WHY,
}
