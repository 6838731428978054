"""The record of processing as Markdown, in German, for the data protection officer."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

FATES = {
    "erased": "wird gelöscht",
    "kept_by_law": "bleibt drei Jahre, ohne Inhalt",
    "not_personal": "kein Personenbezug zu Beratenen",
    "technical": "nach Kennung gelöscht oder nach 45 Tagen",
}
YES = {True: "ja", False: "nein"}

_PAGES = Environment(  # noqa: S701 - Markdown, and nothing of a person is in it
    loader=PackageLoader("lotse_intake", "pages"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    finalize=lambda value: value.replace("|", "\\|") if isinstance(value, str) else value,
)


def markdown_of(record: Mapping[str, Any]) -> str:
    """The whole record to read."""
    return _PAGES.get_template("record.md").render(**record, fate=FATES, yes=YES)
