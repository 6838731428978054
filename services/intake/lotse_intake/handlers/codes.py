"""Lists of codes and the numbers of an emergency, for every frontend."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.intake import (
    AskCodeList,
    AskEmergencyHelp,
    CodeEntry,
    CodeListAnswer,
    EmergencyHelpAnswer,
)
from lotse_intake.domain.coding import NAMED_IN
from lotse_intake.domain.contacts import recipient_languages
from lotse_intake.providers.helplines import help_in
from lotse_intake.store import codelists

PLAIN = "de_plain"


async def ask_code_list(question: AskCodeList, context: Context, tx: AsyncConnection) -> CodeListAnswer:
    """Every code that there ever was, retired ones marked, so that old ones can still be named."""
    found = await codelists.newest(tx, question.list)
    wanted = (question.language, PLAIN) if question.language else NAMED_IN
    return CodeListAnswer(
        list=found.name,
        version=found.version,
        codes=tuple(
            CodeEntry(
                code=one.code,
                parent=one.parent,
                names=_only(one.names, wanted),
                retired=one.retired_at is not None,
            )
            for one in found.items
        ),
    )


def _only(names: Mapping[str, str], wanted: tuple[str, ...]) -> dict[str, str]:
    return {language: name for language, name in names.items() if language in wanted}


async def ask_emergency_help(question: AskEmergencyHelp, context: Context, tx: AsyncConnection) -> EmergencyHelpAnswer:
    """In her language, or in English."""
    return help_in(recipient_languages((question.language,))[0])
