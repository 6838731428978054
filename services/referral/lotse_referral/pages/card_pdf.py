"""The same card on paper: her language and German, one file, whose language is hers."""

from collections.abc import Iterator

from lotse_chassis.paper import MM, Sheet, printable
from lotse_referral.domain.card_texts import CARD_TEXTS, ENDONYMS
from lotse_referral.domain.cards import OTHER_LANGUAGE, hours_lines, languages_of, slot_lines
from lotse_referral.domain.phrases import GREETING, phrase
from lotse_referral.pages.cards import Card

TITLE_SIZE, SAY_SIZE, HEADING_SIZE = 16.0, 14.0, 12.0
SIZES = (10.5, 9.75, 9.0)  # points; the largest at which it is one page, or as many pages as the smallest needs


def card_pdf(card: Card, language: str) -> bytes:
    """A4, one page where that can be read; the sentence to be shown is large enough to be read across a counter."""
    sheets = (_written(card, language, size) for size in SIZES[:-1])
    return (next((one for one in sheets if one.pages == 1), None) or _written(card, language, SIZES[-1])).pdf()


def _written(card: Card, language: str, size: float) -> Sheet:
    title = f"{CARD_TEXTS[language]['title']}: {card.service.name}"
    sheet = Sheet(title=title, language=language, size=size)
    sheet.text(card.service.name, bold=True, size=TITLE_SIZE, gap=3 * MM)
    if card.code:
        _say(sheet, card.code, language)
    for one in languages_of(language):
        sheet.rule()
        sheet.text(CARD_TEXTS[one]["title"], bold=True, size=HEADING_SIZE, gap=2 * MM)
        for label, said in _rows(card, one):
            sheet.row(label, said)
    return sheet


def _say(sheet: Sheet, code: str, language: str) -> None:
    words = CARD_TEXTS[language]
    sheet.text(words["say"], bold=True, size=HEADING_SIZE, gap=1.5 * MM)
    if language != OTHER_LANGUAGE:
        sheet.text(f"{GREETING[language]} {phrase(code, language)}", gap=2 * MM)
    sheet.text(words["say_show"], gap=1.5 * MM)
    sheet.text(f"{GREETING[OTHER_LANGUAGE]} {phrase(code, OTHER_LANGUAGE)}", bold=True, size=SAY_SIZE, indent=5 * MM)


def _rows(card: Card, language: str) -> Iterator[tuple[str, str]]:
    service, details, words = card.service, card.details, CARD_TEXTS[language]
    yield words["address"], words["secret"] if service.confidential else service.address or words["ask"]
    yield words["phone"], service.phone or words["ask"]
    hours = "\n".join(hours_lines(details, language)) or words["ask"]
    yield words["hours"], f"{hours}\n{words['appointment']}" if service.appointment_only else hours
    yield words["languages"], "\n".join(_languages(card, language)) or words["ask"]
    yield words["bring"], "\n".join(f"• {one}" for one in details.documents) or words["ask"]
    if service.email:
        yield words["email"], service.email
    if service.url:
        yield words["website"], service.url
    if service.assured_on is not None:
        yield words["checked"], f"{service.assured_on:%d.%m.%Y}"


def _languages(card: Card, language: str) -> Iterator[str]:
    service, words = card.service, CARD_TEXTS[language]
    slots = [(code, line) for code, line in slot_lines(card.details, language) if printable(line)]
    yield from (line for _, line in slots)
    known = {code for code, _ in slots}
    if spoken := [code for code in service.spoken if code not in known]:
        yield _named(spoken)
    if service.doubtful:
        yield f"{words['doubtful']} {_named(service.doubtful)}"
    if service.interpreter:
        yield words["interpreter"]


def _named(codes: list[str] | tuple[str, ...]) -> str:
    """By their own names; a script that the font does not have is named by its code."""
    names = [(ENDONYMS.get(code, code), code) for code in codes]
    return ", ".join(name if printable(name) else code for name, code in names)
