"""The page `verify.html`: one file made of the sources in `web/`, so that it needs no network and no server.

`python -m lotse_verifier.page FILE…` writes it. A script or style whose hash does not stand in the page's head does not
run, and nothing can be loaded or sent: the policy there forbids both.
"""

import base64
import hashlib
import re
import sys
from importlib.resources import files as resources
from pathlib import Path

SOURCES = (
    "bytes.mjs",
    "sha.mjs",
    "ed25519.mjs",
    "limits.mjs",
    "inflate.mjs",
    "archive.mjs",
    "canonical.mjs",
    "notes.mjs",
    "policy.mjs",
    "merkle.mjs",
    "tiles.mjs",
    "entries.mjs",
    "compare.mjs",
    "books.mjs",
    "rules.mjs",
    "rotation.mjs",
    "manifest.mjs",
    "proofs.mjs",
    "openings.mjs",
    "evidence.mjs",
    "cells.mjs",
    "lists.mjs",
    "journals.mjs",
    "since.mjs",
    "verify.mjs",
    "verdict.mjs",
    "page.mjs",
)
"""In the order in which they stand on each other."""
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z0-9]+)\.mjs";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
PAGE = "verify.html"


def stored() -> bytes:
    """The page as it was made."""
    return resources("lotse_verifier").joinpath(PAGE).read_bytes()


def made() -> bytes:
    """The page from its sources."""
    web = resources("lotse_verifier").joinpath("web")
    parts = [_module(name.removesuffix(".mjs"), web.joinpath(name).read_text(encoding="utf-8")) for name in SOURCES]
    texts = resources("lotse_verifier").joinpath("texts.json").read_text(encoding="utf-8")
    script = f'"use strict";\nconst TEXTS = {texts.strip()};\n{"".join(parts)}'
    style = web.joinpath("page.css").read_text(encoding="utf-8")
    page = web.joinpath("page.html").read_text(encoding="utf-8")
    for name, value in {"CSP": _csp(script, style), "STYLE": style, "SCRIPT": script}.items():
        page = page.replace(f"<!--{name}-->", value)
    return page.encode()


def _module(name: str, source: str) -> str:
    """A module as a block of one script: what it imports are constants, what it exports is what the block returns."""
    exported = ", ".join(found[2] for found in EXPORT.finditer(source))
    body = EXPORT.sub(r"\1", IMPORT.sub(r"const {\1} = \2_module;", source))
    return f"const {name}_module = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _csp(script: str, style: str) -> str:
    allowed = "; ".join(f"{kind} '{_hash(text)}'" for kind, text in (("script-src", script), ("style-src", style)))
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_bytes(made())
