"""A referral with an appointment, as several tests begin, and the calendar's face at the desk's own clock."""

from datetime import datetime, timedelta
from uuid import UUID

import httpx

from lotse_chassis.face import face_of
from lotse_chassis.meters import Meters
from lotse_contracts.referral import FixAppointment
from lotse_referral.http import calendar
from tests.referral.desk import NOW, Desk, Person

STARTS = NOW + timedelta(days=5)  # Monday 30 November 2026, 13:00 in Dresden
APPOINTMENT = UUID(int=0xA0)


def fixing(person: Person, starts_at: datetime = STARTS, **changed: object) -> FixAppointment:
    whole = {
        "referral_id": person.referral_id,
        "appointment_id": APPOINTMENT,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
    }
    return FixAppointment.model_validate(whole | changed)


async def on_her_way(desk: Desk, person: Person, service: str = "Jobcenter") -> None:
    """With a card in her hand."""
    await desk.hears(person.accepted())
    await desk.hears(person.sent((await desk.suggested(person.concern_id, service)).service_id))


def calendar_client(desk: Desk) -> httpx.AsyncClient:
    """Its routes as they are served, with the clock of the desk."""
    app = face_of("referral", desk.service.problems, Meters("referral-calendar"), dict)
    app.include_router(calendar.routes(desk.service.engine, desk.association, lambda: desk.now))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://referral")
