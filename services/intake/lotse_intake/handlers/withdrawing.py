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
    type_name, key = WithdrawEnquiry.type_name(), order.receipt_sha256
    content = opened(office, order.content, WithdrawalContent, type_name=type_name, key=key)
    return await withdrawn_by_herself(office, order.receipt_sha256, content.pin, context, tx)


async def withdrawn_by_herself(
    office: Office, receipt: str, pin: str, context: Context, tx: AsyncConnection
) -> list[Message]:
    """The same for whoever has opened the PIN; `receipt` is the hash of her code."""
    row = await people.open_enquiry_of_receipt(tx, receipt)
    await pins.require_pin(office, context, row, pin)
    said: list[Message] = []
    for concern in await concerns.of_enquiry(tx, row.enquiry_id, lock=True):
        said += await moving.by_itself(tx, context, concern, "withdraw", role="person")
    await accesslog.record(
        tx, context, action="write", object_kind="enquiry", object_id=str(row.enquiry_id), purpose="withdrawal"
    )
    return said
