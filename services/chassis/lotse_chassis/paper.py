"""Paper: pages of A4 with fonts that know Cyrillic, a code to scan, and the language that a screen reader needs.

Needs the extra `[paper]`. The same content is the same bytes.
"""

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.renderPDF import draw
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

MM = 72 / 25.4  # points
FONTS = Path(__file__).parent / "fonts"
TEXT_FONT, BOLD_FONT = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
WIDTH: float = A4[0]  # points
HEIGHT: float = A4[1]
LEADING = 1.22
PAGES_MAX = 20  # of one paper; more than that is a mistake


class PaperTooLong(ValueError):
    """The text does not fit on as many pages as a paper may have."""


@cache
def register() -> None:
    """Make the fonts known, once."""
    for name in (TEXT_FONT, BOLD_FONT):
        pdfmetrics.registerFont(TTFont(name, FONTS / f"{name}.ttf"))


@cache
def _glyphs() -> frozenset[int]:
    register()
    return frozenset(pdfmetrics.getFont(TEXT_FONT).face.charToGlyph)


def printable(text: str) -> bool:
    """Whether the font has a glyph for each character, from left to right; other scripts need another font."""
    return all(ord(character) in _glyphs() or character.isspace() for character in text) and not any(
        "\u0590" <= character <= "\u08ff" for character in text
    )


def canvas_of(written: io.BytesIO, title: str, language: str) -> Canvas:
    """A canvas whose file says what it is and in which language."""
    register()
    canvas = Canvas(written, pagesize=A4, invariant=1, pageCompression=1, lang=language)
    canvas.setTitle(title)
    canvas.setCreator("Lotse")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


def paragraph(text: str, font: str, size: float, leading: float = LEADING) -> Paragraph:
    """A paragraph of plain text; whatever looks like markup in it is text as well, a line break is one."""
    style = ParagraphStyle(font, fontName=font, fontSize=size, leading=size * leading, splitLongWords=1)
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def height_of(block: Paragraph, width: float) -> float:
    """How high it is at this width."""
    high: float = block.wrap(width, HEIGHT)[1]
    return high


def draw_at(canvas: Canvas, block: Paragraph, left: float, top: float, width: float) -> float:
    """Draws it and returns where it ends."""
    high = height_of(block, width)
    block.drawOn(canvas, left, top - high)
    return top - high


def draw_qr(canvas: Canvas, left: float, bottom: float, side: float, content: str) -> None:
    """A square code to scan."""
    code = QrCodeWidget(content, barLevel="M")
    x0, y0, x1, y1 = code.getBounds()
    scale = side / (x1 - x0)
    drawing = Drawing(side, side, transform=[scale, 0, 0, side / (y1 - y0), -x0 * scale, -y0 * scale])
    drawing.add(code)
    draw(drawing, canvas, left, bottom)


@dataclass
class Sheet:
    """Text from the top down, over as many pages as it needs; `foot` stands below each."""

    title: str
    language: str
    left: float = 25 * MM
    right: float = 20 * MM
    top: float = 20 * MM
    bottom: float = 25 * MM
    size: float = 10.5
    foot: tuple[str, ...] = ()
    _written: io.BytesIO = field(default_factory=io.BytesIO)
    _page: int = 1

    def __post_init__(self) -> None:
        self.canvas = canvas_of(self._written, self.title, self.language)
        self.y = HEIGHT - self.top
        self._draw_foot()

    @property
    def width(self) -> float:
        """Of the text."""
        return WIDTH - self.left - self.right

    @property
    def pages(self) -> int:
        """How many there are so far."""
        return self._page

    def text(self, text: str, *, bold: bool = False, size: float = 0.0, gap: float = 0.0, indent: float = 0.0) -> None:
        """One paragraph, a line after the other where it does not fit on the page; `gap` in points below it."""
        font = BOLD_FONT if bold else TEXT_FONT
        block = paragraph(text, font, size or self.size)
        for part in self._fitting(block, self.width - indent):
            self.y = draw_at(self.canvas, part, self.left + indent, self.y, self.width - indent)
        self.y -= gap

    def row(self, label: str, value: str, *, label_width: float = 50 * MM, gap: float = 3.0) -> None:
        """A label and what it is, side by side."""
        said = paragraph(value, TEXT_FONT, self.size)
        name = paragraph(label, BOLD_FONT, self.size)
        self.need(min(height_of(said, self.width - label_width), HEIGHT / 3))
        low = draw_at(self.canvas, name, self.left, self.y, label_width - 3 * MM)
        for part in self._fitting(said, self.width - label_width):
            self.y = draw_at(self.canvas, part, self.left + label_width, self.y, self.width - label_width)
        self.y = min(self.y, low) - gap

    def blank(self, label: str, *, label_width: float = 50 * MM, gap: float = 9 * MM) -> None:
        """A label and a line to write on."""
        self.need(gap)
        self.y -= gap
        draw_at(self.canvas, paragraph(label, BOLD_FONT, self.size), self.left, self.y + self.size, label_width)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(self.left + label_width, self.y - 1, self.left + self.width, self.y - 1)

    def rule(self, gap: float = 8.0) -> None:
        """A thin line across."""
        self.need(2 * gap)
        self.y -= gap
        self.canvas.setLineWidth(0.6)
        self.canvas.line(self.left, self.y, self.left + self.width, self.y)
        self.y -= gap

    def need(self, high: float) -> None:
        """Go on with the next page unless so much fits on this one."""
        if self.y - high < self.bottom:
            self.next_page()

    def next_page(self) -> None:
        """Raises PaperTooLong where there are too many."""
        if self._page == PAGES_MAX:
            raise PaperTooLong
        self.canvas.showPage()
        self._page += 1
        self.y = HEIGHT - self.top
        self._draw_foot()

    def pdf(self) -> bytes:
        """The whole file; nothing can be added any more."""
        self.canvas.showPage()
        self.canvas.save()
        return self._written.getvalue()

    def _fitting(self, block: Paragraph, width: float) -> list[Paragraph]:
        """The paragraph as it is, or in parts with a new page between; each part is drawn before the next is asked."""
        room = self.y - self.bottom
        if height_of(block, width) <= room:
            return [block]
        parts = block.split(width, room) if room > 3 * self.size else []
        if len(parts) == 2:
            self.y = draw_at(self.canvas, parts[0], self.left + (self.width - width), self.y, width)
            self.next_page()
            return self._fitting(parts[1], width)
        self.next_page()
        return [block] if height_of(block, width) <= self.y - self.bottom else self._fitting(block, width)

    def _draw_foot(self) -> None:
        low = self.bottom - 5 * MM
        for line in self.foot:
            low = draw_at(self.canvas, paragraph(line, TEXT_FONT, 7.5), self.left, low, self.width)
