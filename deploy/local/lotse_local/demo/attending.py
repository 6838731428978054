"""While the demonstration stays up, somebody sits at the desk: whoever writes meanwhile is answered."""

from datetime import UTC, datetime
from uuid import UUID

from lotse_contracts.intake import AnswerEnquiry, AskInbox, AskSealingKey, EnquiryReceived, InboxEntry, TextContent
from lotse_contracts.sealed import decode, seal
from lotse_local.demo.checks import Say
from lotse_local.demo.frontend import AskRefused, Frontend, NotAnswered, connected
from lotse_local.demo.houses import House

ACTOR, ROLE = "counsellor-1", "counsellor"
LOOK_SECONDS = 5.0  # how often the desk looks by itself
PAGE = 50
REFERENCE_CHARACTERS = 8
ANSWERS = {
    "uk": "Дякуємо, ми отримали ваше повідомлення. Це відповідь демонстрації: тут відповідає не людина.",
    "ru": "Спасибо, мы получили ваше сообщение. Это ответ демонстрации: здесь отвечает не человек.",
    "de": "Danke, Ihre Nachricht ist da. Das ist eine Antwort der Vorführung: Hier antwortet kein Mensch.",
    "en": "Thank you, we have your message. This is the demonstration answering, not a person.",
}


async def attend(house: House, say: Say) -> None:
    """Answer every enquiry that is received from now on, until cancelled."""
    began, answered = datetime.now(UTC), set[UUID]()
    async with connected(house.desk("desk")) as desk:
        await desk.follow([EnquiryReceived])
        while True:
            desk.token = house.token(ACTOR, ROLE)  # one lasts a working day, the demonstration may last longer
            try:
                for entry in await _fresh(desk, began):
                    if entry.enquiry_id not in answered:
                        await _answer(desk, entry)
                        answered.add(entry.enquiry_id)
                        say(f"desk: enquiry {str(entry.enquiry_id)[:REFERENCE_CHARACTERS]} answered")
            except (NotAnswered, AskRefused) as fault:
                say(f"desk: a service does not answer ({fault}); trying again")
            await desk.news(LOOK_SECONDS)


async def _fresh(desk: Frontend, began: datetime) -> list[InboxEntry]:
    page = await desk.ask(AskInbox(size=PAGE, newest_first=True))
    return [entry for entry in page.entries if entry.received_at >= began]


async def _answer(desk: Frontend, entry: InboxEntry) -> None:
    """Raises NotAnswered or AskRefused; then it is tried again."""
    key = decode((await desk.ask(AskSealingKey())).public_key)
    plaintext = TextContent(text=ANSWERS.get(entry.language, ANSWERS["en"])).model_dump_json().encode()
    bound = str(entry.enquiry_id)
    content = seal(plaintext, key, type_name=AnswerEnquiry.type_name(), key=bound)
    await desk.order(AnswerEnquiry(enquiry_id=entry.enquiry_id, content=content))
