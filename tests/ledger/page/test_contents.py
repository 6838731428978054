"""What the pages say of grants and of the freeze: every figure recomputed by hand, every rule named."""

import re
from datetime import date

import httpx
import pytest

from lotse_ledger.pages.texts import TEXTS
from tests.ledger import audited
from tests.ledger.outline import Outline, cells, rows, text_of

GRANT = f"/page/grants/{audited.GRANT}"


def amounts(cells_of_row: list[str]) -> list[str]:
    return [cell for cell in cells_of_row if re.fullmatch(r"\u2212?[\d.]+,\d\d", cell)]


async def test_the_grants_stand_side_by_side(signed_in: httpx.AsyncClient) -> None:
    table = cells((await signed_in.get("/?lang=de")).text, "grants")
    assert [row[0] for row in table[1:]] == [
        "Ausländerrat Dresden e. V., DEMO-50.1",
        "Plattform Dresden e. V.",
        "Ausländerrat Dresden e. V., DEMO-51",
    ]
    assert amounts([cell.split(" ")[0] for cell in table[1]]) == [
        "50.000,00",
        "50.000,00",
        "22.500,00",
        "22.500,00",
        "18.509,12",
    ]
    assert table[2][3:5] == [TEXTS["de"]["the_remainder"], TEXTS["de"]["not_known_here"]]


@pytest.mark.parametrize("address", ["/?lang=de", "/page/freeze?lang=de"])
async def test_the_three_answers_stand_on_the_page_under_both_assumptions(
    signed_in: httpx.AsyncClient, address: str
) -> None:
    page = (await signed_in.get(address)).text
    table = cells(page, "answers")
    assert [(row[0], *amounts(row)) for row in table[1:]] == [
        ("25.09.2025", "100.000,00", "50.000,00", "50.000,00"),
        ("25.09.2025", "100.000,00", "50.000,00", "50.000,00"),
        ("12.11.2025", "50.000,00", "50.000,00", "0,00"),
        ("12.11.2025", "75.000,00", "50.000,00", "25.000,00"),
        ("12.11.2025", "50.000,00", "25.000,00", "25.000,00"),
        ("12.11.2025", "75.000,00", "37.500,00", "37.500,00"),
        ("12.12.2025", "90.000,00", "50.000,00", "40.000,00"),
        ("12.12.2025", "90.000,00", "45.000,00", "45.000,00"),
    ]
    assert page.count(TEXTS["de"]["if_it_had_been_known"]) == 2


async def test_the_picture_says_in_a_table_what_it_draws(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/page/freeze?lang=de")).text
    svg = page[page.index("<svg") : page.index("</svg>")]
    assert {text_of(one) for one in re.findall(r"<text.*?</text>", svg)} >= {
        "100.000 €",
        "50.000 €",
        "90.000 €",
        "26.09.25",
        "11.12.25",
        "12.12.25",
        "A",
        "B",
        "C",
    }
    table = cells(page, "areas")
    assert table[0][2:] == [f"gültig ab {day}" for day in ("31.03.2025", "26.09.2025", "12.11.2025", "11.12.2025")]
    assert [[row[0], *row[2:]] for row in table[1:]] == [
        ["07.05.2025", "100.000,00", "100.000,00", "100.000,00", "100.000,00"],
        ["26.09.2025", "100.000,00", "50.000,00", "50.000,00", "50.000,00"],
        ["12.11.2025", "100.000,00", "50.000,00", "50.000,00", "50.000,00"],
        ["12.12.2025", "100.000,00", "50.000,00", "50.000,00", "90.000,00"],
    ]


async def test_the_chosen_dates_are_marked_in_the_picture(signed_in: httpx.AsyncClient) -> None:
    assert "chosen-point" not in (await signed_in.get("/page/freeze?lang=de")).text
    page = (await signed_in.get("/page/freeze?lang=de&valid_to=2025-11-12&recorded_to=2025-11-12")).text
    assert page.count('class="chosen-point"') == 2
    assert "gültig bis 12.11.2025, bekannt bis 12.11.2025 23:59:59" in text_of(page)
    assert TEXTS["de"]["as_of_past"] in page
    assert cells(page, "answers")[-1][0] == TEXTS["de"]["chosen_answer"]


async def test_plan_against_actual_has_bars_headroom_and_its_rule(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{GRANT}?lang=de")).text
    table = cells(page, "use")
    found = {row[0]: (row[2], amounts(row)) for row in table[1:]}
    assert found == {
        "Personalkosten": ("24 %", ["40.000,00", "9.600,00", "0,00", "48.000,00", "38.400,00", "9.600,00"]),
        "Honorarkosten": (
            TEXTS["de"]["state_above_limit"],
            ["5.000,00", "6.500,00", "0,00", "6.000,00", "0,00", "6.000,00"],
        ),
        "Sachkosten": ("16,06 %", ["15.000,00", "2.409,12", "3.000,00", "18.000,00", "12.590,88", "2.409,12"]),
        "Summe": ("", ["60.000,00", "18.509,12", "3.000,00", "60.000,00", "18.009,12"]),
    }
    labels = [one["aria-label"] for one in Outline(page).of("svg")]
    assert "Personalkosten: 9.600,00\xa0EUR von 40.000,00\xa0EUR ausgegeben, 24\xa0%" in labels
    assert "R3 (Überschreitung einer Position bis zu: 20 %, laut Bescheid)" in text_of(page)
    assert "R3 (Gesamtsumme des Plans bindet: ja, Vorgabe)" in text_of(page)


@pytest.mark.parametrize(
    ("line", "amount", "says"),
    [
        ("material", "1.000", "1.000,00 EUR auf „Sachkosten“: passt. Danach sind noch 11.590,88 möglich."),
        ("material", "9.590,88", "passt. Danach sind noch 3.000,00 möglich."),
        ("material", "10.590,88", "Davon lägen 1.000,00 EUR über dem Plan"),
        ("material", "12590.89", "passt nicht. Davon wären 12.590,88 EUR zuwendungsfähig, 0,01 EUR nicht."),
        ("fees", "1", "passt nicht. Davon wären 0,00 EUR zuwendungsfähig, 1,00 EUR nicht."),
        ("material", "-5", "Bitte einen Betrag wie"),
        ("material", "1,2,3", "Bitte einen Betrag wie"),
        ("material", "0", "Bitte einen Betrag wie"),
        ("material", "9999999999", "Bitte einen Betrag wie"),
    ],
)
async def test_what_if_answers_before_anything_is_ordered(
    signed_in: httpx.AsyncClient, line: str, amount: str, says: str
) -> None:
    page = (await signed_in.get(GRANT, params={"lang": "de", "line": line, "amount": amount})).text
    assert says.replace(" möglich", " EUR möglich") in text_of(page)
    assert f'value="{amount}"' in page


async def test_a_line_that_the_plan_has_not_is_no_question(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(GRANT, params={"lang": "de", "line": "yacht", "amount": "1"})).text
    assert 'role="status"' not in page


async def test_each_disbursement_has_its_clock(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{GRANT}/money?lang=de")).text
    first, second = cells(page, "clocks")[1:]
    assert (first[0], first[3], amounts(first)) == (
        "05.01.2026",
        "05.03.2026",
        ["10.000,00", "10.000,00", "3.659,07", "0,00", "0,00"],
    )
    assert (second[0], second[3], amounts(second)) == (
        "29.01.2026",
        "29.03.2026",
        ["12.500,00", "5.424,26", "1.000,00", "0,00", "7.075,74"],
    )
    assert first[2] == TEXTS["de"]["clock_done"]
    assert second[2].startswith("seit ")
    late = [row for row in cells(page, "slices")[1:] if row[-1] == TEXTS["de"]["late"]]
    assert sum(int(row[4].replace(".", "").replace(",", "")) for row in late) == 4_659_07
    assert "R6 (zu verwenden innerhalb von: 2 Monate, Vorgabe)" in text_of(page)


async def test_a_clock_that_still_runs_says_how_long(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{GRANT}/money?lang=en&valid_to=2026-03-01")).text
    assert cells(page, "clocks")[1][2] == "4 days left"
    assert TEXTS["en"]["interest_none"] in page


async def test_interest_is_a_risk_with_its_base_rate_and_unknown_rates_are_not_guessed(
    signed_in: httpx.AsyncClient,
) -> None:
    known = (await signed_in.get(f"{GRANT}/money?lang=de&valid_to=2026-04-30")).text
    assert TEXTS["de"]["interest_hint"] in known
    table = cells(known, "interest")
    assert {row[-2:][0] for row in table[1:]} == {"1,27 %"}
    assert {row[-1] for row in table[1:]} == {"6,27 %"}
    assert re.search(r"Zinsen, falls verlangt: [\d.]+,\d\d EUR", text_of(known))
    unknown = text_of((await signed_in.get(f"{GRANT}/money?lang=de")).text)
    assert "Es fehlt der Satz ab 01.07.2026." in unknown
    assert "falls verlangt:" not in unknown
    assert TEXTS["de"]["rate_unconfirmed"] in unknown


async def test_the_settlement_is_a_preview_by_the_formula(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{GRANT}/settlement?lang=de")).text
    assert [amounts(row) for row in cells(page, "compare")[1:]] == [
        ["60.000,00", "18.009,12", "\u221241.990,88"],
        ["10.000,00", "4.000,00", "\u22126.000,00"],
        ["0,00", "500,00", "500,00"],
    ]
    assert {row[0]: row[2] for row in cells(page, "result")[1:]} == {
        "bewilligt": "50.000,00",
        "Minderung": "42.490,88",
        "Zuwendung nach der Abrechnung": "14.590,93",
        "ausgezahlt": "22.500,00",
        "zurückgezahlt": "0,00",
        "noch auszuzahlen": "0,00",
        "zurückzuzahlen": "7.909,07",
    }
    assert TEXTS["de"]["settlement_hint"] in text_of(page)
    assert TEXTS["de"]["rounding_down"] in page


async def test_deadlines_are_calendar_dates_and_a_sunday_is_a_remark(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/page/deadlines?lang=de")).text
    [table] = re.findall(r"<table.*?</table>", page, re.DOTALL)
    found = [[text_of(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)] for row in rows(table)]
    by_day = {(row[0], row[4].rpartition(" ")[2]): row for row in found[1:]}
    sunday = by_day[("28.02.2027", "DEMO-51")]
    assert sunday[2] == "Verwendungsnachweis"
    assert sunday[5] == TEXTS["de"]["weekend_remark"].format(day="01.03.2027")
    assert by_day[("30.04.2026", "DEMO-50.1")][3] == TEXTS["de"]["handed_in"]
    assert by_day[("30.06.2027", "DEMO-50.1")][6] == "R15"
    days = [date(*map(int, reversed(row[0].split(".")))) for row in found[1:]]
    assert days == sorted(days)


async def test_duties_name_what_is_due_and_what_was_sent(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get(f"{GRANT}/duties?lang=de")).text
    assert [(row[0], row[2]) for row in cells(page, "notices")[1:]] == [
        (TEXTS["de"]["notice_money_not_used"], TEXTS["de"]["due"]),
        (TEXTS["de"]["notice_further_funding"], TEXTS["de"]["due"]),
        (TEXTS["de"]["notice_purpose_changed"], TEXTS["de"]["sent"]),
    ]
    assert cells(page, "findings")[1][3:] == ["Skonto nicht abgezogen", TEXTS["de"]["open"]]
