"""What notify is told by its environment, besides what every service is told."""

from pathlib import Path
from typing import Literal

from lotse_chassis.settings import Settings, setting

Tls = Literal["auto", "none", "starttls", "tls"]


class NotifySettings(Settings):
    """The mail server, the neutral sender, and where people read."""

    smtp_host: str = setting("mail server that takes what notify sends", default="127.0.0.1")
    smtp_port: int = setting("port of the mail server", default=25)
    smtp_tls: Tls = setting("`none`, `starttls`, `tls`, or `auto`: none on loopback, else starttls", default="auto")
    smtp_user: str = setting("user at the mail server; empty: no login", default="")
    smtp_password_file: Path | None = setting("file with the password at the mail server", default=None)
    smtp_timeout_seconds: float = setting("longest wait for the mail server, at each step", default=10.0)
    mail_from: str = setting("sender's address; it must give away neither the association nor its work", default="")
    mail_from_name: str = setting("sender's name, as neutral as the address; empty: the address alone", default="")
    read_url: str = setting("page where a person reads by code and PIN; empty: a page of notify says where", default="")
    drafts_allowed: bool = setting(
        "send texts that no native speaker has signed yet; never in production", default=False
    )
    retry_seconds: float = setting(
        "pause after the first refusal that may pass; later ones grow to an hour", default=30.0
    )
    poll_seconds: float = setting("longest wait before something due is noticed", default=0.5)
    offices: str = setting(
        "addresses of offices by name, `sozialamt=checkpoints@example.org`, several separated by spaces; empty: none",
        default="",
    )
