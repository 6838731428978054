"""What the pages say of vouchers, entries and rules: nothing private slipped out, every row says what it is worth."""

import re
from collections.abc import Callable

import httpx

from lotse_ledger.domain.law.rules import RULES
from lotse_ledger.pages.texts import TEXTS
from tests.ledger import audited
from tests.ledger.outline import Outline, cells, rows, text_of

BADGE = '<strong class="badge demo">DEMO</strong>'
PUBLIC = tuple(f'<span class="badge">{words["public"]}</span>' for words in TEXTS.values())
NO_AMOUNTS = ("/page/rules", "/page/evidence", "/page/access")
"""Pages of counts and digests."""
GRANT = f"/page/grants/{audited.GRANT}"


def amounts(cells_of_row: list[str]) -> list[str]:
    return [cell for cell in cells_of_row if re.fullmatch(r"\u2212?[\d.]+,\d\d", cell)]


async def test_every_voucher_is_listed_once_with_the_money_that_it_used(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{GRANT}/vouchers?lang=de")).text
    found = [[text_of(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)] for row in rows(page)]
    numbers = [row[3] for row in found[1:-1]]
    assert sorted(numbers) == [f"B-2026-{number:03}" for number in (1, 2, 3, 4, 6, 7)]
    assert amounts(found[-1]) == ["18.509,12"]
    assert audited.PAYEE not in text_of(page)
    assert [row[7] for row in found[1:-1] if row[3] == "B-2026-006"] == ["1.200,00"]


async def test_a_sheet_shows_invoice_plan_line_money_and_rules(
    signed_in: httpx.AsyncClient, html: dict[str, str]
) -> None:
    page = next(page for address, page in html.items() if "/vouchers/" in address and "B-2026-004" in page)
    assert '<html lang="de">' in page
    text = text_of(page)
    for part in (
        audited.PAYEE,
        "6.500,00 EUR",
        "Honorarkosten",
        TEXTS["de"]["state_above_limit"],
        "5.416,66 EUR",
        TEXTS["de"]["late"],
        "R3 (",
        "R6 (",
        "gezahlt am 29.03.2026",
    ):
        assert part in text, part
    assert re.search(r'href="[./]+proof/\d+"', page)


async def test_without_the_scope_neither_payee_nor_document_is_shown(
    anybody: httpx.AsyncClient, token: Callable[..., str], html: dict[str, str]
) -> None:
    anybody.headers["authorization"] = f"Bearer {token('ledger:read')}"
    sheets = [address for address in html if "/vouchers/" in address]
    entries = [address for address in html if "/page/entries/" in address]
    for address in [*sheets, *entries, "/page/sample?n=9&nonce=x&lang=de"]:
        page = (await anybody.get(address)).text
        assert audited.PAYEE not in text_of(page), address
        assert audited.IBAN not in page, address
        assert "files/documents/" not in page, address
    document = next(link for link in _document_links(html))
    answer = await anybody.get(document)
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert b"%PDF" not in answer.content


def _document_links(html: dict[str, str]) -> list[str]:
    found = {one for page in html.values() for one in re.findall(r"files/documents/[0-9a-f]{64}", page)}
    return sorted(f"/page/{one}?lang=de" for one in found)


async def test_an_entry_shows_postings_proof_and_what_became_of_it(html: dict[str, str]) -> None:
    page = next(page for address, page in html.items() if "/page/entries/" in address and _is_taken_back(page))
    text = text_of(page)
    assert TEXTS["de"]["reversed_by"].capitalize() in text
    assert re.findall(r"[\d.]+,\d\d EUR", text_of(page[page.index('id="postings"') :]))
    digest = re.search(r"<dd><code>([0-9a-f]{64})</code></dd>", page)
    assert digest
    assert '"log_index":' in text
    assert TEXTS["de"]["covered_by"].split("{")[0] in text


def _is_taken_back(page: str) -> bool:
    return audited.PRINTED in page and '<html lang="de">' in page and "files/documents" in page


async def test_the_log_can_be_narrowed_and_goes_on(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/page/entries?lang=de&kind=voucher")).text
    kinds = [row for row in rows(page) if "Beleg:" in text_of(row)]
    assert len(kinds) == len(rows(page)) - 1 == 7
    assert sum(TEXTS["de"]["not_in_force"] in text_of(row) for row in kinds) == 1
    of_other = (await signed_in.get(f"/page/entries?lang=de&grant={audited.SHARED}")).text
    assert {text_of(row).split(" ")[0] for row in rows(of_other)[1:]} < {
        text_of(row).split(" ")[0] for row in rows((await signed_in.get("/page/entries?lang=de")).text)[1:]
    }
    assert (await signed_in.get("/page/entries?lang=de&grant=x")).status_code == httpx.codes.NOT_FOUND


def test_every_row_says_what_it_stands_for_before_any_amount(html: dict[str, str]) -> None:
    marked = 0
    for address, page in html.items():
        if address.startswith(NO_AMOUNTS):
            continue
        for row in rows(page):
            amount = re.search(r'<td class="amount">\s*[^<\s]', row)
            if amount:
                assert 'class="badge' in row, (address, row)
                assert row.index('class="badge') < amount.start(), (address, row)
                marked += 1
    assert marked > 300


def test_every_row_of_a_demonstration_grant_says_demo(html: dict[str, str]) -> None:
    for address, page in html.items():
        if f"/page/grants/{audited.GRANT}" in address or f"/page/grants/{audited.SHARED}" in address:
            shown = [row for row in rows(page[page.index("<main") :]) if 'scope="row"' in row]
            assert [row for row in shown if not any(mark in row for mark in (BADGE, *PUBLIC))] == [], address


async def test_every_page_says_what_is_not_proven(html: dict[str, str]) -> None:
    for address, page in html.items():
        assert TEXTS["en" if "lang=en" in address else "de"]["not_proven"] in text_of(page), address


async def test_every_rule_that_a_page_cites_is_explained(html: dict[str, str]) -> None:
    cited = {code for page in html.values() for code in re.findall(r"page/rules[^\"]*#([A-Z0-9]+)\"", page)}
    assert {"R3", "R6", "R7", "R15", "R16", "R27", "A4"} & cited >= {"R3", "R6", "R15", "R16", "R27", "A4"}
    rules = next(page for address, page in html.items() if address.startswith("/page/rules") and "lang=de" in address)
    identifiers = {one.get("id") for _, one in Outline(rules).tags}
    assert cited <= identifiers
    assert set(RULES) <= identifiers
    sources = " ".join(row[2] for row in cells(rules, "rule-list")[1:])
    for english in (" as ", "section", "annex", "No. ", " of ", "federal", "per cent", "months", "weeks", "public"):
        assert english not in sources, english
