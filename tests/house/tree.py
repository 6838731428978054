"""Where the house keeps what: members, their modules, and every text of the tree."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "referral", "notify", "ledger")
MEMBERS = {
    "lotse_contracts": ROOT / "contracts",
    "lotse_chassis": ROOT / "services" / "chassis",
    **{f"lotse_{name}": ROOT / "services" / name for name in SERVICES},
    "lotse_statistics": ROOT / "services" / "statistics",
    "lotse_verifier": ROOT / "services" / "verifier",
    "lotse_local": ROOT / "deploy" / "local",
}
CODE_FOLDERS = ("contracts", "services", "deploy", "docs", "tests", "benchmarks")
IGNORED_FOLDERS = {
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".lotse",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the tree, what tools left behind apart."""
    return tuple(sorted(_walked(ROOT)))


def _walked(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            if path.name not in IGNORED_FOLDERS:
                yield from _walked(path)
        elif path.is_file():
            yield path


def named(path: Path) -> str:
    """The path as a message says it."""
    return str(path.relative_to(ROOT))


def python_files(*folders: Path) -> tuple[Path, ...]:
    """The Python files below these folders, of the whole tree without any."""
    wanted = folders or tuple(ROOT / name for name in CODE_FOLDERS)
    return tuple(path for path in files() if path.suffix == ".py" and any(path.is_relative_to(one) for one in wanted))


def package(member: str) -> Path:
    """The import package of a member."""
    return MEMBERS[member] / member


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), filename=str(path))


def refuse(found: Iterable[str], advice: str = "") -> None:
    """Fail with each of them on a line of its own."""
    lines = sorted(found)
    assert not lines, "\n".join([advice, *lines])
