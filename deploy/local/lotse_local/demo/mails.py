"""What people were told: the catcher shows each mail and SMS, and nobody has one too many or one too few."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from lotse_contracts.notify import MessageSent
from lotse_local.demo.cast import Case
from lotse_local.demo.frontend import Frontend, NotAnswered
from lotse_local.demo.houses import House
from lotse_local.demo.scene import FOLLOWS_SECONDS, Scene

UKRAINIAN, RUSSIAN = set("іїєґІЇЄҐ"), set("ыэёъЫЭЁЪ")
UNSAFE_FLAGS = {"violence", "danger"}
Mails = Sequence[Mapping[str, Any]]


async def collect(scene: Scene) -> None:
    """Both mail catchers: as many mails for each as the story owes her, none for whom it would be dangerous."""
    owed = Counter({case.script.address: _owed(scene, case) for case in scene.cases if _reachable(case)})
    await _collect(scene, scene.home, scene.desk, owed)
    visitor = scene.connected_case.script.email  # her appointment is the partner's
    await _collect(scene, scene.partner, scene.partner_desk, Counter({visitor: 1}))
    scene.step()


def _owed(scene: Scene, case: Case) -> int:
    """A receipt, then one for an answer, one for a referral, one for an appointment of our own."""
    script = case.script
    return 1 + bool(script.answer) + (script.step in ("self", "connected", "link")) + (case is scene.appointment_case)


async def _collect(scene: Scene, house: House, desk: Frontend, owed: Counter[str]) -> None:
    async def look() -> Mails | None:
        mails = await _new_mails(scene, house)
        return mails if _addressed(mails) >= owed else None

    try:
        mails = await desk.until(look, FOLLOWS_SECONDS, "mail") or ()
    except NotAnswered:
        mails = await _new_mails(scene, house)
    over = (_addressed(mails) - owed).total()
    everything = _addressed(mails) >= owed and over == _of_earlier_tellings(desk) + _told_of_both(desk)
    scene.checks.expect(f"{house.name}: everybody has the messages that she is owed", everything)
    _expect_careful(scene, mails)
    await _expect_told(scene, house, desk, mails)
    scene.figures.mails[house.name] = len(mails)
    scene.figures.mails_by_language[house.name] = Counter(_language(mail) for mail in mails)
    sms = sum(mail["channel"] == "sms" for mail in mails)
    also = f" and {sms} SMS" if sms else ""
    scene.say(f"{house.name}: {len(mails) - sms} e-mails{also} sent, each in the person's own language")


async def _new_mails(scene: Scene, house: House) -> Mails:
    """The mails of this telling of the story."""
    before = scene.mails_before[house.name]
    return [mail for mail in await house.mails() if mail["id"] not in before]


def _addressed(mails: Mails) -> Counter[str]:
    return Counter(address for mail in mails for address in mail["to"])


def _expect_careful(scene: Scene, mails: Mails) -> None:
    languages = {case.script.address: case.script.language for case in scene.cases if _reachable(case)}
    own = all(languages.get(address) == _language(mail) for mail in mails for address in mail["to"])
    scene.checks.expect("each message is in the language of the person's enquiry", own)
    words = {word for case in scene.cases for word in (case.script.name, case.script.text) if word}
    neutral = not any(word in mail["text"] for mail in mails for word in words)
    scene.checks.expect("no message holds a name or a word of an enquiry", neutral)


async def _expect_told(scene: Scene, house: House, desk: Frontend, mails: Mails) -> None:
    """Which kinds they were stands in notify's facts; those that a lost connection kept from us are not counted."""

    async def look() -> bool:
        return len(_told(desk)) >= len(mails)

    if not desk.was_interrupted:
        with suppress(NotAnswered):  # then the expectation fails
            await desk.until(look, FOLLOWS_SECONDS, "facts of notify")
        scene.checks.expect(f"{house.name}: notify says of each mail that it was sent", len(_told(desk)) == len(mails))
    scene.figures.told[house.name] = Counter(fact.template for fact in _told(desk))


def _language(mail: Mapping[str, Any]) -> str:
    """A mail names it; an SMS shows it by letters that only one of the languages has that people here speak."""
    if mail["channel"] == "email":
        return str(mail["language"])
    text = str(mail["text"])
    if UKRAINIAN & set(text):
        return "uk"
    return "ru" if RUSSIAN & set(text) else "de"


def _told(desk: Frontend) -> list[MessageSent]:
    return [fact for fact in desk.heard if isinstance(fact, MessageSent)]


def _told_of_both(desk: Frontend) -> int:
    """That an office accepts makes the notice that it was asked pointless, where that one has not left yet."""
    asked, accepted = (
        {fact.person_id for fact in _told(desk) if fact.template == template}
        for template in ("referral_sent", "referral_accepted")
    )
    return len(asked & accepted)


def _of_earlier_tellings(desk: Frontend) -> int:
    """People of a telling some days ago are asked how it went; nobody of this one is asked yet."""
    return sum(fact.template == "checkback" for fact in _told(desk))


def _reachable(case: Case) -> bool:
    """Whether she left an address, and nothing says that somebody dangerous may read it."""
    return bool(case.script.address) and not UNSAFE_FLAGS.intersection(case.script.flags)
