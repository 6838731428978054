"""Act four, second half: an office without a login answers, she sees her own page, a group meets."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.calendar import ZONE
from lotse_contracts.envelope import Order
from lotse_contracts.referral import (
    AskReferral,
    AskReferralLink,
    MakeGroupOffer,
    NamedCandidate,
    OfficePage,
    RecordGroupSession,
    ReferralAnswer,
    ReferralLinkAnswer,
    SendReferral,
    Series,
)
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_contracts.values import FieldGroup
from lotse_local.demo.agreeing import Scope, agreed
from lotse_local.demo.arriving import reference
from lotse_local.demo.cast import Case
from lotse_local.demo.frontend import connected
from lotse_local.demo.referring import candidates, note, reached
from lotse_local.demo.scene import FOLLOWS_SECONDS, Scene

OK, CREATED, SERVER_FAULT = 200, 201, 500
GROUPS: tuple[FieldGroup, ...] = ("identity", "contact")
OUTCOME = "enrolled"
OPENINGS_MAX = 3  # of links, where services are killed meanwhile
SEATS = 2
GROUP_PIN = "2468"
HEADS, CHILDREN = 11, 3
HIDDEN = re.compile(r'name="(token|form)" value="([^"]+)"')


async def refer_to_office(scene: Scene) -> None:
    """She agrees to what the office may see; it opens the link, sees just that, takes her on, and says how it ended."""
    (case,) = scene.with_step("link")
    chosen = next((one for one in await candidates(scene, case.first) if "link" in one.modes), None)
    if not scene.checks.expect("there is an office that can be sent a link", chosen is not None) or chosen is None:
        return
    referral_id = await _sent(scene, case, chosen)
    async with scene.home.http("referral") as office:
        await _answered(scene, case, office, referral_id)
    await reached(scene.desk, referral_id, "completed")
    known: ReferralAnswer = await scene.desk.ask(AskReferral(referral_id=referral_id))
    ended = (known.outcome, known.confirmed_by)
    scene.checks.expect("the office itself has confirmed how it ended", ended == (OUTCOME, "receiver"))
    made = next(one for one in scene.figures.referrals if one["referral_id"] == str(referral_id))
    made["state"] = "completed"
    scene.say(f"office: {chosen.name} opened its link, took {reference(case)} on, and closed the loop without a login")
    scene.step()


async def look_at_own_page(scene: Scene) -> None:
    """With receipt code and PIN she sees where to go; with a wrong PIN nobody sees anything."""
    case = scene.appointment_case
    made = next(one for one in scene.figures.referrals if one["concern_id"] == str(case.first.concern_id))
    async with scene.home.http("referral") as browser:
        wrong = await _entered(scene, browser, case, "000000")
        scene.checks.expect("a wrong PIN opens no page", made["service"] not in wrong)
        page = await _entered(scene, browser, case, case.script.pin)
        scene.checks.expect("her page says where she is going", made["service"] in page)
        scene.checks.expect("her page does not say her name", case.script.name not in page)
    scene.say(f"{reference(case)} looks at her own page with code and PIN: where to go, and when")


async def meet(scene: Scene) -> None:
    """Two seats: the third waits, and moves up when one gives her seat back; heads are counted."""
    token = scene.home.token("coordinator-1", "coordinator")
    offer = _offer()
    async with connected(scene.home.desk("desk"), token=token) as coordinator, scene.home.http("referral") as http:
        await _accepted(scene, await coordinator.order(offer), offer)
        places = [await _signed_up(http, offer.offer_id) for _ in range(SEATS + 1)]
        states = [place["state"] for place in places]
        scene.checks.expect("two have a seat, the third waits", states == ["seat", "seat", "waiting"])
        await http.post("/group-places/cancel", json={"code": places[0]["code"], "pin": GROUP_PIN})
        last = await http.post("/group-places/state", json={"code": places[-1]["code"], "pin": GROUP_PIN})
        scene.checks.expect("who waits longest moves up by herself", last.json()["state"] == "seat")
        held = RecordGroupSession(
            record_id=uuid4(),
            offer_id=offer.offer_id,
            session=offer.series.starts_on,
            adults=HEADS,
            children=CHILDREN,
        )
        await _accepted(scene, await coordinator.order(held), held)
    scene.say(f"{scene.home.name}: a practice group meets; {HEADS + CHILDREN} heads were counted, no names")
    scene.step()


async def _sent(scene: Scene, case: Case, chosen: NamedCandidate) -> UUID:
    entry, referral_id, consent_id = case.first, uuid4(), uuid4()
    scope = Scope(str(chosen.service_id), (entry.code,), GROUPS)
    order = SendReferral(
        referral_id=referral_id,
        concern_id=entry.concern_id,
        person_id=entry.person_id,
        service_id=chosen.service_id,
        mode="link",
        consent_id=consent_id,
        field_groups=GROUPS,
    )
    agreement = await agreed(scene.desk, entry, scope, consent_id)
    await _accepted(scene, await scene.desk.order(agreement), agreement)
    await _accepted(scene, await scene.desk.order(order), order)
    await reached(scene.desk, referral_id, "sent", "delivered")
    note(scene, entry, chosen, referral_id=referral_id, mode="link")
    return referral_id


async def _link(scene: Scene, referral_id: UUID) -> str:
    """The desk reads a fresh link out once."""
    key = X25519PrivateKey.generate()
    question = AskReferralLink(referral_id=referral_id, reply_key=encode(public_bytes(key)))
    answer: ReferralLinkAnswer = await scene.desk.ask(question)
    plain = open_sealed(answer.link, key, type_name=question.type_name(), key=str(referral_id))
    return urlsplit(OfficePage.model_validate_json(plain).url).path


async def _answered(scene: Scene, case: Case, office: httpx.AsyncClient, referral_id: UUID) -> None:
    path, page = await _opened(scene, case, office, referral_id)
    scene.checks.expect("the office sees what she agreed to", case.script.name in page)
    scene.checks.expect("the office sees nothing of what she wrote", case.script.text not in page)
    async with scene.home.http("referral") as stranger:
        late = await stranger.post(f"{path}/open", follow_redirects=True)
        scene.checks.expect("a used link opens nothing for anybody else", case.script.name not in late.text)
    for form in ({"action": "accept"}, {"action": "complete", "outcome": OUTCOME}):
        page = (await office.get(path)).text
        said = await office.post(f"{path}/answer", data={**dict(HIDDEN.findall(page)), **form}, follow_redirects=True)
        scene.checks.expect(f"the office can say: {form['action']}", said.status_code == OK)


async def _opened(scene: Scene, case: Case, office: httpx.AsyncClient, referral_id: UUID) -> tuple[str, str]:
    """The path of the link and the page behind it.

    A link opens once: where the answer was lost, as when the service was killed just then, the desk tells a fresh one.
    """
    path = page = ""
    for _ in range(OPENINGS_MAX):
        path = await _link(scene, referral_id)
        before = await office.get(path)
        scene.checks.expect("looking at a link shows nothing yet", case.script.name not in before.text)
        page = unescape((await office.post(f"{path}/open", follow_redirects=True)).text)
        if case.script.name in page:
            break
    return path, page


async def _entered(scene: Scene, browser: httpx.AsyncClient, case: Case, pin: str) -> str:
    """Her page, or why there is none. Intake, which checks the PIN, may just be starting again."""

    async def look() -> httpx.Response | None:
        form = {"code": case.receipt_code, "pin": pin}
        answer = await browser.post("/me/enter", data=form, follow_redirects=True)
        return answer if answer.status_code < SERVER_FAULT else None

    answer = await scene.desk.until(look, FOLLOWS_SECONDS, "her own page")
    return unescape(answer.text) if answer else ""


def _offer() -> MakeGroupOffer:
    today = datetime.now(UTC).astimezone(ZONE).date()
    series = Series(starts_on=(today - timedelta(days=7)).isoformat(), at="16:30", minutes=90, rule="FREQ=WEEKLY")
    return MakeGroupOffer(
        offer_id=uuid4(),
        kind="practice_group",
        name="Deutsch üben",
        series=series,
        place="Haus B",
        languages=("de", "uk"),
        seats=SEATS,
        plan_line="personnel",
    )


async def _signed_up(http: httpx.AsyncClient, offer_id: UUID) -> Mapping[str, str]:
    answer = await http.post(
        f"/group-offers/{offer_id}/places", json={"pin": GROUP_PIN}, headers={"Idempotency-Key": uuid4().hex}
    )
    found: Mapping[str, str] = (
        answer.json() if answer.status_code in (OK, CREATED) else {"state": "refused", "code": ""}
    )
    return found


async def _accepted(scene: Scene, answer: object, order: Order) -> None:
    code = problem.code if (problem := getattr(answer, "problem", None)) else ""
    scene.checks.expect(f"{order.NAME} is accepted {code}".strip(), getattr(answer, "accepted", False))
