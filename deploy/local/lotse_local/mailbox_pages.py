"""The pages of the mail catcher: a list, one mail, its HTML part in a sandbox. No script, light and dark, any width."""

import base64
import hashlib
import re
from email.message import EmailMessage
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from lotse_local.mailbox_folder import MailFolder, Summary, as_json, parsed, text_of
from lotse_local.mailbox_sms import SMS_BYTES_MAX, SmsGate

LOOPBACK = "127.0.0.1"
HOSTS = {LOOPBACK, "localhost"}
LISTED_MAX = 200
SMS_FIELDS = ("X-Lotse-Coding", "X-Lotse-Validity-Minutes")
LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")
ADDRESS = re.compile(r"https?://[^\s<>\"']+")
REQUEST_SECONDS_MAX = 10

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --quiet: #57534e; --line: #d6d3d1; --act: #1d4ed8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f5f5f4; --paper: #1c1917; --quiet: #b8b2ac; --line: #57534e; --act: #93c5fd; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
a { color: var(--act); }
a:focus-visible { outline: 3px solid var(--act); outline-offset: 3px; }
ul { list-style: none; margin: 0; padding: 0; }
li { border-top: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 12rem minmax(0, 1fr) minmax(0, 1fr) 3rem; gap: .25rem 1rem;
  padding: .75rem 0; text-decoration: none; overflow-wrap: anywhere; }
li a:hover .subject { text-decoration: underline; }
.subject { font-weight: 600; }
.quiet, dt { color: var(--quiet); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: .375rem;
  padding: 1rem; font: .9375rem/1.6 ui-monospace, monospace; }
iframe { width: 100%; height: 30rem; border: 1px solid var(--line); border-radius: .375rem; }
@media (max-width: 40rem) {
  li a, dl { grid-template-columns: minmax(0, 1fr); }
  dt { margin-top: .5rem; }
}
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-src 'self'; base-uri 'none'; form-action 'none'"
PART_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

HTML, JSON, TEXT = "text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8"


def server_of(folder: MailFolder, port: int, gate: SmsGate) -> ThreadingHTTPServer:
    """Listens on loopback; `serve_forever` runs it."""

    class Pages(_Pages):
        mails = folder
        sms = gate

    server = ThreadingHTTPServer((LOOPBACK, port), Pages)
    server.daemon_threads = True
    return server


class _Pages(BaseHTTPRequestHandler):
    """GET shows, and POST is for SMS only."""

    mails: MailFolder
    sms: SmsGate
    timeout = REQUEST_SECONDS_MAX
    server_version = "lotse-mailbox"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Another host's name in the request means that a foreign page is looking in."""
        if self.headers.get("Host", "").partition(":")[0] not in HOSTS:
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, TEXT, b"only as localhost\n")
            return
        parts = [part for part in urlsplit(self.path).path.split("/") if part]
        match parts:
            case []:
                self._answer(HTTPStatus.OK, HTML, list_page(self.mails.summaries()))
            case ["mails.json"]:
                self._answer(HTTPStatus.OK, JSON, as_json(self.mails.summaries()))
            case ["health", "live" | "ready"]:
                self._answer(HTTPStatus.OK, JSON, b'{"ready": true, "missing": {}}')
            case ["mails", name]:
                self._mail(name.removesuffix(".eml"), "source" if name.endswith(".eml") else "page")
            case ["mails", name, "html"]:
                self._mail(name, "html")
            case _:
                self._answer(HTTPStatus.NOT_FOUND, TEXT, b"not found\n")

    def do_POST(self) -> None:
        """An SMS. A page of a foreign site cannot send these headers."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Host", "").partition(":")[0] not in HOSTS or self.path != "/cgi-bin/sendsms":
            self.close_connection = True
            self._answer(HTTPStatus.NOT_FOUND, TEXT, b"not found\n")
            return
        if not length.isdecimal() or int(length) > SMS_BYTES_MAX:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TEXT, b"too long, rejected\n")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = self.sms.take(headers, self.rfile.read(int(length)))
        if said is None:
            self.close_connection = True
            return
        self._answer(said.status, TEXT, said.text.encode())

    def _mail(self, name: str, shown: str) -> None:
        content = self.mails.mail(name)
        html = text_of(parsed(content), "html") if content is not None and shown == "html" else None
        if content is None or (shown == "html" and html is None):
            self._answer(HTTPStatus.NOT_FOUND, TEXT, b"not found\n")
        elif html is not None:
            self._answer(HTTPStatus.OK, HTML, html.encode(), policy=PART_POLICY)
        elif shown == "source":
            self._answer(HTTPStatus.OK, TEXT, content)
        else:
            self._answer(HTTPStatus.OK, HTML, mail_page(name, parsed(content)))

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, *, policy: str = PAGE_POLICY) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Paths name mails; nothing is logged."""


def list_page(summaries: list[Summary]) -> bytes:
    """Newest first."""
    shown = summaries[:LISTED_MAX]
    rows = "".join(
        f'<li><a href="/mails/{escape(one.id)}"><time datetime="{escape(one.received_at)}">'
        f"{escape(one.received_at[:19].replace('T', ' '))}</time>"
        f"<span>{escape(', '.join(one.to))}</span>"
        f'<span class="subject"{_lang(one.language)}>{escape(_shown(one))}</span>'
        f'<span class="quiet">{escape(one.language)}</span></a></li>\n'
        for one in shown
    )
    said = f"{len(summaries)} caught; the newest {len(shown)} are listed. Nothing left this machine. Times are UTC."
    if not rows:
        return _page("Mails", "<h1>Mails</h1>\n<p>No mail and no SMS has come yet.</p>")
    return _page("Mails", f'<h1>Mails</h1>\n<p class="quiet">{said}</p>\n<ul>\n{rows}</ul>')


def _shown(one: Summary) -> str:
    """An SMS has no subject, so the list shows how it begins."""
    return f"SMS: {one.text.strip()}" if one.channel == "sms" else one.subject


def mail_page(name: str, mail: EmailMessage) -> bytes:
    """Headers, the plain part with its links, the HTML part in a sandbox without scripts, forms or foreign images."""
    language = str(mail.get("Content-Language", ""))
    fields = ("From", "To", "Date", "Message-ID", "Content-Language", "List-Unsubscribe", *SMS_FIELDS)
    rows = "".join(
        f"<dt>{field}</dt><dd>{escape(str(mail[field]))}</dd>\n" for field in fields if mail.get(field) is not None
    )
    plain, html = text_of(mail, "plain"), text_of(mail, "html")
    subject = escape(str(mail.get("Subject", "")))
    parts = [
        '<p><a href="/">All mails</a></p>',
        f"<h1{_lang(language)}>{subject}</h1>",
        f"<dl>\n{rows}</dl>",
        f'<p><a href="/mails/{escape(name)}.eml">Source</a></p>',
        "<h2>Plain part</h2>",
        f"<pre{_lang(language)}>{_linked(plain)}</pre>" if plain is not None else "<p>There is none.</p>",
        "<h2>HTML part</h2>",
        f'<iframe sandbox title="HTML part" src="/mails/{escape(name)}/html"></iframe>'
        if html is not None
        else "<p>There is none.</p>",
    ]
    return _page("Mail", "\n".join(parts))


def _page(title: str, body: str) -> bytes:
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    ).encode()


def _linked(text: str) -> str:
    """The sandbox of the HTML part opens no links, so those of the plain part can be followed."""
    said, after = [], 0
    for found in ADDRESS.finditer(text):
        address = escape(found[0])
        said += [escape(text[after : found.start()]), f'<a href="{address}">{address}</a>']
        after = found.end()
    return "".join([*said, escape(text[after:])])


def _lang(language: str) -> str:
    return f' lang="{language}"' if LANGUAGE.fullmatch(language) else ""
