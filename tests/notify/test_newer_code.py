"""After a step back to older code: what only newer code can say is left for it, with everything about it."""

from datetime import timedelta
from uuid import uuid4

from tests.notify.gateway import HttpGateway
from tests.notify.given import House, tell
from tests.notify.reporting import NUMBER, Desk, sms_post
from tests.notify.test_receipts import BUFFERED, DELIVERED, receipt


async def test_receipts_about_it_wait_for_newer_code_and_others_do_not(house: House, gateway: HttpGateway) -> None:
    post, desk = sms_post(house, gateway), Desk.of(house)
    for _ in range(2):
        person_id = uuid4()
        await house.hear(house.contact(person_id, kind="sms", value=NUMBER))
        await house.hear(tell(person_id))
    await house.send_all(post)
    newer, known = desk.attempts()
    house.run("UPDATE notification SET template = 'of_tomorrow' WHERE notification_id = %s", newer["notification_id"])
    await desk.inbox.keep(receipt(newer["attempt_id"].hex, BUFFERED))
    await desk.inbox.keep(receipt(known["attempt_id"].hex, DELIVERED))
    await desk.apply()
    assert [row["state"] for row in desk.attempts()] == ["accepted", "delivered"]
    assert {row["reference"]: row["state"] for row in house.rows("receipt")} == {
        newer["attempt_id"]: "parked",
        known["attempt_id"]: "applied",
    }
    house.run("UPDATE notification SET template = 'receipt'")
    house.now += timedelta(minutes=10)
    await desk.apply()
    assert [row["state"] for row in desk.attempts()] == ["buffered", "delivered"]
