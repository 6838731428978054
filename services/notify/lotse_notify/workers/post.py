"""What sending stands on, put together once in `app`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Unit
from lotse_notify.domain.caps import Caps
from lotse_notify.domain.mail import Sender
from lotse_notify.domain.texts import Texts
from lotse_notify.providers.routes import Routes
from lotse_notify.providers.smtp import Server
from lotse_notify.store.library import Library

Units = Callable[[], AbstractAsyncContextManager[Unit]]


@dataclass(frozen=True)
class Post:
    """Everything that sending needs: texts, sender, links, keys, who carries messages, and the first pause.

    `server` is the mail server itself, for what is no message to a person. `quiet_hours`: whether the night counts.
    `answered`: an SMS comes from a number, so that STOP may be sent back.
    """

    library: Library
    sender: Sender
    read_url: str
    public_url: str
    keys: PersonKeys
    server: Server
    routes: Routes
    retry_seconds: float
    quiet_hours: bool = True
    answered: bool = False
    caps: Caps = field(default_factory=Caps)

    @property
    def texts(self) -> Texts:
        """As they counted when the last ones were claimed."""
        return self.library.texts
