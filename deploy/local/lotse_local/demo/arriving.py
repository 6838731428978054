"""Act one: people ask for help, each through a frontend with rights of its own."""

from lotse_contracts.intake import AttachmentClaim
from lotse_local.demo.cast import Case
from lotse_local.demo.photo import holds_place, letter_photo
from lotse_local.demo.scene import Scene, at_once

CREATED = 201
REFERENCE_CHARACTERS = 8


async def arrive(scene: Scene) -> None:
    """Upload the photos, publish every enquiry until it is accepted, and one of them twice."""
    await _upload(scene)
    await at_once(lambda case: _submit(scene, case), scene.cases)
    await _submit_again(scene, scene.cases[0])


async def _upload(scene: Scene) -> None:
    async with scene.home.http("intake") as http:
        for case in scene.cases:
            if not case.script.photo:
                continue
            photo = letter_photo(case.script.photo)
            scene.checks.expect("a photo says where it was taken before it is uploaded", holds_place(photo))
            answer = await http.post("/attachments", content=photo, headers={"Content-Type": "image/jpeg"})
            if scene.checks.expect("intake takes the photo of a letter", answer.status_code == CREATED):
                given = answer.json()
                case.attachments = (AttachmentClaim(attachment_id=given["attachment_id"], claim=given["claim"]),)
                scene.say(f"{case.script.by}: photo of a letter uploaded, {given['size_bytes'] // 1024} KiB kept")


async def _submit(scene: Scene, case: Case) -> None:
    script = case.script
    frontend = scene.frontends[script.by]
    order = case.order(scene.seal_key)
    if case is scene.connected_case:
        with scene.trail.step(f"{scene.home.name}/{script.by}", "publish submit-enquiry") as traceparent:
            answer = await frontend.order(order, id=case.order_id, traceparent=traceparent)
    else:
        answer = await frontend.order(order, id=case.order_id)
    scene.step()
    if scene.checks.expect("intake accepts every enquiry", answer.accepted):
        codes = ", ".join(script.codes) or "no code"
        scene.say(f"{script.by}: enquiry {reference(case)} accepted ({script.channel}, {script.language}, {codes})")


async def _submit_again(scene: Scene, case: Case) -> None:
    """A frontend that heard no answer says it again under the same id."""
    frontend = scene.frontends[case.script.by]
    answer = await frontend.order(case.order(scene.seal_key), id=case.order_id, first_turn=2)
    scene.checks.expect("an enquiry said twice is accepted once", answer.accepted and answer.repeated)
    scene.say(f"{case.script.by}: enquiry {reference(case)} said again, and known already")


def reference(case: Case) -> str:
    """How a line names a case: the beginning of a random id, never a person."""
    return str(case.enquiry_id)[:REFERENCE_CHARACTERS]
