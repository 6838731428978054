"""A consent as one page of paper to sign: German and her own language side by side, with the code that finds it again.

Nothing of a person is on it: she writes her name herself, and the code leads to her consent only here.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from lotse_chassis.paper import (
    BOLD_FONT,
    HEIGHT,
    MM,
    TEXT_FONT,
    WIDTH,
    canvas_of,
    draw_at,
    draw_qr,
    height_of,
    paragraph,
)
from lotse_intake.domain.consent_texts import Wording

MARGIN: float = 15 * MM
GUTTER = 7 * MM
QR_SIDE = 25 * MM
SIZE_MAX, SIZE_MIN, SIZE_STEP = 12.0, 8.5, 0.25  # points; below the smallest nobody can read it at a desk
TITLE_SIZE, SMALL_SIZE = 13.0, 7.5
LINE_GAP = 12.5 * MM  # from one line to sign on to the next
FOOT = 10 * MM
QR_PREFIX = "LOTSE-CONSENT:"


class FormTooLong(ValueError):
    """The text does not fit on one page at the smallest size."""


@dataclass(frozen=True)
class Form:
    """What stands on the page. `wordings` are the languages from left to right, German last; one alone is wide."""

    wordings: dict[str, Wording]
    page: Mapping[str, Mapping[str, str]]
    version: str
    draft: bool
    code: str = ""
    asks_health: bool = False
    by_guardian: bool = False


def form_pdf(form: Form) -> bytes:
    """One page of A4. The same form is the same bytes. Raises FormTooLong."""
    written = io.BytesIO()
    title = f"{form.page['form']['de']} {form.code or form.version}"
    canvas = canvas_of(written, title, next(iter(form.wordings)))
    top = _draw_head(canvas, form)
    bottom = _draw_foot(canvas, form)
    bottom = _draw_lines(canvas, form, bottom)
    _draw_body(canvas, form, top, bottom)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def _columns(form: Form) -> list[tuple[str, float, float]]:
    """Language, left edge and width of each column."""
    languages = list(form.wordings)
    width = (WIDTH - 2 * MARGIN - GUTTER * (len(languages) - 1)) / len(languages)
    return [(language, MARGIN + place * (width + GUTTER), width) for place, language in enumerate(languages)]


def _draw_head(canvas: Canvas, form: Form) -> float:
    """Titles at the left, the code at the right; returns where the body may begin."""
    top = HEIGHT - MARGIN
    right = WIDTH - MARGIN
    width = right - MARGIN - (QR_SIDE + GUTTER if form.code else 0)
    low = top
    for language in reversed(form.wordings):
        title = paragraph(form.wordings[language].title, BOLD_FONT, TITLE_SIZE)
        low = draw_at(canvas, title, MARGIN, low, width) - 1.5 * MM
    if form.code:
        draw_qr(canvas, right - QR_SIDE, top - QR_SIDE, QR_SIDE, QR_PREFIX + form.code.replace("-", ""))
        low = min(low, top - QR_SIDE)
    named = f"{_both(form, 'form')}: {form.code}" if form.code else _both(form, "form")
    canvas.setFont(TEXT_FONT, SMALL_SIZE + 1)
    low -= 2.5 * MM
    canvas.drawString(MARGIN, low, named)
    canvas.drawRightString(right, low, f"{_both(form, 'version')}: {form.version}")
    low -= 2 * MM
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, low, right, low)
    return low - 3 * MM


def _draw_foot(canvas: Canvas, form: Form) -> float:
    """What holds for the whole page; returns where it begins."""
    said = [_both(form, "same")] if len(form.wordings) > 1 else []
    said += [form.page["draft"][language] for language in reversed(form.wordings)] if form.draft else []
    low = MARGIN * 0.7
    for text in reversed(said):
        low += _draw_up(canvas, paragraph(text, TEXT_FONT, SMALL_SIZE), low)
    return low + 3 * MM


def _draw_up(canvas: Canvas, block: Paragraph, bottom: float) -> float:
    high = height_of(block, WIDTH - 2 * MARGIN)
    block.drawOn(canvas, MARGIN, bottom)
    return high


def _draw_lines(canvas: Canvas, form: Form, bottom: float) -> float:
    """Lines to write and sign on, from the bottom up; returns where they begin."""
    asked = [("name", "place_date"), ("signature", None)]
    if form.by_guardian:
        asked = [("name", "place_date"), ("guardian_name", "guardian_signature")]
    half = (WIDTH - 2 * MARGIN - GUTTER) / 2
    low = bottom
    for left_name, right_name in reversed(asked):
        labels = [(left_name, MARGIN, half if right_name else WIDTH - 2 * MARGIN)]
        labels += [(right_name, MARGIN + half + GUTTER, half)] if right_name else []
        shown = [(paragraph(_both(form, name), TEXT_FONT, SMALL_SIZE), left, width) for name, left, width in labels]
        high = max(height_of(block, width) for block, _, width in shown)
        line = low + high + 1 * MM
        for block, left, width in shown:
            canvas.setLineWidth(0.5)
            canvas.line(left, line, left + width, line)
            draw_at(canvas, block, left, line - 0.5 * MM, width)
        low = line + LINE_GAP - 3 * MM
    return low


def _draw_body(canvas: Canvas, form: Form, top: float, bottom: float) -> None:
    size = SIZE_MAX
    while True:
        rows = _rows(form, size)
        if sum(high for _, high in rows) <= top - bottom:
            break
        size -= SIZE_STEP
        if size < SIZE_MIN:
            raise FormTooLong
    for cells, high in rows:
        for blocks, (_, left, width) in zip(cells, _columns(form), strict=True):
            place = top
            for block in blocks:
                place = draw_at(canvas, block, left, place, width)
        top -= high


def _rows(form: Form, size: float) -> list[tuple[list[list[Paragraph]], float]]:
    """The sections beside each other, each with its height, the gap below included."""
    columns = _columns(form)
    parts = [form.wordings[language].sections for language, _, _ in columns]
    rows = []
    for sections in zip(*parts, strict=True):
        cells = [[paragraph(one.heading, BOLD_FONT, size), paragraph(one.text, TEXT_FONT, size)] for one in sections]
        rows.append((cells, _row_height(cells, columns) + size * 0.55))
    if form.asks_health:
        ticks = [[paragraph(f"☐ {form.page['health_tick'][language]}", BOLD_FONT, size)] for language, _, _ in columns]
        rows.append((ticks, _row_height(ticks, columns) + size * 0.55))
    return rows


def _row_height(cells: Iterable[list[Paragraph]], columns: list[tuple[str, float, float]]) -> float:
    return max(
        sum(height_of(block, width) for block in blocks) for blocks, (_, _, width) in zip(cells, columns, strict=True)
    )


def _both(form: Form, name: str) -> str:
    """German first, as whoever files it reads it; the same word in both languages stands once."""
    return " / ".join(dict.fromkeys(form.page[name][language] for language in reversed(form.wordings)))
