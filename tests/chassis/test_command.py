"""The command line of a service: its own commands get their arguments, and what is typed wrongly is said at once."""

import argparse
import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from lotse_chassis import pipes
from lotse_chassis.command import Commands, Standalone, Subcommand, main
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings

EXIT_CODE = 7
Run = Callable[..., int]


def build(settings: Settings) -> Service:
    raise AssertionError("no command but serve builds a service")


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sets up the logs of its process, which here is that of all other tests."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(False)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("import", "file", commands=…)` is the exit code."""
    monkeypatch.setenv("LOTSE_DATABASE_URL", "postgresql://nobody@127.0.0.1/nothing")

    def typed(*words: str, commands: Commands) -> int:
        monkeypatch.setattr("sys.argv", ["lotse-probe", *words])
        with pytest.raises(SystemExit) as ended:
            main("probe", build, Settings, (), {}, commands=commands)
        assert isinstance(ended.value.code, int)
        return ended.value.code

    return typed


def with_a_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file")
    parser.add_argument("--atomic", action="store_true")


def test_a_command_gets_the_arguments_that_it_asked_for(run: Run) -> None:
    seen: list[tuple[str, str, bool]] = []

    def imports(settings: Settings, given: argparse.Namespace) -> int:
        seen.append((settings.association, given.file, given.atomic))
        return EXIT_CODE

    commands = {"import": Subcommand(imports, with_a_file, "enter a file")}
    assert run("import", "a.jsonl", "--atomic", commands=commands) == EXIT_CODE
    assert seen == [("unnamed", "a.jsonl", True)]


def test_a_command_without_arguments_gets_the_settings_alone(run: Run) -> None:
    assert run("look", commands={"look": lambda settings: len(settings.association)}) == len("unnamed")


def test_a_command_that_stands_alone_needs_no_settings_and_touches_no_log(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOTSE_DATABASE_URL")
    handlers = list(logging.getLogger().handlers)
    commands = {"count": Standalone(lambda given: len(given.file), with_a_file, "count")}
    assert run("count", "four", commands=commands) == 4
    assert logging.getLogger().handlers == handlers
    assert run("look", commands={"look": lambda settings: 0}) == 2


@pytest.mark.parametrize("words", [(), ("nothing",), ("import",), ("look", "too-much"), ("import", "a", "--maybe")])
def test_what_no_command_takes_ends_with_the_code_for_usage(
    run: Run, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    commands: Commands = {
        "look": lambda settings: 0,
        "import": Subcommand(lambda settings, given: 0, with_a_file, "enter a file"),
    }
    assert run(*words, commands=commands) == 2
    assert "usage: lotse-probe" in capsys.readouterr().err


def test_the_help_names_every_command(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    commands: Commands = {"import": Subcommand(lambda settings, given: 0, with_a_file, "enter a file")}
    assert run("--help", commands=commands) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("serve", "migrate", "import", "enter a file"))


@pytest.mark.parametrize("lines", [1, 100_000])
def test_a_reader_that_has_read_enough_is_no_fault(lines: int) -> None:
    writes = f"print(*['x' * 99] * {lines}, sep='\\n') or 7"
    program = f"import sys; from lotse_chassis import pipes; sys.exit(pipes.ended(lambda: {writes}))"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"x" * 99 + b"\n"
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(30), said) == (EXIT_CODE if lines == 1 else pipes.EXIT_PIPE, b"")


def test_every_command_of_a_service_writes_to_a_pipe(run: Run) -> None:
    def piped(*_: object) -> int:
        print("nobody reads this")
        return 0

    for command in (Standalone(piped, with_a_file), Subcommand(piped, with_a_file), piped):
        reads, writes = os.pipe()
        os.close(reads)
        with os.fdopen(writes, "w") as unread, contextlib.redirect_stdout(unread):
            words = ("x",) if command is piped else ("x", "file")
            assert run(*words, commands={"x": command}) == pipes.EXIT_PIPE


def test_another_line_that_breaks_is_a_fault() -> None:
    def broken() -> int:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        pipes.ended(broken)
