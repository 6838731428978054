"""Fixtures of notify: a house without a broker, and a mail server that fails on demand."""

import datetime as dt
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.notify.gateway import HttpGateway
from tests.notify.given import Databases, House, house_on
from tests.notify.mailserver import MailServer

LOOPBACK = "127.0.0.1"


@pytest.fixture
async def house(database: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """Notify's handlers on a fresh real database."""
    built = house_on(database("notify"), tmp_path)
    yield built
    await built.service.engine.dispose()


@pytest.fixture
async def house_with_bot(database: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """The same with a bot at Telegram."""
    token = tmp_path / "token"
    token.write_text("123456:canary-token")
    built = house_on(database("notify"), tmp_path, telegram_token_file=token, telegram_bot="lotse_bot")
    yield built
    await built.service.engine.dispose()


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who opens the pages of the house."""
    transport = httpx.ASGITransport(house.service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://notify") as client:
        yield client


@pytest.fixture
async def mailserver() -> AsyncIterator[MailServer]:
    """A real SMTP server; `mailserver.does = "…"` lets it fail at a stage."""
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def gateway() -> AsyncIterator[HttpGateway]:
    """A scripted HTTP gateway; `gateway.does = "…"` lets it fail at a stage, `gateway.say(…)` sets its answer."""
    server = HttpGateway()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for loopback that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LOOPBACK)])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "tls.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    both.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return both
