"""Both verifiers, asked the same: the command in this process, the page's core in Node. They must answer alike."""

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lotse_verifier import cli
from lotse_verifier.verdict import texts
from tests.verifier.archives import zipped
from tests.verifier.browser_core import BrowserCore
from tests.verifier.bundles import Files
from tests.verifier.cases import Case
from tests.verifier.keys import POLICY


@dataclass
class Both:
    """Asks both, with files in a folder."""

    folder: Path
    core: BrowserCore

    def answers(self, case: Case, *, deflate: bool = False) -> tuple[Any, Any]:
        """What the command and the core say, as they say it to machines."""
        bundles = [self._written(f"{at}.zip", zipped(one, deflate=deflate)) for at, one in enumerate(_all(case))]
        return self.answers_to(bundles, case)

    def answers_to(self, bundles: Sequence[Path], case: Case) -> tuple[Any, Any]:
        """The same about bundles that are there already."""
        policy = self._written("policy.txt", case.policy)
        since = None if case.since is None else self._written("since", _raw(case.since))
        code, said = asked(
            *map(str, bundles),
            "--policy",
            str(policy),
            *(() if since is None else ("--since", str(since))),
            *(() if case.witnessed_since is None else ("--witnessed-since", case.witnessed_since)),
            *(() if case.manifest is None else ("--manifest", case.manifest)),
        )
        other = self.core.ask(
            "verify",
            bundles=[str(one) for one in bundles],
            policy=str(policy),
            since=None if since is None else str(since),
            witnessed_since=_seconds(case.witnessed_since),
            manifest=case.manifest,
        )
        other.pop("told", None)
        assert (code == cli.HOLDS) == bool(said["holds"])
        return without_page(said), other

    def _written(self, name: str, raw: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(raw)
        return path


def asked(*arguments: str) -> tuple[int, Any]:
    """The exit code and what the command says to machines."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = cli.main([*arguments, "--json"])
    return code, json.loads(said.getvalue())


def clean(files: Files) -> Case:
    """Nothing was done to it."""
    return Case(files, (), policy=POLICY)


def _all(case: Case) -> list[Files]:
    return [case.files, *case.others]


def _raw(since: bytes | Files) -> bytes:
    return since if isinstance(since, bytes) else zipped(since)


def _seconds(day: str | None) -> int | None:
    return None if day is None else int(datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=UTC).timestamp())


def without_page(said: Any) -> Any:
    """Whether the page in the bundle is ours is a remark that the page cannot make about itself."""
    for one in said.get("bundles", ()):
        one["notes"] = [note for note in one["notes"] if note["what"] != "page_differs"]
    return said


def refused_the_same(both: Both, raw: bytes, what: str) -> None:
    """Both say that they cannot read this archive, and why."""
    path = both.folder / "hostile.zip"
    path.write_bytes(raw)
    said, other = both.answers_to([path], clean({}))
    assert said == other
    assert (said["code"], said["what"]) == ("unreadable", what)
    assert what in texts()["unreadable"]
