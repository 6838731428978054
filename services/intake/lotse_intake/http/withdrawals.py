"""The person takes her enquiry back over HTTP, with receipt code and PIN."""

from fastapi import APIRouter, Depends

from lotse_chassis.faults import Refused
from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_intake.handlers import withdrawing
from lotse_intake.http.bodies import PinGiven
from lotse_intake.http.enquiries import CodeInPath, code_of
from lotse_intake.http.routes import route_class
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import enquiries


def router(service: Service, office: Office, settings: IntakeSettings) -> APIRouter:
    """The one route."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["enquiries"])
    write = Depends(Limit(settings.enquiries_per_minute, settings.trusted_proxies))

    @routes.post("/enquiries/{code}/withdrawal", status_code=204, dependencies=[write])
    async def withdraw(code: CodeInPath, body: PinGiven) -> None:
        """Take the enquiry back, with the PIN; nobody works on it any more, and again changes nothing."""
        async with service.unit() as unit:
            digest = await enquiries.digest_of_code(unit.tx, code_of(code))
            if digest is None:
                raise Refused("unknown_enquiry")
            unit.say(*await withdrawing.withdrawn_by_herself(office, digest, body.pin, unit.context, unit.tx))

    return routes
