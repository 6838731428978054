"""What everybody may read without an enquiry: whom to call now, lists of codes, and the key to seal to."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_contracts.intake import AskCodeList, CodeListAnswer, SealingKeyAnswer
from lotse_contracts.values import CodeListName, RecipientLanguage
from lotse_intake.domain.contacts import recipient_languages
from lotse_intake.handlers import codes, questions
from lotse_intake.http.bodies import Help
from lotse_intake.http.routes import route_class
from lotse_intake.providers.helplines import help_in
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings

LanguageAsked = Annotated[str, Query(max_length=12, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]


def router(service: Service, office: Office, settings: IntakeSettings) -> APIRouter:
    """The routes of help, lists and the sealing key."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["help"])
    read = Depends(Limit(settings.reads_per_minute, settings.trusted_proxies))

    @routes.get("/emergency-help", dependencies=[read])
    async def emergency_help(language: LanguageAsked = "uk") -> Help:
        """Whom to call now, in a language of ours, else in English."""
        return shown_in(language)

    @routes.get("/codes/{name}", dependencies=[read])
    async def code_list(name: CodeListName, language: RecipientLanguage | None = None) -> CodeListAnswer:
        """A list of codes with their names."""
        async with service.unit() as unit:
            return await codes.ask_code_list(AskCodeList(list=name, language=language), unit.context, unit.tx)

    @routes.get("/sealing-key", dependencies=[read])
    async def sealing_key() -> SealingKeyAnswer:
        """The public key that orders over the broker are sealed to."""
        return questions.sealing_key_of(office, office.now())

    return routes


def shown_in(language: str) -> Help:
    """Text and numbers in her language, or in English."""
    found = help_in(recipient_languages((language,))[0])
    return Help(text=found.text, lines=found.lines)
