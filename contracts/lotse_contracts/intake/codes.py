"""Lists of codes, and whom to call in an emergency: data that every frontend may ask for."""

from typing import ClassVar

from pydantic import Field

from lotse_contracts.envelope import Answer, Code, Language, Question, SaidPart
from lotse_contracts.values import CodeListName, RecipientLanguage

CODES_MAX = 500  # of one list
LINES_MAX = 20


class CodeEntry(SaidPart):
    """One code. A retired one is taken for nothing new, and still named where it stands."""

    code: Code
    parent: Code | None = Field(default=None, description="the code that this one is a sub-code of")
    names: dict[str, str] = Field(description="uk, ru, de, en, and de_plain: German in plain words")
    retired: bool = False


class CodeListAnswer(Answer):
    """A list in its own order, each code followed by its sub-codes."""

    list: CodeListName
    version: int = Field(ge=1)
    codes: tuple[CodeEntry, ...] = Field(max_length=CODES_MAX)


class AskCodeList(Question):
    """Which codes are there, and what are they called? With a language, the names in that one and in plain German."""

    NAME: ClassVar[str] = "code-list"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = CodeListAnswer

    list: CodeListName = "concerns"
    language: RecipientLanguage | None = None


class HelpLine(SaidPart):
    """A number that helps at once, free of charge."""

    code: Code
    number: str = Field(max_length=40)
    name: str = Field(max_length=120)
    about: str = Field(max_length=300)
    source: str = Field(max_length=200)
    as_of: str = Field(max_length=10, description="when the source said so, YYYY-MM-DD")


class EmergencyHelpAnswer(Answer):
    """What to show at once, and only where she is writing: never sent to a contact."""

    language: RecipientLanguage
    text: str = Field(max_length=1_000)
    lines: tuple[HelpLine, ...] = Field(max_length=LINES_MAX)


class AskEmergencyHelp(Question):
    """Whom can she call now? For a language that we do not write the answer is in English."""

    NAME: ClassVar[str] = "emergency-help"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = EmergencyHelpAnswer

    language: Language = "uk"
