"""Files are what they claim, lose what was hidden in them, and are readable to nobody but their person."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from PIL import Image
from pypdf import PdfReader

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.intake import AttachmentClaim
from lotse_intake.domain.files import FILE_BYTES_MAX, MediaType
from lotse_intake.providers.attachments import AttachmentFiles, FileMissing
from lotse_intake.providers.cleaning import Cleaning
from lotse_intake.workers import sweep
from tests.intake import papers
from tests.intake.given import Intake, enquiry, kinds, known_person, only

GPS_IFD = 0x8825


async def cleaned(content: bytes, media_type: MediaType) -> bytes:
    return (await Cleaning().cleaned(content, media_type))[0]


async def test_photos_lose_where_they_were_taken_and_stay_photos() -> None:
    for content, media_type, kind in (
        (papers.jpeg(), "image/jpeg", "JPEG"),
        (papers.png(), "image/png", "PNG"),
        (papers.heic(), "image/heic", "JPEG"),
    ):
        assert papers.CANARY.encode() in content
        found = await cleaned(content, media_type)  # type: ignore[arg-type]
        image = Image.open(io.BytesIO(found))
        assert image.format == kind
        assert image.size == (96, 64)
        assert not image.getexif()
        assert not image.getexif().get_ifd(GPS_IFD)
        assert papers.CANARY.encode() not in found


async def test_a_photo_taken_upright_stays_upright() -> None:
    found = Image.open(io.BytesIO(await cleaned(papers.jpeg(orientation=6), "image/jpeg")))
    assert found.size == (64, 96)


async def test_a_large_photo_becomes_smaller_but_a_letter_in_it_stays_readable() -> None:
    found = Image.open(io.BytesIO(await cleaned(papers.jpeg(size=(6_000, 4_000)), "image/jpeg")))
    assert max(found.size) >= 2_800
    assert max(found.size) <= 4_096


async def test_a_document_loses_its_author_script_notes_and_its_photos_location() -> None:
    content = papers.pdf()
    assert content.count(papers.CANARY.encode()) > 2
    found = await cleaned(content, "application/pdf")
    reader = PdfReader(io.BytesIO(found))
    assert len(reader.pages) == 1
    assert not reader.metadata
    assert not reader.attachments
    assert "/Names" not in reader.trailer["/Root"]  # type: ignore[operator]
    assert papers.CANARY.encode() not in found
    (photo,) = reader.pages[0].images
    assert photo.image is not None
    assert photo.image.size == (96, 64)


async def test_what_cannot_be_cleaned_is_refused() -> None:
    for content in (papers.pdf(encrypted=True), b"%PDF-1.7\nnothing", b"%PDF-1.7\n" + bytes(5_000)):
        with pytest.raises(Refused, match="file_not_cleanable"):
            await cleaned(content, "application/pdf")


async def test_a_decompression_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Refused, match=r"image_too_large|file_lies"):
        await cleaned(papers.bomb(), "image/png")


async def test_broken_pictures_are_refused() -> None:
    for content in (papers.jpeg()[:200], b"\xff\xd8\xff" + bytes(100), b"\x89PNG\r\n\x1a\n" + bytes(50)):
        media_type: MediaType = "image/png" if content[0] == 0x89 else "image/jpeg"
        with pytest.raises(Refused):
            await cleaned(content, media_type)


async def upload(client: httpx.AsyncClient, content: bytes, media_type: str) -> httpx.Response:
    return await client.post("/attachments", content=content, headers={"Content-Type": media_type})


async def test_a_photo_is_uploaded_claimed_by_its_enquiry_and_read_by_a_counsellor(
    here: Intake, tmp_path: Path
) -> None:
    async with here.http() as client:
        answer = await upload(client, papers.jpeg(), "image/jpeg")
        assert answer.status_code == 201
        claim = AttachmentClaim(attachment_id=answer.json()["attachment_id"], claim=answer.json()["claim"])
        here.now = here.service.now()
        await known_person(here, attachments=(claim,))
        url, bearer = f"/attachments/{claim.attachment_id}", {"Authorization": f"Bearer {here.token()}"}
        assert (await client.get(url)).status_code == 401
        assert (await client.get(url, headers={"Authorization": "Bearer x"})).status_code == 401
        treasurer = {"Authorization": f"Bearer {here.token('treasurer')}"}
        assert (await client.get(url, headers=treasurer)).status_code == 403
        photo = await client.get(url, headers=bearer)
        assert Image.open(io.BytesIO(photo.content)).size == (96, 64)
    assert here.rows("SELECT actor, action, object_kind FROM access_log ORDER BY id")[-1] == (
        "w-1",
        "read",
        "attachment",
    )
    for path in (tmp_path / "files").iterdir():
        assert b"\xff\xd8\xff" not in path.read_bytes()[:64]


async def test_files_that_lie_are_refused(here: Intake) -> None:
    lies = (
        (papers.png(), "image/jpeg"),
        (papers.pdf(), "image/png"),
        (b"MZ\x90\x00" + bytes(100), "image/jpeg"),
        (b"<html><script>alert(1)</script>", "application/pdf"),
        (b"", "image/jpeg"),
        (b"\xff\xd8", "image/jpeg"),
    )
    for number, (content, media_type) in enumerate(lies):
        async with here.http(f"198.51.100.{number}") as client:
            answer = await upload(client, content, media_type)
            assert (answer.status_code, answer.json()["code"]) == (415, "file_lies")
            assert set(answer.json()["texts"]) == {"uk", "ru", "de", "en"}
            assert answer.headers["content-type"] == "application/problem+json"
    assert here.counts()["attachment"] == 0


async def test_other_types_and_too_large_files_are_refused(here: Intake) -> None:
    async def endless() -> object:
        while True:
            yield b"\xff\xd8\xff" + bytes(1_000_000)

    async with here.http() as client:
        assert (await upload(client, b"hello", "text/plain")).json()["code"] == "file_type_not_taken"
        large = papers.jpeg() + bytes(FILE_BYTES_MAX)
        assert (await upload(client, large, "image/jpeg")).status_code == 413
        answer = await client.post("/attachments", content=endless(), headers={"Content-Type": "image/jpeg"})  # type: ignore[arg-type]
        assert answer.status_code == 413


async def test_a_flood_of_uploads_from_one_address_is_turned_away_with_a_time_to_wait(here: Intake) -> None:
    async with here.http() as client:
        answers = [await upload(client, b"x", "text/plain") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1


def placed(here: Intake) -> tuple[AttachmentFiles, UUID, str]:
    assert here.settings.attachments_folder
    files = AttachmentFiles(here.settings.attachments_folder, here.keys)
    attachment_id, claim = UUID(int=1), "c" * 43
    files.place(attachment_id, claim, b"photo")
    return files, attachment_id, claim


async def test_a_waiting_file_opens_with_its_claim_only(here: Intake) -> None:
    files, attachment_id, claim = placed(here)
    person_id = await known_person(here)
    with pytest.raises(FileMissing):
        files.adopt(attachment_id, "d" * 43, person_id)
    files.adopt(attachment_id, claim, person_id)
    assert files.read(attachment_id, person_id) == b"photo"


async def test_a_wrong_claim_a_second_claim_and_an_unknown_file_never_cost_the_enquiry(here: Intake) -> None:
    async with here.http() as client:
        given = (await upload(client, papers.jpeg(), "image/jpeg")).json()
    here.now = here.service.now()
    right = AttachmentClaim(attachment_id=given["attachment_id"], claim=given["claim"])
    wrong = right.model_copy(update={"claim": "x" * 43})
    for claims, missing in (((wrong,), 1), ((right,), 0), ((right, wrong), 2)):
        order = enquiry(here, attachments=claims)
        assert "evt intake.enquiry-received" in kinds(await here.hear(order, actor=None))
        found = here.rows(f"SELECT files_missing FROM enquiry WHERE enquiry_id = '{order.enquiry_id}'")
        assert found == [(missing,)]


async def test_unclaimed_files_are_gone_after_a_day_and_claimed_ones_stay(here: Intake, tmp_path: Path) -> None:
    async with here.http() as client:
        first, second = [(await upload(client, papers.jpeg(), "image/jpeg")).json() for _ in range(2)]
    here.now = here.service.now()
    claim = AttachmentClaim(attachment_id=first["attachment_id"], claim=first["claim"])
    await known_person(here, attachments=(claim,))
    later = here.now + timedelta(hours=24, minutes=1)
    here.service.now = lambda: later  # type: ignore[method-assign]
    await sweep(here.service, AttachmentFiles(tmp_path / "files", here.keys))
    names = {path.name for path in (tmp_path / "files").iterdir()}
    assert f"{first['attachment_id']}.file" in names
    assert f"{second['attachment_id']}.unclaimed" not in names
    assert here.counts()["attachment"] == 1


async def test_an_erased_persons_files_are_gone(here: Intake, tmp_path: Path) -> None:
    async with here.http() as client:
        given = (await upload(client, papers.jpeg(), "image/jpeg")).json()
    here.now = here.service.now()
    claim = AttachmentClaim(attachment_id=given["attachment_id"], claim=given["claim"])
    person_id = await known_person(here, attachments=(claim,))
    await here.hear(intake.BeginErasure(person_id=person_id))
    receipt = only(await here.hear(intake.ErasePerson(person_id=person_id), actor=None), intake.PersonErased)
    assert {one.store: one.count for one in receipt.counts}["file"] == 2
    assert list((tmp_path / "files").iterdir()) == []
