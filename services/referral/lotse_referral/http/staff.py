"""Who asks over HTTP: a member of staff, by a token in the header and nowhere else."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Header

from lotse_chassis.faults import Refused
from lotse_chassis.identity import Staff, verify_token
from lotse_chassis.service import Service

Authorization = Annotated[str, Header(alias="Authorization", max_length=3_000)]


def staff_of(service: Service, authorization: str, roles: Collection[str]) -> Staff:
    """Who it is. Raises Refused without a valid token of one of the roles."""
    scheme, _, token = authorization.partition(" ")
    key = service.reader.token_key
    if scheme.lower() != "bearer" or key is None:
        raise Refused("token_missing")
    staff = verify_token(token.strip(), public_key=key, association=service.association, at=service.now())
    if staff.role not in roles:
        raise Refused("role_not_allowed")
    return staff
