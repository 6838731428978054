"""Reading: the counsellor with a token, the person with code and PIN, each with a fresh key of their own."""

from collections.abc import Callable
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.envelope import Question
from lotse_contracts.intake import (
    AdditionContent,
    AddToEnquiry,
    AskConversation,
    AskEnquiry,
    AskEnquiryState,
)
from lotse_contracts.sealed import encode, open_sealed, public_bytes, seal
from lotse_local.demo.arriving import reference
from lotse_local.demo.cast import Case
from lotse_local.demo.frontend import AskRefused, Frontend
from lotse_local.demo.photo import holds_place
from lotse_local.demo.scene import Scene, at_once

OK = 200
WRONG_PIN = "000000000000"
THANKS = {
    "uk": "Дякую, усе зрозуміло. Прийду в четвер.",
    "ru": "Спасибо, всё понятно. Приду в четверг.",
    "de": "Danke, das hilft mir. Ich komme am Donnerstag.",
    "en": "Thank you, that helps. I will come on Thursday.",
}


async def read_photos(scene: Scene) -> None:
    """A counsellor opens the enquiries that came with a photo: her words are there, the place of the photo is not."""
    async with scene.home.http("intake", token=scene.desk.token or "") as http:
        for case in (case for case in scene.cases if case.attachments):
            answer, texts = await _read(scene.desk, partial(_by_staff, case))
            scene.checks.expect("the desk reads the person's own words", texts == [case.script.text])
            scene.checks.expect("the photo is with its enquiry", len(answer.attachments) == 1)
            for attached in answer.attachments:
                got = await http.get(f"/attachments/{attached.attachment_id}")
                clean = got.status_code == OK and not holds_place(got.content)
                scene.checks.expect("the desk sees the photo, and nobody sees where it was taken", clean)
                scene.figures.photos += clean
            scene.say(f"desk: enquiry {reference(case)} read, with its photo")


async def read_answers(scene: Scene) -> None:
    """Each reads with code and PIN what was answered; a wrong PIN opens nothing; one writes back."""
    answered = [case for case in scene.cases if case.script.answer]
    await at_once(lambda case: _read_answer(scene, case), answered)
    await _wrong_pin(scene, answered[0])
    await _write_back(scene, next(case for case in answered if case.script.by != "desk" and case.script.email))


async def _read_answer(scene: Scene, case: Case) -> None:
    reader = scene.frontends[case.script.by]
    state = await reader.ask(AskEnquiryState(receipt_code=case.receipt_code))
    scene.checks.expect("the state says that an answer is there", state.known and state.answers == 1)
    _, texts = await _read(reader, partial(_by_person, case, case.script.pin))
    own = texts == [case.script.text, case.script.answer]
    scene.figures.answers += state.answers
    scene.figures.answers_read += own
    scene.step()
    if scene.checks.expect("with code and PIN she reads her words and the answer", own):
        scene.say(f"{case.script.by}: the answer to {reference(case)} is read")


async def _wrong_pin(scene: Scene, case: Case) -> None:
    try:
        await scene.frontends["web"].ask(_by_person(case, WRONG_PIN, encode(public_bytes(X25519PrivateKey.generate()))))
        refused = None
    except AskRefused as fault:
        refused = fault.problem
    speaks = refused is not None and {"uk", "ru", "de", "en"} <= refused.texts.keys()
    scene.checks.expect("a wrong PIN opens nothing, and the refusal speaks four languages", speaks)
    scene.say("web: a wrong PIN opens nothing")


async def _write_back(scene: Scene, case: Case) -> None:
    content = AdditionContent(text=THANKS[case.script.language], pin=case.script.pin)
    order = AddToEnquiry(
        frontend=case.script.by,
        receipt_sha256=case.receipt_sha256,
        content=seal(
            content.model_dump_json().encode(),
            scene.seal_key,
            type_name=AddToEnquiry.type_name(),
            key=case.receipt_sha256,
        ),
    )
    given = await scene.frontends[case.script.by].order(order)
    scene.checks.expect("she writes back with her PIN", given.accepted)
    _, texts = await _read(scene.desk, partial(_by_staff, case))
    scene.checks.expect("the desk reads what she wrote back", texts[-1] == content.text)
    scene.say(f"{case.script.by}: {reference(case)} writes back")


def _by_staff(case: Case, reply_key: str) -> AskEnquiry:
    return AskEnquiry(enquiry_id=case.enquiry_id, reply_key=reply_key, purpose="counselling")


def _by_person(case: Case, pin: str, reply_key: str) -> AskConversation:
    return AskConversation(receipt_code=case.receipt_code, pin=pin, reply_key=reply_key)


async def _read(frontend: Frontend, asking: Callable[[str], Question]) -> tuple[Any, list[str]]:
    """Ask with a fresh key and open what comes back with it."""
    key = X25519PrivateKey.generate()
    question = asking(encode(public_bytes(key)))
    answer = await frontend.ask(question)
    name, bound = question.type_name(), str(answer.enquiry_id)
    texts = [open_sealed(entry.content, key, type_name=name, key=bound).decode() for entry in answer.entries]
    return answer, texts
