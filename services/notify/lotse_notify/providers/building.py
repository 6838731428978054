"""The providers that the settings name, each with its account; what is set wrong is refused before anything starts."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from lotse_chassis.settings import SettingsInvalid, secret
from lotse_notify.domain.callbacks import callback_url
from lotse_notify.domain.prices import Prices, TableInvalid, prices_of, rates_of
from lotse_notify.providers.kannel import Kannel, KannelBox
from lotse_notify.providers.provider import Provider
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.providers.seven import Seven, SevenAccount
from lotse_notify.providers.smtp import Server
from lotse_notify.providers.smtp_pool import SmtpPool
from lotse_notify.providers.telegram import Bot, Telegram
from lotse_notify.settings import NotifySettings

NAMES = frozenset({"smtp", "seven", "kannel", "telegram"})
SMTP_LINES_MAX = 64
SMS_SENDER = re.compile(r"^([A-Za-z0-9 ]{1,11}|\+?[0-9]{1,16})$")
"""As networks take it (docs.seven.io, `from`, 2026-11)."""
BOT_NAME = re.compile(r"^[A-Za-z0-9_]{5,32}$")  # it becomes part of a link
BOT_TOKEN = re.compile(r"^[0-9]+:[A-Za-z0-9_-]+$")  # it becomes part of an address
SENDER_WANTED = "at most 11 letters, digits and spaces, or a number; not INFO, SMS or NOTICE"
SENDERS_FORBIDDEN = frozenset({"info", "sms", "notice"})
"""Senders that German networks do not carry or replace (help.sms77.io, "Absenderkennung", 2026-11)."""


def server_of(settings: NotifySettings) -> Server:
    """The mail server. Raises SettingsInvalid."""
    password = ""
    if settings.smtp_tls == "none" and settings.smtp_user and not _is_loopback(settings.smtp_host):
        raise SettingsInvalid(
            "a login without encryption, on loopback only: LOTSE_SMTP_TLS (elsewhere starttls or tls)"
        )
    if settings.smtp_password_file is not None:
        password = secret(settings.smtp_password_file, "smtp_password_file").decode().strip()
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        own_name=settings.mail_from.rpartition("@")[2],
        timeout_seconds=settings.smtp_timeout_seconds,
        user=settings.smtp_user,
        password=password,
        recipients=settings.recipients,
    )


def routes_of(settings: NotifySettings, server: Server) -> Routes:
    """Raises SettingsInvalid."""
    providers = [_smtp(settings, server), *_sms(settings), *_telegram(settings)]
    _require_local(settings, server)
    prices, rates = _tables(settings)
    return Routes(providers, per_second=rates, guard=Guard(settings.recipients, prices))


def _tables(settings: NotifySettings) -> tuple[Prices, dict[str, float]]:
    try:
        prices = prices_of(settings.provider_prices)
    except TableInvalid as fault:
        raise SettingsInvalid(f"no price, or twice: LOTSE_PROVIDER_PRICES, part {fault} (as seven=750)") from None
    try:
        rates = rates_of(settings.provider_rates)
    except TableInvalid as fault:
        raise SettingsInvalid(f"no rate, or twice: LOTSE_PROVIDER_RATES, part {fault} (as seven=10)") from None
    for variable, names in (("PRICES", prices.table.keys()), ("RATES", rates.keys())):
        if names - NAMES:
            raise SettingsInvalid(f"names somebody unknown: LOTSE_PROVIDER_{variable} ({', '.join(sorted(NAMES))})")
    return prices, rates


def _smtp(settings: NotifySettings, server: Server) -> Provider:
    if not 1 <= settings.smtp_lines <= SMTP_LINES_MAX:
        raise SettingsInvalid(f"from 1 to {SMTP_LINES_MAX}: LOTSE_SMTP_LINES")
    reports_read = bool(settings.bounce_domain) or settings.bounce_port >= 0
    return SmtpPool(server, lines=settings.smtp_lines, bounce_domain=settings.bounce_domain, reports_read=reports_read)


def _sms(settings: NotifySettings) -> list[Provider]:
    makers: dict[str, Callable[[NotifySettings], Provider]] = {"kannel": _kannel, "seven": _seven}
    names = settings.sms_providers.split()
    if len(set(names)) < len(names) or not set(names) <= makers.keys():
        raise SettingsInvalid(f"unknown, or named twice: LOTSE_SMS_PROVIDERS ({', '.join(makers)})")
    if names and settings.sms_sender:
        _require_sender(settings.sms_sender)
    return [makers[name](settings) for name in names]


def _seven(settings: NotifySettings) -> Provider:
    account = SevenAccount(
        url=_url(settings.seven_url, "LOTSE_SEVEN_URL"),
        key=_secret_text(settings.seven_key_file, "seven_key_file"),
        sender=settings.sms_sender,
        timeout_seconds=settings.sms_timeout_seconds,
    )
    return Seven(account)


def _kannel(settings: NotifySettings) -> Provider:
    if not settings.kannel_user.isascii() or not settings.kannel_user.isprintable():
        raise SettingsInvalid("not one line of text: LOTSE_KANNEL_USER")
    password = ""
    if settings.kannel_password_file is not None:
        password = _secret_text(settings.kannel_password_file, "kannel_password_file")
    box = KannelBox(
        url=_url(settings.kannel_url, "LOTSE_KANNEL_URL"),
        user=settings.kannel_user,
        password=password,
        sender=settings.sms_sender,
        callback_url=_callback(settings, "kannel"),
        timeout_seconds=settings.sms_timeout_seconds,
    )
    return Kannel(box)


def bot_of(settings: NotifySettings) -> Bot | None:
    """The bot at Telegram, if there is one. Raises SettingsInvalid."""
    if settings.telegram_token_file is None:
        return None
    token = _secret_text(settings.telegram_token_file, "telegram_token_file")
    if BOT_TOKEN.fullmatch(token) is None:
        raise SettingsInvalid("not a bot's token: LOTSE_TELEGRAM_TOKEN_FILE")
    if settings.telegram_bot and BOT_NAME.fullmatch(settings.telegram_bot) is None:
        raise SettingsInvalid("not a bot's name: LOTSE_TELEGRAM_BOT")
    url = _url(settings.telegram_url, "LOTSE_TELEGRAM_URL")
    return Bot(url=url, token=token, timeout_seconds=settings.sms_timeout_seconds)


def _telegram(settings: NotifySettings) -> list[Provider]:
    bot = bot_of(settings)
    return [] if bot is None else [Telegram(bot)]


def _callback(settings: NotifySettings, provider: str) -> str:
    """Empty: this provider is asked for no receipts, since nobody could take them."""
    if settings.callback_secret_file is None:
        return ""
    known = secret(settings.callback_secret_file, "callback_secret_file")
    return callback_url(settings.callback_url or settings.public_url, known, provider)


def _secret_text(path: Path | None, name: str) -> str:
    """One line of a file; it goes into a header, so nothing else may stand in it."""
    text = secret(path, name).decode("ascii", "replace").strip()
    if not text or not text.isascii() or not text.isprintable():
        raise SettingsInvalid(f"not one line of text: LOTSE_{name.upper()}")
    return text


def _url(text: str, variable: str) -> str:
    """HTTPS, or HTTP on loopback; without a question mark or a login in it."""
    parts = urlsplit(text)
    local = _is_loopback(parts.hostname or "")
    secure = parts.scheme == "https" or (parts.scheme == "http" and local)
    if not secure or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsInvalid(f"not an HTTPS address: {variable}")
    return text.rstrip("/")


def _require_sender(sender: str) -> None:
    if SMS_SENDER.fullmatch(sender) is None or sender.strip().lower() in SENDERS_FORBIDDEN:
        raise SettingsInvalid(f"no sender that networks take: LOTSE_SMS_SENDER ({SENDER_WANTED})")


def _require_local(settings: NotifySettings, server: Server) -> None:
    """Where magic recipients are let through, nothing may be able to reach anybody."""
    if settings.recipients != "local":
        return
    hosts = [server.host]
    hosts += [urlsplit(settings.kannel_url).hostname or ""] if "kannel" in settings.sms_providers.split() else []
    hosts += [urlsplit(settings.seven_url).hostname or ""] if "seven" in settings.sms_providers.split() else []
    hosts += [urlsplit(settings.telegram_url).hostname or ""] if settings.telegram_token_file is not None else []
    if not all(_is_loopback(host) for host in hosts):
        raise SettingsInvalid("`local` is for providers on loopback only: LOTSE_RECIPIENTS")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
