"""An auditor's own checks on the pages: a sample that anybody can draw again, what changed, what she takes along."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.identity import Auditor, issue_auditor_token
from lotse_chassis.service import Service
from lotse_contracts.sealed import public_bytes
from lotse_ledger.app import build
from lotse_ledger.domain.sampling import ticket
from lotse_ledger.pages.texts import TEXTS
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import openings
from lotse_local import keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import audited, given
from tests.ledger.outline import Outline, cells, rows, text_of
from tests.ledger.walking import settings_of

SAMPLE = "/page/sample?lang=de"
CHANGED = f"/page/changes?lang=de&proof={audited.PROOF}"


def drawn(page: str) -> list[int]:
    """The entries of a sample, in the order of the page; one that is shared over two grants has two sheets."""
    sheets = re.findall(r'<article class="sheet".*?</article>', page, re.DOTALL)
    found = [re.search(r"/entries/(\d+)", one) for one in sheets]
    return list(dict.fromkeys(int(one.group(1)) for one in found if one))


def facts(page: str) -> dict[str, str]:
    """The named values of a page."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {text_of(name): text_of(value) for name, value in pairs}


async def test_a_sample_follows_from_root_and_nonce_alone(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{SAMPLE}&n=3&nonce=Elbe&method=random")).text
    said = facts(page)
    root, nonce = (bytes.fromhex(said[TEXTS["de"][name]]) for name in ("sample_root", "sample_nonce_used"))
    assert nonce == hashlib.sha256(b"Elbe").digest()
    seed = hashlib.sha256(root + nonce).digest()
    assert said[TEXTS["de"]["sample_seed"]] == seed.hex()
    signed_size = int(said[TEXTS["de"]["size"]])
    vouchers = rows((await signed_in.get("/page/entries?lang=de&kind=voucher")).text)[1:]
    below = [index for row in vouchers if (index := int(text_of(row).split(" ")[0])) < signed_size]
    lowest = sorted(below, key=lambda index: ticket(seed, index))[:3]
    assert drawn(page) == sorted(lowest)


async def test_the_page_and_the_interface_draw_the_same(signed_in: httpx.AsyncClient) -> None:
    nonce = "5f" * 16
    for method in ("random", "stratified", "mus"):
        page = (await signed_in.get(f"{SAMPLE}&n=4&nonce={nonce}&method={method}")).text
        answer = await signed_in.post("/v1/audit/sample", json={"n": 4, "nonce": nonce, "method": method})
        assert drawn(page) == [one["log_index"] for one in answer.json()["items"]], method
        assert facts(page)[TEXTS["de"]["sample_population"]] == answer.json()["population_sha256"], method


async def test_the_same_nonce_draws_the_same_and_another_one_another(signed_in: httpx.AsyncClient) -> None:
    found = [drawn((await signed_in.get(f"{SAMPLE}&n=2&nonce={nonce}")).text) for nonce in ("a", "a", *"bcdefgh")]
    assert found[0] == found[1]
    assert len({tuple(one) for one in found}) > 2


async def test_a_sample_of_one_grant_holds_its_vouchers_only(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{SAMPLE}&n=50&nonce=x&grant={audited.SHARED}")).text
    sheets = re.findall(r'<article class="sheet".*?</article>', page, re.DOTALL)
    assert len(sheets) == 1
    assert "B-2026-006" in sheets[0]
    assert "1.200,00 EUR" in text_of(sheets[0])


async def test_a_drawn_voucher_that_was_taken_back_since_says_by_what(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{SAMPLE}&n=50&nonce=x")).text
    [gone] = [
        text for one in re.findall(r"<article.*?</article>", page, re.DOTALL) if "storniert" in (text := text_of(one))
    ]
    assert re.search(r"Eintrag \d+ : nach dem Prüfpunkt, aus dem gezogen wird, storniert durch Eintrag \d+", gone)


@pytest.mark.parametrize("n", ["0", "51", "-1", "x", "1e3", "9" * 30])
async def test_a_sample_of_no_sensible_size_is_asked_again(signed_in: httpx.AsyncClient, n: str) -> None:
    page = (await signed_in.get(f"{SAMPLE}&nonce=x&n={n}")).text
    assert TEXTS["de"]["not_a_number"].format(max=50) in page
    assert "sheet" not in page[page.index("<main") :].replace("stylesheet", "")
    assert {"aria-invalid": "true", "aria-describedby": "n-odd"}.items() <= next(
        one for one in Outline(page).of("input") if one.get("id") == "n"
    ).items()


async def test_what_changed_since_the_proof_is_everything_entered_after_it(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(CHANGED)).text
    added = cells(page, "added")[1:]
    assert [(row[4].split(":")[0], row[5]) for row in added] == [
        ("Beanstandung", ""),
        ("Storno", TEXTS["de"]["reaches_back"]),
        ("Beleg", TEXTS["de"]["reaches_back"]),
    ]
    changed = {row[0].replace(" ", ""): row[2:] for row in cells(page, "changed")[1:]}
    assert changed["assets:bank"][2] == "25,44 EUR"
    assert changed[f"expense:{audited.GRANT}:material"][2] == "\u221225,44 EUR"


async def test_a_day_of_ones_own_can_be_compared_and_a_reversed_one_is_refused(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/page/changes?lang=de&recorded_from=2026-05-31")).text
    assert len(cells(page, "added")) == 3
    same = (await signed_in.get("/page/changes?lang=de&recorded_from=2026-06-01T10:01:00Z")).text
    assert TEXTS["de"]["nothing_changed"] in same or "Neue Einträge: 0" in text_of(same)
    for wrong in ("recorded_from=2026-05-31&recorded_to=2026-05-01", "recorded_from=x", "recorded_from=2099-01-01"):
        answer = await signed_in.get(f"/page/changes?lang=de&{wrong}")
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, wrong
        assert TEXTS["de"]["refused"] in answer.text, wrong


async def test_the_lists_are_those_of_the_chosen_dates(signed_in: httpx.AsyncClient) -> None:
    address = f"/page/files/grants/{audited.GRANT}/belegliste.csv?valid_to=2026-03-01"
    answer = await signed_in.get(address)
    assert answer.headers["content-disposition"] == 'attachment; filename="belegliste-2026-03-01.csv"'
    found = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(found) == 3
    assert all(audited.PAYEE in row for row in found[1:])
    assert (await signed_in.get(address)).content == answer.content
    plan = await signed_in.get(f"/page/files/grants/{audited.GRANT}/soll_ist.csv")
    assert "Honorarkosten" in plan.content.decode("utf-8-sig")


async def test_lists_without_the_scope_name_no_payee(anybody: httpx.AsyncClient, token: Callable[..., str]) -> None:
    anybody.headers["authorization"] = f"Bearer {token(f'grant:{audited.GRANT}')}"
    answer = await anybody.get(f"/page/files/grants/{audited.GRANT}/belegliste.csv")
    assert b"B-2026-001" in answer.content
    assert b"Kopierladen" not in answer.content
    for whole in ("journal.hledger", "journal.beancount"):
        refused = await anybody.get(f"/page/files/{whole}")
        assert refused.status_code == httpx.codes.FORBIDDEN, whole
        assert b"assets:bank" not in refused.content, whole
    assert (await anybody.post("/page/files/bundle.zip")).status_code == httpx.codes.FORBIDDEN
    assert (await anybody.get(f"/page/files/grants/{audited.SHARED}/soll_ist.csv")).status_code == 404


async def test_journals_hold_the_postings(signed_in: httpx.AsyncClient) -> None:
    for name in ("journal.hledger", "journal.beancount"):
        answer = await signed_in.get(f"/page/files/{name}")
        assert "DEMO" in answer.text
        assert "6500" in answer.text.replace(",", "").replace(".", ""), name


def test_a_document_comes_as_it_was_given_and_never_as_a_page(every_page: dict[str, httpx.Response]) -> None:
    documents = {address: answer for address, answer in every_page.items() if "/files/documents/" in address}
    assert len(documents) >= 14
    for address, answer in documents.items():
        digest = re.search(r"[0-9a-f]{64}", address)
        assert digest
        assert hashlib.sha256(answer.content).hexdigest() == digest.group()
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="{digest.group()}.pdf"'
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cache-control"] == "no-store"


async def test_a_document_that_no_entry_names_is_not_given(signed_in: httpx.AsyncClient, folder: Path) -> None:
    stray = audited.evidence_in(folder).keep(audited.document("stray"))
    assert (await signed_in.get(f"/page/files/documents/{stray.sha256}")).status_code == httpx.codes.NOT_FOUND


@pytest.fixture
async def own(
    postgres: kit.Postgres, place: AssociationFolder, tmp_path: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, kit.ServiceDatabase]]:
    """A year that may be changed, and a client that opens vouchers and whose token carries a key."""
    database = postgres.database("ledger")
    audited.keys_in(tmp_path)
    await audited.fill(database, tmp_path)
    service = build(LedgerSettings.from_env(settings_of(database, place, tmp_path)))
    transport = httpx.ASGITransport(app=service.http)
    headers = {"authorization": f"Bearer {_sealing_token(service, place)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as client:
        yield client, database
    await service.engine.dispose()
    postgres.drop(database)


def _sealing_token(service: Service, place: AssociationFolder) -> str:
    at = service.now()
    public = public_bytes(X25519PrivateKey.generate())
    auditor = Auditor(
        "sozialamt-2", frozenset({"ledger:read", "vouchers"}), at.replace(year=at.year + 1), "t-2", public
    )
    key = keyring.signing_key(place, keyring.AUDITOR_KEY)
    return issue_auditor_token(auditor, key, association=kit.ASSOCIATION, at=at)


async def test_the_bundle_is_made_by_a_button_and_entered(
    own: tuple[httpx.AsyncClient, kit.ServiceDatabase],
) -> None:
    client, _ = own
    assert (await client.get("/page/files/bundle.zip")).status_code == httpx.codes.NOT_FOUND
    page = (await client.get("/page/downloads?lang=de")).text
    [form] = [one for one in Outline(page).of("form") if "bundle.zip" in str(one["action"])]
    assert form["method"] == "post"
    answer = await client.post("/page/files/bundle.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        names = bundle.namelist()
        assert {"MANIFEST.sha256", "policy.txt", "log/checkpoint", "belegliste.csv", "verify.html"} <= set(names)
        assert len([name for name in names if name.startswith("belege/")]) >= 12
        manifest = bundle.read("MANIFEST.sha256")
    entered = (await client.get("/page/entries?lang=de&kind=export_created")).text
    [row] = rows(entered)[1:]
    index = text_of(row).split(" ")[0]
    body = text_of((await client.get(f"/page/entries/{index}?lang=de")).text)
    assert hashlib.sha256(manifest).hexdigest() in body


async def test_after_erasure_the_page_says_so_and_shows_the_digest(
    own: tuple[httpx.AsyncClient, kit.ServiceDatabase], tmp_path: Path
) -> None:
    client, database = own
    page = (await client.get("/page/entries?lang=de&kind=voucher")).text
    index = int(text_of(rows(page)[1]).split(" ")[0])
    before = (await client.get(f"/page/entries/{index}?lang=de")).text
    assert audited.PAYEE in text_of(before)
    async with given.transaction(database) as tx:
        assert await openings.erase(tx, index, "payee", keys=audited.person_keys_in(tmp_path))
    after = (await client.get(f"/page/entries/{index}?lang=de")).text
    assert audited.PAYEE not in text_of(after)
    assert TEXTS["de"]["erased"] in after
    sheet = (await client.get(f"/page/grants/{audited.GRANT}/vouchers/{index}?lang=de")).text
    assert TEXTS["de"]["erased"] in sheet
    assert re.findall(r"SHA-256 ([0-9a-f]{64})", before) == re.findall(r"SHA-256 ([0-9a-f]{64})", after)


async def test_her_access_shows_what_the_association_sees_and_what_is_sealed(
    own: tuple[httpx.AsyncClient, kit.ServiceDatabase],
) -> None:
    client, _ = own
    await client.get("/page/accounts")
    answer = await client.get("/page/access?lang=de")
    assert facts(answer.text)[TEXTS["de"]["token_vouchers"]] == TEXTS["de"]["yes"]
    assert facts(answer.text)[TEXTS["de"]["token_findings"]] == TEXTS["de"]["no"]
    assert [row[1] for row in cells(answer.text, "seen")[1:]] == ["2"]
    number, _, digest = answer.headers["lotse-query"].partition(":")
    assert (number, facts(answer.text)[TEXTS["de"]["sealed_digest"]]) == ("2", digest)
    chain = (await client.get("/v1/audit/queries")).json()
    assert [row["number"] for row in chain["rows"]] == [1, 2, 3]
    assert "accounts" not in json.dumps(chain)


async def test_who_has_no_key_is_told_that_nothing_is_kept(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/page/access?lang=de")).text
    assert TEXTS["de"]["nothing_sealed"] in page
