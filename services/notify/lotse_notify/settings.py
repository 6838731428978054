"""What notify is told by its environment, besides what every service is told."""

from pathlib import Path
from typing import Literal

from lotse_chassis.settings import Rate, Settings, setting
from lotse_notify.domain.magic import Recipients

Tls = Literal["auto", "none", "starttls", "tls"]
Bounces = Literal["lmtp", "smtp"]


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
    pepper_file: Path | None = setting(
        "file with the pepper of the address index, 32 raw bytes; empty: derived from the key-encryption key",
        default=None,
    )
    drafts_allowed: bool = setting(
        "send texts that no native speaker has signed yet; never in production", default=False
    )
    retry_seconds: float = setting(
        "pause after the first refusal that may pass; later ones grow to an hour", default=30.0
    )
    poll_seconds: float = setting("longest wait before something due is noticed", default=0.5)
    quiet_hours: bool = setting(
        "hold what can wait from 21:00 to 08:00 and on days of rest; off only where all mail goes to a catcher",
        default=True,
    )
    cap_person: int = setting("messages to one person a day; the last fifth is for what is urgent", default=20)
    cap_identical: int = setting("messages with the same words to one person a day", default=8)
    cap_segments: int = setting(
        "SMS parts a day for everybody together; the last fifth is for what is urgent", default=3_000
    )
    offices: str = setting(
        "addresses of offices by name, `sozialamt=checkpoints@example.org`, several separated by spaces; empty: none",
        default="",
    )
    recipients: Recipients = setting(
        "who may be written to: `living`; `magic`: only numbers and addresses that nobody can have, and no provider is"
        " spoken to; `local`: anybody, where every provider is on loopback",
        default="living",
    )
    smtp_lines: int = setting("lines to the mail server at once", default=8)
    sms_providers: str = setting(
        "who carries SMS, in the order in which they are asked: `seven`, `kannel`, or both; empty: nobody", default=""
    )
    sms_sender: str = setting(
        "sender of an SMS, as neutral as that of a mail: at most 11 letters, digits and spaces, or a number;"
        " empty: as the provider has it",
        default="",
    )
    sms_timeout_seconds: Rate = setting("longest wait for each step of a call to an SMS provider", default=10.0)
    seven_url: str = setting("address of seven.io", default="https://gateway.seven.io/api")
    seven_key_file: Path | None = setting("file with the API key of the account at seven.io", default=None)
    kannel_url: str = setting("`sendsms` of a Kannel", default="http://127.0.0.1:13013/cgi-bin/sendsms")
    kannel_user: str = setting("user of `sendsms`", default="lotse")
    kannel_password_file: Path | None = setting("file with the password of that user; empty: none", default=None)
    telegram_url: str = setting("address of Telegram's bot API", default="https://api.telegram.org")
    telegram_bot: str = setting("name of the bot, without @, in the link that people open", default="")
    telegram_token_file: Path | None = setting("file with the token of a bot; empty: no Telegram", default=None)
    provider_rates: str = setting(
        "messages a second that a provider is given, `smtp=50 seven=10`; not named: no bound", default=""
    )
    provider_prices: str = setting(
        "price of a segment in 1/10,000 EUR, `seven=750`, also by the beginning of a number, `seven+380=1200`",
        default="",
    )
    callback_secret_file: Path | None = setting(
        "file with at least 16 random bytes that the paths of webhooks are made from; empty: no webhooks",
        default=None,
    )
    callback_url: str = setting(
        "how providers reach the webhooks, where that is not LOTSE_PUBLIC_URL; a Kannel beside us takes loopback",
        default="",
    )
    seven_signing_key_file: Path | None = setting(
        "file with the signing key of the account at seven.io; with it, webhooks without its signature are refused",
        default=None,
    )
    bounce_domain: str = setting(
        "domain whose mail comes to `lotse-notify bounce` or the bounce port; empty: bounces come by envelope id alone",
        default="",
    )
    bounce_port: int = setting("port that takes bounces from the mail server here; -1: none", default=-1)
    bounce_host: str = setting("address of the bounce port; it should be loopback", default="127.0.0.1")
    bounce_protocol: Bounces = setting("`lmtp` or `smtp`, what the mail server speaks there", default="lmtp")
    staff_mailboxes: str = setting(
        "mailboxes of the staff for the daily digest and what cannot wait, several separated by spaces; empty: none",
        default="",
    )
    staff_language: Literal["de", "en"] = setting("language of mails to the staff", default="de")
    digest_hour: int = setting("hour in Dresden at which the digest is mailed on working days", default=8)
