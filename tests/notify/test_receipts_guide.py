"""What the guide about receipts names is there: settings, metrics, commands and what they print."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from lotse_notify.domain.callbacks import callback_url
from lotse_notify.settings import NotifySettings
from lotse_notify.workers.receiving import ReceiptMeters
from tests.notify.reporting import SECRET

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "receipts.md").read_text()
BASE = "https://notify.example.org"


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "callback.secret"
    path.write_bytes(SECRET)
    return path


def command(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    return subprocess.run(
        [sys.executable, "-m", "lotse_notify", *arguments],
        env=own | {"LOTSE_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"} | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_setting_of_the_guide_exists() -> None:
    named = set(re.findall(r"LOTSE_([A-Z_]+)", PAGE))
    assert named
    assert {name.lower() for name in named} <= NotifySettings.model_fields.keys()


def test_every_metric_of_the_guide_exists() -> None:
    registry = CollectorRegistry()
    meters = ReceiptMeters(registry)
    meters.came.labels("seven", "receipt").inc()
    known = {sample.name for family in registry.collect() for sample in family.samples}
    named = set(re.findall(r"lotse_notify_[a-z_]+", PAGE))
    assert named <= known


def test_kannel_is_told_to_lose_no_receipt_and_no_stop() -> None:
    """What is not its default, and why, as a Kannel 1.4.5 was seen to do."""
    (block,) = (found for found in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if "smsbox" in found)
    groups = {
        text.splitlines()[0]: dict(re.findall(r"^([a-z-]+) = (.*)$", text, re.MULTILINE))
        for text in block.split("group = ")[1:]
    }
    assert groups["core"]["dlr-storage"] not in ("", "internal")
    assert int(groups["smsbox"]["http-request-retry"]) * int(groups["smsbox"]["http-queue-delay"]) >= 3_600
    inbound = groups["sms-service"]
    assert inbound["send-sender"] == "true"
    assert "post-url" in inbound
    assert "get-url" not in inbound
    told = {name for group in groups.values() for name in group} - {"keyword", "catch-all", "dlr-spool"}
    assert all(f"`{name}" in PAGE for name in told)


def test_the_paths_of_the_webhooks_are_printed_for_the_portals(secret_file: Path) -> None:
    given = {"LOTSE_CALLBACK_SECRET_FILE": str(secret_file), "LOTSE_CALLBACK_URL": BASE}
    whole = command("webhooks", **given)
    expected = [f"{provider}\t{callback_url(BASE, SECRET, provider)}" for provider in ("seven", "kannel")]
    assert (whole.returncode, whole.stdout.splitlines()) == (0, expected)


def test_without_a_secret_the_command_says_so() -> None:
    answer = command("webhooks", "kannel")
    assert answer.returncode == 1
    assert "LOTSE_CALLBACK_SECRET_FILE" in answer.stdout
