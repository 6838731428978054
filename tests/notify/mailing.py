"""A carrier of mails that answers as it is told to; nothing leaves."""

from lotse_contracts.values import NoticeChannel
from tests.notify.carrier import Carrier


class Mailer(Carrier):
    """As a carrier of SMS; it has the name of the real one."""

    name = "smtp"
    channel: NoticeChannel = "email"

    @property
    def addresses(self) -> list[str]:
        return [parcel.address for parcel in self.taken]
