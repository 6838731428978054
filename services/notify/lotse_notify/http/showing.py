"""How notify's pages are made: one style, no script, nothing loaded, nothing kept."""

import base64
import hashlib
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

_loader = PackageLoader("lotse_notify", "pages")
_pages = Environment(loader=_loader, autoescape=True, undefined=StrictUndefined)
_style = _loader.get_source(_pages, "style.css")[0]
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_digest}'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def page(template: str, status: int, **values: Any) -> HTMLResponse:
    """A page of `pages/`, filled and escaped."""
    html = _pages.get_template(template).render(style=_style, **values)
    return HTMLResponse(html, status_code=status, headers=HEADERS)
