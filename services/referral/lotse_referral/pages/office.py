"""Pages of an office that answers by a link: German and English, no script, nothing from elsewhere."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from lotse_contracts.intake import PersonFields
from lotse_referral.domain.holding import GROUPS
from lotse_referral.domain.phrases import concerns_named, language_named
from lotse_referral.domain.proposals import Proposal
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.office import Seen
from lotse_referral.providers.offices import Sender

OFFICE_LANGUAGES = ("de", "en")
TIMES_MAX = 3  # times that the page lets an office propose at once
HERE = ZoneInfo("Europe/Berlin")
MOMENT = "%d.%m.%Y, %H:%M"
ISO_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
WORDS: Mapping[str, Mapping[str, Any]] = json.loads(
    (resources.files("lotse_referral") / "data" / "office_texts.json").read_text("utf-8")
)

_loader = PackageLoader("lotse_referral", "pages")
_pages = Environment(loader=_loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_style = _loader.get_source(_pages, "office.css")[0]
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_digest}'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",  # without an origin in its head a browser's form would look like a stranger's
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}


def office_html(
    seen: Seen, sender: Sender, language: str, *, code: str, token: str = "", done: bool = False, fault: str = ""
) -> str:
    """What the office sees; `code` is the canonical one, or `-` for what is none."""
    words = WORDS[language]
    if seen.kind == "page" and seen.referral is not None:
        return _page(seen, seen.referral, sender, words, {"code": code, "token": token, "done": done, "fault": fault})
    if seen.kind == "door":
        title, text = words["door_title"], words["door_text"]
    else:
        title, text = words["pages"][seen.kind]
    return _short(words, sender, code, title=title, text=text, kind=seen.kind, renewable=seen.renewable)


def code_html(sender: Sender, language: str) -> str:
    """Where somebody with a letter types in its code."""
    words = WORDS[language]
    return _short(words, sender, "", title=words["code_title"], text=words["code_text"], kind="code", renewable=False)


def _short(words: Mapping[str, Any], sender: Sender, code: str, **told: Any) -> str:
    told["text"] = told["text"].format(sender=sender.name)
    return _pages.get_template("office_short.html").render(
        words=words, style=_style, sender=sender, code=code, other_url=f"?lang={words['other']}", **told
    )


def _page(seen: Seen, referral: Referral, sender: Sender, words: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    groups = list(groups_shown(seen.fields, words)) if seen.fields is not None else []
    named = {group for group, _ in groups}
    return _pages.get_template("office_page.html").render(
        words=words,
        style=_style,
        sender=sender,
        title=f"{words['service']}: {concerns_named(referral.codes, words['language'])}",
        other_url=f"?lang={words['other']}",
        referral=referral,
        service=seen.service,
        concerns=concerns_named(referral.codes, words["language"]),
        spoken=language_named(referral.language, words["language"]),
        sent_on=moment(referral.created_at),
        groups=groups,
        missing=[group for group in GROUPS if group not in named],
        times=list(_times(seen.times)),
        messages=[{"by_office": m.by_office, "at": moment(m.at), "text": m.text} for m in seen.messages],
        actions=seen.actions,
        writes=seen.writes,
        rows=TIMES_MAX,
        today=f"{seen.today:%Y-%m-%d}",
        nonce=secrets.token_urlsafe(12),
        **given,
    )


def groups_shown(fields: PersonFields, words: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each group that holds something, with its labelled lines."""
    for group in GROUPS:
        lines = list(_lines(fields, group, words))
        if lines:
            yield group, lines


def _lines(fields: PersonFields, group: str, words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    value = getattr(fields, group)
    labels = words["labels"]
    if not value:
        return
    if group == "contact":
        if fields.contact is not None and fields.contact.value:
            yield labels.get(fields.contact.kind, words["groups"]["contact"]), fields.contact.value
    elif isinstance(value, dict):
        for name, said in value.items():
            yield labels.get(name, name), _said(said, words) if group != "identity" else day(said)
    elif isinstance(value, str):
        yield words["groups"][group], value
    else:
        yield words["groups"][group], "\n".join(value)


def _said(value: str, words: Mapping[str, Any]) -> str:
    """A code by its name, a day as one writes it here."""
    return str(words["codes"].get(value) or day(value))


def day(value: str) -> str:
    """An ISO day as one writes it here; everything else as it is."""
    found = ISO_DAY.match(value)
    return f"{found.group(3)}.{found.group(2)}.{found.group(1)}" if found else value


def moment(at: datetime) -> str:
    """As the office's clock says it."""
    return at.astimezone(HERE).strftime(MOMENT)


def _times(times: tuple[Proposal, ...]) -> Iterator[tuple[str, str]]:
    """The newest set, and whatever was confirmed before."""
    newest = max((one.number for one in times), default=0)
    for one in sorted(times, key=lambda each: each.starts_at):
        if one.number == newest or one.state == "confirmed":
            yield f"{moment(one.starts_at)}–{one.ends_at.astimezone(HERE):%H:%M}", one.state
