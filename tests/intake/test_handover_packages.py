"""Packages and papers: what leaves, to whom, once, and what bad input does not change."""

import hashlib
import json
from uuid import uuid4

import psycopg
import pyrage  # type: ignore[import-untyped]
import pytest

from lotse_contracts import intake, referral
from lotse_contracts.intake import AttachmentClaim
from lotse_intake.domain.handover_package import PackageBroken
from lotse_intake.providers import handover_files
from tests.intake.given import NAME, TEXT, Intake, kinds, only
from tests.intake.handing import (
    NOW,
    Receiver,
    answers,
    asked,
    at_the_desk,
    confirmed,
    days,
    going,
    package_words,
    packed,
    run,
    said,
    takes_along,
    with_open_case,
)
from tests.intake.papers import jpeg
from tests.intake.test_files import upload

HEALTH = "Canary-Health"


@pytest.fixture(autouse=True)
def in_december(here: Intake) -> None:
    here.now = NOW


async def test_only_what_she_ticked_leaves_and_only_for_the_receivers_key(here: Intake, receiver: Receiver) -> None:
    await going(here, "need_summary", "status")
    await with_open_case(here)  # she was not asked
    path = await packed(here, receiver)
    assert NAME.encode() not in path.read_bytes()
    files = receiver.opened(path)
    whole = b"".join(files.values())
    (record,) = receiver.records(path).values()
    assert set(record["person"]) == {"need_summary", "status"}
    assert record["consent"]["recipient"] == "msa-west"
    for canary in (NAME, HEALTH, TEXT, "olena.kanarejka"):
        assert canary.encode() not in whole
    with pytest.raises(PackageBroken, match="wrong_key"):
        handover_files.open_package(path, [pyrage.x25519.Identity.generate()])


async def test_health_goes_along_where_she_ticked_it_by_itself(here: Intake, receiver: Receiver) -> None:
    await going(here, "health")
    whole = b"".join(receiver.opened(await packed(here, receiver)).values())
    assert HEALTH.encode() in whole
    assert NAME.encode() not in whole


async def test_concerns_referrals_and_deadlines_go_along_as_tasks(here: Intake, receiver: Receiver) -> None:
    person_id, _ = await going(here, "identity", codes=("housing", "residence"))
    ((concern_id,), *_) = here.rows("SELECT concern_id FROM concern ORDER BY code")
    end_of_title = intake.RegisterDeadline(
        deadline_id=uuid4(), concern_id=concern_id, on="2027-03-04", kind="title_ends"
    )
    await here.hear(end_of_title)
    sent = referral.ReferralSent(
        referral_id=uuid4(), person_id=person_id, concern_id=concern_id, version=1, service_id=uuid4(), mode="self"
    )
    await here.hear(sent, actor=None)
    path = await packed(here, receiver)
    (record,) = receiver.records(path).values()
    tasks = record["tasks"]
    assert [task["resourceType"] for task in tasks] == ["Task"] * 4
    codes = {coding["code"] for task in tasks for coding in task["code"]["coding"]}
    assert codes >= {"housing", "residence", "referral", "title_ends"}
    (page,) = [content for name, content in receiver.opened(path).items() if name.endswith("page.html")]
    assert "04.03.2027" in page.decode()
    assert page.decode().count("<article") == 2


async def test_an_unsafe_contact_stays_here_and_the_rest_goes(here: Intake, receiver: Receiver) -> None:
    person_id, _ = await going(here, "identity", "contact")
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE person SET contact_safe = false WHERE person_id = %s", (person_id,))
    (record,) = receiver.records(await packed(here, receiver)).values()
    assert set(record["person"]) == {"identity"}


async def test_the_same_state_gives_the_same_content_and_a_second_run_changes_nothing(
    here: Intake, receiver: Receiver
) -> None:
    await going(here)
    path = await packed(here, receiver)
    before, files = path.read_bytes(), receiver.opened(path)
    assert await run(here, *package_words(receiver)) == 0
    assert path.read_bytes() == before
    (batch,) = here.rows("SELECT batch_id FROM handover_batch")[0]
    assert await run(here, *package_words(receiver, "--again", batch)) == 0
    assert receiver.packages() == [path]
    path.unlink()
    assert await run(here, *package_words(receiver, "--again", batch)) == 0
    assert receiver.opened(path) == files
    assert path.read_bytes() != before
    assert said(here, "handover-packaged") == 1


async def test_who_took_her_consent_back_before_is_left_out_and_after_is_named(
    here: Intake, receiver: Receiver
) -> None:
    _, before = await going(here)
    _, after = await going(here)
    await answers(here, before, "close")
    path = await packed(here, receiver)
    (reference,) = receiver.records(path)
    await answers(here, after, "close")
    assert await run(here, *package_words(receiver)) == 0
    (named,) = (receiver.folder / "out").glob("withdrawals-*.json.age")
    found = json.loads(handover_files.open_sealed_file(named, [receiver.identity]))
    assert found["withdrawn"] == [reference]


async def test_who_is_erased_at_her_own_wish_after_the_package_is_named_too(here: Intake, receiver: Receiver) -> None:
    person_id, _ = await going(here)
    path = await packed(here, receiver)
    (reference,) = receiver.records(path)
    await here.hear(intake.BeginErasure(person_id=person_id), actor="co-1")
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    assert here.counts()["handover_case"] == 0
    await run(here, *package_words(receiver))
    (named,) = (receiver.folder / "out").glob("withdrawals-*.json.age")
    assert json.loads(handover_files.open_sealed_file(named, [receiver.identity]))["withdrawn"] == [reference]
    await confirmed(here, receiver, path)
    assert said(here, "handover-receipted") == 0


async def test_who_is_restricted_or_being_erased_stays(here: Intake, receiver: Receiver) -> None:
    held, _ = await going(here)
    gone, _ = await going(here)
    await here.hear(intake.RestrictPerson(person_id=held, restricted=True, reason="accuracy_contested"), actor="co-1")
    await here.hear(intake.BeginErasure(person_id=gone), actor="co-1")
    assert await run(here, *package_words(receiver)) == 0
    assert receiver.packages() == []
    assert said(here, "handover-packaged") == 0


async def test_her_documents_go_along_only_where_she_ticked_them(here: Intake, receiver: Receiver) -> None:
    here.service.now = lambda: here.now  # type: ignore[method-assign]
    async with here.http() as client:
        given = [(await upload(client, jpeg(), "image/jpeg")).json() for _ in range(2)]
    letters = [AttachmentClaim(attachment_id=one["attachment_id"], claim=one["claim"]) for one in given]
    await going(here, "identity", "documents", attachments=(letters[0],))
    await going(here, "identity", attachments=(letters[1],))
    path = await packed(here, receiver)
    files = receiver.opened(path)
    (document,) = [name for name in files if "/documents/" in name]
    with_papers = [record for record in receiver.records(path).values() if record["documents"]]
    (listed,) = with_papers[0]["documents"]
    assert listed["path"] == document
    assert listed["sha256"] == hashlib.sha256(files[document]).hexdigest()
    assert json.loads(files["manifest.json"])["counts"] == {"documents": 1, "files": 5, "persons": 2}


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ("west age1abc\n", "age1"),
        ("west AGE-SECRET-KEY-1QQQQ\n", "geheimer"),
        ("ost {key}\n", "Region"),
        ("west {key}\nwest {key}\n", "Zeile 2"),
        ("west\n", "Zeile 1"),
        ("nord {key}\n", "west"),
    ],
)
async def test_a_wrong_file_of_keys_is_told_and_nothing_is_written(
    here: Intake, receiver: Receiver, capsys: pytest.CaptureFixture[str], lines: str, word: str
) -> None:
    await going(here)
    keys = receiver.folder / "keys.txt"
    keys.write_text(lines.format(key=receiver.key))
    before = here.counts()
    assert await run(here, "package", "--keys", keys, "--out", receiver.folder / "out") == 1
    told = capsys.readouterr().out
    assert word in told
    assert "QQQQ" not in told
    assert receiver.packages() == []
    assert here.counts() == before


async def test_a_package_that_was_damaged_or_is_for_another_is_told_and_nothing_is_written(
    here: Intake, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    await going(here)
    path = await packed(here, receiver)
    whole = path.read_bytes()
    other = receiver.folder / "other.txt"
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    nothing = receiver.folder / "nothing.txt"
    nothing.write_text("# no key\n")
    plain = receiver.folder / "plain.age"
    plain.write_bytes(pyrage.encrypt(b"no archive", [receiver.identity.to_public()]))
    cut, flipped = receiver.folder / "cut.age", receiver.folder / "flipped.age"
    cut.write_bytes(whole[:-20])
    flipped.write_bytes(whole[:600] + bytes([whole[600] ^ 1]) + whole[601:])
    mine = receiver.identity_file()
    into, receipt = receiver.folder / "into", receiver.folder / "receipt"
    for file, identity, code in (
        (path, other, "wrong_key"),
        (path, nothing, "no_identity"),
        (cut, mine, "damaged"),
        (flipped, mine, "damaged"),
        (plain, mine, "not_a_package"),
    ):
        for lang in ("de", "en"):
            words = ("open", file, "--identity", identity, "--into", into, "--receipt", receipt)
            assert await run(here, *words, lang=lang) == 1
            assert f"[{code}]" in capsys.readouterr().err
    assert not into.exists()
    assert not receipt.exists()
    assert await run(here, "open", path, "--identity", mine, "--into", into) == 0
    assert (into / "manifest.json").exists()
    assert await run(here, "open", path, "--identity", mine, "--into", into) == 1


async def test_two_records_of_one_person_are_asked_and_handed_over_once(here: Intake, receiver: Receiver) -> None:
    kept, _ = await with_open_case(here)
    other, code = await with_open_case(here, codes=("health",))
    merge = intake.MergePersons(merge_id=uuid4(), kept_id=kept, person_id=other, reason="same_person")
    await here.hear(merge)
    assert kinds(await asked(here, other)) == ["evt intake.handover-asked", "cmd notify.tell"]
    assert await asked(here, kept) == []
    said_of_it = await takes_along(here, code, "identity")
    assert only(said_of_it, intake.HandoverAnswered).person_id == kept
    (record,) = receiver.records(await packed(here, receiver)).values()
    assert {coding["code"] for task in record["tasks"] for coding in task["code"]["coding"]} == {"housing", "health"}


async def test_at_the_desk_a_letter_without_its_scan_lets_nobody_go_after_its_time(
    here: Intake, receiver: Receiver
) -> None:
    person_id, _ = await with_open_case(here)
    await here.hear(at_the_desk(person_id, method="written", witness=None))
    here.now = NOW + days(15)
    assert await run(here, *package_words(receiver)) == 0
    assert receiver.packages() == []
