"""`verify.html` in a real browser, opened from a disk: the same verdicts as the command, no network, for everybody."""

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lotse_verifier import page
from tests.kit import eventually
from tests.verifier import attacks_on_files, attacks_on_logs, attacks_with_keys
from tests.verifier.archives import zipped
from tests.verifier.asking import asked, clean, without_page
from tests.verifier.bundles import bundle
from tests.verifier.cases import ATTACKS, Case
from tests.verifier.chromium import Chromium
from tests.verifier.histories import history
from tests.verifier.keys import POLICY

PARTS = (attacks_on_files, attacks_on_logs, attacks_with_keys)
TRIED = (
    "forged_key_of_the_same_name",
    "log_key-edit_text",
    "outsider-delete_a_row",
    "outsider-truncate_the_tail",
    "list_without_a_row",
    "forged_voucher_file",
    "voucher_charged_by_both_associations",
)
CHECKED_SECONDS = 60.0
SHIPPED = Path(__file__).parents[2] / "services" / "ledger" / "lotse_ledger" / "data" / "verify.html"
NARROW, WIDE = 360, 1200
CONTRAST_MIN = 4.5  # Source: WCAG 2.2, 1.4.3


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture
def opened(browser: Chromium, tmp_path: Path) -> Chromium:
    """The page, freshly opened from a disk."""
    path = tmp_path / "verify.html"
    path.write_bytes(page.stored())
    browser.open(path)
    browser.look(width=WIDE, dark=False)
    return browser


def test_the_page_is_made_from_its_sources() -> None:
    assert page.made() == page.stored(), "run `make docs`"


def test_the_ledger_puts_the_same_page_into_its_bundles() -> None:
    """A copy, since the ledger stands on nothing of the verifier's."""
    assert SHIPPED.read_bytes() == page.stored(), "run `make docs`"


async def _verdict(opened: Chromium, bundles: list[Path], policy: Path, *, folder: bool = False) -> Any:
    await eventually(lambda: opened.value("document.readyState === 'complete' && !!document.title"))
    opened.choose("#folder" if folder else "#bundle", bundles)
    opened.choose("#policy", [policy])
    opened.value("document.getElementById('form').requestSubmit()")
    said = await eventually(lambda: opened.value("document.getElementById('result').dataset.json"), CHECKED_SECONDS)
    return json.loads(said)


def _written(folder: Path, case: Case) -> tuple[list[Path], Path]:
    paths = [folder / f"{at}.zip" for at in range(1 + len(case.others))]
    for path, files in zip(paths, (case.files, *case.others), strict=True):
        path.write_bytes(zipped(files))
    (folder / "policy.txt").write_bytes(case.policy)
    return paths, folder / "policy.txt"


@pytest.mark.parametrize("name", TRIED)
async def test_the_page_says_in_a_browser_what_the_command_says(name: str, opened: Chromium, tmp_path: Path) -> None:
    case = ATTACKS[name](history(5, 40), random.Random(5))  # noqa: S311
    bundles, policy = _written(tmp_path, case)
    said = await _verdict(opened, bundles, policy)
    assert said == without_page(asked(*map(str, bundles), "--policy", str(policy))[1])
    assert not said["holds"]
    assert opened.value("document.activeElement.id") == "result"


async def test_a_clean_bundle_holds_in_a_browser_and_nothing_was_fetched(opened: Chromium, tmp_path: Path) -> None:
    bundles, policy = _written(tmp_path, clean(bundle(history(6, 300))))
    opened.requests.clear()
    said = await _verdict(opened, bundles, policy)
    assert said["holds"]
    text = opened.value("document.getElementById('result').innerText")
    assert "Alle 300 Buchungen unverändert seit 31.03.2026" in text.replace("\u00a0", " ")
    assert "Nicht bewiesen ist" in text
    opened.value("document.getElementById('language').click()")
    assert "All 300 entries unchanged since 31.03.2026" in opened.value("document.getElementById('result').innerText")
    assert opened.value("document.documentElement.lang") == "en"
    assert not [url for url in opened.requests if not url.startswith("file:")]
    fetched = opened.ask(
        "Runtime.evaluate",
        expression="fetch('https://example.org').then(() => 'sent', () => 'refused')",
        awaitPromise=True,
        returnByValue=True,
    )
    assert fetched["result"]["value"] == "refused"


async def test_a_folder_is_read_as_a_zip_is(opened: Chromium, tmp_path: Path) -> None:
    files = bundle(history(8, 30))
    for name, raw in files.items():
        path = tmp_path / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    policy = tmp_path / "own.txt"
    policy.write_bytes(clean(files).policy)
    said = await _verdict(opened, [tmp_path / "bundle"], policy, folder=True)
    assert said["holds"]
    assert said == without_page(asked(str(tmp_path / "bundle"), "--policy", str(policy))[1])


async def test_bundle_and_policy_can_be_dropped_together(opened: Chromium) -> None:
    await eventually(lambda: opened.value("document.title.length > 0"))
    packed = base64.b64encode(zipped(bundle(history(12, 20)))).decode()
    opened.value(
        f"""(() => {{
            const raw = Uint8Array.from(atob('{packed}'), (one) => one.charCodeAt(0));
            const dropped = new DataTransfer();
            dropped.items.add(new File([raw], 'Paket.ZIP'));
            dropped.items.add(new File([{json.dumps(POLICY.decode())}], 'policy.txt'));
            const event = new DragEvent('drop', {{ dataTransfer: dropped, bubbles: true, cancelable: true }});
            document.getElementById('policy').dispatchEvent(event);
        }})()"""
    )
    assert "Paket.ZIP" in opened.value("document.getElementById('bundle-chosen').textContent")
    assert "policy.txt" in opened.value("document.getElementById('policy-chosen').textContent")
    opened.value("document.getElementById('form').requestSubmit()")
    said = await eventually(lambda: opened.value("document.getElementById('result').dataset.json"), CHECKED_SECONDS)
    assert json.loads(said)["holds"]


async def test_what_is_no_bundle_is_refused_with_a_sentence(opened: Chromium, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"<html>" * 100)
    (tmp_path / "policy.txt").write_bytes(clean({}).policy)
    said = await _verdict(opened, [tmp_path / "x.zip"], tmp_path / "policy.txt")
    assert said == {"holds": False, "code": "unreadable", "what": "not_a_zip"}
    assert "Nicht geprüft" in opened.value("document.getElementById('result').innerText")


async def test_everything_has_a_label_and_enough_contrast(opened: Chromium) -> None:
    await eventually(lambda: opened.value("document.title.length > 0"))
    unnamed = "[...document.querySelectorAll('input')].filter((one) => !one.labels.length).map((one) => one.id)"
    assert opened.value(unnamed) == []
    assert opened.value("[...document.querySelectorAll('button')].every((one) => one.innerText.trim())")
    for dark in (False, True):
        opened.look(width=WIDE, dark=dark)
        for name, ground in (
            ("ink", "paper"),
            ("soft", "paper"),
            ("soft", "field"),
            ("good", "paper"),
            ("bad", "paper"),
        ):
            assert _contrast(_color(opened, name), _color(opened, ground)) >= CONTRAST_MIN, (name, ground, dark)
        assert _contrast(_color(opened, "on-accent"), _color(opened, "accent")) >= CONTRAST_MIN


@pytest.mark.parametrize("dark", [False, True])
async def test_the_page_fits_a_phone(dark: bool, opened: Chromium) -> None:
    await eventually(lambda: opened.value("document.title.length > 0"))
    opened.look(width=NARROW, dark=dark)
    assert opened.value("document.documentElement.scrollWidth") <= NARROW
    assert opened.picture().startswith(b"\x89PNG")


def _color(opened: Chromium, name: str) -> tuple[int, ...]:
    text = opened.value(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')").strip().lstrip("#")
    digits = text if len(text) == 6 else "".join(2 * one for one in text)
    return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))


def _contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(color: tuple[int, ...]) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [one / 255 for one in color]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
