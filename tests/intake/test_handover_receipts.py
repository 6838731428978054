"""A receipt counts once for each person, and nothing is purged before it and the period after it."""

from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_contracts import referral
from lotse_intake.domain.handover_receipt import line_of
from lotse_intake.providers import handover_files
from tests.intake.given import Intake
from tests.intake.handing import (
    NOW,
    Receiver,
    confirmed,
    days,
    going,
    packed,
    run,
    said,
)

HEALTH = "Canary-Health"


@pytest.fixture(autouse=True)
def in_december(here: Intake) -> None:
    here.now = NOW


async def test_a_receipt_counts_once_hands_the_concerns_over_and_ends_what_is_in_flight(
    here: Intake, receiver: Receiver
) -> None:
    person_id, _ = await going(here)
    ((concern_id,),) = here.rows("SELECT concern_id FROM concern")
    sent = referral.ReferralSent(
        referral_id=uuid4(), person_id=person_id, concern_id=concern_id, version=1, service_id=uuid4(), mode="self"
    )
    await here.hear(sent, actor=None)
    receipt = await confirmed(here, receiver, await packed(here, receiver))
    assert here.rows("SELECT state FROM concern") == [("handed_over",)]
    assert said(here, "concern-moved") == 2
    ((body,),) = here.rows("SELECT body FROM outbox WHERE subject LIKE '%.handover-receipted.%'")
    assert str(sent.referral_id) in str(bytes(body) if not isinstance(body, str) else body)
    before = here.counts()
    assert await run(here, "receipt", receipt) == 0
    assert here.counts() == before


async def test_lines_that_are_unknown_double_or_wrong_are_refused_and_the_others_count(
    here: Intake, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        await going(here)
    path = await packed(here, receiver)
    opened, _ = handover_files.open_package(path, [receiver.identity])
    good, twice, wrong, refused, missing = sorted(opened.records)

    def line(reference: UUID, digest: str = "", *, received: bool = True) -> str:
        held = digest or opened.records.get(reference, "0" * 64)
        return line_of(opened.batch_id, opened.manifest_sha256, reference, held, received=received)

    lines = [line(good), line(twice), line(twice), line(wrong, "f" * 64), line(refused, received=False)]
    lines += [line(uuid4()), "{", '{"batch": 1}', "\u0000" * 3_000]
    receipt = receiver.folder / "receipt.jsonl"
    receipt.write_text("\n".join(lines))
    assert await run(here, "receipt", receipt) == 1
    told = capsys.readouterr().out
    assert "1 neu bestätigt, 0 schon vorher, 8 abgewiesen" in told
    assert str(missing) in told
    assert here.rows("SELECT count(*) FROM handover_item WHERE receipted_at IS NOT NULL") == [(1,)]
    assert said(here, "handover-receipted") == 1


async def test_a_receipt_of_another_package_changes_nothing(
    here: Intake, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    await going(here)
    path = await packed(here, receiver)
    opened, _ = handover_files.open_package(path, [receiver.identity])
    ((reference, digest),) = opened.records.items()
    receipt = receiver.folder / "receipt.jsonl"
    before = here.counts()
    for batch, manifest in ((uuid4(), opened.manifest_sha256), (opened.batch_id, "0" * 64)):
        receipt.write_text(line_of(batch, manifest, reference, digest))
        for lang in ("de", "en"):
            assert await run(here, "receipt", receipt, lang=lang) == 1
            assert "handover_receipt_of_another" in capsys.readouterr().out
    assert here.counts() == before


async def test_nothing_is_purged_before_the_receipt_and_thirty_days(here: Intake, receiver: Receiver) -> None:
    person_id, _ = await going(here)
    path = await packed(here, receiver)
    here.now = NOW + days(300)
    assert await run(here, "purge", "--yes") == 0
    assert said(here, "erase-person") == 0
    here.now = NOW
    await confirmed(here, receiver, path)
    here.now = NOW + days(30) - days(1) / 1000
    await run(here, "purge", "--yes")
    assert said(here, "erase-person") == 0
    here.now = NOW + days(30)
    await run(here, "purge", "--dry-run")
    assert said(here, "erase-person") == 0
    await run(here, "purge", "--yes")
    await run(here, "purge", "--yes")
    assert said(here, "erase-person") == 4
    assert said(here, "handover-purged") == 1
    assert here.rows(f"SELECT frozen FROM person WHERE person_id = '{person_id}'") == [(True,)]


async def test_who_wrote_again_after_the_handover_is_not_purged(here: Intake, receiver: Receiver) -> None:
    person_id, _ = await going(here)
    await confirmed(here, receiver, await packed(here, receiver))
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE concern SET state = 'received', ended_at = NULL WHERE person_id = %s", (person_id,))
    here.now = NOW + days(31)
    assert await run(here, "purge", "--yes") == 0
    assert said(here, "erase-person") == 0
