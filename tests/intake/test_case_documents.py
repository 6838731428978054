"""Files that staff bring: into a case or onto a consent, never readable on the disk, taken by whom they concern."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from PIL import Image

from lotse_contracts import intake
from lotse_intake.handlers.documents import SCANS_MAX
from lotse_intake.providers.attachments import AttachmentFiles
from lotse_intake.workers import sweep_unknown
from tests.intake import casework, papers
from tests.intake.casework import CHIEF, COLLEAGUE, OWNER, content, given, owned
from tests.intake.consenting import consent
from tests.intake.given import Intake


def bearer(here: Intake, actor: str = OWNER, role: str = "counsellor") -> dict[str, str]:
    return {"Authorization": f"Bearer {here.token(role, actor)}"}


async def bring(
    here: Intake, client: httpx.AsyncClient, path: str, file: bytes, media_type: str = "image/jpeg", **headers: str
) -> httpx.Response:
    return await client.post(path, content=file, headers={"Content-Type": media_type, **bearer(here), **headers})


async def test_a_letter_is_brought_into_a_case_shown_in_it_and_taken_again(here: Intake, tmp_path: Path) -> None:
    case = await owned(here)
    async with here.http() as client:
        held = await bring(here, client, f"/cases/{case.case_id}/documents?kind=letter", papers.jpeg())
        assert held.status_code == 201
        taken = await client.get(f"/documents/{held.json()['document_id']}", headers=bearer(here))
        assert Image.open(io.BytesIO(taken.content)).size == (96, 64)
        assert papers.CANARY.encode() not in taken.content
        assert taken.headers["content-disposition"] == "attachment"
    (shown,) = (await content(here, case)).documents
    assert (str(shown.document_id), shown.kind, shown.sha256) == (
        held.json()["document_id"],
        "letter",
        held.json()["sha256"],
    )
    found = here.rows("SELECT action, purpose FROM access_log WHERE object_kind = 'document' ORDER BY id")
    assert found == [("write", "case"), ("read", "counselling")]
    for path in (tmp_path / "files").iterdir():
        assert b"\xff\xd8\xff" not in path.read_bytes()[:64]
    assert here.rows("SELECT claim_name FROM outbox ORDER BY position DESC LIMIT 1") == [("evt.intake.document-kept",)]


async def test_the_same_request_again_is_the_same_document(here: Intake) -> None:
    case = await owned(here)
    async with here.http() as client:
        key = {"Idempotency-Key": "k" * 20}
        first, second = [
            (await bring(here, client, f"/cases/{case.case_id}/documents", papers.jpeg(), **key)).json()
            for _ in range(2)
        ]
    assert (first["document_id"], first["sha256"]) == (second["document_id"], second["sha256"])
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert here.counts()["document"] == 1


async def test_who_has_no_right_to_a_case_brings_and_takes_nothing(here: Intake) -> None:
    for actor, team in ((OWNER, "north"), (COLLEAGUE, "south")):
        await given(here, intake.EnrolStaff(actor=actor, teams=(team,)), CHIEF)
    case = await owned(here, team="north")
    url = f"/cases/{case.case_id}/documents"
    async with here.http() as client:
        document_id = (await bring(here, client, url, papers.jpeg())).json()["document_id"]
        strange = bearer(here, COLLEAGUE)
        answers = {
            "no token": await client.post(url, content=papers.jpeg(), headers={"Content-Type": "image/jpeg"}),
            "treasurer": await bring(here, client, url, papers.jpeg(), **bearer(here, "t-1", "treasurer")),
            "colleague": await bring(here, client, url, papers.jpeg(), **strange),
            "read": await client.get(f"/documents/{document_id}", headers=strange),
            "unknown": await client.get(f"/documents/{uuid4()}", headers=bearer(here)),
            "no case": await bring(here, client, f"/cases/{uuid4()}/documents", papers.jpeg()),
        }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "no token": 401,
        "treasurer": 403,
        "colleague": 403,
        "read": 404,
        "unknown": 404,
        "no case": 404,
    }
    assert here.counts()["document"] == 1


async def test_a_file_that_lies_or_is_of_another_kind_is_refused(here: Intake) -> None:
    case = await owned(here)
    url = f"/cases/{case.case_id}/documents"
    async with here.http() as client:
        assert (await bring(here, client, url, papers.png())).json()["code"] == "file_lies"
        assert (await bring(here, client, url, b"hello", "text/plain")).json()["code"] == "file_type_not_taken"
        encrypted = papers.pdf(encrypted=True)
        assert (await bring(here, client, url, encrypted, "application/pdf")).json()["code"] == "file_not_cleanable"
        assert (await bring(here, client, f"{url}?kind=Nice!", papers.jpeg())).status_code == 422
    assert here.counts()["document"] == 0


async def test_a_closed_case_takes_no_documents(here: Intake) -> None:
    case = await owned(here)
    await given(here, casework.close(here, case, exception="died"))
    async with here.http() as client:
        answer = await bring(here, client, f"/cases/{case.case_id}/documents", papers.jpeg())
    assert (answer.status_code, answer.json()["code"]) == (409, "case_closed")


async def test_a_scan_is_kept_on_its_consent_up_to_a_limit(here: Intake) -> None:
    case = await owned(here)
    order = consent(case.person_id)
    await here.hear(order)
    url = f"/consents/{order.consent_id}/proof"
    async with here.http() as client:
        held = await bring(here, client, url, papers.pdf(), "application/pdf")
        assert held.status_code == 201
        for _ in range(SCANS_MAX - 1):
            here.execute(
                "INSERT INTO document SELECT gen_random_uuid(), person_id, case_id, consent_id, purpose, kind,"
                " media_type, size_bytes, sha256, kept_at, kept_by FROM document LIMIT 1"
            )
        assert (await bring(here, client, url, papers.pdf(), "application/pdf")).json()["code"] == "case_full"
        unknown = await bring(here, client, f"/consents/{uuid4()}/proof", papers.pdf(), "application/pdf")
        assert unknown.status_code == 404
    found = here.rows(f"SELECT purpose, kind FROM document WHERE document_id = '{held.json()['document_id']}'")
    assert found == [("consent_proof", "consent_scan")]


def files(here: Intake, tmp_path: Path) -> tuple[AttachmentFiles, set[str]]:
    return AttachmentFiles(tmp_path / "files", here.keys), {path.name for path in (tmp_path / "files").iterdir()}


async def test_an_erased_persons_documents_are_gone_with_their_files(here: Intake, tmp_path: Path) -> None:
    case = await owned(here)
    order = consent(case.person_id)
    await here.hear(order)
    async with here.http() as client:
        await bring(here, client, f"/cases/{case.case_id}/documents", papers.jpeg())
        await bring(here, client, f"/consents/{order.consent_id}/proof", papers.jpeg())
    assert len(files(here, tmp_path)[1]) == 2
    await given(here, intake.BeginErasure(person_id=case.person_id), CHIEF)
    await here.hear(intake.ErasePerson(person_id=case.person_id), actor=None)
    assert files(here, tmp_path)[1] == set()
    assert here.counts()["document"] == 0


async def test_a_file_whose_row_was_never_committed_is_swept_and_the_others_stay(
    here: Intake, tmp_path: Path, monkeypatch: Any
) -> None:
    case = await owned(here)
    async with here.http() as client:
        held = (await bring(here, client, f"/cases/{case.case_id}/documents", papers.jpeg())).json()
    store, _ = files(here, tmp_path)
    store.keep(UUID(int=7), case.person_id, b"never committed")
    assert await sweep_unknown(here.service, store) == 0, "it may be committed yet"
    monkeypatch.setattr("lotse_intake.workers.JUST_WRITTEN_SECONDS", -1.0)
    assert await sweep_unknown(here.service, store) == 1
    assert files(here, tmp_path)[1] == {f"{held['document_id']}.file"}
