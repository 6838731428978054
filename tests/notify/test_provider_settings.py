"""What is set wrong about a provider is refused before anything starts, and no value of it is shown."""

from pathlib import Path
from typing import Any

import pytest

from lotse_chassis.settings import SettingsInvalid
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.prices import Prices, TableInvalid, prices_of, rates_of
from lotse_notify.providers.building import routes_of, server_of
from lotse_notify.providers.routes import Routed, Routes
from lotse_notify.settings import NotifySettings

CANARY = "canary-4711"


def settings(tmp_path: Path, **given: Any) -> NotifySettings:
    key = tmp_path / "key"
    key.write_text(f"{CANARY}\n")
    files = {name: key for name in ("seven_key_file", "kannel_password_file") if name not in given}
    known = {"association": "aa", "database_url": "postgresql://", "mail_from": "message@post.dresden.de"}
    return NotifySettings.model_validate({**known, **files, **given})


def built(of: NotifySettings) -> Routes:
    return routes_of(of, server_of(of))


def listed(routes: Routes) -> list[tuple[NoticeChannel, str]]:
    return [(one.channel, one.name) for one in routes.listed]


def inside(one: Routed) -> Any:
    return vars(one)["_provider"]


def test_without_a_word_there_is_mail_alone(tmp_path: Path) -> None:
    routes = built(settings(tmp_path))
    assert listed(routes) == [("email", "smtp")]
    assert routes.channels == {"email"}


def test_telegram_is_off_unless_a_bot_is_set(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("4711:canary")
    assert ("telegram", "telegram") in listed(built(settings(tmp_path, telegram_token_file=token)))


@pytest.mark.parametrize("names", ["seven kannel", "kannel seven"])
def test_providers_of_sms_are_asked_in_the_order_that_is_set(tmp_path: Path, names: str) -> None:
    routes = built(settings(tmp_path, sms_providers=names, sms_sender="Nachricht"))
    assert [name for channel, name in listed(routes) if channel == "sms"] == names.split()


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        ({"smtp_tls": "none", "smtp_host": "mail.example.de", "smtp_user": CANARY}, "LOTSE_SMTP_TLS"),
        ({"sms_providers": "nexmo"}, "LOTSE_SMS_PROVIDERS"),
        ({"sms_providers": "seven seven"}, "LOTSE_SMS_PROVIDERS"),
        ({"sms_providers": "seven", "sms_sender": "Auslaenderrat"}, "LOTSE_SMS_SENDER"),
        ({"sms_providers": "seven", "sms_sender": "INFO"}, "LOTSE_SMS_SENDER"),
        ({"sms_providers": "seven", "sms_sender": "Büro"}, "LOTSE_SMS_SENDER"),
        ({"sms_providers": "seven", "sms_sender": "a\r\nX: y"}, "LOTSE_SMS_SENDER"),
        ({"sms_providers": "seven", "seven_key_file": None}, "LOTSE_SEVEN_KEY_FILE"),
        ({"sms_providers": "seven", "seven_key_file": Path("/nowhere")}, "LOTSE_SEVEN_KEY_FILE"),
        ({"sms_providers": "seven", "seven_url": "http://gateway.seven.io/api"}, "LOTSE_SEVEN_URL"),
        ({"sms_providers": "kannel", "kannel_url": "http://sms.dresden.de/sendsms"}, "LOTSE_KANNEL_URL"),
        ({"sms_providers": "kannel", "kannel_url": f"https://u:{CANARY}@sms.dresden.de/"}, "LOTSE_KANNEL_URL"),
        ({"sms_providers": "kannel", "kannel_url": f"https://:{CANARY}@sms.dresden.de/"}, "LOTSE_KANNEL_URL"),
        ({"sms_providers": "kannel", "kannel_url": f"https://sms.dresden.de/?to={CANARY}"}, "LOTSE_KANNEL_URL"),
        ({"sms_providers": "kannel", "kannel_url": CANARY}, "LOTSE_KANNEL_URL"),
        ({"sms_providers": "kannel", "kannel_user": "a\nb"}, "LOTSE_KANNEL_USER"),
        ({"telegram_token_file": Path("/nowhere")}, "LOTSE_TELEGRAM_TOKEN_FILE"),
        ({"provider_prices": f"seven={CANARY}"}, "LOTSE_PROVIDER_PRICES"),
        ({"provider_prices": "seven=750 seven=760"}, "LOTSE_PROVIDER_PRICES"),
        ({"provider_rates": "seven=-1"}, "LOTSE_PROVIDER_RATES"),
        ({"provider_rates": "seven=1 seven=2"}, "LOTSE_PROVIDER_RATES"),
        ({"provider_rates": "sevn=10"}, "LOTSE_PROVIDER_RATES"),
        ({"provider_prices": "sevn=10"}, "LOTSE_PROVIDER_PRICES"),
        ({"smtp_lines": 0}, "LOTSE_SMTP_LINES"),
        ({"smtp_lines": 1_000}, "LOTSE_SMTP_LINES"),
        ({"recipients": "local", "smtp_host": "mail.dresden.de"}, "LOTSE_RECIPIENTS"),
        ({"recipients": "local", "sms_providers": "seven"}, "LOTSE_RECIPIENTS"),
    ],
    ids=range(27),
)
def test_a_setting_that_is_wrong_is_named_and_not_shown(tmp_path: Path, given: dict[str, Any], variable: str) -> None:
    with pytest.raises(SettingsInvalid, match=variable) as caught:
        built(settings(tmp_path, **given))
    assert CANARY not in str(caught.value)


def test_a_key_of_two_lines_is_none(tmp_path: Path) -> None:
    """It goes into a header."""
    key = tmp_path / "two"
    key.write_text(f"{CANARY}\nX-Other: y")
    with pytest.raises(SettingsInvalid, match="LOTSE_SEVEN_KEY_FILE"):
        built(settings(tmp_path, sms_providers="seven", seven_key_file=key))


@pytest.mark.parametrize("text", ["canary", "1:", "1:a/../b", "1:a?x=y"])
def test_a_token_that_would_change_the_address_is_none(tmp_path: Path, text: str) -> None:
    token = tmp_path / "token"
    token.write_text(text)
    with pytest.raises(SettingsInvalid, match="LOTSE_TELEGRAM_TOKEN_FILE"):
        built(settings(tmp_path, telegram_token_file=token))


def test_receipts_are_asked_for_only_where_somebody_can_take_them(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"s" * 32)
    without = built(settings(tmp_path, sms_providers="kannel"))
    assert vars(inside(without.listed[1]))["_box"].callback_url == ""
    given = {"sms_providers": "kannel", "callback_secret_file": secret, "public_url": "https://n.dresden.de"}
    url = vars(inside(built(settings(tmp_path, **given)).listed[1]))["_box"].callback_url
    assert url.startswith("https://n.dresden.de/cb/kannel/")
    given["callback_url"] = "http://127.0.0.1:8080"
    url = vars(inside(built(settings(tmp_path, **given)).listed[1]))["_box"].callback_url
    assert url.startswith("http://127.0.0.1:8080/cb/kannel/")


def test_two_associations_share_no_sender_key_or_bounce_address(tmp_path: Path) -> None:
    """Trap 29: each has its own settings, so its own sender of mails and SMS, account, and domain of bounces."""
    houses = []
    for name in ("aa", "bb"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "seven").write_text(f"key-{name}")
        given = {
            "association": name,
            "mail_from": f"message@{name}.dresden.de",
            "sms_sender": f"Post {name}",
            "seven_key_file": folder / "seven",
            "sms_providers": "seven",
            "bounce_domain": f"b.{name}.dresden.de",
        }
        houses.append(settings(folder, **given))
    first, second = (built(one) for one in houses)
    assert server_of(houses[0]).own_name != server_of(houses[1]).own_name
    for place, field in ((1, "_account"), (0, "_bounce_domain")):
        mine, theirs = vars(inside(first.listed[place]))[field], vars(inside(second.listed[place]))[field]
        assert mine != theirs
    mine, theirs = vars(inside(first.listed[1]))["_account"], vars(inside(second.listed[1]))["_account"]
    assert (mine.key, mine.sender) == ("key-aa", "Post aa")
    assert (theirs.key, theirs.sender) == ("key-bb", "Post bb")
    assert CANARY not in repr(mine) + repr(theirs)
    assert "key-" not in repr(mine)


def test_a_price_is_that_of_the_longest_beginning() -> None:
    prices = prices_of("seven=750 seven+380=1200 seven+38050=1300 kannel=0")
    assert prices.cost_e4("seven", "+4915112345678", 2) == 1_500
    assert prices.cost_e4("seven", "+380991234567", 1) == 1_200
    assert prices.cost_e4("seven", "+380501234567", 3) == 3_900
    assert prices.cost_e4("kannel", "+380501234567", 3) == 0
    assert prices.cost_e4("smtp", "a@example.org", 0) == 0
    assert Prices({}).cost_e4("seven", "+49", 1) == 0


@pytest.mark.parametrize("text", ["seven", "seven=", "=1", "seven=1.5", "seven+0=1", "Seven=1", "seven=12345678"])
def test_a_table_of_prices_that_is_none_names_the_place(text: str) -> None:
    with pytest.raises(TableInvalid, match="2"):
        prices_of(f"smtp=0 {text}")


def test_rates_are_messages_a_second() -> None:
    assert rates_of("smtp=50 seven=0.5") == {"smtp": 50.0, "seven": 0.5}
    assert rates_of("") == {}
