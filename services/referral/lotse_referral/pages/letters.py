"""A covering letter to an office in German, and a copy for the person in her language that says what was told.

The letter's form follows DIN 5008 (2020), form B: address field 45 mm from the top and 20 mm from the left, 85 by 45
mm; the text begins with the subject at 103.4 mm; marks to fold at 105 and 210 mm, to punch at 148.5 mm.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any

from lotse_chassis.paper import HEIGHT, MM, TEXT_FONT, WIDTH, Sheet, draw_at, draw_qr, paragraph
from lotse_contracts.intake import PersonFields
from lotse_referral.domain.cards import languages_of
from lotse_referral.domain.codes import parent_of
from lotse_referral.domain.phrases import GREETING, concerns_named, language_named, phrase
from lotse_referral.domain.referral import Referral
from lotse_referral.pages.office import HERE, WORDS, groups_shown
from lotse_referral.providers.offices import Sender
from lotse_referral.store.directory import NamedService

TEXTS: Mapping[str, Any] = json.loads(
    (resources.files("lotse_referral") / "data" / "letter_texts.json").read_text("utf-8")
)
ADDRESS_TOP, ADDRESS_LEFT, ADDRESS_WIDTH = 45 * MM, 20 * MM, 85 * MM
RETURN_HEIGHT = 17.7 * MM  # the zone of the sender's line and remarks within the address field
SUBJECT_TOP = 103.4 * MM
INFO_LEFT, INFO_TOP = 125 * MM, 50 * MM
FOLDS, PUNCH = (105 * MM, 210 * MM), 148.5 * MM
QR_SIDE = 28 * MM
CODE_GROUP = 6  # characters between two hyphens, for whoever types it in


@dataclass(frozen=True)
class Letter:
    """What is written about; `url` and `code` open the page once. Without fields there are lines to fill in."""

    referral: Referral
    service: NamedService
    sender: Sender
    at: datetime
    until: datetime
    url: str = field(repr=False)
    code: str = field(repr=False)
    fields: PersonFields | None = field(default=None, repr=False)


def letter_pdf(letter: Letter) -> bytes:
    """For a window envelope; the office needs no account to answer it."""
    words = TEXTS["letter"]
    concern = concerns_named(letter.referral.codes, "de")
    title = words["subject"].format(concern=concern)
    sheet = Sheet(title=title, language="de", foot=(letter.sender.full,))
    _head(sheet, letter)
    sheet.y = HEIGHT - SUBJECT_TOP
    sheet.text(title, bold=True, size=12, gap=5 * MM)
    sheet.text(words["greeting"], gap=3 * MM)
    named = letter.fields is not None
    sheet.text(words["intro_named" if named else "intro_blank"], gap=4 * MM)
    sheet.row(words["about"], concern)
    sheet.row(words["urgency"], words["urgencies"][letter.referral.urgency])
    sheet.row(words["language"], language_named(letter.referral.language, "de"))
    _person(sheet, letter.fields, words)
    _how_to_answer(sheet, letter, words)
    if named:
        sheet.text(words["purpose"], size=9, gap=3 * MM)
    sheet.need(25 * MM)
    sheet.text(words["closing"], gap=14 * MM)
    sheet.text(letter.sender.name)
    return sheet.pdf()


def copy_pdf(letter: Letter, language: str) -> bytes:
    """What she should know: to whom, about what, what was told, and that she may take it back. No code is on it."""
    first = TEXTS["copy"][language]
    sheet = Sheet(title=f"{first['title']}: {letter.service.name}", language=language)
    for one in languages_of(language):
        words = TEXTS["copy"][one]
        sheet.text(words["title"], bold=True, size=15, gap=3 * MM)
        sheet.text(words["text"].format(sender=letter.sender.name), gap=4 * MM)
        sheet.row(words["to"], _named(letter.service))
        sheet.row(words["about"], concerns_named(letter.referral.codes, one))
        sheet.row(words["told"], _told(letter.fields, words))
        sheet.row(words["say"], phrase(_code(letter), one) if one == "de" else f"{GREETING['de']} {_german(letter)}")
        if one != "de":
            sheet.row("", phrase(_code(letter), one))
        sheet.text(words["withdraw"], gap=2 * MM)
        sheet.text(f"{words['questions']} {letter.sender.full}", gap=2 * MM)
        sheet.rule()
    return sheet.pdf()


def _head(sheet: Sheet, letter: Letter) -> None:
    """Sender's line, address, information block, and the marks at the edge."""
    canvas = sheet.canvas
    back = " · ".join((letter.sender.name, *letter.sender.address))
    top = HEIGHT - ADDRESS_TOP
    line = draw_at(canvas, paragraph(back, TEXT_FONT, 7), ADDRESS_LEFT, top - RETURN_HEIGHT + 9, ADDRESS_WIDTH)
    canvas.setLineWidth(0.3)
    canvas.line(ADDRESS_LEFT, line - 1, ADDRESS_LEFT + ADDRESS_WIDTH, line - 1)
    draw_at(canvas, paragraph(_address(letter.service), TEXT_FONT, 10.5), ADDRESS_LEFT, line - 4, ADDRESS_WIDTH)
    words = TEXTS["letter"]
    lines = [letter.sender.name, *letter.sender.address, letter.sender.contact, ""]
    lines += [f"{words['date']}: {letter.at.astimezone(HERE):%d.%m.%Y}", f"{words['reference']}: {_reference(letter)}"]
    block = paragraph("\n".join(line for line in lines), TEXT_FONT, 9)
    draw_at(canvas, block, INFO_LEFT, HEIGHT - INFO_TOP, WIDTH - INFO_LEFT - 10 * MM)
    for mark in (*FOLDS, PUNCH):
        canvas.line(5 * MM, HEIGHT - mark, (10 if mark == PUNCH else 8) * MM, HEIGHT - mark)


def _person(sheet: Sheet, fields: PersonFields | None, words: Mapping[str, Any]) -> None:
    sheet.need(20 * MM)
    sheet.y -= 3 * MM
    if fields is None:
        sheet.text(words["person"], bold=True)
        for label in ("blank_name", "blank_birth", "blank_phone"):
            sheet.blank(words[label])
        sheet.y -= 4 * MM
        return
    for _, lines in groups_shown(fields, WORDS["de"]):
        for label, value in lines:
            sheet.row(label, value)


def _how_to_answer(sheet: Sheet, letter: Letter, words: Mapping[str, Any]) -> None:
    sheet.need(QR_SIDE + 14 * MM)
    sheet.rule()
    sheet.text(words["answer_title"], bold=True, gap=1.5 * MM)
    top = sheet.y
    draw_qr(sheet.canvas, sheet.left + sheet.width - QR_SIDE, top - QR_SIDE, QR_SIDE, letter.url)
    full, sheet.right = sheet.right, sheet.right + QR_SIDE + 5 * MM
    until = f"{letter.until.astimezone(HERE):%d.%m.%Y}"
    sheet.text(words["answer_online"].format(until=until), gap=1.5 * MM)
    sheet.row(words["answer_page"], letter.url.removesuffix(f"/{letter.code}"), label_width=18 * MM, gap=1)
    sheet.row(words["answer_code"], grouped(letter.code), label_width=18 * MM, gap=1.5 * MM)
    if letter.sender.contact:
        sheet.text(words["answer_phone"].format(contact=letter.sender.contact))
    sheet.right = full
    sheet.y = min(sheet.y, top - QR_SIDE) - 4 * MM


def grouped(code: str) -> str:
    """With hyphens; the page takes it with and without."""
    return "-".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP))


def _address(service: NamedService) -> str:
    lines = [service.organization] if service.organization != service.name else []
    parts = (service.address or "").split(", ") if service.address else []
    return "\n".join([*lines, service.name, *parts])


def _named(service: NamedService) -> str:
    return ", ".join(dict.fromkeys(part for part in (service.name, service.organization, service.address) if part))


def _told(fields: PersonFields | None, words: Mapping[str, Any]) -> str:
    if fields is None:
        return str(words["told_none"])
    groups: Sequence[str] = [group for group, _ in groups_shown(fields, WORDS["de"])]
    return "\n".join(f"• {words['groups'][group]}" for group in groups) or str(words["told_none"])


def _reference(letter: Letter) -> str:
    """Enough of the referral's own random id to find it again."""
    return str(letter.referral.referral_id)[:8].upper()


def _code(letter: Letter) -> str:
    return parent_of(letter.referral.codes[0]) if letter.referral.codes else ""


def _german(letter: Letter) -> str:
    return phrase(_code(letter), "de")
