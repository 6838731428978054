"""While the demonstration stays up, somebody sits at the desk: whoever writes meanwhile is answered."""

from lotse_contracts.intake import AnswerEnquiry, AskSealingKey, EnquiryReceived, TextContent
from lotse_contracts.sealed import decode, seal
from lotse_local.demo.checks import Say
from lotse_local.demo.frontend import AskRefused, Frontend, NotAnswered, connected
from lotse_local.demo.houses import House

ACTOR, ROLE = "counsellor-1", "counsellor"
REST_SECONDS = 3_600.0  # without anything new; then the desk looks again
REFERENCE_CHARACTERS = 8
ANSWERS = {
    "uk": "Дякуємо, ми отримали ваше повідомлення. Це відповідь демонстрації: тут відповідає не людина.",
    "ru": "Спасибо, мы получили ваше сообщение. Это ответ демонстрации: здесь отвечает не человек.",
    "de": "Danke, Ihre Nachricht ist da. Das ist eine Antwort der Vorführung: Hier antwortet kein Mensch.",
    "en": "Thank you, we have your message. This is the demonstration answering, not a person.",
}


async def attend(house: House, say: Say) -> None:
    """Answer every enquiry that is received from now on, until cancelled."""
    async with connected(house.desk("desk"), token=house.token(ACTOR, ROLE)) as desk:
        await desk.follow([EnquiryReceived])
        while True:
            for fact in await _fresh(desk):
                await _answer(house, desk, fact, say)


async def _fresh(desk: Frontend) -> list[EnquiryReceived]:
    """What was received since we last looked; nothing when it stays quiet."""
    try:
        await desk.until(bool, REST_SECONDS)
    except NotAnswered:
        return []
    facts = [heard.fact for heard in desk.heard]
    desk.heard.clear()
    return [fact for fact in facts if isinstance(fact, EnquiryReceived)]


async def _answer(house: House, desk: Frontend, fact: EnquiryReceived, say: Say) -> None:
    desk.token = house.token(ACTOR, ROLE)  # one lasts a working day, the demonstration may last longer
    text = ANSWERS.get(fact.language, ANSWERS["en"])
    reference = str(fact.enquiry_id)[:REFERENCE_CHARACTERS]
    try:
        key = decode((await desk.ask(AskSealingKey())).public_key)
        plaintext = TextContent(text=text).model_dump_json().encode()
        bound = str(fact.enquiry_id)
        content = seal(plaintext, key, type_name=AnswerEnquiry.type_name(), key=bound)
        answer = await desk.order(AnswerEnquiry(enquiry_id=fact.enquiry_id, content=content))
    except (NotAnswered, AskRefused):
        say(f"desk: enquiry {reference} waits, since a service does not answer")
        return
    say(f"desk: enquiry {reference} {'answered' if answer.accepted else 'could not be answered'}")
