"""What is set wrong is named, with what it takes, and what was given is shown to nobody."""

from pathlib import Path

import pytest

from lotse_chassis.settings import Settings, SettingsInvalid, secret
from lotse_notify.settings import NotifySettings

GOOD = {"LOTSE_ASSOCIATION": "aa", "LOTSE_DATABASE_URL": "postgresql://aa:pw@127.0.0.1:5432/aa"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"LOTSE_DATABASE_URL": ""}, "LOTSE_DATABASE_URL"),
        ({"LOTSE_SMTP_PORT": "canary"}, "LOTSE_SMTP_PORT (a whole number)"),
        ({"LOTSE_SMTP_TLS": "canary"}, "LOTSE_SMTP_TLS ('auto', 'none', 'starttls' or 'tls')"),
        ({"LOTSE_DRAFTS_ALLOWED": "canary"}, "LOTSE_DRAFTS_ALLOWED (true or false)"),
        ({"LOTSE_SMS_TIMEOUT_SECONDS": "0"}, "LOTSE_SMS_TIMEOUT_SECONDS (more than 0.0)"),
        ({"LOTSE_PUBLIC_ORDERS_BURST": "0"}, "LOTSE_PUBLIC_ORDERS_BURST (1 or more)"),
        *(
            ({"LOTSE_DATABASE_URL": one}, "LOTSE_DATABASE_URL (postgresql://user:password@host:port/database)")
            for one in (
                "canary",
                "postgresql:canary",
                "postgresql://h:canary/x",
                "postgresql://h:0/x",
                "://canary",
                "postgresql://u:p@canary@h/x",
            )
        ),
    ],
)
def test_a_wrong_variable_is_named_with_what_it_takes(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        NotifySettings.from_env(GOOD | given)
    assert str(caught.value) == f"missing or wrong: {said}"


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalid, match=r"LOTSE_ASSOCIATION, LOTSE_DATABASE_URL, LOTSE_HTTP_PORT \("):
        Settings.from_env({"LOTSE_HTTP_PORT": "canary"})


@pytest.mark.parametrize("url", [GOOD["LOTSE_DATABASE_URL"], "postgresql://", "postgres:///aa?host=/run"])
def test_an_address_of_a_database_is_taken_as_it_is(url: str) -> None:
    assert Settings.from_env(GOOD | {"LOTSE_DATABASE_URL": url}).database_url == url


def test_settings_show_no_address_with_a_password_in_it() -> None:
    read = NotifySettings.from_env(GOOD | {"LOTSE_NATS_URL": "nats://canary@127.0.0.1:4222"})
    assert "pw" in read.database_url
    assert "pw@" not in f"{read!r}{read}"
    assert "canary" not in f"{read!r}{read}"


def test_a_secret_that_is_not_set_is_missing_and_one_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"^missing: LOTSE_KEK_FILE$"):
        secret(None, "kek_file")
    for path in (tmp_path / "canary", tmp_path):
        with pytest.raises(SettingsInvalid, match=r"cannot be read, .*: LOTSE_KEK_FILE$") as caught:
            secret(path, "kek_file")
        assert "canary" not in str(caught.value)
