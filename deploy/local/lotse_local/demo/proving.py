"""Act six: the auditor takes the books home in a file, checks it offline, and checks it again with a cent moved."""

import asyncio
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import httpx

from lotse_local.demo.scene import FOLLOWS_SECONDS, Scene

COMMAND_SECONDS = 90.0
WITNESS_SECONDS = 45
SIGNATURE_LINE = "— "
SIGNERS = 2  # the association's own log key, and the partner's witness
ENTRIES = "log/tile/entries/"
MANIFEST = "MANIFEST.sha256"
AMOUNT, ANOTHER = b'349874"', b'349875"'  # of a voucher, wherever its entry says it


async def prove(scene: Scene, grant_id: UUID) -> None:
    """The partner has witnessed the log; the bundle verifies without us, and a changed one does not."""
    await _witnessed(scene)
    with tempfile.TemporaryDirectory() as folder:
        bundle, policy = Path(folder, "bundle.zip"), Path(folder, "policy.txt")
        async with scene.home.http("ledger") as http:
            given = (await http.get("/policy")).raise_for_status().content
        await asyncio.to_thread(policy.write_bytes, given)
        done = await _exported(scene, grant_id, bundle)
        if not scene.checks.expect("the treasurer can hand out the bundle", done):
            return
        told = await _verdict(bundle, policy)
        scene.checks.expect("the bundle verifies offline, witnessed by the partner", told.get("holds") is True)
        forged = Path(folder, "forged.zip")
        await asyncio.to_thread(_forge, bundle, forged)
        found = await _verdict(forged, policy)
        codes = [one["code"] for report in found.get("bundles", ()) for one in report["findings"]]
        scene.checks.expect("with a cent moved in one entry it does not", found.get("holds") is False)
        scene.checks.expect("and what was done is named: edited", codes[:1] == ["edited"])
    scene.say("auditor: the bundle verifies offline; with one cent moved the verifier names the entry: edited")
    scene.step()


async def _witnessed(scene: Scene) -> None:
    """Each ledger has the other's countersignature under a checkpoint of its own."""
    for house in (scene.home, scene.partner):
        async with house.http("ledger") as http:

            async def look(http: httpx.AsyncClient = http) -> str | None:
                note = (await http.get("/checkpoint")).text
                signed = sum(line.startswith(SIGNATURE_LINE) for line in note.splitlines())
                return note if signed >= SIGNERS else None

            note = await scene.desk.until(look, FOLLOWS_SECONDS, "a checkpoint that the partner witnessed")
        scene.checks.expect(f"the partner witnesses the books of {house.name}", bool(note))


async def _exported(scene: Scene, grant_id: UUID, bundle: Path) -> bool:
    """As a treasurer types it."""
    place = scene.home.place
    words = ("ledger", "--data", str(place.root), place.name, "export", "bundle", "--grant", str(grant_id))
    await _run("lotse_local", *words, "--out", str(bundle), "--wait", str(WITNESS_SECONDS))
    return await asyncio.to_thread(bundle.exists)


async def _verdict(bundle: Path, policy: Path) -> dict[str, Any]:
    said = await _run("lotse_verifier", str(bundle), "--policy", str(policy), "--json")
    found: dict[str, Any] = json.loads(said or b"{}")
    return found


async def _run(module: str, *words: str) -> bytes:
    command = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(command.communicate(), COMMAND_SECONDS)
    return said


def _forge(bundle: Path, forged: Path) -> None:
    """Move a cent of one voucher, and make the list of the files' digests agree, as a forger would."""
    with ZipFile(bundle) as read:
        files = {name: read.read(name) for name in read.namelist()}
    files |= {name: one.replace(AMOUNT, ANOTHER) for name, one in files.items() if name.startswith(ENTRIES)}
    digests = sorted((name, hashlib.sha256(one).hexdigest()) for name, one in files.items() if name != MANIFEST)
    files[MANIFEST] = "".join(f"{digest}  {name}\n" for name, digest in digests).encode()
    with ZipFile(forged, "w", ZIP_STORED) as written:
        for name, content in files.items():
            written.writestr(ZipInfo(name), content)
