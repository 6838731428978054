"""The local mail catcher as a process of its own: it keeps what it took, shows it safely, and stays on loopback."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import psutil
import pytest

from lotse_local.mailbox_folder import MailFolder
from tests import kit

MEMORY_BYTES_MAX = 60_000_000
START_SECONDS = 30.0
EVIL = '<h1>Hello</h1><script>fetch("https://example.org")</script>'


@dataclass
class Mailbox:
    """A running mail catcher."""

    folder: Path
    smtp_port: int
    http_port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    async def start(self) -> None:
        self.process = self._started()
        await kit.eventually(self._answers, START_SECONDS)

    async def _answers(self) -> bool:
        try:
            return (await self.get("/health/ready")).is_success
        except httpx.TransportError:
            return False

    def _started(self) -> subprocess.Popen[bytes]:
        given = {
            "LOTSE_MAILBOX_FOLDER": str(self.folder),
            "LOTSE_MAILBOX_SMTP_PORT": str(self.smtp_port),
            "LOTSE_MAILBOX_HTTP_PORT": str(self.http_port),
        }
        return subprocess.Popen([sys.executable, "-m", "lotse_local.mailbox"], env={**os.environ, **given})

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(15)

    async def send(
        self, subject: str = "У вас є повідомлення", html: str = "<p>Добрий день</p>", text: str = ""
    ) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "nachricht@post.invalid", "olena@example.org", subject
        mail.set_content("Добрий день\n.\nце текст\n" + text)
        mail.add_alternative(html, subtype="html")
        mail["Content-Language"] = "uk"
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=self.smtp_port, start_tls=False)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.url) as client:
            return await client.get(path, headers=headers)


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    smtp_port, http_port = kit.free_ports(2)
    one = Mailbox(tmp_path / "mails", smtp_port, http_port)
    try:
        await one.start()
        yield one
    finally:
        if one.process is not None and one.process.poll() is None:
            one.end(signal.SIGKILL)


async def test_a_mail_is_kept_in_the_folder_and_listed_for_programs(mailbox: Mailbox) -> None:
    await mailbox.send()
    (mail,) = (await mailbox.get("/mails.json")).json()["mails"]
    assert mail["to"] == ["olena@example.org"]
    assert mail["sender"] == "nachricht@post.invalid"
    assert mail["subject"] == "У вас є повідомлення"
    assert mail["language"] == "uk"
    assert mail["text"].splitlines() == ["Добрий день", ".", "це текст"]
    assert [path.stem for path in mailbox.folder.iterdir()] == [mail["id"]]


async def test_the_pages_show_it_in_its_language_and_newest_first(mailbox: Mailbox) -> None:
    await mailbox.send("перше")
    await mailbox.send("друге")
    page = (await mailbox.get("/")).text
    assert page.index("друге") < page.index("перше")
    (newest, _) = (await mailbox.get("/mails.json")).json()["mails"]
    shown = (await mailbox.get(f"/mails/{newest['id']}")).text
    assert '<h1 lang="uk">друге</h1>' in shown
    assert "Добрий день" in shown


async def test_the_links_of_a_mail_can_be_followed_from_its_plain_part(mailbox: Mailbox) -> None:
    await mailbox.send(text='http://127.0.0.1:1/read?a=1&b=2\nhttps://example.org/"><script>\njavascript:alert(1)\n')
    (mail,) = (await mailbox.get("/mails.json")).json()["mails"]
    page = (await mailbox.get(f"/mails/{mail['id']}")).text
    assert '<a href="http://127.0.0.1:1/read?a=1&amp;b=2">http://127.0.0.1:1/read?a=1&amp;b=2</a>' in page
    assert '<a href="https://example.org/">https://example.org/</a>&quot;&gt;&lt;script&gt;' in page
    assert "\njavascript:alert(1)" in page


async def test_a_hostile_mail_can_do_nothing(mailbox: Mailbox) -> None:
    await mailbox.send("<script>alert(1)</script>", EVIL)
    (mail,) = (await mailbox.get("/mails.json")).json()["mails"]
    for path in ("/", f"/mails/{mail['id']}"):
        answer = await mailbox.get(path)
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    part = await mailbox.get(f"/mails/{mail['id']}/html")
    assert part.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    source = await mailbox.get(f"/mails/{mail['id']}.eml")
    assert source.headers["Content-Type"].startswith("text/plain")


async def test_it_survives_being_killed(mailbox: Mailbox) -> None:
    await mailbox.send()
    before = (await mailbox.get("/mails.json")).json()
    mailbox.end(signal.SIGKILL)
    await mailbox.start()
    assert (await mailbox.get("/mails.json")).json() == before


async def test_it_stops_in_order(mailbox: Mailbox) -> None:
    assert mailbox.end() == 0


async def test_it_is_small_and_listens_on_loopback_only(mailbox: Mailbox) -> None:
    for _ in range(20):
        await mailbox.send()
    assert mailbox.process is not None
    process = psutil.Process(mailbox.process.pid)
    assert process.memory_full_info().pss < MEMORY_BYTES_MAX
    listening = [one.laddr.ip for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]
    assert listening == ["127.0.0.1", "127.0.0.1"]


@pytest.mark.parametrize("path", ["/mails/../../etc/passwd", "/mails/none", "/mails/none/html", "/other"])
async def test_what_is_not_a_mail_is_not_found(mailbox: Mailbox, path: str) -> None:
    assert (await mailbox.get(path)).status_code == 404


async def test_a_foreign_page_cannot_look_in(mailbox: Mailbox) -> None:
    assert (await mailbox.get("/mails.json", Host="evil.example.org")).status_code == 421


async def test_a_mail_that_is_too_large_is_refused(mailbox: Mailbox) -> None:
    with pytest.raises(aiosmtplib.SMTPException):
        await mailbox.send(html="x" * 2_000_000)


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path, mails_max=3)
    for number in range(5):
        folder.add("a@example.org", ["b@example.org"], f"Subject: {number}\r\n\r\nx".encode())
    assert [one.subject for one in folder.summaries()] == ["4", "3", "2"]
    assert len(list(tmp_path.iterdir())) == 3
    assert [one.subject for one in MailFolder(tmp_path, mails_max=2).summaries()] == ["4", "3"]


def test_what_is_missing_is_named() -> None:
    given = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    ended = subprocess.run([sys.executable, "-m", "lotse_local.mailbox"], env=given, capture_output=True, check=False)
    assert ended.returncode == 2
    assert b"LOTSE_MAILBOX_FOLDER" in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        given = {
            "LOTSE_MAILBOX_FOLDER": str(tmp_path),
            "LOTSE_MAILBOX_SMTP_PORT": port,
            "LOTSE_MAILBOX_HTTP_PORT": "0",
        }
        command = [sys.executable, "-m", "lotse_local.mailbox"]
        ended = subprocess.run(command, env={**os.environ, **given}, capture_output=True, check=False, timeout=30)
    assert ended.returncode != 0
