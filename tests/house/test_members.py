"""Each member installs alone, as an association or a frontend would do it: a fresh environment, one pip command."""

import json
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.house.tree import MEMBERS, ROOT, SERVICES

INSTALL_SECONDS = 240  # on a busy machine; alone it takes about ten
AT_ONCE = 2
NEEDED = dict.fromkeys(("intake", "referral"), ("./services/statistics",))  # members that a service shares with others
RUN_SECONDS = 60
PYDANTIC_ALONE = {
    "annotated-types",
    "lotse-contracts",
    "pydantic",
    "pydantic-core",
    "typing-extensions",
    "typing-inspection",
}
QUIET = ("--quiet", "--disable-pip-version-check", "--no-compile")


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The Python of each fresh environment, by what was installed into it; two are made at a time."""
    folder = tmp_path_factory.mktemp("environments")
    wanted: dict[str, tuple[str, ...]] = {"contracts": ("./contracts",)}
    wanted |= {
        name: ("./contracts", "./services/chassis", *NEEDED.get(name, ()), f"./services/{name}") for name in SERVICES
    }
    wanted["verifier"] = ("./services/verifier",)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = {name: pool.submit(_environment, folder / name, *paths) for name, paths in wanted.items()}
    return {name: future.result() for name, future in made.items()}


def _environment(folder: Path, *wanted: str) -> Path:
    """A fresh environment with nothing in it but what this one command installs; returns its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    _run([sys.executable, "-m", "pip", "--python", str(python), "install", *QUIET, *wanted], seconds=INSTALL_SECONDS)
    return python


def _run(command: list[str], *, seconds: int = RUN_SECONDS) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _imported(python: Path, *modules: str) -> str:
    """What the environment says after importing these, far from this tree."""
    code = "; ".join(["import sys", *(f"import {module}" for module in modules), "print(*sorted(sys.modules))"])
    return _run([str(python), "-I", "-c", code])


def test_the_contracts_install_with_pydantic_alone(environments: dict[str, Path], tmp_path: Path) -> None:
    python = environments["contracts"]
    listed = _run([sys.executable, "-m", "pip", "--python", str(python), "list", "--format=json"])
    assert {package["name"].lower().replace("_", "-") for package in json.loads(listed)} == PYDANTIC_ALONE
    modules = [path.stem for path in (MEMBERS["lotse_contracts"] / "lotse_contracts").glob("*.py")]
    without_sealing = sorted(set(modules) - {"__init__", "sealed"})
    assert "cryptography" not in _imported(python, *(f"lotse_contracts.{name}" for name in without_sealing))
    assert _run([str(python), "-m", "lotse_contracts.schemas", str(tmp_path / "schemas")]) == ""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_installs_alone_in_one_command(service: str, environments: dict[str, Path]) -> None:
    python = environments[service]
    loaded = _imported(python, f"lotse_{service}.app").split()
    others = {f"lotse_{other}" for other in SERVICES if other != service} | {"lotse_local"}
    assert not others.intersection(loaded)
    assert "migrate" in _run([str(python), "-I", "-m", f"lotse_{service}", "--help"])


def test_the_verifier_installs_with_cryptography_alone(environments: dict[str, Path]) -> None:
    python = environments["verifier"]
    listed = _run([sys.executable, "-m", "pip", "--python", str(python), "list", "--format=json"])
    names = {package["name"].lower().replace("_", "-") for package in json.loads(listed)}
    assert names == {"cffi", "cryptography", "lotse-verifier", "pycparser"}
    assert "BUNDLE" in _run([str(python.parent / "lotse-verify"), "--help"])
    assert _run([str(python.parent / "lotse-verify"), "--page-digest"]).strip()
