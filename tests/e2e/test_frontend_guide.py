"""The guide for frontend developers says what the code does: its pieces, rights, limits, bindings and commands."""

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lotse_contracts import envelope, intake, wiring
from lotse_contracts.intake import AnswerEnquiry, AskEnquiry, AskInbox, SubmitEnquiry
from lotse_local.demo import frontend
from lotse_local.demo.frontend import AskRefused, Desk, connected
from tests import kit
from tests.conftest import ServiceRunner

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "frontend.md"
EXAMPLES = GUIDE.parent / "examples"
COMMAND_SECONDS = 60


@pytest.mark.parametrize("module", [EXAMPLES / "enquiry.py", Path(frontend.__file__)], ids=lambda path: path.stem)
def test_a_frontend_imports_nothing_of_ours_but_the_contracts(module: Path) -> None:
    imports = [
        node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names = {name for node in imports for name in imported(node)}
    foreign = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert foreign <= {"nats", "lotse_contracts", "cryptography"}


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that a statement names."""
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]


@pytest.mark.parametrize(("fence", "example"), [("python", "enquiry.py"), ("js", "enquiry.mjs")])
def test_every_piece_of_code_in_the_guide_stands_in_an_example(fence: str, example: str) -> None:
    whole = lines_of((EXAMPLES / example).read_text())
    pieces = re.findall(rf"^```{fence}\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert pieces
    for piece in pieces:
        assert lines_of(piece) in whole, piece


def lines_of(text: str) -> str:
    """The code without its indentation, so that a piece may stand deeper in the example."""
    return "\n" + "\n".join(line.strip() for line in textwrap.dedent(text).splitlines() if line.strip()) + "\n"


def test_the_guide_says_what_anonymous_frontends_may_do() -> None:
    row = next(line for line in GUIDE.read_text().splitlines() if line.startswith("| `web`, `bot` |"))
    orders, questions, facts = (set(re.findall(r"`([a-z-]+)`", cell)) for cell in row.split("|")[2:5])
    for user in wiring.PUBLIC_FRONTENDS:
        assert orders == {order.NAME for order in wiring.ORDERS_GIVEN[user]}
        assert questions == {question.NAME for question in wiring.QUESTIONS_ASKED[user]}
        assert facts == {fact.NAME for fact in wiring.FACTS_FOLLOWED[user]}


def test_the_guide_says_the_limits_of_the_contracts() -> None:
    guide = GUIDE.read_text()
    for number in (envelope.PUBLIC_BYTES_MAX, envelope.MESSAGE_BYTES_MAX, envelope.TEXT_CHARACTERS_MAX):
        assert f"{number:,}" in guide
    assert f"| {intake.CONCERNS_MAX} each |" in guide
    assert f"| {intake.ATTACHMENTS_MAX}, each up to 15 MB |" in guide


def test_the_guide_binds_every_sealed_field_as_the_contracts_do() -> None:
    guide = GUIDE.read_text()
    for message in (
        SubmitEnquiry,
        intake.AddToEnquiry,
        AnswerEnquiry,
        intake.RegisterPerson,
        intake.AskConversation,
        AskEnquiry,
    ):
        assert f"`{message.type_name()}`" in guide


def test_the_lock_of_the_javascript_example_names_no_registry() -> None:
    lock = (EXAMPLES / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert "://" not in lock


async def test_a_token_of_the_guides_command_opens_the_desk_and_another_role_does_not(
    broker: kit.Broker, run_service: ServiceRunner
) -> None:
    await run_service("intake")
    desk = Desk(broker.association, broker.url, "desk", broker.seed_file("desk"))
    async with connected(desk) as seated:
        with pytest.raises(AskRefused, match="token_missing"):
            await seated.ask(AskInbox())
        seated.token = token_of(broker, "treasurer")
        with pytest.raises(AskRefused, match="role_not_allowed") as refused:
            await seated.ask(AskInbox())
        assert refused.value.problem.texts.keys() == {"uk", "ru", "de", "en"}
        seated.token = token_of(broker, "counsellor")
        assert (await seated.ask(AskInbox())).entries == ()


def token_of(broker: kit.Broker, role: str) -> str:
    """What the command in the guide prints, for another data folder and role."""
    (line,) = (line for line in GUIDE.read_text().splitlines() if line.startswith(".venv/bin/lotse token"))
    words = line.replace("DATA", str(broker.place.root)).replace("counsellor ", f"{role} ").split()
    command = [sys.executable, "-m", "lotse_local", *words[1:]]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True)
    return ended.stdout.strip()
