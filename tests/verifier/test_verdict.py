"""What people read: plain sentences in two languages, the same by command and page, at the end what is not proven."""

import contextlib
import hashlib
import io
import random
import re
import string
from pathlib import Path

import pytest

from lotse_verifier import cli, page
from lotse_verifier.verdict import texts
from tests.verifier import attacks_on_files, attacks_on_logs, attacks_with_keys
from tests.verifier.archives import zipped
from tests.verifier.asking import clean
from tests.verifier.browser_core import BrowserCore
from tests.verifier.bundles import Files, bundle
from tests.verifier.cases import ATTACKS, Case
from tests.verifier.histories import history
from tests.verifier.keys import POLICY

PARTS = (attacks_on_files, attacks_on_logs, attacks_with_keys)
NOT_PROVEN = {
    "de": "Nicht bewiesen ist, dass alles gebucht wurde, dass die Belege echt sind und dass die Ausgaben"
    " zuwendungsfähig sind.",
    "en": "Not proven: that everything was recorded, that the vouchers are genuine, and that the expenditure"
    " is eligible.",
}
WEB = Path(page.__file__).with_name("web")
SOURCES = (*sorted(Path(page.__file__).parent.glob("*.py")), *sorted(WEB.glob("*.mjs")))


def _said(*arguments: str) -> tuple[int, list[str]]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = cli.main(arguments)
    return code, out.getvalue().splitlines()


def _written(folder: Path, files: Files, policy: bytes = POLICY) -> tuple[str, ...]:
    (folder / "bundle.zip").write_bytes(zipped(files))
    (folder / "policy.txt").write_bytes(policy)
    return str(folder / "bundle.zip"), "--policy", str(folder / "policy.txt")


def test_a_clean_bundle_is_told_in_german_with_its_witness(tmp_path: Path) -> None:
    code, lines = _said(*_written(tmp_path, bundle(history(6, 1284))))
    plain = [line.replace("\u00a0", " ") for line in lines]
    assert code == cli.HOLDS
    assert re.fullmatch(
        r"Alle 1 284 Buchungen unverändert seit 31\.03\.2026 \(Prüfsumme [A-Za-z0-9+/]{43}=\)\.", plain[0]
    )
    assert plain[1] == "Zeuge: beta (beta.example/witness), 31.03.2026 19:00."
    assert plain[-1] == NOT_PROVEN["de"]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    "name", ["outsider-delete_a_row", "log_key-edit_text", "fork_of_one_size", "outsider_with_hashes-truncate_the_tail"]
)
def test_a_broken_bundle_is_told_alike_by_both(name: str, language: str, core: BrowserCore, tmp_path: Path) -> None:
    case: Case = ATTACKS[name](history(2, 40), random.Random(2))  # noqa: S311
    arguments = _written(tmp_path, case.files, case.policy)
    since = None
    if isinstance(case.since, bytes):
        since = str(tmp_path / "since")
        Path(since).write_bytes(case.since)
    code, lines = _said(*arguments, "--language", language, *(("--since", since) if since else ()))
    assert code == cli.BROKEN
    assert lines[-1] == NOT_PROVEN[language]
    told = core.ask("verify", bundles=[arguments[0]], policy=arguments[2], since=since)["told"]
    rest = [line for line in lines if line != texts()["notes"]["page_differs"][["de", "en"].index(language)]]
    assert rest == told[["de", "en"].index(language)]


def test_every_verdict_ends_with_what_is_not_proven(tmp_path: Path) -> None:
    good, _, policy = _written(tmp_path, bundle(history(1, 10)))
    (tmp_path / "none.txt").write_bytes(b"quorum none\n")
    (tmp_path / "no.zip").write_bytes(b"no")
    expected = {
        (good, policy): cli.HOLDS,
        (str(tmp_path / "no.zip"), policy): cli.UNREADABLE,
        (good, str(tmp_path / "none.txt")): cli.ASKED_WRONGLY,
        (str(tmp_path / "away.zip"), policy): cli.UNREADABLE,
    }
    for (path, by), code in expected.items():
        said = _said(path, "--policy", by)
        assert said[0] == code
        assert said[1][-1] == NOT_PROVEN["de"]


def test_a_hostile_name_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    raw = zipped({**bundle(history(1, 5)), "aaaa": b""}).replace(b"aaaa", b"\x1b[2J")
    (tmp_path / "bundle.zip").write_bytes(raw)
    (tmp_path / "policy.txt").write_bytes(POLICY)
    code, lines = _said(str(tmp_path / "bundle.zip"), "--policy", str(tmp_path / "policy.txt"))
    assert code == cli.UNREADABLE
    assert all(line.isprintable() for line in lines)


def test_without_bundle_or_policy_the_command_says_how_it_is_used(tmp_path: Path) -> None:
    for arguments in ((), ("a.zip",), ("--policy", "x")):
        with pytest.raises(SystemExit) as ended, contextlib.redirect_stderr(io.StringIO()):
            cli.main(arguments)
        assert ended.value.code == cli.ASKED_WRONGLY


def test_the_page_is_written_with_its_digest(tmp_path: Path) -> None:
    code, lines = _said("--page", str(tmp_path / "verify.html"))
    assert (code, lines) == (0, [hashlib.sha256((tmp_path / "verify.html").read_bytes()).hexdigest()])
    assert _said("--page-digest") == (0, lines)


def test_two_bundles_are_told_one_after_the_other(tmp_path: Path) -> None:
    case = ATTACKS["voucher_charged_by_both_associations"](history(5, 40), random.Random(5))  # noqa: S311
    first, by, policy = _written(tmp_path, case.files, case.policy)
    other = tmp_path / "other.zip"
    other.write_bytes(zipped(case.others[0]))
    code, lines = _said(first, str(other), by, policy)
    assert code == cli.BROKEN
    assert [line for line in lines if line.startswith("[")] == [
        "[alpha.example/grant-ledger]",
        "[beta.example/grant-ledger]",
    ]
    assert "I8: derselbe Beleg" in lines[-2]
    assert lines[-1] == NOT_PROVEN["de"]


def test_every_sentence_is_used_and_has_as_many_places_in_both_languages() -> None:
    code = "".join(path.read_text() for path in SOURCES) + (WEB / "page.html").read_text()
    for kind, sentences in texts().items():
        if kind == "not_proven":
            continue
        for name, pair in sentences.items():
            assert re.search(rf"[\"']{name}[\"']", code), f"{kind}: {name}"
            german, english = ([place for _, place, _, _ in string.Formatter().parse(one) if place] for one in pair)
            assert set(german) == set(english), name


def test_a_clean_case_of_the_suite_is_clean(tmp_path: Path) -> None:
    assert _said(*_written(tmp_path, clean(bundle(history(11, 12))).files))[0] == cli.HOLDS
