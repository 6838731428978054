"""`python -m lotse_notify serve | migrate | unresolved | resolve`."""

from lotse_chassis.command import main
from lotse_notify.app import build
from lotse_notify.cli import list_unresolved, resolve_unresolved
from lotse_notify.migrations import MIGRATIONS, RIGHTS
from lotse_notify.settings import NotifySettings

COMMANDS = {"unresolved": list_unresolved, "resolve": resolve_unresolved}

if __name__ == "__main__":
    main("notify", build, NotifySettings, MIGRATIONS, RIGHTS, commands=COMMANDS)
