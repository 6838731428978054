"""Each package has one public door, and what stands in it is there."""

import importlib
import pkgutil

import pytest

import lotse_contracts
from lotse_contracts.catalogue import BY_TYPE, MESSAGES
from lotse_contracts.envelope import Envelope
from tests.house.tree import MEMBERS, package, parsed, python_files, refuse


def test_the_door_of_the_contracts_is_complete_and_sorted() -> None:
    assert sorted(lotse_contracts.__all__) == lotse_contracts.__all__
    assert all(hasattr(lotse_contracts, name) for name in lotse_contracts.__all__)
    public = {
        name for name, thing in vars(lotse_contracts).items() if not name.startswith("_") and not _is_module(thing)
    }
    assert public == set(lotse_contracts.__all__)


def _is_module(thing: object) -> bool:
    return type(thing).__name__ == "module"


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_every_module_of_a_member_can_be_imported_by_itself(member: str) -> None:
    modules = pkgutil.walk_packages([str(package(member))], prefix=f"{member}.")
    for module in modules:
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def test_no_two_messages_have_the_same_name() -> None:
    assert len(BY_TYPE) == len(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: f"{message.KIND}-{message.type_name()}")
def test_every_message_is_frozen_documented_and_keyed_by_a_field_of_its_own(message: type) -> None:
    assert message in BY_TYPE.values()
    described = next(one for one in MESSAGES if one is message)
    assert described.model_config.get("frozen")
    assert (described.__doc__ or "").strip()
    assert not described.KEY or described.KEY in described.model_fields
    assert Envelope[described].model_json_schema()  # type: ignore[valid-type]


def test_every_package_is_typed() -> None:
    refuse(member for member in MEMBERS if not (package(member) / "py.typed").exists())


def test_no_package_does_anything_when_it_is_imported() -> None:
    doors = [package(member) / "__init__.py" for member in MEMBERS if member != "lotse_contracts"]
    refuse(str(path) for path in doors if len(parsed(path).body) > 1)
    assert python_files()
