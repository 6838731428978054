"""What people were told: the facts say that a mail was sent, the mail catcher shows it."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from lotse_contracts.envelope import Fact
from lotse_contracts.notify import MessageSent
from lotse_local.demo.cast import Case
from lotse_local.demo.frontend import Frontend, NotAnswered
from lotse_local.demo.houses import House
from lotse_local.demo.scene import Scene

MAIL_SECONDS = 20.0
POLL_SECONDS = 0.1
UNSAFE_FLAGS = {"violence", "danger"}


async def until_receipts(scene: Scene) -> None:
    """Everybody who left an address and may safely be told has a receipt."""
    await _until_sent(scene, "receipt", scene.cases)


async def until_answers(scene: Scene) -> None:
    """Everybody who was answered and may be told knows that something waits."""
    await _until_sent(scene, "answer_waits", [case for case in scene.cases if case.script.answer])


async def until_referrals(scene: Scene) -> None:
    """Everybody who was referred and may be told knows that there is news."""
    await _until_sent(scene, "referral_made", scene.with_step("self", "connected"))


async def until_appointment(scene: Scene) -> None:
    """Who has an appointment knows when."""
    await _until_sent(scene, "appointment", [scene.appointment_case])


async def collect(scene: Scene) -> None:
    """The mail catchers have exactly what the facts say, and nothing for whom it would be dangerous."""
    for house, desk in ((scene.home, scene.desk), (scene.partner, scene.partner_desk)):
        told = [fact for fact in _facts(desk) if isinstance(fact, MessageSent)]
        mails = await _new_mails(house, scene.mails_before[house.name], wanted=len(told))
        scene.checks.expect(f"{house.name}: the mail catcher has what notify says it sent", len(mails) == len(told))
        languages = Counter(str(mail["language"]) for mail in mails)
        each_own = languages == Counter(fact.language for fact in told)
        scene.checks.expect("each mail is in the language that notify says", each_own)
        scene.figures.mails[house.name] = len(mails)
        scene.figures.mails_by_language[house.name] = languages
        scene.figures.told[house.name] = Counter(fact.template for fact in told)
        _expect_careful(scene, mails)
    scene.step()


def _expect_careful(scene: Scene, mails: Sequence[Mapping[str, Any]]) -> None:
    languages = {case.script.email: case.script.language for case in scene.cases if _reachable(case)}
    recipients = [(address, mail) for mail in mails for address in mail["to"]]
    own = all(languages.get(address) == mail["language"] for address, mail in recipients)
    scene.checks.expect("a mail goes to people who may be told, each in the language of her enquiry", own)
    words = {word for case in scene.cases for word in (case.script.name, case.script.text) if word}
    neutral = not any(word in mail["text"] for mail in mails for word in words)
    scene.checks.expect("no mail holds a name or a word of an enquiry", neutral)


async def _until_sent(scene: Scene, template: str, cases: Sequence[Case]) -> None:
    wanted = {(case.person_id, template) for case in cases if _reachable(case)}
    try:
        await scene.desk.until(lambda facts: wanted <= _sent(facts), MAIL_SECONDS)
    except NotAnswered:
        missing = len(wanted - _sent(_facts(scene.desk)))
        scene.checks.expect(f"{template}: {missing} of {len(wanted)} were never sent", holds=False)
        return
    scene.say(f"notify: {len(wanted)} e-mails of the kind {template} sent, each in the person's language")


def _sent(facts: Sequence[Fact]) -> set[tuple[UUID, str]]:
    return {(fact.person_id, fact.template) for fact in facts if isinstance(fact, MessageSent)}


async def _new_mails(house: House, before: frozenset[str], *, wanted: int) -> list[Mapping[str, Any]]:
    """The mails of this telling of the story, once there are as many as wanted or the time is up."""
    deadline = time.monotonic() + MAIL_SECONDS
    while True:
        mails = [mail for mail in await house.mails() if mail["id"] not in before]
        if len(mails) >= wanted or time.monotonic() > deadline:
            return mails
        await asyncio.sleep(POLL_SECONDS)


def _facts(desk: Frontend) -> list[Fact]:
    return [heard.fact for heard in desk.heard]


def _reachable(case: Case) -> bool:
    """Whether she left an address, and nothing says that somebody dangerous may read it."""
    return bool(case.script.email) and not UNSAFE_FLAGS.intersection(case.script.flags)
