"""The person takes her enquiry back, in her own name and at any time."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import WithdrawalContent, WithdrawEnquiry
from lotse_intake.handlers import moving, people, pins
from lotse_intake.providers.content import opened
from lotse_intake.providers.office import Office
from lotse_intake.store import concerns


async def withdraw_enquiry(
    office: Office, order: WithdrawEnquiry, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """All of its concerns that have not ended; referral hears of it and stops what is open. Again changes nothing."""
    row = await people.open_enquiry_of_receipt(tx, order.receipt_sha256)
    type_name, key = WithdrawEnquiry.type_name(), order.receipt_sha256
    content = opened(office, order.content, WithdrawalContent, type_name=type_name, key=key)
    await pins.require_pin(office, context, row, content.pin)
    said: list[Message] = []
    for concern in await concerns.of_enquiry(tx, row.enquiry_id, lock=True):
        said += await moving.by_itself(tx, context, concern, "withdraw", role="person")
    await accesslog.record(
        tx, context, action="write", object_kind="enquiry", object_id=str(row.enquiry_id), purpose="withdrawal"
    )
    return said
