"""`python -m lotse_notify serve` runs the service, `migrate` brings its database to shape."""

from lotse_chassis.command import main
from lotse_notify.app import build
from lotse_notify.migrations import MIGRATIONS, RIGHTS
from lotse_notify.settings import NotifySettings

if __name__ == "__main__":
    main("notify", build, NotifySettings, MIGRATIONS, RIGHTS)
