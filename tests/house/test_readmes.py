"""What a page of documentation shows is true: its Python runs, its commands exist, its links lead somewhere."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lotse_local.cli import _parser
from tests.house.tree import MEMBERS, ROOT, SERVICES, files, named, refuse

SNIPPET_SECONDS = 60
PAGES = tuple(path for path in files() if path.suffix == ".md")
SHOWN_FROM = {"python": ".py", "javascript": ".mjs", "js": ".mjs"}
"""Code that a page shows out of a tested file; Python that is in no such file is run as it stands."""
EXAMPLES = (ROOT / "docs", ROOT / "tests")
SECTIONS = ("Owns", "Hears", "Says", "Answers", "Refuses", "Settings", "Run")


@dataclass(frozen=True)
class Snippet:
    """One fenced block."""

    page: Path
    language: str
    text: str


def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text())


def _snippets(page: Path) -> Iterator[Snippet]:
    for token in _tokens(page):
        if token.type == "fence":
            yield Snippet(page, token.info.split(" ")[0].strip(), token.content)


def _example(snippet: Snippet) -> Path | None:
    """The tested file that this is shown from, whatever the indentation there."""
    suffix = SHOWN_FROM.get(snippet.language)
    kept = [path for path in files() if path.suffix == suffix and any(path.is_relative_to(one) for one in EXAMPLES)]
    return next((path for path in kept if _flush(snippet.text) in _flush(path.read_text())), None)


def _flush(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path) -> None:
    shown = [one for one in _snippets(page) if one.language == "python"]
    code = "\n".join(one.text for one in shown if _example(one) is None)
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SNIPPET_SECONDS, check=False)
    assert run.returncode == 0, run.stderr[-3000:]


def test_javascript_is_shown_from_a_tested_file() -> None:
    shown = [one for page in PAGES for one in _snippets(page) if one.language in ("javascript", "js", "mjs")]
    refuse(f"{named(one.page)}: {one.text[:60]}" for one in shown if _example(one) is None)


def _commands(page: Path) -> Iterator[list[str]]:
    for token in _tokens(page):
        if token.type == "code_block" or (
            token.type == "fence" and token.info.split(" ")[0] in ("sh", "bash", "console", "")
        ):
            for line in token.content.splitlines():
                yield line.partition("#")[0].replace("$ ", "", 1).split()
        for child in token.children or ():
            if child.type == "code_inline" and child.content.startswith(("make ", "lotse ")):
                yield child.content.split()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_command_of_a_page_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    said = [words[1] for words in _commands(page) if words[:1] == ["make"] and len(words) > 1]
    refuse({word for word in said if re.fullmatch("[a-z]+", word)} - targets, named(page))


def test_every_lotse_command_of_a_page_exists() -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "lotse_local", "--help"], capture_output=True, text=True, timeout=30, check=True
    )
    said = {
        (page, words[1]) for page in PAGES for words in _commands(page) if words[:1] == ["lotse"] and len(words) > 1
    }
    refuse(f"{named(page)}: lotse {word}" for page, word in said if word.isalpha() and word not in helped.stdout)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_lotse_command_that_can_be_typed_as_shown_is_taken(page: Path) -> None:
    said = [words[1:] for words in _commands(page) if words[:1] == [".venv/bin/lotse"]]
    for words in said:
        typed = words[: words.index(">")] if ">" in words else words
        _parser(typed[0]).parse_args(typed)  # ends the test where it does not understand


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = [
        str(child.attrs["href"]) for token in _tokens(page) for child in token.children or () if "href" in child.attrs
    ]
    local = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:", link)]
    refuse((link for link in local if link and not (page.parent / link).exists()), named(page))


@pytest.mark.parametrize("service", SERVICES)
def test_the_readme_of_a_service_says_what_it_owns_hears_says_answers_and_refuses(service: str) -> None:
    readme = MEMBERS[f"lotse_{service}"] / "README.md"
    titles = [line.lstrip("# ").lower() for line in readme.read_text().splitlines() if line.startswith("#")]
    refuse((one for one in SECTIONS if not any(one.lower() in title for title in titles)), named(readme))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", ".ci/run"])
def test_the_house_has_its_front_pages(name: str) -> None:
    assert (ROOT / name).exists()


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_every_member_has_a_readme(member: str) -> None:
    assert (MEMBERS[member] / "README.md").exists()
