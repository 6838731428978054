"""Release is the only door: nothing else in intake makes a person's fields readable to anybody outside the house."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lotse_contracts import intake
from lotse_contracts.envelope import Question
from tests.house.tree import package, parsed, python_files

HOME = package("lotse_intake")
SEALERS = {
    "handlers/releases.py": "the guard's own, to the key that we hold for the partner",
    "handlers/telling.py": "notify, a service of this association: how to reach her",
    "handlers/questions.py": "whoever asks with code and PIN, or a counsellor's frontend",
    "handlers/access.py": "a coordinator's frontend, or the person herself",
    "handlers/subject_access.py": "a coordinator's frontend",
    "providers/content.py": "a counsellor's frontend, to the key in her question",
    "http/enquiries.py": "ourselves",
}
"""Every module that seals, and to whom. Whoever adds one asks first whether fields of a person are inside."""
ENCRYPTERS = {"providers/handover_files.py": "packages for 2027; what is in them the guard has let pass"}
DOOR = {
    "handlers/guarding.py",
    "handlers/releases.py",
    "handlers/handover_packaging.py",
    "domain/handover_record.py",
    "domain/release.py",
}
"""Where fields are chosen to leave."""
OWN_QUESTIONS = {"AskConversation"}
"""Questions without a role that are answered sealed: she proves with code and PIN that it is she."""


def named(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def used(path: Path) -> set[str]:
    """Every name and attribute that a module uses."""
    nodes = list(ast.walk(parsed(path)))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {node.id for node in nodes if isinstance(node, ast.Name)}


def modules_that_call(*names: str) -> set[str]:
    return {named(path) for path in python_files(HOME) if set(names) & set(calls(path))}


def test_only_these_modules_seal_and_for_each_it_is_said_to_whom() -> None:
    assert modules_that_call("seal") == SEALERS.keys()


def test_nothing_seals_by_another_way() -> None:
    ways: dict[str, set[str]] = defaultdict(set)
    for path in python_files(HOME):
        for node in ast.walk(parsed(path)):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                imported = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in imported:
                if "hpke" in name or name.startswith("pyrage") or "asymmetric.rsa" in name:
                    ways[named(path)].add(name)
    assert ways.keys() == ENCRYPTERS.keys()


def test_a_partners_key_is_read_by_the_release_alone() -> None:
    assert {named(path) for path in python_files(HOME) if "intake_seal" in used(path)} == {"handlers/releases.py"}


def test_fields_are_chosen_to_leave_behind_the_guard_alone() -> None:
    assert modules_that_call("selected", "fields_to_leave", "refusal_of", "sealed_fields") <= DOOR
    assert modules_that_call("fields_to_leave") == {"handlers/releases.py", "handlers/handover_packaging.py"}


def test_what_is_sealed_to_whoever_asks_is_asked_by_staff_or_by_herself() -> None:
    for module in ("handlers/questions.py", "handlers/access.py", "handlers/subject_access.py"):
        require_known_askers(HOME / module)
    for path in python_files(HOME):
        if "sealed_to_asker" in set(calls(path)):
            require_known_askers(path)


def require_known_askers(path: Path) -> None:
    """The questions whose type a module seals for."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and node.attr == "type_name" and isinstance(node.value, ast.Name):
            question = getattr(intake, node.value.id, None)
            if question is not None and issubclass(question, Question):
                assert question.ROLES or question.__name__ in OWN_QUESTIONS, f"{named(path)}: {question.__name__}"
