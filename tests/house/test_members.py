"""Each member installs alone, as an association or a frontend would do it: a fresh environment, one pip command."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.house.tree import MEMBERS, ROOT, SERVICES

INSTALL_SECONDS = 120
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


def _environment(folder: Path, *wanted: str) -> Path:
    """A fresh environment with nothing in it but what this one command installs; returns its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *QUIET, *wanted]
    _run(command, seconds=INSTALL_SECONDS)
    return python


def _run(command: list[str], *, seconds: int = RUN_SECONDS) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _imported(python: Path, *modules: str) -> str:
    """What the environment says after importing these, far from this tree."""
    code = "; ".join(["import sys", *(f"import {module}" for module in modules), "print(*sorted(sys.modules))"])
    return _run([str(python), "-I", "-c", code])


def test_the_contracts_install_with_pydantic_alone(tmp_path: Path) -> None:
    python = _environment(tmp_path / "alone", "./contracts")
    listed = _run([sys.executable, "-m", "pip", "--python", str(python), "list", "--format=json"])
    assert {package["name"].lower().replace("_", "-") for package in json.loads(listed)} == PYDANTIC_ALONE
    modules = [path.stem for path in (MEMBERS["lotse_contracts"] / "lotse_contracts").glob("*.py")]
    without_sealing = sorted(set(modules) - {"__init__", "sealed"})
    assert "cryptography" not in _imported(python, *(f"lotse_contracts.{name}" for name in without_sealing))
    assert _run([str(python), "-m", "lotse_contracts.schemas", str(tmp_path / "schemas")]) == ""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_installs_alone_in_one_command(service: str, tmp_path: Path) -> None:
    python = _environment(tmp_path / service, "./contracts", "./services/chassis", f"./services/{service}")
    loaded = _imported(python, f"lotse_{service}.app").split()
    others = {f"lotse_{other}" for other in SERVICES if other != service} | {"lotse_local"}
    assert not others.intersection(loaded)
    assert "migrate" in _run([str(python), "-I", "-m", f"lotse_{service}", "--help"])
