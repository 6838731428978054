"""Contacts with several ways, sealed as intake seals them."""

from typing import Any
from uuid import UUID

from lotse_contracts.intake import ContactPoint, FurtherPoint
from lotse_contracts.notify import ChangeContact, ContactContent
from lotse_contracts.sealed import public_bytes, seal
from tests.notify.given import House

MAIL = "canary.olena@example.org"
PHONE = "+4915112345678"
OTHER_PHONE = "+380671234567"


def mail(**how: Any) -> FurtherPoint:
    """Her mailbox, as a way among others; `how` as in the contract."""
    return FurtherPoint(**{"kind": "email", "value": MAIL} | how)


def phone(**how: Any) -> FurtherPoint:
    """Her phone."""
    return FurtherPoint(**{"kind": "sms", "value": PHONE} | how)


def by_ways(house: House, person_id: UUID, *ways: FurtherPoint, **order: Any) -> ChangeContact:
    """The order of intake with these ways in this order; `order` are the fields beside the contact."""
    contact = ContactPoint(kind="none")
    if ways:
        contact = ContactPoint(**ways[0].model_dump(), more=ways[1:])
    assert house.service.seal_key is not None
    sealed = seal(
        ContactContent(contact=contact, name="Canary Шевченко").model_dump_json().encode(),
        public_bytes(house.service.seal_key),
        type_name=ChangeContact.type_name(),
        key=str(person_id),
    )
    given: dict[str, Any] = {"version": 1, "languages": ("uk",), "consented": True, "safe": True} | order
    return ChangeContact(person_id=person_id, contact=sealed, **given)
